import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'
import { title } from './title.ts'

export const locks = defineView({
  id: 'locks',
  title,
  asks: { locks: ofTable },
  load: () => chunks.dock().then((m) => m.Locks),
})
