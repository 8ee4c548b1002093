import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const windows = defineView({
  id: 'windows',
  title: viewText.windows.title,
  asks: { windows: ofTable },
  load: () => chunks.tce().then((m) => m.Windows),
})
