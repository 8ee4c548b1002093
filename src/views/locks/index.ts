import { defineView, ofTable } from '../define.ts'
import { title } from './title.ts'

export const locks = defineView({
  id: 'locks',
  title,
  asks: { locks: ofTable },
  load: () => import('./locks.tsx').then((m) => m.Locks),
})
