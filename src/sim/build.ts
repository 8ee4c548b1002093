// Building a machine from settings: tables, workloads, CPUs. Used at the start and again when a setting changes that
// a driver must be reloaded for.

import { log2Floor, pow2 } from '../lib/bits.ts'
import { chunked } from '../lib/chunked.ts'
import { deriveSeed } from '../lib/rng.ts'
import { createLock } from './engine/lock.ts'
import { MAX_STAGES, MAX_TRIES } from './engine/meter.ts'
import { createBands, type Recorder } from './engine/recorder.ts'
import { allocatorById } from './iova/index.ts'
import { valuesOf } from './scenario/fields.ts'
import type { DeviceSpec, Scenario, Settings } from './scenario/schema.ts'
import { type CpuState, createMappings, type DmaTable, ENTRY_STRIDE, type WorkloadState } from './state.ts'
import { tableById } from './table/index.ts'
import { entry, ns, type RealAddr } from './types.ts'
import { workloadById } from './workload/index.ts'
import { createOp } from './workload/workload.ts'

/** TCEs of one cache line (spec/POWERPC.md A.1). */
const BLOCK_SIZE = 16
/** Entries that a PCI device's mapping must not cross: its segment boundary of 4 GiB. */
const SEGMENT_BYTES = pow2(32)
/** RAM that the first workload's buffers come from; the next ones lie 16 GiB apart. */
const RAM_BASE = 0xd8750000
const RAM_APART = pow2(34)
const REFUSALS_KEPT = 1024

/** Settings of one scope (`m`, `d0`, `w0`) out of the flat record. */
export function scopeOf(settings: Settings, scope: string): Settings {
  const own: Record<string, number | string> = {}
  for (const [path, value] of Object.entries(settings)) {
    if (path.startsWith(`${scope}.`)) own[path.slice(scope.length + 1)] = value
  }
  return own
}

/** The flat record of every setting of a scenario, inputs included. */
export function settingsOf(scenario: Scenario): Record<string, number | string> {
  return Object.fromEntries(valuesOf(scenario).map((f) => [f.path, f.value]))
}

/** An empty window with its allocator and table. */
export function buildTable(owner: number, device: DeviceSpec, settings: Settings, cpus: number): DmaTable {
  const own = scopeOf(settings, device.id)
  const pageShift = log2Floor(Number(own.iommuPage))
  const windowBytes = Number(own.window)
  const size = windowBytes / Number(own.iommuPage)
  const geometry = {
    size,
    offset: device.offset ?? 0,
    pageShift,
    blockSize: BLOCK_SIZE,
    resStart: 0,
    resEnd: 0,
    boundary: SEGMENT_BYTES / Number(own.iommuPage),
  }
  const allocator = allocatorById(String(own.allocator))!
  const alloc = allocator.create(geometry, own)
  const regionStart = Float64Array.from(allocator.regions(alloc), (r) => r.start)
  const granule = allocator.granule
  const tableId = granule ? 'tce-mixed' : 'tce-single'
  const parts =
    granule && allocator.regions(alloc).map(({ start, end }) => ({ start, end, granule: granule(alloc, entry(start)) }))
  const regions = regionStart.length
  const reserved: { start: number; end: number }[] = []
  allocator.forEachRange(alloc, (start, npages) => reserved.push({ start, end: start + npages }))
  const twoRegion = allocator.id === 'tce-halves'
  return {
    owner,
    allocatorId: allocator.id,
    tableId,
    geometry,
    windowBytes,
    kernelPageShift: log2Floor(Number(settings['m.cpuPage'])),
    tceUnderLock: twoRegion || own.tceWrite === 'inside',
    alignPages: !(twoRegion && own.generation === 1),
    mask: pow2(Math.min(52, Number(own.dmaMask) - pageShift)) - 1,
    alloc,
    tce: tableById(tableId)!.create(size, pageShift, parts),
    locks: Array.from({ length: allocator.locks(alloc) }, () => createLock(cpus)),
    mappings: createMappings(),
    entries: chunked(new Int32Array(size * ENTRY_STRIDE)),
    mapped: 0,
    usefulBytes: 0,
    live: 0,
    maps: 0,
    unmaps: 0,
    refused: 0,
    spills: 0,
    reserved,
    regionStart,
    spillsByRegion: new Int32Array(regions),
    ownedByRegionCpu: new Int32Array(regions * cpus),
    firstRefusal: null,
    lastRefusal: {
      ns: 0,
      cpu: 0,
      device: 0,
      npages: 0,
      address: 0,
      tries: 0,
      region: new Uint8Array(MAX_TRIES),
      from: new Uint8Array(MAX_TRIES),
      start: new Float64Array(MAX_TRIES),
      limit: new Float64Array(MAX_TRIES),
      free: new Float64Array(MAX_TRIES),
    },
    refusalNs: new Float64Array(REFUSALS_KEPT),
  }
}

/** Gives the recorder's band history of a table to a new table of the same device; old columns stay. */
export function adoptBands(recorder: Recorder, index: number, size: number): void {
  const fresh = createBands(size)
  const old = recorder.bands[index]
  recorder.bands[index] = old ? { ...fresh, levelByColumn: old.levelByColumn, marksByColumn: old.marksByColumn } : fresh
}

/** A workload as its driver finds things when it is loaded at `nowNs`. */
export function buildWorkload(
  scenario: Scenario,
  index: number,
  settings: Settings,
  firstTask: number,
  nowNs: number,
): WorkloadState {
  const spec = scenario.workloads[index]!
  const kind = workloadById(spec.type)
  const state = kind.create(scopeOf(settings, spec.id), {
    cpus: Number(settings['m.cpus']),
    cpuPageShift: log2Floor(Number(settings['m.cpuPage'])),
    seed: deriveSeed(scenario.seed, index),
    nowNs: ns(nowNs),
    base: (RAM_BASE + index * RAM_APART) as RealAddr,
    ...(scenario.recording && { recording: scenario.recording.ops }),
  })
  return { type: spec.type, device: spec.device, firstTask, tasks: kind.tasks(state), state }
}

/** CPUs with nothing to do and room for `tasks` waiting tasks and the work of `tables` tables each. */
export function buildCpus(cpus: number, tasks: number, tables: number): CpuState[] {
  return Array.from({ length: cpus }, () => ({
    task: -1,
    idle: true,
    hung: false,
    requestNs: 0,
    stage: 0,
    stages: 0,
    stageTable: 0,
    stageLock: new Uint8Array(MAX_STAGES),
    stageNs: new Float64Array(MAX_STAGES),
    restNs: 0,
    works: 0,
    work: new Int32Array(2 * tables),
    op: createOp(),
    ring: new Int32Array(Math.max(1, tasks)),
    head: 0,
    length: 0,
  }))
}
