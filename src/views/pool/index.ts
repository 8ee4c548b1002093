import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const pool = defineView({
  id: 'pool',
  title: viewText.pool.title,
  asks: { pool: ofTable },
  tall: true,
  load: () => chunks.boot().then((m) => m.Pool),
})
