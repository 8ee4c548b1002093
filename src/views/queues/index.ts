import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const queues = defineView({
  id: 'queues',
  title: viewText.queues.title,
  asks: { queues: ofTable },
  tall: true,
  load: () => chunks.iommu().then((m) => m.Queues),
})
