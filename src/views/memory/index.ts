import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const memory = defineView({
  id: 'memory',
  title: viewText.memory.title,
  asks: { memory: ofTable },
  tall: true,
  load: () => chunks.tce().then((m) => m.Memory),
})
