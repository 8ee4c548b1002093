// A radix table level by level: how many table pages and leaves there are at each height, and the tables on the way to
// one address, slot by slot. Where a large page stands the way ends early.
//
// Cost: a look at every slot of the tables on the path, at most six; what the levels hold is counted by the table itself.

import { modPow2, pow2 } from '../../lib/bits.ts'
import { driverOf } from '../dma/iommu-state.ts'
import { absOf } from '../iova/geometry.ts'
import type { DmaTable } from '../machine/state.ts'
import { levelsOf, unitOf } from '../paths/parts.ts'
import { ARM_LAST_LEVEL } from '../table/arm-lpae.ts'
import { entryAt, isTable, orderOf } from '../table/nodes.ts'
import { createWalk, type PageTableState } from '../table/page-table.ts'
import { slotsTo } from '../table/tce-window.ts'
import type { InspectCard } from './cards.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

export interface RadixRequest extends OfTable {
  /** Table-relative; null = that of the newest mapping. */
  readonly entry?: number | null
}

/** A level of a radix table. */
export interface RadixLevel {
  /** 0 = the tables of the smallest pages. */
  readonly height: number
  /** What the manual calls it, if it has a name: "PTE", "PDE" …, "level 3". */
  readonly name: string
  readonly tables: number
  readonly leaves: number
  /** Pages that one entry covers. */
  readonly spanPages: number
  /** Entries of one table (the top one's may differ). */
  readonly slots: number
}

/** What a slot of a table on the path holds. */
export const PTE_EMPTY = 0
export const PTE_TO_TABLE = 1
export const PTE_TO_PAGE = 2

/** A large page. */
export const PTE_TO_LARGE = 3

/** A table that leads to the entry asked for. */
export interface RadixStep {
  readonly height: number
  readonly node: number
  /** Slot that is read, and what stands there. */
  readonly slot: number
  readonly kind: number
  /** Entries set in this table. */
  readonly used: number
  /** First page that the table covers, counted from address 0. */
  readonly firstPfn: number
}

/** Cells that a table of the path is drawn in; of a longer one, neighbours share a cell (the largest kind is told). */
export const RADIX_CELLS = 512

/** The levels of a radix table and the way to one entry. */
export interface RadixFrame extends AddressSpace {
  readonly table: number
  readonly format: 'vtd' | 'arm' | 'amd'
  /** Top first. */
  readonly levels: readonly RadixLevel[]
  readonly tableBytes: number
  /** Tables taken out that wait for a flush. */
  readonly pending: number
  /** Entry that the path leads to (table-relative): as asked, or of the newest mapping; null: nothing was ever mapped. */
  readonly entry: number | null
  /** Top first; ends where a walk ends. */
  readonly path: readonly RadixStep[]
  /** [path.length * RADIX_CELLS] PTE_EMPTY … PTE_TO_LARGE of the tables of the path. */
  readonly cells: Uint8Array
  /** Mappings so far by leaf size: [i] leaves ever written of order `orders[i]`. */
  readonly orders: readonly number[]
  readonly leavesByOrder: readonly number[]
}

type Format = RadixFrame['format']

const VTD_NAMES = ['PTE', 'PDE', 'PDPE', 'PML4E', 'PML5E'] as const
const ENTRY_BYTES = 8
const walk = createWalk()

/** What the manual calls the entries of a table at a height. */
function nameOf(format: Format, height: number): string {
  if (format === 'vtd') return VTD_NAMES[height] ?? ''
  return format === 'arm' ? `level ${ARM_LAST_LEVEL - height}` : `level ${height + 1}`
}

/** Pages that one entry of a table at a height covers. */
function spanOf(s: PageTableState, height: number): number {
  return pow2(s.bits * height)
}

/** Entries of one table at a height: of the top one what the width of addresses leaves for it. */
function slotsOf(s: PageTableState, format: Format, height: number): number {
  const all = pow2(s.bits)
  if (height < s.levels - 1) return all
  const top = pow2(Math.max(0, s.widthPages - s.bits * height))
  // Only Arm puts tables of the top level side by side.
  return format === 'arm' ? top : Math.min(all, top)
}

function kindOf(entry: number): number {
  if (entry === 0) return PTE_EMPTY
  if (isTable(entry)) return PTE_TO_TABLE
  return orderOf(entry) > 0 ? PTE_TO_LARGE : PTE_TO_PAGE
}

/** The tables that a walk to `pfn` reads, top first. */
function stepsTo(s: PageTableState, format: Format, pfn: number): RadixStep[] {
  driverOf(format).table.walk(s, pfn, -1, 0, walk)
  const steps: RadixStep[] = []
  for (let height = s.levels - 1; height >= 0; height--) {
    const node = walk.nodes[height]!
    if (node < 0) continue
    const slots = slotsOf(s, format, height)
    const slot = modPow2(Math.floor(pfn / spanOf(s, height)), slots)
    let used = 0
    for (let i = node; i < node + Math.max(1, slots / pow2(s.bits)); i++) used += s.nodes.used.data[i]!
    const kind = kindOf(entryAt(s.nodes, node, slot))
    const covered = slots * spanOf(s, height)
    steps.push({ height, node, slot, kind, used, firstPfn: Math.floor(pfn / covered) * covered })
  }
  return steps
}

/** The way of a walk to entry `e` of the table, top first; null of a table of TCEs. */
export function pathOf(table: DmaTable, e: number): InspectCard['path'] {
  const window = levelsOf(table)
  if (window) {
    const kind = (height: number) => (height === 0 ? PTE_TO_PAGE : PTE_TO_TABLE)
    return slotsTo(window, e).map(({ height, slot, isThere }) => ({
      height,
      slot,
      kind: isThere ? kind(height) : PTE_EMPTY,
    }))
  }
  const iommu = unitOf(table)
  if (!iommu) return null
  const steps = stepsTo(iommu.page, iommu.driver, absOf(table.geometry, e))
  return steps.map(({ height, slot, kind }) => ({ height, slot, kind }))
}

/** Writes what the slots of a table hold into RADIX_CELLS cells from `at`; of several in a cell the largest kind. */
function fillCells(s: PageTableState, node: number, slots: number, cells: Uint8Array, at: number): void {
  const per = Math.max(1, slots / RADIX_CELLS)
  for (let slot = 0; slot < slots; slot++) {
    const cell = at + Math.floor(slot / per)
    cells[cell] = Math.max(cells[cell]!, kindOf(entryAt(s.nodes, node, slot)))
  }
}

export const radixProbe: Probe<'radix', RadixRequest, RadixFrame> = {
  id: 'radix',
  build(m, request, arrays): RadixFrame {
    const index = tableIndex(m, request.table)
    const { geometry } = m.state.tables[index]!
    const iommu = unitOf(m.state.tables[index]!)
    const frame = { ...spaceOf(m.state.tables[index]!), table: index }
    if (!iommu) return { ...frame, ...NOTHING, cells: arrays.u8(0) }
    const { page: s, driver: format, leaves } = iommu
    const { table } = driverOf(format)
    const levels = Array.from({ length: s.levels }, (_, i): RadixLevel => {
      const height = s.levels - 1 - i
      return {
        height,
        name: nameOf(format, height),
        tables: table.tablesAt(s, height),
        leaves: table.leavesAt(s, height),
        spanPages: spanOf(s, height),
        slots: slotsOf(s, format, height),
      }
    })
    const asked = request.entry ?? iommu.newest
    const entry = asked >= 0 && asked < geometry.size ? asked : null
    const path = entry === null ? [] : stepsTo(s, format, absOf(geometry, entry))
    const cells = arrays.u8(path.length * RADIX_CELLS).fill(PTE_EMPTY)
    path.forEach(({ node, height }, i) => {
      fillCells(s, node, slotsOf(s, format, height), cells, i * RADIX_CELLS)
    })
    return {
      ...frame,
      format,
      levels,
      tableBytes: s.nodes.live * pow2(s.bits) * ENTRY_BYTES,
      pending: table.pending(s),
      entry,
      path,
      cells,
      orders: s.orders,
      leavesByOrder: s.orders.map((order) => leaves[order]!),
    }
  },
}

/** Of a table of TCEs, which has no levels that lead to each other. */
const NOTHING = {
  format: 'vtd',
  levels: [],
  tableBytes: 0,
  pending: 0,
  entry: null,
  path: [],
  orders: [],
  leavesByOrder: [],
} as const
