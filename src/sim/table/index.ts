// The registry of translation tables. Ids are public, for ever.

import type { TranslationTable } from './table.ts'
import { tceSingle } from './tce-single.ts'

export const tables: readonly TranslationTable[] = [tceSingle]

/** The table with this id, or undefined. */
export function tableById(id: string): TranslationTable | undefined {
  return tables.find((t) => t.id === id)
}
