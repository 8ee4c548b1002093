// MachineState: everything that a run is, as plain data. A clone of it is a checkpoint, a hash of it is the proof.

import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import type { Heap } from '../../lib/heap.ts'
import type { BootOutcome } from '../boot/boot.ts'
import type { IommuState } from '../dma/iommu-state.ts'
import type { Lock } from '../engine/lock.ts'
import type { EventLog } from '../engine/log.ts'
import type { Recorder } from '../engine/recorder.ts'
import type { FlushQueue } from '../flush/flush-queue.ts'
import type { IotlbState } from '../iotlb/iotlb-state.ts'
import type { WindowGeometry } from '../iova/allocator.ts'
import type { ParamValue } from '../params.ts'
import { readParams } from '../params.ts'
import type { Path } from '../paths/path.ts'
import type { DdwRun } from '../platform/partition.ts'
import { commonParams } from '../scenario/platform.ts'
import type { HcallCounts } from '../window/ddw-calls.ts'
import type { Op } from '../workload/workload.ts'

/** Numbers per mapping record: one cache line. */
export const MAP_STRIDE = 8
/** First entry (table-relative). */
export const MAP_ENTRY = 0
export const MAP_NPAGES = 1
export const MAP_BYTES = 2
/** cpu | device << 8 | direction << 16 */
export const MAP_WHO = 3
/** Who holds it, as `holderOf` writes it: numbers that no reload of another driver shifts. */
export const MAP_HOLDER = 4
/** What it cost: ns waited for the lock * 2^26 + ns searched. The table's share follows from the pages. */
export const MAP_PAID = 5
/** Mapped at, ns. */
export const MAP_NS = 6
/** Real address of the buffer. */
export const MAP_ADDRESS = 7

/** Room in a holder for the slots of a task and for the tasks of a workload. */
const HOLDER_SLOTS = 0x1000000
const HOLDER_TASKS = 0x10000
export const PAID_LOCK = 0x4000000

/** Numbers per entry: mapping id + 1 (0 = never mapped, below 0 = free since, see `freedMark`), and how often the
 *  entry was handed out. */
export const ENTRY_STRIDE = 2
export const ENTRY_MAPPING = 0
export const ENTRY_GENERATION = 1

/** Workload of a holder: a mapping of the kernel itself. */
export const NOBODY = -1

/** The holder of a mapping: a workload of the scenario (from 0, or NOBODY), a task of its own (from 0), a slot of the task. */
export function holderOf(workload: number, task: number, slot: number): number {
  return (workload < 0 ? NOBODY : workload * HOLDER_TASKS + task) * HOLDER_SLOTS + slot
}

/** Workload of a holder, or NOBODY. */
export function workloadOfHolder(holder: number): number {
  return holder < 0 ? NOBODY : Math.floor(holder / (HOLDER_TASKS * HOLDER_SLOTS))
}

/** Task of its workload, from 0, and slot of the task; of NOBODY the slot alone means something. */
export function taskOfHolder(holder: number): { readonly task: number; readonly slot: number } {
  const task = Math.floor(holder / HOLDER_SLOTS)
  return { task: task < 0 ? 0 : task % HOLDER_TASKS, slot: holder - task * HOLDER_SLOTS }
}

/** What stands for the mapping of an entry that was freed at `ns`: -1 less the whole microseconds, at most 2^31 - 2. */
export function freedMark(ns: number): number {
  return -1 - Math.min(0x7ffffffe, Math.floor(ns / 1000))
}

/** When an entry was freed, ns cut to microseconds, from its ENTRY_MAPPING; null while mapped or never mapped. */
export function freedAtNs(mark: number): number | null {
  return mark < 0 ? (-1 - mark) * 1000 : null
}

/** The live mappings of one table: what the kernel's dma-debug would list. */
export interface Mappings {
  /** [capacity*MAP_STRIDE] */
  records: Chunked<Float64Array>
  /** Stack of unused ids. */
  freeIds: Chunked<Int32Array>
  free: number
}

/** Why a map at a place of the caller's choosing got nothing; its words are in words/refusals.ts, by number. */
export const NO_TABLE = 1
export const OUTSIDE = 2
export const SMALL_PIECES = 3
export const NO_MEMORY = 4
/** And why nothing bounces: REASONS of paths/swiotlb.ts, from this number on. */
export const NO_BOUNCE = 5

/** The last refused request of a table; arrays are [MAX_TRIES], the first `tries` count, in kernel order. */
export interface RefusalState {
  ns: number
  cpu: number
  device: number
  npages: number
  address: number
  tries: number
  readonly region: Uint8Array
  readonly from: Uint8Array
  readonly start: Float64Array
  readonly limit: Float64Array
  /** Free entries that the try found in its range; no suitable run was among them. */
  readonly free: Float64Array
}

/** A search of the tree: from the range at from[i] down to to[i]. [MAX_WALKS] */
export interface WalkState {
  ns: number
  cpu: number
  steps: number
  walks: number
  readonly from: Float64Array
  readonly to: Float64Array
}

/** Mapping id of a buffer that is used where it lies. */
export const DIRECT_MAPPING = 0x7fffffff

/** A window with the books of what is mapped in it, and its way to memory. */
export interface DmaTable {
  /** Device that owns it. */
  readonly owner: number
  readonly geometry: WindowGeometry
  readonly windowBytes: number
  readonly kernelPageShift: number
  /** How its buffers go to memory. What follows from that is asked of the way (paths/way.ts), not of its kind. */
  readonly path: Path
  /** Of a partition: how its device came by this window. */
  readonly ddw: DdwRun | null
  /** When the driver goes on after its window was made, ns; Infinity when its device is lost. */
  readonly readyNs: number
  /** Why the last refused request got nothing where no allocator was asked: see NO_TABLE; 0 = none. */
  whyRefused: number
  /** Unmapped ranges that wait for a flush; null where nothing waits. */
  flush: FlushQueue | null
  /** When the work that was put off stands in the heap, ns (Infinity: not at all): [WORK_FLUSH], [WORK_DEPOT]. */
  readonly workNs: Float64Array
  /** When what a device does late stands in the heap, ns. */
  lateNs: number
  /** Flushes of the whole IOTLB, and invalidations that an unmap waited for. */
  flushes: number
  invalidations: number
  /** Moves to a neighbour range in all searches, and requests that searched the tree. */
  treeSteps: number
  treeSearches: number
  /** Requests answered [0] by a magazine or a chunk of the CPU, [1] by the depot, [2] by the tree. */
  readonly answered: Float64Array
  /** The last request that searched the tree; ranges in absolute entries, the first `walks` count. */
  lastWalk: WalkState
  readonly locks: Lock[]
  readonly mappings: Mappings
  /** [size*ENTRY_STRIDE] */
  readonly entries: Chunked<Int32Array>
  mapped: number
  usefulBytes: number
  live: number
  maps: number
  unmaps: number
  /** Since a driver of the table was last loaded, as `firstRefusal` and what follows. */
  refused: number
  spills: number
  /** Entries set aside when the window was built, ascending: [start, end). */
  readonly reserved: readonly { readonly start: number; readonly end: number }[]
  /** [regions] first entry of each, ascending. */
  readonly regionStart: Float64Array
  /** [regions] allocations that landed here although they began elsewhere. */
  readonly spillsByRegion: Int32Array
  /** [regions*cpus] live entries. */
  readonly ownedByRegionCpu: Int32Array
  firstRefusal: { ns: number; npages: number; nth: number; fitted: number } | null
  /** Meaningful once `refused` > 0. */
  readonly lastRefusal: RefusalState
  /** Ring of the times of the last refusals, ns. */
  readonly refusalNs: Float64Array
}

/** A source of work bound to a device; its tasks are numbered from `firstTask`. */
export interface WorkloadState {
  readonly type: string
  readonly device: number
  readonly firstTask: number
  readonly tasks: number
  readonly state: object
}

export interface CpuState {
  /** Task that has the CPU, or -1. */
  task: number
  idle: boolean
  /** Never returns from a call: the livelock of the two-region allocator. */
  hung: boolean
  /** Waiting for a lock since, ns. */
  requestNs: number
  /** Locks that the operation still has to take, one after the other (LOCAL_STAGE: none for a while): stageLock[stage … stages-1] of the table
   *  `stageTable`, each for stageNs; then `restNs` without any. */
  stage: number
  stages: number
  stageTable: number
  readonly stageLock: Uint8Array
  readonly stageNs: Float64Array
  restNs: number
  /** Work that tables have put off and that is this CPU's turn: work[0 … works-1], see EV_WORK. */
  works: number
  readonly work: Int32Array
  readonly op: Op
  /** Tasks that want the CPU, first come first served: ring[head … head+length-1]. */
  readonly ring: Int32Array
  head: number
  length: number
}

/** A tick of the time axis: MARK_CHANGE … and two numbers whose meaning depends on it. */
export interface MarkState {
  readonly ns: number
  readonly kind: number
  readonly device: number
  readonly a: number
  readonly b: number
  /** Number of the newest line of the log then: what it is about is a table of that time. */
  readonly line: number
}

/** An input as it took effect. */
export interface ChangeState {
  readonly path: string
  readonly value: ParamValue
  /** Mappings that were drained when drivers were loaded anew, from 0; -1: none was. */
  readonly drained: number
}

/** What lines from number `line` on need to know of a device's table, until the device gets another one. */
export interface BuiltState {
  readonly device: number
  readonly line: number
  /** Inputs that had taken effect. */
  readonly inputs: number
  /** The device uses the table of the first one: the rest is of that. */
  readonly shares: boolean
  readonly allocatorId: string
  readonly geometry: WindowGeometry
  readonly driver: IommuState['driver'] | null
  /** Slots of the pool that its buffers bounce through, 0 where there is none; null: they do not bounce. */
  readonly poolSlots: number | null
}

export interface MachineState {
  nowNs: number
  /** Heap events processed. */
  events: number
  /** Visible operations performed. */
  steps: number
  /** Settings by path, after the inputs so far. */
  settings: Record<string, ParamValue>
  readonly heap: Heap
  cpus: CpuState[]
  /** By device; null for a device that uses the first one's. */
  tables: (DmaTable | null)[]
  /** How the machine came up; null where that is not told. */
  boot: BootOutcome | null
  /** One for all devices, or one for each; none where no table needs one. */
  iotlbs: IotlbState[]
  /** Bytes of the smallest page that they hold; 0 where the first device's page size is no setting. */
  iotlbPageBytes: number
  /** By workload: when its device acts by itself next, ns; another time in the heap is stale. */
  engineNs: Float64Array
  workloads: WorkloadState[]
  /** [tasks] */
  taskWorkload: Int32Array
  taskCpu: Int32Array
  /** 1 while the task has or waits for a CPU. */
  taskReady: Uint8Array
  /** When the task's timer fires, ns; another time in the heap is stale. */
  taskTimerNs: Float64Array
  frames: number
  missed: number
  /** When a frame last found no buffer, ns. */
  missedNs: number
  refusedTotal: number
  /** Hypercalls that wrote TCEs, those that were too hard for real mode, and what all of them took, ps. */
  readonly hcalls: HcallCounts & { tooHard: number; ps: number }
  /** Every operation, short; and what is worth a line, long. */
  readonly ops: EventLog
  readonly log: EventLog
  recorder: Recorder
  marks: MarkState[]
  /** Inputs of the scenario that have taken effect, and what each did. */
  inputs: number
  changes: ChangeState[]
  /** Every table that was built, in order. */
  built: BuiltState[]
  /** The kernel's limit on messages: so many in an interval, the rest is only counted (`suppressed`, in this one). */
  readonly ratelimit: { beganNs: number; printed: number; suppressed: number }
  hang: { ns: number; cpu: number } | null
}

/** Index of the device whose window and table a device uses now: its own, or those of the first. */
export function tableOf(s: MachineState, device: number): number {
  return s.tables[device] ? device : 0
}

/** The IOTLB that a device looks its addresses up in, or null. */
export function iotlbOf(s: MachineState, device: number): IotlbState | null {
  return s.iotlbs[s.iotlbs.length > 1 ? device : 0] ?? null
}

/** Bytes that were unmapped and that IOTLBs still lead to. */
export function exposedBytes(s: MachineState): number {
  let bytes = 0
  for (const iotlb of s.iotlbs) bytes += iotlb.exposure.pages * s.iotlbPageBytes
  return bytes
}

/** CPUs that are online: those from 0 on. */
export function onlineCpus({ settings }: MachineState): number {
  const { cpus, online } = readParams(commonParams, settings, 'm')
  return Math.min(cpus, online || cpus)
}

/** An empty pool of mapping records. */
export function createMappings(): Mappings {
  const capacity = 1024
  return {
    records: chunked(new Float64Array(capacity * MAP_STRIDE)),
    freeIds: chunked(Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i)),
    free: capacity,
  }
}

/** An unused mapping id, from 0; the pool doubles when it is empty. */
export function takeMapping(m: Mappings): number {
  if (m.free === 0) growMappings(m)
  return m.freeIds.data[--m.free]!
}

/** Gives a mapping id back. */
export function dropMapping(m: Mappings, id: number): void {
  m.freeIds.data[m.free] = id
  touch(m.freeIds, m.free++)
}

function growMappings(m: Mappings): void {
  const old = m.freeIds.data.length
  const records = new Float64Array(2 * old * MAP_STRIDE)
  records.set(m.records.data)
  m.records = chunked(records)
  m.freeIds = chunked(Int32Array.from({ length: 2 * old }, (_, i) => 2 * old - 1 - i))
  m.free = old
}
