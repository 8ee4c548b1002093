// What the CPUs keep for themselves: magazines by size and the depot between them, or chunks of the window.

import { ENTRY_MAPPING, ENTRY_STRIDE, MAP_STRIDE, MAP_WHO } from '../machine/state.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

/** What the CPUs keep for themselves: magazines and their depot, or chunks of the window. */
export interface CachesFrame extends AddressSpace {
  readonly table: number
  readonly size: number
  readonly cpus: number
  /** Size classes: order o holds ranges of 2^o pages. 0 where the allocator has no magazines. */
  readonly orders: number
  /** Ranges that a magazine has room for. */
  readonly capacity: number
  /** [cpus*orders] ranges in the magazine in use, and in the one kept beside it. */
  readonly loaded: Uint8Array
  readonly previous: Uint8Array
  /** [orders] full magazines in the depot. */
  readonly depot: Uint32Array
  /** CPUs may own chunks. */
  readonly chunked: boolean
  /** Chunks that are owned, ascending, and the most that one CPU owns. */
  readonly chunks: number
  readonly mostChunks: number
  /** [chunks] owner, and which of its chunks it is, from 0. */
  readonly chunkOwner: Uint8Array
  readonly chunkSlot: Uint16Array
  /** [chunks] first entry, entries, mapped ones, and those of them that another CPU mapped. */
  readonly chunkFirst: Uint32Array
  readonly chunkPages: Uint32Array
  readonly chunkMapped: Uint32Array
  readonly chunkForeign: Uint32Array
}

export const cachesProbe: Probe<'caches', OfTable, CachesFrame> = {
  id: 'caches',
  build(m, request, arrays): CachesFrame {
    const index = tableIndex(m, request.table)
    const table = m.state.tables[index]!
    const { allocator, allocatorState } = m.domains[index]!
    const cpus = m.state.cpus.length
    const kept = allocator.caches?.(allocatorState)
    const orders = kept?.orders ?? 0
    const loaded = arrays.u8(cpus * orders)
    const previous = arrays.u8(cpus * orders)
    const depot = arrays.u32(orders)
    if (kept) {
      loaded.set(kept.loaded.subarray(0, cpus * orders))
      previous.set(kept.previous.subarray(0, cpus * orders))
      depot.set(kept.depot)
    }
    let chunks = 0
    allocator.forEachChunk?.(allocatorState, () => chunks++)
    const chunkOwner = arrays.u8(chunks)
    const chunkSlot = arrays.u16(chunks)
    const chunkFirst = arrays.u32(chunks)
    const chunkPages = arrays.u32(chunks)
    const chunkMapped = arrays.u32(chunks)
    const chunkForeign = arrays.u32(chunks)
    const owned = new Uint16Array(cpus)
    const { data: entries } = table.entries
    const { data: records } = table.mappings.records
    let i = 0
    allocator.forEachChunk?.(allocatorState, (start, npages, owner) => {
      chunkOwner[i] = owner
      chunkSlot[i] = owned[owner]!
      owned[owner] = owned[owner]! + 1
      chunkFirst[i] = start
      chunkPages[i] = npages
      let mapped = 0
      let foreign = 0
      for (let e: number = start; e < start + npages; e++) {
        const id = entries[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
        if (id < 0) continue
        mapped++
        if ((records[id * MAP_STRIDE + MAP_WHO]! & 0xff) !== owner) foreign++
      }
      chunkMapped[i] = mapped
      chunkForeign[i++] = foreign
    })
    return {
      ...spaceOf(table),
      table: index,
      size: table.geometry.size,
      cpus,
      orders,
      capacity: kept?.capacity ?? 0,
      loaded,
      previous,
      depot,
      chunked: allocator.forEachChunk !== undefined,
      chunks,
      mostChunks: Math.max(0, ...owned),
      chunkOwner,
      chunkSlot,
      chunkFirst,
      chunkPages,
      chunkMapped,
      chunkForeign,
    }
  },
}
