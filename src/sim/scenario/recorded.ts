// Scenarios that play a recording: what of them is given, and the preset that a file of one's own makes.

import { pow2 } from '../../lib/bits.ts'
import { allocatorInfos } from '../iova/index.ts'
import type { Settings } from '../params.ts'
import { deviceParams, machineParams } from './platform.ts'
import { AMD, ARM, isRadix, VTD } from './platform-iommu.ts'
import { presetById } from './presets.ts'
import { REC_MAP, REC_MORE, REC_UNMAP, type RecordedOps, type RecordedWay, type Recording } from './recording.ts'
import type { Field, Preset, Scenario } from './schema.ts'

/** Preset id of a recording that came from a file. It cannot be opened by a link. */
export const FILE_PRESET = 'file'

const RECORDED = 'recorded'

/** True for a scenario that plays a recording, loaded or not. */
export function playsRecording(scenario: Scenario): boolean {
  return scenario.workloads.some((w) => w.type === RECORDED)
}

/** A preset's scenario with the recording that it asks for. */
export function withRecording(scenario: Scenario, recording: Recording): Scenario {
  return { ...scenario, recording }
}

const KIB = 1024

/** The machine that a recording of a way is played on, and the allocator of its kernels. */
const WAYS: Readonly<Record<RecordedWay, { readonly machine: Settings; readonly allocator: string }>> = {
  tce: { machine: { cpuPage: 64 * KIB }, allocator: 'tce-pools' },
  vtd: { machine: { platform: VTD, cpuPage: 4 * KIB }, allocator: 'rcache' },
  arm: { machine: { platform: ARM, cpuPage: 4 * KIB }, allocator: 'rcache' },
  amd: { machine: { platform: AMD, cpuPage: 4 * KIB }, allocator: 'rcache' },
}

/** That machine with so many CPUs, or with more, where machines have no such number. */
function machineOf(way: RecordedWay, cpus: number): Settings {
  const { machine } = WAYS[way]
  const counts = machineParams(machine).find(({ name }) => name === 'cpus')?.values ?? []
  return { ...machine, cpus: counts.find(({ value }) => Number(value) >= cpus)?.value ?? 1 }
}

/** The preset that a scenario started from, or what a file of one's own makes of itself; null when there is neither. */
export function presetOf(scenario: Scenario): Preset | null {
  return presetById(scenario.preset) ?? (scenario.recording ? presetOfRecording(scenario.recording) : null)
}

/** Entries that the map of a recording is fitted to, at a time, and how many such blocks in a row may be unused. */
const BLOCK = 512
const GAP = 8

/** Where a stretch holds nothing for a longer share of the time in which anything is mapped, it is not what to look at. */
const MOST_EMPTY = 0.01

interface Stretch {
  readonly first: number
  readonly count: number
}

/** The stretch of a window of `size` entries in which most mappings lie; null when that is half of it or more, and when it
 *  is empty while others are mapped. */
function usedOf(ops: RecordedOps, size: number): Stretch | null {
  const maps = new Float64Array(Math.ceil(size / BLOCK))
  let all = 0
  for (let i = 0; i < ops.count; i++) {
    if (ops.kind[i] !== REC_MAP && ops.kind[i] !== REC_MORE) continue
    const last = Math.floor((ops.entry[i]! + ops.npages[i]! - 1) / BLOCK)
    for (let b = Math.floor(ops.entry[i]! / BLOCK); b <= last; b++) {
      maps[b]!++
      all++
    }
  }
  let most = { first: 0, end: 0, maps: 0 }
  let now = most
  for (const [b, n] of maps.entries()) {
    if (n === 0) continue
    now = {
      first: b - now.end > GAP || now.maps === 0 ? b : now.first,
      end: b + 1,
      maps: b - now.end > GAP ? n : now.maps + n,
    }
    if (now.maps > most.maps) most = now
  }
  const count = (most.end - most.first) * BLOCK
  if (2 * most.maps <= all || 2 * count >= size) return null
  const stretch = { first: most.first * BLOCK, count }
  return isEverSeen(ops, stretch) ? stretch : null
}

/** Whatever the moment, from the first mapping on: if anything is mapped, some of it lies in the stretch. */
function isEverSeen(ops: RecordedOps, { first, count }: Stretch): boolean {
  let all = 0
  let seen = 0
  let allNs = 0
  let emptyNs = 0
  for (let i = 0; i < ops.count; i++) {
    const before = i === 0 ? 0 : ops.ns[i]! - ops.ns[i - 1]!
    if (all > 0) allNs += before
    if (all > 0 && seen === 0) emptyNs += before
    const kind = ops.kind[i] === REC_MORE ? REC_MAP : ops.kind[i]
    if (kind !== REC_MAP && kind !== REC_UNMAP) continue
    const entry = ops.entry[i]!
    const npages = ops.npages[i]!
    const inside = Math.max(0, Math.min(entry + npages, first + count) - Math.max(entry, first))
    if (kind === REC_MAP && all === 0 && allNs === 0 && inside === 0) return false
    // What a record takes back may have been mapped before it began.
    all = Math.max(0, kind === REC_MAP ? all + npages : all - npages)
    seen = Math.max(0, kind === REC_MAP ? seen + inside : seen - inside)
  }
  return emptyNs <= allNs * MOST_EMPTY
}

/** Simulated ns per wall ns at which a recording of this length takes ten seconds or a little more, but never faster
 *  than it was unless it takes minutes. */
function speedOf(endNs: number): number {
  const tenths = endNs / 10_000_000_000
  return tenths < 1 ? 1 / Math.ceil(1 / Math.max(1e-8, tenths)) : Math.ceil(tenths / 6)
}

/** How a recording from a file is opened: where it first maps something, the map fitted to what it uses, with a little room
 *  behind its end. */
export function presetOfRecording(recording: Recording): Preset {
  const { name, way, space, pageShift, offset, size, endNs, ops } = recording
  const firstNs = ops.ns[ops.kind.indexOf(REC_MAP)] ?? 0
  const zoom = usedOf(ops, size)
  const page = pow2(pageShift)
  const settings = { iommuPage: page, window: size * page, allocator: WAYS[way].allocator, ...recording.settings }
  return {
    id: FILE_PRESET,
    title: name,
    nudge: null,
    scenario: {
      preset: FILE_PRESET,
      seed: 0,
      machine: machineOf(way, recording.cpus),
      devices: [{ id: 'd0', name: space, offset, settings }],
      workloads: [{ id: 'w0', type: RECORDED, device: 0, settings: {} }],
      inputs: [],
      recording,
    },
    openNs: firstNs,
    horizonNs: Math.max(1000, Math.ceil(endNs * 1.02)),
    speed: speedOf(endNs - firstNs),
    ...(zoom && { zoom }),
    dock: [],
  }
}

/** What a recording of a way can be of, bytes ascending: other pages and windows have no setting, and are not played. */
export function recordable(way: RecordedWay): {
  readonly pages: readonly number[]
  readonly windows: readonly number[]
} {
  const params = deviceParams(WAYS[way].machine)
  const valuesOf = (name: string): number[] =>
    (params.find((param) => param.name === name)?.values ?? []).map(({ value }) => Number(value))
  return { pages: valuesOf('iommuPage'), windows: valuesOf('window') }
}

/** Of the fields of a scenario that plays a recording, those that the record leaves open: the allocator and its own; and of
 *  what the common IOMMU layer mapped, which IOMMU that was. */
export function openToChoice(fields: readonly Field[]): Field[] {
  const platform = fields.find(({ path }) => path === 'm.platform')
  const open = isRadix(platform?.value) ? ['m.platform'] : []
  return fields
    .filter((f) => open.includes(f.path) || (f.group === 'iova' && !FIXED.has(f.param.name)))
    .map((f) => {
      const refused: Record<string, string> = {}
      if (f.param.name === 'allocator')
        for (const a of allocatorInfos) if (!a.follows) refused[a.id] = 'cannot follow a record'
      if (f === platform)
        for (const { value, key } of f.param.values ?? [])
          if (!isRadix(value)) refused[key] = 'the record is of the common IOMMU layer'
      return { ...f, refused: { ...f.refused, ...refused } }
    })
}

const FIXED = new Set(['dmaMask', 'table'])
