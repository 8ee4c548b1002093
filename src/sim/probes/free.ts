// What of a window is nobody's: not with the allocator's users, nor with those who choose addresses themselves.

import { BANDS } from '../engine/recorder.ts'
import type { IovaAllocator } from '../iova/allocator.ts'
import { ENTRY_MAPPING, ENTRY_STRIDE, MAP_ENTRY, MAP_NPAGES, MAP_STRIDE, tableOf } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { fragmentation } from './fragmentation.ts'

/** True where the allocator of a table was not asked for all that is mapped: not by a hypervisor, nor for a direct window. */
function areChosen({ state: s, workloads }: Machine, index: number): boolean {
  if (s.tables[index]!.ddw?.result === 'direct') return true
  return workloads.some((kind, i) => kind.choosesAddresses && tableOf(s, s.workloads[i]!.device) === index)
}

/** How to visit what is taken of a table, ascending: what its allocator says, and between that the mappings it knows nothing of. */
export function takenOf(m: Machine, index: number): Pick<IovaAllocator, 'forEachRange'> {
  const { allocator } = m.domains[index]!
  if (!areChosen(m, index)) return allocator
  const { size } = m.state.tables[index]!.geometry
  return {
    forEachRange(state, visit) {
      let at = 0
      const mapped = (to: number) => forEachMapped(m, index, at, to, (first, end) => visit(first, end - first, 'used'))
      allocator.forEachRange(state, (first, npages, kind) => {
        mapped(first)
        visit(first, npages, kind)
        at = first + npages
      })
      mapped(size)
    },
  }
}

/** The mappings of entries [from, to), cut to that; what the history has nothing of is passed over. */
function forEachMapped(
  { state: s }: Machine,
  index: number,
  from: number,
  to: number,
  visit: (first: number, end: number) => void,
): void {
  const table = s.tables[index]!
  const { data: records } = table.mappings.records
  const { data: entries } = table.entries
  const { first, entriesPerBand, level } = s.recorder.bands[table.owner]!
  for (let e = from; e < to; ) {
    const band = Math.floor((e - first) / entriesPerBand)
    if (!(level[band]! > 0)) {
      e = band >= BANDS ? to : first + Math.max(0, band + 1) * entriesPerBand
      continue
    }
    const id = entries[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    if (id < 0) {
      e++
      continue
    }
    const at = id * MAP_STRIDE
    const end = Math.min(to, records[at + MAP_ENTRY]! + records[at + MAP_NPAGES]!)
    visit(e, end)
    e = end
  }
}

/** Free entries of [from, to), and the longest run of them that lies in one stretch of addresses. */
export function freeIn(m: Machine, index: number, from: number, to: number): { free: number; longestRun: number } {
  const { allocator, allocatorState } = m.domains[index]!
  const taken = takenOf(m, index)
  if (taken === allocator) return allocator.freeIn(allocatorState, from, to)
  const { islands, size } = m.state.tables[index]!.geometry
  let [free, longestRun] = [0, 0]
  for (const { entry: first, pages: n } of islands ?? [{ entry: 0, pages: size }]) {
    if (first >= to || first + n <= from) continue
    const part = fragmentation(taken, allocatorState, Math.max(from, first), Math.min(to, first + n))
    free += part.free
    longestRun = Math.max(longestRun, part.largestRun)
  }
  return { free, longestRun }
}
