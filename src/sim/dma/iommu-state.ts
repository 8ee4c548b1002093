// What an IOMMU driver and its hardware keep of one table, as plain data; and the choice of driver.
//
// Spec: spec/SWIOTLB-IOTLB.md C, D.6.

import { log2Floor } from '../../lib/bits.ts'
import { createLog, type EventLog } from '../engine/log.ts'
import type { RadixSettings } from '../scenario/platform-iommu.ts'
import { createAmd } from '../table/amd-v1.ts'
import { createArm } from '../table/arm-lpae.ts'
import type { PageTableState } from '../table/page-table.ts'
import { createVtd } from '../table/vtd.ts'
import { amdDriver } from './amd-iommu.ts'
import { smmuDriver } from './arm-smmu.ts'
import type { Dma32First } from './dma-limit.ts'
import type { IommuDriver } from './iommu-driver.ts'
import { vtdDriver } from './vtd.ts'

const COMMANDS_KEPT = 256
/** Unmaps that a device remembers to come back to. */
export const LATE_KEPT = 1024

/** When the IOTLB is told of an unmap: before it returns, some time later, or never (the bug of 2011). */
export type FlushMode = 'strict' | 'deferred' | 'none'
export const FLUSH_MODES = ['strict', 'deferred', 'none'] as const

/** Numbers per flush mode in `spentPs`, and where those of a mode begin. */
export const SPENT = 8
export const spentAt = (mode: FlushMode): number => (mode === 'strict' ? 0 : mode === 'deferred' ? SPENT : 2 * SPENT)
export const SPENT_PAIRS = 0
export const SPENT_ALLOCATOR = 1
export const SPENT_TABLE = 2
export const SPENT_INVALIDATION = 3
export const SPENT_LOCK = 4
export const SPENT_REST = 5
/** Waits for invalidations; and the longest that something was or could be reached after its unmap until the mode ended, ns. */
export const SPENT_WAITS = 6
export const SPENT_WORST_NS = 7

/** What a device tries to reach again after its unmap: a ring, oldest first. */
export interface LateRing {
  /** Every so manieth buffer; 0 = none. */
  every: number
  afterNs: number
  /** Unmaps until the next. */
  left: number
  /** [LATE_KEPT] first entry, when it is due (ns), device * 2 + (it writes ? 1 : 0). */
  readonly entry: Float64Array
  readonly dueNs: Float64Array
  readonly who: Uint16Array
  head: number
  length: number
}

/** What an IOMMU driver and its hardware keep of a table; a table of TCEs has none of it. */
export interface IommuState {
  readonly driver: 'vtd' | 'arm' | 'amd'
  readonly page: PageTableState
  mode: FlushMode
  /** By device: addresses below 4 GiB are tried first. */
  readonly lowFirst: readonly Dma32First[]
  /** One page for each call of the driver, as in 2011. */
  readonly single: boolean
  /** A flush inside each call of the driver, instead of one for all that was gathered. */
  readonly each: boolean
  readonly hardware: 'mask' | 'exact' | 'blind'
  /** One flush queue for all CPUs. */
  readonly singleQueue: boolean
  /** Flushes so far because a ring was full, and by the timer. */
  flushedFull: number
  flushedTimer: number
  /** The last commands: kind; device = (order + 1) * 2 + (only leaves ? 1 : 0); a = pfn, b = pages. */
  readonly commands: EventLog
  /** [16] commands by kind; waits for them; pages that the kernel wanted invalidated, and that range commands named. */
  readonly byKind: Float64Array
  waits: number
  asked: number
  named: number
  /** Entries that IOTLBs dropped, and those of them whose mapping was alive. */
  dropped: number
  droppedLive: number
  /** [3 modes * SPENT] pairs, and where the time of maps and unmaps went, ps; waits, and the worst of it. */
  readonly spentPs: Float64Array
  /** [64] leaves written so far, by order. */
  readonly leaves: Float64Array
  /** First entry of the newest mapping, -1 before the first. */
  newest: number
  readonly late: LateRing
  /** Accesses to entries that are not mapped; those that reached memory, and those of them that reached a new owner's;
   *  accesses to mapped entries that landed in memory which the entry led to before; accesses that found nothing. */
  lateTried: number
  /** Times that a device came back to an address which was mapped again by then: no IOMMU can tell. */
  lateRemapped: number
  lateReached: number
  lateNewOwner: number
  wrongPage: number
  faults: number
  /** When a device last reached what it should not, and when it last found nothing, ns. */
  lateNs: number
  faultNs: number
}

const vtd = vtdDriver as unknown as IommuDriver
const arm = smmuDriver as unknown as IommuDriver
const amd = amdDriver as unknown as IommuDriver

/** The driver of a platform. */
export function driverOf(id: IommuState['driver']): IommuDriver {
  return id === 'vtd' ? vtd : id === 'arm' ? arm : amd
}

/** Bits of an address by levels of VT-d; the others look up 48. */
const WIDTHS = { 3: 39, 4: 48, 5: 57 } as const
const ADDRESS_BITS = 48
/** Largest power of two that one page-selective command of VT-d names, in pages. */
const MAX_ADDRESS_MASK = 18
const TWO_MIB_SHIFT = 21

/** An empty table as the settings of a platform and of a device's address space want it. */
function createTable(platform: IommuState['driver'], own: RadixSettings): PageTableState {
  const granuleShift = log2Floor(own.iommuPage)
  const most = own.superpages === 'off' ? 0 : own.superpages === '2m' ? TWO_MIB_SHIFT - granuleShift : 64
  const upTo = (orders: readonly number[]) => orders.filter((order) => order <= most)
  if (platform === 'arm') {
    const orders = upTo([0, granuleShift - 3, 2 * (granuleShift - 3)])
    const sizes = { granuleShift, orders, inputBits: ADDRESS_BITS, outputBits: ADDRESS_BITS }
    return createArm({ stage: own.stage, ...sizes, range: own.range === 'on' })
  }
  if (platform === 'amd') {
    const amd = createAmd({ npCache: false })
    return { ...amd, orders: upTo(amd.orders) }
  }
  const { levels } = own
  return createVtd({
    levels,
    orders: upTo([0, 9, 18]),
    width: WIDTHS[levels],
    ...{ maxAddressMask: MAX_ADDRESS_MASK, pageSelective: true, firstLevel: false },
  })
}

/** The flush mode that settings come to: the domain of an untrusted device is strict whatever is set (spec/EXTRAS.md 4.2). */
export function flushModeOf({ flush, untrusted }: RadixSettings): FlushMode {
  return untrusted === 'on' ? 'strict' : flush
}

/** What an IOMMU driver keeps of a new table, for a machine with so many devices. */
export function createIommuState(platform: IommuState['driver'], own: RadixSettings, devices: number): IommuState {
  return {
    driver: platform,
    page: createTable(platform, own),
    mode: flushModeOf(own),
    lowFirst: Array.from({ length: devices }, () => ({ dma32First: own.lowFirst === 'on' })),
    single: own.split === 'single',
    each: own.sync === 'each',
    hardware: own.hardware,
    singleQueue: own.queue === 'single',
    flushedFull: 0,
    flushedTimer: 0,
    commands: createLog(COMMANDS_KEPT),
    byKind: new Float64Array(16),
    ...{ waits: 0, asked: 0, named: 0, dropped: 0, droppedLive: 0 },
    spentPs: new Float64Array(FLUSH_MODES.length * SPENT),
    leaves: new Float64Array(64),
    newest: -1,
    late: {
      every: own.late,
      afterNs: own.lateAfter,
      left: own.late,
      entry: new Float64Array(LATE_KEPT),
      dueNs: new Float64Array(LATE_KEPT),
      who: new Uint16Array(LATE_KEPT),
      head: 0,
      length: 0,
    },
    ...{ lateTried: 0, lateRemapped: 0, lateReached: 0, lateNewOwner: 0, wrongPage: 0, faults: 0 },
    ...{ lateNs: Number.NEGATIVE_INFINITY, faultNs: Number.NEGATIVE_INFINITY },
  }
}
