// MachineState: everything that a run is, as plain data. A clone of it is a checkpoint, a hash of it is the proof.

import { type Chunked, chunked, touch } from '../lib/chunked.ts'
import type { Heap } from '../lib/heap.ts'
import type { Lock } from './engine/lock.ts'
import type { EventLog } from './engine/log.ts'
import type { Recorder } from './engine/recorder.ts'
import type { WindowGeometry } from './iova/allocator.ts'
import type { ParamValue } from './params.ts'
import type { Op } from './workload/workload.ts'

/** Numbers per mapping in `Mappings.ints`. */
export const MAP_STRIDE = 8
/** First entry (table-relative). */
export const MAP_ENTRY = 0
export const MAP_NPAGES = 1
export const MAP_BYTES = 2
/** cpu | device << 8 | direction << 16 */
export const MAP_WHO = 3
/** Task and slot that hold it. */
export const MAP_TASK = 4
export const MAP_SLOT = 5
/** What it cost: ns waited for locks, ns searched; the table's share follows from the number of pages. */
export const MAP_LOCK_NS = 6
export const MAP_SEARCH_NS = 7

/** The live mappings of one table: what the kernel's dma-debug would list. */
export interface Mappings {
  /** [capacity*MAP_STRIDE] */
  ints: Chunked<Int32Array>
  /** [capacity*2] mapped at (ns), real address of the buffer. */
  nums: Chunked<Float64Array>
  /** Stack of unused ids. */
  freeIds: Chunked<Int32Array>
  free: number
}

/** The last refused request of a table. */
export interface RefusalState {
  ns: number
  cpu: number
  device: number
  npages: number
  address: number
  /** Tries in kernel order, as the meter noted them. */
  region: number[]
  from: number[]
  start: number[]
  limit: number[]
}

/** A window with its allocator, its table and what is mapped in it. */
export interface DmaTable {
  /** Device that owns it. */
  readonly owner: number
  readonly allocatorId: string
  readonly tableId: string
  readonly geometry: WindowGeometry
  readonly windowBytes: number
  readonly kernelPageShift: number
  /** TCEs are written while the allocator's lock is held, as until 2012. */
  readonly tceUnderLock: boolean
  readonly alignPages: boolean
  /** Highest absolute entry the device reaches. */
  readonly mask: number
  readonly alloc: object
  readonly tce: object
  readonly locks: Lock[]
  readonly mappings: Mappings
  /** [size] mapping id + 1, 0 = not mapped. */
  readonly mappingByEntry: Chunked<Int32Array>
  /** [size] how often the entry was handed out. */
  readonly generationByEntry: Chunked<Uint32Array>
  /** [size] CPU + 1 of the last mapping; 0 = never mapped. */
  readonly lastCpuByEntry: Chunked<Uint8Array>
  mapped: number
  usefulBytes: number
  live: number
  maps: number
  unmaps: number
  refused: number
  spills: number
  /** [regions] first entry of each, ascending. */
  readonly regionStart: Float64Array
  /** [regions] allocations that landed here although they began elsewhere. */
  readonly spillsByRegion: Int32Array
  /** [regions*cpus] live entries. */
  readonly ownedByRegionCpu: Int32Array
  /** [table pages of 512 TCEs] writes since the table was built. */
  readonly writesByPage: Chunked<Uint32Array>
  firstRefusal: { ns: number; npages: number; nth: number; fitted: number } | null
  lastRefusal: RefusalState | null
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
  readonly op: Op
  /** Tasks that want the CPU, first come first served: ring[head … head+length-1]. */
  readonly ring: Int32Array
  head: number
  length: number
}

/** A tick of the time axis. */
export interface MarkState {
  readonly ns: number
  readonly kind: 'change' | 'spill' | 'refusal' | 'hang'
  readonly text: string
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
  /** By device; null for a device that uses another's table. */
  tables: (DmaTable | null)[]
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
  refusedTotal: number
  /** Every operation, short; and what is worth a line, long. */
  readonly ops: EventLog
  readonly log: EventLog
  recorder: Recorder
  marks: MarkState[]
  /** Inputs of the scenario that have taken effect, and what each did in words. */
  inputs: number
  changes: string[]
  /** The kernel's limit on messages: so many in an interval, the rest is only counted. */
  readonly ratelimit: { beganNs: number; printed: number; suppressed: number }
  hang: { ns: number; cpu: number } | null
}

/** An empty pool of mapping records. */
export function createMappings(): Mappings {
  const capacity = 1024
  return {
    ints: chunked(new Int32Array(capacity * MAP_STRIDE)),
    nums: chunked(new Float64Array(capacity * 2)),
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
  const ints = new Int32Array(2 * old * MAP_STRIDE)
  ints.set(m.ints.data)
  const nums = new Float64Array(4 * old)
  nums.set(m.nums.data)
  m.ints = chunked(ints)
  m.nums = chunked(nums)
  m.freeIds = chunked(Int32Array.from({ length: 2 * old }, (_, i) => 2 * old - 1 - i))
  m.free = old
}
