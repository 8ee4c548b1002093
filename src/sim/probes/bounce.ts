// The bounce pool slot by slot, and how buffers went: where they lie, through slots, or not at all.

import type { Chunked } from '../../lib/chunked.ts'
import { bytes as bytesText, count, hex } from '../../lib/format.ts'
import { PRICES } from '../engine/cost.ts'
import { COLUMNS } from '../engine/recorder.ts'
import {
  type Bounce,
  type DmaTable,
  MAP_ADDRESS,
  MAP_BYTES,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_NS,
  MAP_STRIDE,
  MAP_WHO,
} from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { poolOf, REASONS, WENT_BOUNCED, WENT_DIRECT } from '../paths/bounce-ops.ts'
import { largestMapping, longestRun } from '../swiotlb/pool.ts'
import { SET_SLOTS, SLOT_BYTES } from '../swiotlb/pool-size.ts'
import {
  type BounceArc,
  type BounceFrame,
  POOL_CELLS,
  type PoolArea,
  type PoolFrame,
  SLOT_BOTH,
  SLOT_FREE,
  SLOT_FROM_DEVICE,
  SLOT_TO_DEVICE,
} from './frames-boot.ts'
import { forEachLive } from './live.ts'
import { type Probe, tableIndex } from './probe.ts'

const ARCS = 48
const DIRECTIONS = ['bidirectional', 'to device', 'from device'] as const
const STATES = [SLOT_BOTH, SLOT_TO_DEVICE, SLOT_FROM_DEVICE] as const

export const pool: Probe<'pool', PoolFrame | null> = {
  id: 'pool',
  build(m, { table: device }, arrays): PoolFrame | null {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const { bounce } = table
    if (!bounce?.isThere) return null
    const s = poolOf(table)
    const { slots, areas } = s.geometry
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
        const { taken, contended, waitNs } = table.locks[area]!
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
    const first = data[at + MAP_ENTRY]!
    const slots = data[at + MAP_NPAGES]!
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

export const bounceProbe: Probe<'bounce', BounceFrame | null> = {
  id: 'bounce',
  build(m, { table: device }, arrays): BounceFrame | null {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const { bounce: b } = table
    if (!b) return null
    const s = poolOf(table)
    const { recorder: r, settings } = m.state
    const track = ({ data }: Chunked<Float64Array>) => {
      const all = arrays.f32(COLUMNS)
      all.set(data)
      return all
    }
    const { id } = m.scenario.devices[b.last.device >= 0 ? b.last.device : device] ?? m.scenario.devices[0]!
    return {
      table: index,
      ramBytes: Number(settings['m.ram']),
      holeStart: b.memory.holeStart,
      endBytes: b.memory.endBytes,
      poolStart: b.isThere ? s.geometry.startAddress : 0,
      poolBytes: b.isThere ? s.geometry.slots * SLOT_BYTES : 0,
      maskBits: Number(settings[`${id}.dmaMask`]),
      arcs: arcsOf(m, table),
      last: b.last.device < 0 ? null : lastOf(m, b),
      direct: b.direct,
      bounced: b.bounced,
      refused: table.refused,
      directBytes: b.directBytes,
      copiedInBytes: b.copiedInBytes,
      copiedOutBytes: b.copiedOutBytes,
      copyNs: Math.round(((b.copiedInBytes + b.copiedOutBytes) * PRICES.copy.ps) / 1000),
      columnNs: r.columnNs,
      columns: COLUMNS,
      filled: r.column + 1,
      copied: track(r.copied),
      uncopied: track(r.uncopied),
    }
  },
}

/** The newest live mappings, newest first. */
function arcsOf({ state: s }: Machine, table: DmaTable): readonly BounceArc[] {
  const { data } = table.mappings.records
  const newest: number[] = []
  forEachLive(table, (id) => newest.push(id))
  const ns = (id: number) => data[id * MAP_STRIDE + MAP_NS]!
  newest.sort((a, b) => ns(b) - ns(a) || b - a)
  return newest.slice(0, ARCS).map((id) => {
    const at = id * MAP_STRIDE
    return {
      realAddr: data[at + MAP_ADDRESS]!,
      bytes: data[at + MAP_BYTES]!,
      slot: data[at + MAP_ENTRY]!,
      slots: data[at + MAP_NPAGES]!,
      direction: DIRECTIONS[(data[at + MAP_WHO]! >> 16) & 3] ?? 'bidirectional',
      cpu: data[at + MAP_WHO]! & 0xff,
      ageNs: s.nowNs - data[at + MAP_NS]!,
    }
  })
}

/** The way of the last buffer, question by question. */
function lastOf(m: Machine, b: Bounce): BounceFrame['last'] {
  const { device, address, bytes, above, outcome, reason, slots, used } = b.last
  const spec = m.scenario.devices[device]!
  const mask = Number(m.state.settings[`${spec.id}.dmaMask`])
  const forced = b.force && outcome !== WENT_DIRECT
  const path = [
    { asked: 'Is everything to bounce?', answered: forced ? 'Yes: swiotlb=force.' : b.force ? COHERENT : 'No.' },
  ]
  if (!forced)
    path.push({
      asked: `Does the device reach ${hex(address + bytes - 1)} with ${mask} bits?`,
      answered: above ? 'No.' : 'Yes.',
    })
  if (outcome !== WENT_DIRECT) {
    path.push({ asked: 'Is there a bounce pool?', answered: b.isThere ? 'Yes.' : 'No.' })
    if (b.isThere)
      path.push({
        asked: `${slots === 1 ? 'Is a free slot' : `Are ${count(slots)} free slots in a row`} to be had for ${bytesText(bytes)}?`,
        answered: outcome === WENT_BOUNCED ? 'Yes.' : ANSWERS[REASONS[reason]!](used),
      })
  }
  const went = outcome === WENT_DIRECT ? 'direct' : outcome === WENT_BOUNCED ? 'bounced' : 'refused'
  return { device: spec.name, realAddr: address, bytes, outcome: went, path }
}

/** What bounces everything leaves out. */
const COHERENT = 'Yes, but not coherent memory.'

const ANSWERS = {
  'too-large': () => 'Never: a slot set has 128.',
  full: (used: number) => `No: ${count(used)} are taken.`,
  scattered: (used: number) => `No: ${count(used)} are taken, and the others lie scattered.`,
} as const
