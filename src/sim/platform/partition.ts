// A device of a partition: what its settings say of hypervisor and firmware, the window that it asks for, and where its
// buffers are mapped then.
//
// Spec: spec/POWERPC.md D; the procedure is that of window/ddw.ts, the sharing of a budget that of window/budget.ts.
// Assumed: a dynamic window begins at byte 2^59, as firmware commonly has it, and the registers of 32-bit devices answer
//   from 2 GiB to 4080 MiB.
// Not modelled: several functions of one PE; tables of more than 2^22 entries are listed by their first 2^22.
// Cost: a driver's load, not an operation.

import { pow2 } from '../../lib/bits.ts'
import { PRICES } from '../engine/cost.ts'
import type { WindowGeometry } from '../iova/allocator.ts'
import { keptBack } from '../iova/geometry.ts'
import { type ParamsOf, readParam, readParams, type Settings } from '../params.ts'
import { maskParam } from '../scenario/platform.ts'
import { pseriesDevice, pseriesMachine } from '../scenario/platform-power.ts'
import type { DeviceSpec } from '../scenario/schema.ts'
import { type BudgetInput, type BudgetOutcome, shareBudget } from '../window/budget.ts'
import { type DdwEra, type DdwStep, type RtasCall, setDmaMask, TODAY } from '../window/ddw.ts'
import { type HcallCounts, hcallsOf } from '../window/ddw-calls.ts'
import { createPe, type DdwPlatform, type PeState } from '../window/ddw-state.ts'
import { FRAME_SHIFT } from '../window/hcalls.ts'

/** Bus frame of a dynamic window: byte 2^59. */
const WINDOW_BASE = pow2(59 - FRAME_SHIFT)
const MMIO32 = { first: 0x80000000, last: 0xfeffffff }
const PHYSMEM_BITS = 51
const TCE_BYTES = 8
/** A hardware error: what firmware answers that cannot make the window. */
const CREATE_FAILED = -1
/** Entries of a table that are listed. */
const MOST_ENTRIES = 4_194_304
/** Most memory that is ever plugged in, bytes: the largest value of its setting. */
const MOST_RAM = pow2(36)
const BEFORE: DdwEra = { pageSizes: 'three', indirect: false }

const EXTENSIONS = {
  all: [3, 0, 1, 1],
  'reset-64': [2, 0, 1],
  reset: [1, 0],
  none: [0],
} as const

/** What a driver found when it set its mask; plain data. */
export interface DdwRun {
  readonly maskBits: number
  readonly state: PeState
  readonly steps: readonly DdwStep[]
  readonly rtas: readonly RtasCall[]
  readonly hcalls: HcallCounts
  /** `nowhere`: buffers are not mapped, and no window translates their addresses. */
  readonly result: 'direct' | 'indirect' | 'default' | 'nowhere' | 'refused'
}

/** Which kernel a partition runs. */
type PartitionKernel = ParamsOf<typeof pseriesDevice>['kernel']

const framesOf = (bytes: number): number => Math.floor(bytes / pow2(FRAME_SHIFT))

/** The kernel that settings name. */
export function eraOf(kernel: PartitionKernel): DdwEra {
  return kernel === 'before' ? BEFORE : TODAY
}

const machineOf = (settings: Settings) => readParams(pseriesMachine, settings, 'm')

/** What the virtual functions of a machine share, for a device that is one of them; null without SR-IOV. */
export function budgetOf(settings: Settings, id: string): BudgetInput | null {
  const { vfs: functions, tceBudget, tceShare, maxRam } = machineOf(settings)
  if (functions === 0) return null
  const { pageSizes, window } = readParams(pseriesDevice, settings, id)
  return {
    functions,
    budgetBytes: tceBudget,
    share: tceShare,
    memoryFrames: framesOf(maxRam),
    pageSizes,
    defaultFrames: framesOf(window),
  }
}

/** The outcomes last asked for, by what they follow from. */
const known = new Map<string, BudgetOutcome>()
const KNOWN = 4

/** What each virtual function is left with under a kernel (`today`, `before`). */
export function outcomeOf(budget: BudgetInput, kernel: PartitionKernel): BudgetOutcome {
  const key = `${kernel} ${Object.values(budget).join(' ')}`
  const found = known.get(key) ?? shareBudget(budget, eraOf(kernel))
  if (known.size >= KNOWN && !known.has(key)) known.clear()
  known.set(key, found)
  return found
}

/** RAM of the partition that a window can hold, frames; of so many `bytes`. */
export function ramFrames(settings: Settings, bytes?: number): number {
  const { ram, maxRam } = machineOf(settings)
  return framesOf(Math.min(bytes ?? ram, maxRam))
}

function platformOf(settings: Settings, id: string): DdwPlatform {
  const own = readParams(pseriesDevice, settings, id)
  const { maxRam, pmem, multitce } = machineOf(settings)
  const budget = budgetOf(settings, id)
  const offered = budget ? outcomeOf(budget, own.kernel).functions[own.vf]!.offered : own.tces
  const windows = budget ? (offered > 0 ? 1 : 0) : own.windows
  const answer = { rc: 0, windows, largestBlock: offered, pageSizes: own.pageSizes }
  const several = multitce === 'on'
  return {
    ram: [[0, ramFrames(settings)]],
    maxHotplug: framesOf(maxRam),
    pmem: pmem === 'on',
    maxPhysmemBits: PHYSMEM_BITS,
    applicable: own.ddw === 'on',
    extensions: EXTENSIONS[own.firmware],
    // The default window, given up, makes room for another one.
    answers: windows === 0 && !budget ? [answer, { ...answer, windows: 1 }] : [answer],
    createRc: own.create === 'fails' ? CREATE_FAILED : 0,
    createBase: WINDOW_BASE,
    limitedRc: 0,
    defaultInUse: false,
    multiTce: { putIndirect: several, stuff: several },
    mmio32: MMIO32,
    hcallFailure: null,
  }
}

/** Lets the driver of a device set its mask. */
export function askForWindow(settings: Settings, { id }: DeviceSpec): DdwRun {
  const maskBits = readParam(maskParam, settings, id)
  const { window, kernel } = readParams(pseriesDevice, settings, id)
  const pe = createPe(framesOf(window))
  const { state, supported, steps, rtas, hcalls } = setDmaMask(pe, platformOf(settings, id), maskBits, eraOf(kernel))
  const isDirect = state.window?.kind === 'direct64'
  const result = !supported
    ? 'refused'
    : isDirect
      ? 'direct'
      : state.bypass
        ? 'nowhere'
        : state.slots[state.deviceSlot]?.of === 'ddw'
          ? 'indirect'
          : 'default'
  return { maskBits, state, steps, rtas, hcalls, result }
}

/** Entries of the direct window that hold RAM: a tail shorter than a page is left out. */
export function directEntries(settings: Settings, geometry: WindowGeometry): number {
  return Math.min(geometry.size, Math.floor(ramFrames(settings) / pow2(geometry.pageShift - FRAME_SHIFT)))
}

/** The window in which a device's buffers lie, and its bytes. */
export function windowOf(run: DdwRun, settings: Settings): { geometry: WindowGeometry; windowBytes: number } {
  const { window, slots, deviceSlot } = run.state
  if (run.result === 'direct') {
    const { pageShift, windowShift, base } = window!
    const entries = Math.min(machineOf(settings).maxRam, MOST_RAM) / pow2(pageShift)
    const offset = Math.floor(base / pow2(pageShift - FRAME_SHIFT))
    return { geometry: geometryOf(Math.floor(entries), offset, pageShift, 0, 0), windowBytes: pow2(windowShift) }
  }
  // A mask that is refused leaves the default window, which nothing is mapped in.
  const table = slots[deviceSlot] ?? slots[0]!
  const { size, offset, pageShift, resStart, resEnd } = table
  const listed = Math.min(size, MOST_ENTRIES)
  return { geometry: geometryOf(listed, offset, pageShift, resStart, resEnd), windowBytes: size * pow2(pageShift) }
}

function geometryOf(size: number, offset: number, pageShift: number, resStart: number, resEnd: number): WindowGeometry {
  const kept = keptBack(size, offset + size)
  return {
    offset,
    pageShift,
    blockSize: 16,
    resStart,
    resEnd,
    ...(kept.size > size && kept),
    size: kept.size,
    boundary: pow2(Math.max(0, 32 - pageShift)),
  }
}

/** When a driver that sets its mask at `nowNs` goes on: the hypervisor has been called for every TCE. Infinity when its
 *  device is lost: DMA went where nothing translates. */
export function readyAt({ result, hcalls }: DdwRun, nowNs: number): number {
  return result === 'nowhere' || result === 'refused'
    ? Number.POSITIVE_INFINITY
    : nowNs + Math.round(windowPs(hcalls) / 1000)
}

/** What the calls that make a window cost, ps. */
export function windowPs(counts: HcallCounts): number {
  const calls = hcallsOf(counts)
  const tces = Math.max(calls, counts.tcesPut + counts.tcesStuffed)
  return calls * PRICES.tceCall.ps + (tces - calls) * PRICES.tceNext.ps
}

/** Bytes that the hypervisor has set aside for the TCEs of all windows that a device has. */
export function tceBytes({ state: { window, slots } }: DdwRun): number {
  const ofDefault = slots[0]?.of === 'default' ? slots[0].size : 0
  const dynamic = window ? Math.floor(pow2(window.windowShift) / pow2(window.pageShift)) : 0
  return (ofDefault + dynamic) * TCE_BYTES
}
