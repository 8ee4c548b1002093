import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const tcePages = defineView({
  id: 'tce-pages',
  title: viewText.pages.title,
  asks: { 'tce-pages': ofTable },
  load: () => chunks.dock().then((m) => m.TcePages),
})
