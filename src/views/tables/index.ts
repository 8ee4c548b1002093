import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, whole } from '../define.ts'

export const tables = defineView({
  id: 'tables',
  title: viewText.tables.title,
  asks: { tables: whole },
  load: () => chunks.dock().then((m) => m.Tables),
})
