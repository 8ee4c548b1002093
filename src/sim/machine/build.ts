// Building a machine from settings: tables, workloads, CPUs. Used at the start and again when a setting changes that
// a driver must be reloaded for.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import { chunked } from '../../lib/chunked.ts'
import { deriveSeed } from '../../lib/rng.ts'
import type { BootOutcome } from '../boot/boot.ts'
import { PRICES } from '../engine/cost.ts'
import { createLock } from '../engine/lock.ts'
import { MAX_STAGES, MAX_TRIES, MAX_WALKS } from '../engine/meter.ts'
import { createIotlb, type IotlbState } from '../iotlb/iotlb-state.ts'
import type { Settings } from '../params.ts'
import { readParam, readParams, scopeOf } from '../params.ts'
import { buildWay, hasIotlbs, rangesOf } from '../paths/index.ts'
import { guestMemory } from '../platform/guest-window.ts'
import { readyAt } from '../platform/partition.ts'
import { valuesOf } from '../scenario/fields.ts'
import { commonParams, pageBytesOf, tableParam } from '../scenario/platform.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import { iotlbParams } from '../scenario/platform-iommu.ts'
import { isPowernv } from '../scenario/platform-power.ts'
import type { DeviceSpec, Scenario } from '../scenario/schema.ts'
import { workloadById } from '../workload/index.ts'
import { createOp } from '../workload/workload.ts'
import { type CpuState, createMappings, type DmaTable, ENTRY_STRIDE, type WorkloadState } from './state.ts'

/** RAM that the first workload's buffers come from; the next ones lie 16 GiB apart. */
const RAM_BASE = 0xd8750000
const RAM_APART = pow2(34)
const REFUSALS_KEPT = 1024

/** The flat record of every setting of a scenario, inputs included. */
export function settingsOf(scenario: Scenario): Record<string, number | string> {
  return Object.fromEntries(valuesOf(scenario).map((f) => [f.path, f.value]))
}

/** An empty window with its books, for a driver that is loaded now. */
export function buildTable(
  owner: number,
  device: DeviceSpec,
  s: { readonly settings: Settings; readonly nowNs: number; readonly boot: BootOutcome | null },
  cpus: number,
  devices: number,
  minAlignMask: Int32Array,
): DmaTable {
  const { settings, boot } = s
  const own = scopeOf(settings, device.id)
  const { geometry, windowBytes, ddw, path, ownLocks, ...built } = buildWay({
    ...{ device, settings, own, boot, cpus, devices, minAlignMask },
  })
  const { size } = geometry
  const isGuest = readParams(bootParams, settings, 'm').guest === 'on'
  const [ranges, alloc] = rangesOf(path)
  const regionStart = Float64Array.from(ranges.regions(alloc), (r) => r.start)
  const regions = regionStart.length
  const kept: { start: number; end: number }[] = []
  if (!built.reserved) ranges.forEachRange(alloc, (start, npages) => kept.push({ start, end: start + npages }))
  return {
    owner,
    geometry,
    windowBytes,
    kernelPageShift: log2Floor(readParams(commonParams, settings, 'm').cpuPage),
    path,
    ddw,
    readyNs: boot?.backend === 'panic' ? Number.POSITIVE_INFINITY : ddw ? readyAt(ddw, s.nowNs) : s.nowNs,
    whyRefused: 0,
    flush: built.flush ?? null,
    workNs: new Float64Array(2).fill(Number.POSITIVE_INFINITY),
    lateNs: Number.POSITIVE_INFINITY,
    flushes: 0,
    invalidations: 0,
    treeSteps: 0,
    treeSearches: 0,
    answered: new Float64Array(3),
    lastWalk: { ns: 0, cpu: 0, steps: 0, walks: 0, from: new Float64Array(MAX_WALKS), to: new Float64Array(MAX_WALKS) },
    locks: Array.from({ length: ranges.locks(alloc) + ownLocks }, () => createLock(cpus, isGuest ? PRICES.wake.ps : 0)),
    mappings: createMappings(),
    entries: chunked(new Int32Array(size * ENTRY_STRIDE)),
    mapped: 0,
    usefulBytes: 0,
    live: 0,
    maps: 0,
    unmaps: 0,
    refused: 0,
    spills: 0,
    reserved: built.reserved ?? kept,
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

/** The IOTLBs that settings ask for: none, one for all devices, or one for each. None of an IOMMU that did not come up. */
export function buildIotlbs(settings: Settings, boot: BootOutcome | null, devices: number): IotlbState[] {
  if (!hasIotlbs(settings, boot)) return []
  const { iotlb: entries, walkCache: walkEntries, iotlbShare, ...set } = readParams(iotlbParams, settings, 'm')
  const ways = Math.min(entries, set.ways || entries)
  return Array.from({ length: iotlbShare === 'shared' ? 1 : devices }, () =>
    createIotlb({ entries, ways, walkEntries }),
  )
}

/** Id of the device whose table a device uses. */
function tableOwner({ devices }: Scenario, device: number, settings: Settings): string {
  const { id } = devices[device]!
  return device > 0 && readParam(tableParam, settings, id) === 'shared' ? devices[0]!.id : id
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
  const { platform, cpus, cpuPage } = readParams(commonParams, settings, 'm')
  const state = kind.create(scopeOf(settings, spec.id), {
    cpus,
    cpuPageShift: log2Floor(cpuPage),
    iommuPageShift: log2Floor(pageBytesOf(settings, tableOwner(scenario, spec.device, settings))),
    seed: deriveSeed(scenario.seed, index),
    nowNs,
    base: RAM_BASE + index * RAM_APART,
    ...(isPowernv(platform) && {
      memory: guestMemory(settings, scenario.devices[spec.device]!.id),
    }),
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
