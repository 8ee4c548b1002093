// Per-CPU regions: who owns what in each pool or half, where requests begin, and where they spill.

import { ENTRY_MAPPING, ENTRY_STRIDE, MAP_STRIDE, MAP_WHO } from '../machine/state.ts'
import { freeIn } from './free.ts'
import { type OfTable, type Probe, type RegionInfo, tableIndex } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

/** A region with who uses it. */
export interface RegionUse extends RegionInfo {
  readonly mapped: number
  readonly free: number
  /** Longest run of free entries. */
  readonly largestRun: number
  /** CPUs whose requests begin here (small requests), ascending. */
  readonly homeOf: readonly number[]
  /** Allocations so far that landed here although the request began in another region. */
  readonly spillsIn: number
  /** Lock of this region: acquisitions, those that had to wait, total wait. */
  readonly lockTaken: number
  readonly lockContended: number
  readonly lockWaitNs: number
}

/** Per-CPU regions: who allocates where. */
export interface RegionsFrame extends AddressSpace {
  readonly table: number
  readonly size: number
  readonly cpus: number
  readonly regions: readonly RegionUse[]
  /** [regions*cpus] live entries in region r that CPU c mapped. Row-major by region. */
  readonly owned: Uint32Array
  /** [cpus] index of the region where the CPU's small requests begin. */
  readonly home: Uint8Array
  /** [slices*regions] owner of the majority of each region's 128 equal slices: cpu number or 255. Row-major by region. */
  readonly slices: number
  readonly sliceOwner: Uint8Array
  /** [slices*regions] share of the slice that is mapped, 0…255. */
  readonly sliceUsed: Uint8Array
}

const SLICES = 128

export const regionsProbe: Probe<'regions', OfTable, RegionsFrame> = {
  id: 'regions',
  build(m, request, arrays): RegionsFrame {
    const index = tableIndex(m, request.table)
    const table = m.state.tables[index]!
    const d = m.domains[index]!
    const s = d.allocatorState
    const cpus = m.state.cpus.length
    const list = d.allocator.regions(s)
    const home = arrays.u8(cpus)
    for (let c = 0; c < cpus; c++) home[c] = d.allocator.homeRegion(s, c, 1)
    const owned = arrays.u32(list.length * cpus)
    owned.set(table.ownedByRegionCpu)
    const sliceOwner = arrays.u8(SLICES * list.length)
    const sliceUsed = arrays.u8(SLICES * list.length)
    const count = new Uint32Array(cpus)
    const uses = list.map((region, r): RegionUse => {
      const span = region.end - region.start
      // Counted, not summed up by owner: a mapping may begin in the region before.
      let mapped = 0
      for (let k = 0; k < SLICES; k++) {
        const from = region.start + Math.floor((k * span) / SLICES)
        const to = region.start + Math.floor(((k + 1) * span) / SLICES)
        count.fill(0)
        let used = 0
        for (let e = from; e < to; e++) {
          const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
          if (id < 0) continue
          used++
          const c = table.mappings.records.data[id * MAP_STRIDE + MAP_WHO]! & 0xff
          count[c] = count[c]! + 1
        }
        mapped += used
        sliceUsed[r * SLICES + k] = to > from ? Math.round((used * 255) / (to - from)) : 0
        sliceOwner[r * SLICES + k] = used === 0 ? 255 : count.indexOf(Math.max(...count))
      }
      const { free, longestRun } = freeIn(m, index, region.start, region.end)
      const lock = table.locks[region.lock]!
      return {
        name: region.name,
        start: region.start,
        end: region.end,
        hint: region.hint,
        mapped,
        free,
        largestRun: longestRun,
        homeOf: Array.from({ length: cpus }, (_, c) => c).filter((c) => home[c] === r),
        spillsIn: table.spillsByRegion[r]!,
        lockTaken: lock.taken,
        lockContended: lock.contended,
        lockWaitNs: lock.waitNs,
      }
    })
    return {
      ...spaceOf(table),
      table: index,
      size: table.geometry.size,
      cpus,
      regions: uses,
      owned,
      home,
      slices: SLICES,
      sliceOwner,
      sliceUsed,
    }
  },
}
