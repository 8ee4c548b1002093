// The bounce pool slot by slot: who uses it, for which direction and with how much waste, and its areas.

import { type DmaTable, MAP_BYTES, MAP_NS, MAP_WHO } from '../machine/state.ts'
import { bounceOf, firstArea, type Held, heldAt } from '../paths/parts.ts'
import { largestMapping, longestRun } from '../swiotlb/pool.ts'
import { SET_SLOTS, SLOT_BYTES } from '../swiotlb/pool-size.ts'
import { forEachLive } from './live.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'

/** Cells of the pool at most: a power of two. */
export const POOL_CELLS = 4096
export const SLOT_FREE = 0
export const SLOT_TO_DEVICE = 1
export const SLOT_FROM_DEVICE = 2
export const SLOT_BOTH = 3

/** An area of the pool: slots with a lock of their own. */
export interface PoolArea {
  readonly first: number
  readonly slots: number
  readonly used: number
  /** Slot, counted from the start of the pool, where the next search begins. */
  readonly cursor: number
  readonly longestRun: number
  /** Of its lock: acquisitions, those that waited, how long, ns. */
  readonly taken: number
  readonly contended: number
  readonly waitNs: number
}

export interface PoolFrame {
  readonly table: number
  readonly slots: number
  readonly slotBytes: number
  /** A run never crosses a multiple of so many slots. */
  readonly setSlots: number
  readonly areas: readonly PoolArea[]
  /** Cells are `slotsPerCell` slots each, in the order of slots. */
  readonly slotsPerCell: number
  readonly cells: number
  /** [cells] the direction of the newest mapping in it, SLOT_*. */
  readonly direction: Uint8Array
  /** [cells] share of its slots in use, and share of all its bytes that are in use but no buffer's, 0…255. */
  readonly used: Uint8Array
  readonly waste: Uint8Array
  /** [cells] CPU that mapped the newest of it, 255 = none. */
  readonly cpu: Uint8Array
  readonly usedSlots: number
  readonly wasteBytes: number
  /** Largest single mapping of this device, bytes. */
  readonly largestBytes: number
  /** Refused so far: larger than a slot set can hold; nothing free; enough free, but no run of it. */
  readonly tooLarge: number
  readonly full: number
  readonly scattered: number
}

const held: Held = { slot: 0, slots: 0, address: 0 }
const STATES = [SLOT_BOTH, SLOT_TO_DEVICE, SLOT_FROM_DEVICE] as const

export const poolProbe: Probe<'pool', OfTable, PoolFrame | null> = {
  id: 'pool',
  build(m, { table: device }, arrays): PoolFrame | null {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const bounce = bounceOf(table)
    if (!bounce?.isThere) return null
    const { pool: s } = bounce
    const { slots, areas } = s.geometry
    const firstLock = firstArea(table, bounce)
    let slotsPerCell = 1
    while (slotsPerCell * POOL_CELLS < slots) slotsPerCell *= 2
    const cells = Math.ceil(slots / slotsPerCell)
    const frame = {
      direction: arrays.u8(cells).fill(SLOT_FREE),
      used: arrays.u8(cells).fill(0),
      waste: arrays.u8(cells).fill(0),
      cpu: arrays.u8(cells).fill(255),
    }
    const wasteBytes = fillCells(table, slotsPerCell, cells, frame)
    return {
      table: index,
      slots,
      slotBytes: SLOT_BYTES,
      setSlots: SET_SLOTS,
      areas: Array.from({ length: areas }, (_, area): PoolArea => {
        const { taken, contended, waitNs } = table.locks[firstLock + area]!
        const first = area * s.areaSlots
        return {
          first,
          slots: s.areaSlots,
          used: s.used[area]!,
          cursor: first + s.next[area]!,
          longestRun: longestRun(s, area * s.areaSlots, (area + 1) * s.areaSlots),
          taken,
          contended,
          waitNs,
        }
      }),
      slotsPerCell,
      cells,
      ...frame,
      usedSlots: s.usedSlots,
      wasteBytes,
      largestBytes: largestMapping(bounce.minAlignMask[device] ?? 0),
      tooLarge: s.refused['too-large'],
      full: s.refused.full,
      scattered: s.refused.scattered,
    }
  },
}

/** Fills the cells from the live mappings. Returns the bytes of their slots that no buffer fills. */
function fillCells(
  table: DmaTable,
  slotsPerCell: number,
  cells: number,
  out: Pick<PoolFrame, 'direction' | 'used' | 'waste' | 'cpu'>,
): number {
  const { data } = table.mappings.records
  const used = new Float64Array(cells)
  const waste = new Float64Array(cells)
  const newest = new Float64Array(cells).fill(-1)
  let wasteBytes = 0
  forEachLive(table, (_, at) => {
    if (!heldAt(table, at, held)) return
    const { slot: first, slots } = held
    const lost = slots * SLOT_BYTES - data[at + MAP_BYTES]!
    wasteBytes += lost
    for (let slot = first; slot < first + slots; slot++) {
      const cell = Math.floor(slot / slotsPerCell)
      used[cell] = used[cell]! + 1
      waste[cell] = waste[cell]! + lost / slots
      if (data[at + MAP_NS]! < newest[cell]!) continue
      newest[cell] = data[at + MAP_NS]!
      out.direction[cell] = STATES[(data[at + MAP_WHO]! >> 16) & 3] ?? SLOT_BOTH
      out.cpu[cell] = data[at + MAP_WHO]! & 0xff
    }
  })
  const share = (n: number, of: number) => (n <= 0 ? 0 : Math.max(1, Math.min(255, Math.round((n * 255) / of))))
  for (let cell = 0; cell < cells; cell++) {
    out.used[cell] = share(used[cell]!, slotsPerCell)
    out.waste[cell] = share(waste[cell]!, slotsPerCell * SLOT_BYTES)
  }
  return wasteBytes
}
