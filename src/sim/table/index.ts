// The registry of tables of TCEs. Ids are public, for ever.

import type { TranslationTable } from './table.ts'
import { tceMixed } from './tce-mixed.ts'
import { tceSingle } from './tce-single.ts'

export const tables: readonly TranslationTable[] = [tceSingle, tceMixed]

/** The table with this id, or undefined. */
export function tableById(id: string): TranslationTable | undefined {
  return tables.find((t) => t.id === id)
}
