import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const islands = defineView({
  id: 'islands',
  title: viewText.islands.title,
  asks: { memory: ofTable },
  tall: true,
  load: () => chunks.tce().then((m) => m.Islands),
})
