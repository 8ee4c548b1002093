// How buffers went: where they lie, through slots of the pool, or not at all.

import { pow2 } from '../../lib/bits.ts'
import type { Chunked } from '../../lib/chunked.ts'
import { bytes as bytesText, count, hex } from '../../lib/format.ts'
import { PRICES } from '../engine/cost.ts'
import { COLUMNS } from '../engine/recorder.ts'
import { type DmaTable, MAP_BYTES, MAP_NS, MAP_STRIDE, MAP_WHO } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { readParam, readParams } from '../params.ts'
import { bounceOf, type Held, heldAt, untrustedOf } from '../paths/parts.ts'
import type { Bounce } from '../paths/path.ts'
import { REASONS, WENT_BOUNCED, WENT_DIRECT } from '../paths/swiotlb.ts'
import { maskParam } from '../scenario/platform.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import { SLOT_BYTES } from '../swiotlb/pool-size.ts'
import { forEachLive } from './live.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'

/** A live mapping that bounces. */
export interface BounceArc {
  readonly realAddr: number
  readonly bytes: number
  readonly slot: number
  readonly slots: number
  readonly direction: 'to device' | 'from device' | 'bidirectional'
  readonly cpu: number
  readonly ageNs: number
}

export interface BounceFrame {
  readonly table: number
  readonly ramBytes: number
  /** Registers answer from `holeStart` up to 4 GiB; RAM goes on behind. */
  readonly holeStart: number
  readonly endBytes: number
  readonly poolStart: number
  readonly poolBytes: number
  readonly maskBits: number
  /** Of an untrusted device behind an IOMMU, which no mask keeps from a buffer: bytes of a page, which buffers must fill; else 0. */
  readonly pageBytes: number
  readonly zeroedBytes: number
  /** The newest live ones, at most 48. */
  readonly arcs: readonly BounceArc[]
  /** How the last mapping went, question by question. */
  readonly last: {
    readonly device: string
    readonly realAddr: number
    readonly bytes: number
    readonly outcome: 'direct' | 'bounced' | 'translated' | 'refused'
    readonly path: readonly { readonly asked: string; readonly answered: string }[]
  } | null
  /** Mappings and bytes so far. */
  readonly direct: number
  readonly bounced: number
  readonly refused: number
  readonly directBytes: number
  readonly copiedInBytes: number
  readonly copiedOutBytes: number
  /** ns that copying took. */
  readonly copyNs: number
  /** The columns of the time-line: bytes copied, and bytes that went without. */
  readonly columnNs: number
  readonly columns: number
  readonly filled: number
  readonly copied: Float32Array
  readonly uncopied: Float32Array
}

const held: Held = { slot: 0, slots: 0, address: 0 }
const ARCS = 48
const DIRECTIONS = ['bidirectional', 'to device', 'from device'] as const

export const bounceProbe: Probe<'bounce', OfTable, BounceFrame | null> = {
  id: 'bounce',
  build(m, { table: device }, arrays): BounceFrame | null {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const b = bounceOf(table)
    if (!b) return null
    const { pool: s } = b
    const untrusted = untrustedOf(table)
    const { recorder: r, settings } = m.state
    const track = ({ data }: Chunked<Float64Array>) => {
      const all = arrays.f32(COLUMNS)
      all.set(data)
      return all
    }
    const { id } = m.scenario.devices[b.last.device >= 0 ? b.last.device : device] ?? m.scenario.devices[0]!
    return {
      table: index,
      ramBytes: readParams(bootParams, settings, 'm').ram,
      holeStart: b.memory.holeStart,
      endBytes: b.memory.endBytes,
      poolStart: b.isThere ? s.geometry.startAddress : 0,
      poolBytes: b.isThere ? s.geometry.slots * SLOT_BYTES : 0,
      maskBits: readParam(maskParam, settings, id),
      pageBytes: untrusted ? pow2(table.geometry.pageShift) : 0,
      zeroedBytes: untrusted?.zeroedBytes ?? 0,
      arcs: arcsOf(m, table),
      last: b.last.device < 0 ? null : lastOf(m, b, untrusted ? pow2(table.geometry.pageShift) : 0),
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
  forEachLive(table, (id, at) => {
    if (heldAt(table, at, held)) newest.push(id)
  })
  const ns = (id: number) => data[id * MAP_STRIDE + MAP_NS]!
  newest.sort((a, b) => ns(b) - ns(a) || b - a)
  return newest.slice(0, ARCS).map((id) => {
    const at = id * MAP_STRIDE
    heldAt(table, at, held)
    return {
      realAddr: held.address,
      bytes: data[at + MAP_BYTES]!,
      slot: held.slot,
      slots: held.slots,
      direction: DIRECTIONS[(data[at + MAP_WHO]! >> 16) & 3] ?? 'bidirectional',
      cpu: data[at + MAP_WHO]! & 0xff,
      ageNs: s.nowNs - data[at + MAP_NS]!,
    }
  })
}

/** The way of the last buffer, question by question. */
function lastOf(m: Machine, b: Bounce, pageBytes: number): BounceFrame['last'] {
  const { device, address, bytes, above, outcome, reason, slots, used } = b.last
  const spec = m.scenario.devices[device]!
  const path = pageBytes > 0 ? pathOfUntrusted(above > 0, pageBytes) : pathOfAny(m, b, spec.id)
  if (outcome !== WENT_DIRECT) {
    path.push({ asked: 'Is there a bounce pool?', answered: b.isThere ? 'Yes.' : 'No.' })
    if (b.isThere)
      path.push({
        asked: `${slots === 1 ? 'Is a free slot' : `Are ${count(slots)} free slots in a row`} to be had for ${bytesText(bytes)}?`,
        answered: outcome === WENT_BOUNCED ? 'Yes.' : ANSWERS[REASONS[reason]!](used),
      })
  }
  const went =
    outcome === WENT_DIRECT
      ? pageBytes > 0
        ? 'translated'
        : 'direct'
      : outcome === WENT_BOUNCED
        ? 'bounced'
        : 'refused'
  return { device: spec.name, realAddr: address, bytes, outcome: went, path }
}

/** What is asked first of a buffer of an untrusted device. */
const pathOfUntrusted = (bounces: boolean, pageBytes: number) => [
  { asked: 'Is the device trusted?', answered: 'No.' },
  { asked: `Does the buffer fill its pages of ${bytesText(pageBytes)}?`, answered: bounces ? 'No.' : 'Yes.' },
]

/** What is asked first where nothing is translated. */
function pathOfAny(m: Machine, { force, last }: Bounce, id: string) {
  const { address, bytes, above, outcome } = last
  const mask = readParam(maskParam, m.state.settings, id)
  const forced = force && outcome !== WENT_DIRECT
  const path = [
    { asked: 'Is everything to bounce?', answered: forced ? 'Yes: swiotlb=force.' : force ? COHERENT : 'No.' },
  ]
  if (!forced)
    path.push({
      asked: `Does the device reach ${hex(address + bytes - 1)} with ${mask} bits?`,
      answered: above ? 'No.' : 'Yes.',
    })
  return path
}

/** What bounces everything leaves out. */
const COHERENT = 'Yes, but not coherent memory.'

const ANSWERS = {
  'too-large': () => 'Never: a slot set has 128.',
  full: (used: number) => `No: ${count(used)} are taken.`,
  scattered: (used: number) => `No: ${count(used)} are taken, and the others lie scattered.`,
} as const
