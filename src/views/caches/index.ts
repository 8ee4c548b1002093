import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const caches = defineView({
  id: 'caches',
  title: viewText.caches.title,
  asks: { caches: ofTable },
  load: () => chunks.dock().then((m) => m.Caches),
})
