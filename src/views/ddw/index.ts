import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const ddw = defineView({
  id: 'ddw',
  title: viewText.ddw.title,
  asks: { ddw: ofTable },
  tall: true,
  load: () => chunks.tce().then((m) => m.Ddw),
})
