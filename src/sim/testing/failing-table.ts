// A translation table whose next `set` can be made to fail, as a hypervisor without resources would.

import type { TranslationTable } from '../table/table.ts'

export interface FailingState {
  readonly inner: object
  /** The next `set` fails; that attempt, or whoever put it, clears the mark. */
  failNext: boolean
}

/** `table`, refusing once whenever `failNext` is set. */
export function failingTable(table: TranslationTable): TranslationTable<FailingState> {
  return {
    id: table.id,
    label: table.label,
    kernel: table.kernel,
    create: (size, pageShift) => ({ inner: table.create(size, pageShift), failNext: false }),
    set(s, entry, npages, address, permission, meter) {
      const fails = s.failNext
      s.failNext = false
      return !fails && table.set(s.inner, entry, npages, address, permission, meter)
    },
    clear: (s, entry, npages, meter) => table.clear(s.inner, entry, npages, meter),
    walk: (s, entry) => table.walk(s.inner, entry),
    place: (s, entry) => table.place(s.inner, entry),
    forEachTable: (s, visit) => table.forEachTable(s.inner, visit),
    levels: (s) => table.levels(s.inner),
    tablesAt: (s, level) => table.tablesAt(s.inner, level),
    bytesAllocated: (s) => table.bytesAllocated(s.inner),
    bytesAccounted: (s) => table.bytesAccounted(s.inner),
  }
}
