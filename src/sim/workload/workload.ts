// The contract of a workload: one source of map and unmap calls. A workload owns its own state (plain data) and says
// what a CPU does next; the machine performs it, prices it and reports back. It knows no allocator and no table.

import type { Settings } from '../params.ts'
import { type ParamsOf, type ParamTable, readParams } from '../params.ts'
import type { PredictionFigures, RecordedOps } from '../scenario/recording.ts'

export const OP_MAP = 1
export const OP_UNMAP = 2
export const OP_MAP_SG = 3
export const OP_UNMAP_SG = 4
/** A coherent mapping: whole kernel pages that driver and device share until OP_UNMAP takes them back. */
export const OP_COHERENT = 5

/** At an address of the caller's choosing, as a hypervisor maps guest memory through the IOMMU API: sgAddress[0] = first
 *  entry (table-relative), `address` and `bytes` the memory; no allocator is asked. An unmap takes back the entries from
 *  sgAddress[0] on, sgBytes[0] of them, which whole mappings fill. */
export const OP_IOMMU_MAP = 6
export const OP_IOMMU_UNMAP = 7

/** A mapping that stays: what the device has written of it, its first `bytes`, is for the CPU to see, and then it is the
 *  device's again (dma_sync_single_for_cpu, _for_device). */
export const OP_SYNC = 8

/** `elements` of OP_IOMMU_MAP and OP_IOMMU_UNMAP: user space asks, not a hypercall. Of a map in a TCE table, sgAddress[0] is -1 outside of
 *  the window, sgAddress[1] = first page of the guest's memory, sgBytes[0] = bytes of the host's memory in one piece. */
export const BY_IOCTL = 1

/** At a recorded place: sgAddress[0] = first entry (relative), sgBytes[0] = npages; a map tells in sgMapping[0] where the
 *  allocator would have put it (-1: refused). An unmap that ends a clearing has its calls in `elements`, its TCEs in
 *  sgBytes[1]. */
export const OP_MAP_AT = 16
export const OP_UNMAP_AT = 17

export const TO_DEVICE = 1
export const FROM_DEVICE = 2
/** Direction of a coherent mapping: both ways; the bit that neither of the others has tells how it is taken back. */
export const COHERENT = 7

/** Answers of `next` besides a time: perform `op`, or let another task of this CPU have its turn. */
export const RUN = -1
export const YIELD = -2

/** Most elements in a scatter-gather list. */
export const MAX_SG = 16

/** One operation of a CPU; one record per CPU, reused, part of the machine's state. */
export interface Op {
  kind: number
  /** OP_MAP, OP_COHERENT: buffer address and length. OP_SYNC: the length that is synced. */
  address: number
  bytes: number
  direction: number
  /** OP_MAP, OP_COHERENT out: mapping id or -1 when refused. OP_UNMAP, OP_SYNC in: the id. */
  mapping: number
  /** OP_MAP, OP_COHERENT, OP_IOMMU_MAP out: first table-relative entry, or -1. */
  entry: number
  /** OP_UNMAP, OP_UNMAP_SG, OP_SYNC in: 1 = the device has used the buffer, every page of it once, before the driver looks. */
  used: number
  /** In: a page of another mapping that the device has read for it (a descriptor): mapping id or -1, and which page. */
  descriptor: number
  descriptorPage: number
  /** Which buffer of the workload this is about. */
  slot: number
  /** Work of driver and stack after the operation, ps. */
  workPs: number
  /** Payload bytes delivered by this operation, and frames that found no buffer since the last one. */
  delivered: number
  missed: number
  /** Scatter-gather: elements in (OP_MAP_SG), mappings out or in; `segments` = -1 when refused. */
  elements: number
  readonly sgAddress: Float64Array
  readonly sgBytes: Float64Array
  segments: number
  readonly sgMapping: Int32Array
}

export function createOp(): Op {
  return {
    kind: 0,
    address: 0,
    bytes: 0,
    direction: FROM_DEVICE,
    mapping: -1,
    entry: -1,
    used: 0,
    descriptor: -1,
    descriptorPage: 0,
    slot: 0,
    workPs: 0,
    delivered: 0,
    missed: 0,
    elements: 0,
    sgAddress: new Float64Array(MAX_SG),
    sgBytes: new Float64Array(MAX_SG),
    segments: 0,
    sgMapping: new Int32Array(MAX_SG),
  }
}

/** What a workload knows of the machine when its driver is loaded. */
export interface WorkloadEnv {
  readonly cpus: number
  readonly cpuPageShift: number
  /** log2 of the smallest page of its device's table, in bytes. */
  readonly iommuPageShift: number
  /** uint32, this workload's own. */
  readonly seed: number
  readonly nowNs: number
  /** Start of the RAM its buffers come from; a multiple of 64K. */
  readonly base: number
  /** What a workload of type `recorded` plays. */
  readonly recording?: RecordedOps
  /** The memory of the guest that has the device; absent where there is none. */
  readonly memory?: readonly MemoryStretch[]
}

/** A stretch of a guest's memory, in IOMMU pages: first page from address 0, pages, first entry of the window that stands for
 *  it, pages inside of the window. */
export interface MemoryStretch {
  readonly abs: number
  readonly pages: number
  readonly entry: number
  readonly inside: number
}

/** What a device does by itself, between the operations of CPUs. */
export interface Engine<S extends object = object> {
  /** When it first acts, ns; Infinity: not until it is woken. */
  firstNs(s: S): number
  /** Acts at `nowNs`. Returns when it acts next (later than `nowNs`), ns; Infinity: after the next `done` of its workload
   *  it is asked again. */
  run(s: S, nowNs: number, dma: DeviceDma): number
}

/** A device's way to memory. */
export interface DeviceDma {
  /** One transaction at the page `entry` (table-relative) of the device's window. The answer is reused by the next call. */
  access(entry: number, write: boolean): { readonly outcome: 0 | 1 | 2; readonly reads: number }
  /** Counts payload bytes that arrived. */
  deliver(bytes: number): void
}

/** What the page needs to know of a workload: it does without the code. */
export interface WorkloadInfo<P extends ParamTable = ParamTable> {
  readonly id: string
  /** It maps at addresses of its own choosing, through the IOMMU API. */
  readonly choosesAddresses?: true
  /** It maps the memory of the guest that the machine has. */
  readonly mapsGuest?: true
  /** Its device takes an offset in the first page only: so many low bits of a buffer's address must stay. */
  readonly minAlignMask?: number
  readonly label: string
  readonly params: P
}

export interface Workload<S extends object = object> extends WorkloadInfo {
  /** What a driver that prints at all prints when a mapping was refused, after the kernel's own line. */
  readonly complaint?: string
  /** Why frames are missed, in words. */
  readonly missing?: string
  create(settings: Settings, env: WorkloadEnv): S
  /** Number of independent tasks (queues); task t runs on CPU t mod cpus. */
  tasks(s: S): number
  /** When task `t` first wants a CPU, ns. */
  firstWakeNs(s: S, t: number): number
  /** What task `t` does at `nowNs`: RUN with `op` filled, YIELD, or the time in ns at which it wants to be asked again
   *  (Infinity: not before `retune`). */
  next(s: S, t: number, nowNs: number, op: Op): number
  /** `op` has been performed; `mapping` or `segments` tells how it went. */
  done(s: S, t: number, op: Op, nowNs: number): void
  /** `op`, filled by `next`, will not be performed: its CPU was taken away while it waited. */
  cancel(s: S, t: number, op: Op): void
  /** A live setting has changed at `nowNs`. Every task is asked again at once. */
  retune(s: S, settings: Settings, nowNs: number): void
  readonly engine?: Engine<S>
  /** Payload that the outside offers, bit/s. */
  offeredBps(s: S): number
  /** Whose buffer `slot` of task `t` is, in words. */
  owner(s: S, t: number, slot: number): string
  /** Of a recording: how well `allocator` foretold it so far, and the entry foretold for the map of `slot` (-1: refused). */
  prediction?(s: S, allocator: string): PredictionFigures
  /** Of a recording: some of it is still to be carried out. */
  rest?(s: S): boolean
  foretold?(s: S, slot: number): number
}

/** The code of a workload, to which its settings come as the record of its table. */
type Code<S extends object, P extends ParamTable> = Omit<Workload<S>, keyof WorkloadInfo | 'create' | 'retune'> & {
  create(settings: ParamsOf<P>, env: WorkloadEnv): S
  retune(s: S, settings: ParamsOf<P>, nowNs: number): void
}

/** A workload: what the page needs to know of it, and its code; where only the first is used, the second is left out. */
/* @__NO_SIDE_EFFECTS__ */
export function withCode<S extends object, P extends ParamTable>(info: WorkloadInfo<P>, code: Code<S, P>): Workload<S> {
  return {
    ...info,
    ...code,
    create: (settings, env) => code.create(readParams(info.params, settings), env),
    retune: (s, settings, nowNs) => code.retune(s, readParams(info.params, settings), nowNs),
  }
}
