import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const locks = defineView({
  id: 'locks',
  title: viewText.locks.title,
  needs: 'space',
  asks: { locks: ofTable },
  load: () => chunks.dock().then((m) => m.Locks),
})
