// Building a machine from settings: tables, workloads, CPUs. Used at the start and again when a setting changes that
// a driver must be reloaded for.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import { chunked } from '../../lib/chunked.ts'
import { deriveSeed } from '../../lib/rng.ts'
import type { BootOutcome } from '../boot/boot.ts'
import { createIommuState } from '../dma/iommu-state.ts'
import { PRICES } from '../engine/cost.ts'
import { createLock } from '../engine/lock.ts'
import { MAX_STAGES, MAX_TRIES, MAX_WALKS } from '../engine/meter.ts'
import { createFlushQueue } from '../flush/flush-queue.ts'
import { createIotlb, type IotlbState } from '../iotlb/iotlb-state.ts'
import type { IovaAllocator, Island, WindowGeometry } from '../iova/allocator.ts'
import { absOf } from '../iova/geometry.ts'
import { allocatorById } from '../iova/index.ts'
import type { Settings } from '../params.ts'
import { readParam, readParams } from '../params.ts'
import { poolAllocator } from '../paths/pool-allocator.ts'
import { guestMemory, guestWindow, requestOf } from '../platform/guest-window.ts'
import { askForWindow, readyAt, windowOf } from '../platform/partition.ts'
import { pcMemory } from '../platform/pc-memory.ts'
import { valuesOf } from '../scenario/fields.ts'
import { needsBitmap } from '../scenario/platform.ts'
import { isRadix, radixDevice, SPACE_48 } from '../scenario/platform-iommu.ts'
import { platformParam } from '../scenario/platform-names.ts'
import { isPowernv, isPseries } from '../scenario/platform-power.ts'
import type { DeviceSpec, Scenario } from '../scenario/schema.ts'
import { createPool, type SwiotlbPool } from '../swiotlb/pool.ts'
import { SET_SLOTS, SLOT_BYTES } from '../swiotlb/pool-size.ts'
import { tableById } from '../table/index.ts'
import { createRadix } from '../table/radix.ts'
import { createTceWindow } from '../table/tce-window.ts'
import { type AbsEntry, absEntry, entry, ns, type RealAddr } from '../types.ts'
import { workloadById } from '../workload/index.ts'
import { createOp } from '../workload/workload.ts'
import { type Bounce, type CpuState, createMappings, type DmaTable, ENTRY_STRIDE, type WorkloadState } from './state.ts'

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

/** The window that settings ask for. Of a space that is too large to be listed it has the first and the last 4 GiB. */
function geometryOf(device: DeviceSpec, own: Settings): WindowGeometry {
  const pageBytes = Number(own.iommuPage)
  const entries = spaceOf(own) / pageBytes
  const island = SEGMENT_BYTES / pageBytes
  const parts = entries <= island ? [entries] : needsBitmap(own.allocator) ? [island] : [island, island]
  return {
    size: parts.reduce((sum, n) => sum + n),
    offset: device.offset ?? 0,
    pageShift: log2Floor(pageBytes),
    blockSize: BLOCK_SIZE,
    resStart: 0,
    resEnd: 0,
    boundary: island,
    ...(parts.length > 1 && {
      islands: [
        { entry: 0, abs: 0, pages: island },
        { entry: island, abs: entries - island, pages: island },
      ],
    }),
  }
}

/** Bytes of the space that settings ask for; the largest one is whatever the levels of the table translate. */
function spaceOf(own: Settings): number {
  const window = Number(own.window)
  if (window < SPACE_48 || own.levels === undefined) return window
  return pow2(12 + 9 * Number(own.levels))
}

/** The stretches that a window lies in. */
function islandsOf({ islands, offset, size }: WindowGeometry): readonly Island[] {
  return islands ?? [{ entry: 0, abs: offset, pages: size }]
}

/** Highest absolute entry that a device reaches in a window: its mask and the end of the window. */
export function maskOf(settings: Settings, device: DeviceSpec, geometry: WindowGeometry, bounced: boolean): AbsEntry {
  // What a guest maps it chooses inside of its window.
  const bits = Number(settings[`${device.id}.dmaMask`] ?? 64) - geometry.pageShift
  const mask = pow2(Math.min(52, bits)) - 1
  // The bitmap allocators cut a search at the end of the window themselves, and tell how the two meet.
  // And where nothing is translated the mask alone says what a device reaches.
  return absEntry(
    isRadix(settings['m.platform']) && !bounced ? Math.min(mask, absOf(geometry, geometry.size - 1)) : mask,
  )
}

/** True when a machine came up without a working IOMMU: buffers are used where they lie, or bounce. */
export function bounces(boot: BootOutcome | null): boolean {
  return boot !== null && boot.backend !== 'iommu'
}

/** The bounce pool as a window: its slots. Without one there is nothing to hand out. */
function poolWindow(boot: BootOutcome) {
  const { pool } = boot
  const geometry = {
    size: pool?.slots ?? 2,
    offset: (pool?.start ?? 0) / SLOT_BYTES,
    pageShift: log2Floor(SLOT_BYTES),
    blockSize: 16,
    resStart: 0,
    resEnd: 0,
    boundary: Number.POSITIVE_INFINITY,
  }
  return { geometry, windowBytes: pool?.bytes ?? 0, ddw: null, allocatorId: 'swiotlb' }
}

/** The bounce pool that a machine came up with; where there is none, one of two slots that stand for nothing. */
function bouncePool({ pool }: BootOutcome): SwiotlbPool {
  return createPool({
    slots: pool?.slots ?? 2,
    areas: pool?.areas ?? 1,
    startAddress: pool?.start ?? 0,
    boundaryMask: null,
  })
}

/** The way to memory of a machine that came up without a working IOMMU. */
function createBounce(boot: BootOutcome, settings: Settings, minAlignMask: Int32Array): Bounce {
  const { pool } = boot
  return {
    isThere: pool !== null,
    force: settings['m.force'] === 'force' && pool !== null,
    memory: pcMemory(settings),
    minAlignMask,
    lastCpu: new Uint8Array(Math.ceil((pool?.slots ?? 2) / SET_SLOTS)).fill(255),
    direct: 0,
    bounced: 0,
    directBytes: 0,
    copiedInBytes: 0,
    copiedOutBytes: 0,
    last: { device: -1, address: 0, bytes: 0, above: 0, outcome: 0, reason: 0, slots: 0, used: 0 },
  }
}

/** The window that a device gets on its platform, and what it is made of; `ddw`: how it came by it. */
function windowFor(device: DeviceSpec, settings: Settings, own: Settings, boot: BootOutcome | null) {
  const platform = readParam(platformParam, settings, 'm')
  if (boot && bounces(boot)) return poolWindow(boot)
  if (isPseries(platform)) {
    const ddw = askForWindow(settings, device)
    // Nobody asks for addresses of a direct window, and its bitmap would be as long as memory may ever be.
    return { ...windowOf(ddw, settings), ddw, allocatorId: ddw.result === 'direct' ? 'rbtree' : String(own.allocator) }
  }
  if (isPowernv(platform)) return { ...guestWindow(settings, device.id), ddw: null, allocatorId: 'rbtree' }
  const geometry = geometryOf(device, own)
  return { geometry, windowBytes: spaceOf(own), ddw: null, allocatorId: String(own.allocator) }
}

/** An empty window with its allocator and table, for a driver that is loaded now. */
export function buildTable(
  owner: number,
  device: DeviceSpec,
  s: { readonly settings: Settings; readonly nowNs: number; readonly boot: BootOutcome | null },
  cpus: number,
  devices: number,
  minAlignMask: Int32Array,
): DmaTable {
  const { settings } = s
  const own = scopeOf(settings, device.id)
  const { ddw, windowBytes, allocatorId, ...window } = windowFor(device, settings, own, s.boot)
  const geometry = { ...window.geometry, cpus }
  const { size, pageShift } = geometry
  const platform = readParam(platformParam, settings, 'm')
  const bounce = s.boot && bounces(s.boot) ? createBounce(s.boot, settings, minAlignMask) : null
  const iommu =
    isRadix(platform) && !bounce
      ? createIommuState(platform, readParams(radixDevice, settings, device.id), devices)
      : null
  const allocator = bounce ? (poolAllocator as unknown as IovaAllocator) : allocatorById(allocatorId)!
  const alloc = bounce ? bouncePool(s.boot!) : allocator.create(geometry, own)
  const regionStart = Float64Array.from(allocator.regions(alloc), (r) => r.start)
  const granule = allocator.granule
  const tableId = bounce ? 'bounce' : isPowernv(platform) ? 'tce-multi' : granule ? 'tce-mixed' : 'tce-single'
  const parts =
    granule && allocator.regions(alloc).map(({ start, end }) => ({ start, end, granule: granule(alloc, entry(start)) }))
  const regions = regionStart.length
  const reserved: { start: number; end: number }[] = []
  const { resStart, resEnd } = geometry
  // A guest's addresses are its own, address 0 among them: of what an allocator keeps back only that is lost which is not there.
  if (tableId !== 'tce-multi')
    allocator.forEachRange(alloc, (start, npages) => reserved.push({ start, end: start + npages }))
  else if (resStart < resEnd) reserved.push({ start: size - (resEnd - resStart), end: size })
  const twoRegion = allocator.id === 'tce-halves'
  return {
    owner,
    allocatorId: allocator.id,
    tableId: iommu ? 'radix' : tableId,
    geometry,
    windowBytes,
    kernelPageShift: log2Floor(Number(settings['m.cpuPage'])),
    tceUnderLock: twoRegion || own.tceWrite === 'inside',
    alignPages: !(twoRegion && own.generation === 1),
    iommu,
    bounce,
    direct: (own.translation === 'off' && !bounce) || ddw?.result === 'direct' || ddw?.result === 'nowhere',
    ddw,
    multiTce: settings['m.multitce'] !== 'off',
    realMode: own.realMode === 'on',
    readyNs: s.boot?.backend === 'panic' ? Number.POSITIVE_INFINITY : ddw ? readyAt(ddw, s.nowNs) : s.nowNs,
    whyRefused: 0,
    flush: iommu?.mode === 'deferred' ? createFlushQueue(cpus, iommu.singleQueue) : null,
    workNs: new Float64Array(2).fill(Number.POSITIVE_INFINITY),
    lateNs: Number.POSITIVE_INFINITY,
    flushes: 0,
    invalidations: 0,
    treeSteps: 0,
    treeSearches: 0,
    answered: new Float64Array(3),
    lastWalk: { ns: 0, cpu: 0, steps: 0, walks: 0, from: new Float64Array(MAX_WALKS), to: new Float64Array(MAX_WALKS) },
    alloc,
    tce: iommu
      ? createRadix(iommu.page, islandsOf(geometry))
      : bounce
        ? {}
        : tableId === 'tce-multi'
          ? createTceWindow(requestOf(settings, device.id, pageShift), islandsOf(geometry))
          : tableById(tableId)!.create(size, pageShift, parts),
    // The last one guards the invalidation queue of an IOMMU.
    locks: Array.from({ length: allocator.locks(alloc) + (iommu ? 1 : 0) }, () =>
      createLock(cpus, settings['m.guest'] === 'on' ? PRICES.wake.ps : 0),
    ),
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

/** The IOTLBs that settings ask for: none, one for all devices, or one for each. */
export function buildIotlbs(settings: Settings, devices: number): IotlbState[] {
  if (!isRadix(settings['m.platform'])) return []
  const entries = Number(settings['m.iotlb'])
  const ways = Math.min(entries, Number(settings['m.ways']) || entries)
  const walkEntries = Number(settings['m.walkCache'])
  const shared = settings['m.iotlbShare'] !== 'device'
  return Array.from({ length: shared ? 1 : devices }, () => createIotlb({ entries, ways, walkEntries }))
}

/** Id of the device whose table a device uses. */
function tableOwner({ devices }: Scenario, device: number, settings: Settings): string {
  const { id } = devices[device]!
  return device > 0 && settings[`${id}.table`] === 'shared' ? devices[0]!.id : id
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
    iommuPageShift: log2Floor(Number(settings[`${tableOwner(scenario, spec.device, settings)}.iommuPage`])),
    seed: deriveSeed(scenario.seed, index),
    nowNs: ns(nowNs),
    base: (RAM_BASE + index * RAM_APART) as RealAddr,
    ...(isPowernv(settings['m.platform']) && {
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
