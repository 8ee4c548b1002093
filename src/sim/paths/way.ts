// The contract of a way to memory: what the kernel has as dma_map_ops. One file of this folder for each; `index.ts` chooses, once
// for each device, when its driver is loaded. Whoever calls does not ask which one it is.
//
// A mapping is named by its id in the books of its table (`op.mapping`, `op.sgMapping`). What an operation did is in the meter;
// each way counts its maps and unmaps in the books.

import type { DmaDomain, SgList } from '../dma/dma-ops.ts'
import { PRICES } from '../engine/cost.ts'
import type { CostMeter } from '../engine/meter.ts'
import type { Access } from '../iotlb/iotlb.ts'
import { createNewMapping, type NewMapping } from '../machine/ledger.ts'
import { type CpuState, holderOf, type MachineState } from '../machine/state.ts'
import type { Scenario } from '../scenario/schema.ts'
import { NO_ENTRY } from '../types.ts'
import { OP_IOMMU_MAP, OP_IOMMU_UNMAP, OP_SYNC, type Op, type Workload } from '../workload/workload.ts'

/** Whose driver calls. */
export interface Caller {
  readonly device: number
  /** Highest absolute entry that the device reaches. */
  readonly mask: number
  /** Index of the workload, and its first task. */
  readonly workload: number
  readonly firstTask: number
}

/** What the ways of a machine stand on. */
export interface Ground {
  readonly scenario: Scenario
  readonly state: MachineState
  readonly meter: CostMeter
  readonly sg: SgList
  /** By index, as in the scenario. */
  readonly workloads: readonly Workload[]
}

/** What an operation costs besides what the meter holds, ps; filled anew by each call of `price`. */
export interface Price {
  /** Of the search or of the way back to the allocator, where the meter tells no prices. */
  workPs: number
  /** Under the last lock. */
  underLockPs: number
  /** Without a lock. */
  restPs: number
}

/** What an entry is called: one TCE, a page of a table that has other entries too, or a slot of the bounce pool. */
export type EntryName = 'TCE' | 'page' | 'slot'

/** What a page tells of a way: of every table alike, of level tables, of a partition's hypercalls, of copies instead of a table, and beside one. */
export type WayTells = 'plain' | 'levels' | 'hypercalls' | 'copies' | 'bounced'

export interface Way {
  /** The window as maps and figures see it. */
  readonly domain: DmaDomain
  /** No call of a driver maps anything: its buffers are used as they lie. */
  readonly isIdle: boolean
  /** What its entries are called, and what is worth telling of it beside how much is mapped. */
  readonly called: EntryName
  readonly tells: WayTells
  /** Of a table that a guest or a second page size shares every entry but those set aside can be had; of another what its
   *  allocator can hand out, and what of the `kept` entries is mapped all the same: see `Summary.usable`. */
  usable(kept: number, keptFree: number): number
  /** ps that writing the entries of a mapping takes, besides tables that were missing. */
  writePs(first: number, npages: number, address: number): number
  /** Highest absolute entry for a device whose mask ends at entry `mask`. */
  reach(mask: number): number
  /** Index of the lock that the operation of CPU `c` takes first, or NO_LOCK. */
  lock(c: number, op: Op): number

  /** Maps the buffer of `cpu.op`; false when it is refused. */
  map(c: number, by: Caller, cpu: CpuState): boolean
  /** Maps the list of `cpu.op`; false when it is refused. */
  mapList(c: number, by: Caller, cpu: CpuState): boolean
  /** Maps memory at entries of the caller's choosing (the IOMMU API); false when it is refused. */
  mapAt(c: number, by: Caller, cpu: CpuState): boolean
  /** Takes back the mapping that `op` names, the list that it names, or a range that `mapAt` mapped. */
  unmap(c: number, by: Caller, op: Op): void
  unmapList(c: number, by: Caller, op: Op): void
  unmapAt(c: number, by: Caller, op: Op): void
  /** The driver looks at what the device has written of a mapping that stays. */
  sync(c: number, by: Caller, op: Op): void
  /** Takes mapping `id` back on CPU `c`, whoever holds it, and strikes it from the books. */
  release(c: number, id: number): void
  /** Writes down that the operation was refused, and says what the kernel says of it. */
  refuse(c: number, by: Caller, op: Op): void

  // What a recording calls: the place is given, and the books are the caller's.
  /** Where `npages` at real `address` (-1: unknown) of `device` would have gone for CPU `c`, or NO_ENTRY; then the run from `first`
   *  on is handed out instead. The allocator must be one that `follows`. */
  adopt(c: number, device: number, first: number, npages: number, address: number, mask: number): number
  /** Hands a run out without foretelling it: the part of a mapping that stays where the rest of it went. */
  keep(first: number, npages: number): void
  /** Entries [first, first+npages) lead to `address` and what follows, with permission TCE_READ, TCE_WRITE. */
  put(c: number, first: number, npages: number, address: number, permission: number): void
  /** Entries that no mapping is known of lead nowhere, and are free where somebody may have had them before the record. */
  clear(c: number, first: number, npages: number): void

  /** One access of `device` to entry `e`. What became of it, reused by the next call. */
  access(device: number, e: number, write: boolean): Pick<Access, 'outcome' | 'reads'>
  /** Fills `out` with what the operation cost, which began under a lock or not. */
  price(op: Op, isMap: boolean, locked: boolean, out: Price): void

  // What not every way has.
  /** What a lock guards that is not the allocator's. */
  lockName?(lock: number): string | undefined
  /** A CPU has waited so many ns for a lock. */
  waited?(ns: number): void
  /** The timer of the flush queue has run out. Returns the ranges that are free now. */
  flush?(): number
  /** What a device does late is put into the heap; and is due at `t`. */
  armLate?(): void
  fireLate?(t: number): void
  /** A live setting of the device with this field scope has changed. */
  retune?(scope: string): void
  /** The window of device `index` is new: what there is to say of it, and to map at once. */
  announce?(index: number): void
  /** The machine has another amount of memory, `wasBytes` before. */
  plug?(wasBytes: number): void
}

/** False for the IOMMU API, which is given its addresses, and for what changes no mapping. */
export function allocates(kind: number): boolean {
  return kind !== OP_IOMMU_MAP && kind !== OP_IOMMU_UNMAP && kind !== OP_SYNC
}

const fresh = createNewMapping()

/** A new mapping of CPU `c` for the task that it is busy with: `npages` from entry `first` on lead to `bytes` at `address`. The
 *  record is filled anew by the next call. */
export function mappingOf(
  c: number,
  by: Caller,
  { task, op }: CpuState,
  first: number,
  npages: number,
  address: number,
  bytes: number,
): NewMapping {
  fresh.cpu = c
  fresh.device = by.device
  fresh.holder = holderOf(by.workload, task - by.firstTask, op.slot)
  fresh.direction = op.direction
  fresh.first = first
  fresh.npages = npages
  fresh.address = address
  fresh.bytes = bytes
  fresh.maySpill = false
  return fresh
}

/** Nothing is mapped: what `op` says of it. */
export function mapsNothing(op: Op): false {
  op.entry = NO_ENTRY
  op.mapping = -1
  op.segments = -1
  return false
}

/** What a call of the DMA API costs by itself, ps; a sync changes nothing. */
export function callPs(kind: number): number {
  return kind === OP_SYNC ? 0 : PRICES.map.ps
}
