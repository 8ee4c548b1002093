import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, whole } from '../define.ts'

export const hcalls = defineView({
  id: 'hcalls',
  title: viewText.hcalls.title,
  asks: { hcalls: whole },
  load: () => chunks.tce().then((m) => m.Hcalls),
})
