// Dynamic DMA windows: from a driver's DMA mask to the window its device is left with.
//
// Kernel: arch/powerpc/platforms/pseries/iommu.c, see `ddwKernel` below. Spec: spec/POWERPC.md D.1, D.2.
// What it does: a device starts with a default window of 4K pages below 4 GiB. When its driver says that it reaches
// more than 32 bits, the kernel asks the platform for a second window with larger pages: if all RAM fits, RAM is mapped
// once and DMA needs no calls (direct); since 2021, if it does not fit, buffers are mapped in the large window
// (indirect); before, the device stayed with the default window. When no window is free, the default one is given up.
// As in the kernel: a PE that was refused once is never tried again, and an attempt that fails after "direct" was
// decided says "direct" all the same, so the device then goes without mappings and without a window.
// Not modelled: several functions of one PE, cleaning the default window before it is removed (its call count is not
// recorded either), plugging memory, what firmware answers beyond its recorded words. Before 2021 only the choice of page
// sizes and the missing indirect window differ here; limited addressing and hybrid windows are of today.
// Invariant: a PE has at most one dynamic window; it is either failed or has what the returned state says.
// Cost: constant; hypervisor calls are counted, not made.

import { log2Ceil, modPow2, pow2 } from '../../lib/bits.ts'
import type { KernelRef } from '../types.ts'
import { countClear, countDirect, type HcallCounts, hcallsOf, noHcalls } from './ddw-calls.ts'
import type { StepId } from './ddw-decided.ts'
import { type DdwPlatform, type DdwTable, framesOfShift, type PeState, type QueryAnswer } from './ddw-state.ts'
import { FRAME_SHIFT, type HcallTable } from './hcalls.ts'
import { largestPageShift, type PageSizeEra } from './page-size.ts'

/** The numbers by which hypervisor calls name the windows. */
export const DEFAULT_LIOBN = 0x60000000
export const DDW_LIOBN = 0x70000001

const ALL_ONES = 64
const DIRECT_MASK_ABOVE = 32
/** A hybrid window keeps at least this many bytes for buffers of persistent memory, as log2. */
const DYNAMIC_PART_SHIFT = 31
const BLOCK_SIZE = 16
/** Words of ibm,ddw-extensions. */
const EXT_RESET = 1
const EXT_QUERY_64 = 2
const EXT_LIMITED = 3

export const ddwKernel: KernelRef = {
  file: 'arch/powerpc/platforms/pseries/iommu.c',
  symbols: ['iommu_bypass_supported_pSeriesLP', 'enable_ddw', 'query_ddw', 'create_ddw', 'remove_dma_window'],
  tag: 'v6.12',
}

/** What differs between kernels. */
export interface DdwEra {
  readonly pageSizes: PageSizeEra
  /** A window too small for all RAM is used for buffers (5.16 and later); before, it is not made. */
  readonly indirect: boolean
}

export const TODAY: DdwEra = { pageSizes: 'lopar', indirect: true }

/** A value that a step speaks of. `log2` is of bytes; `frames` are of 4 KiB; `flags` are bits; `rc` is an answer. */
/** What a figure of a step is of; its words stand beside the page's. */
export type FigureName =
  | 'answer'
  | 'base'
  | 'calls'
  | 'entries'
  | 'largest-block'
  | 'limit'
  | 'mask'
  | 'memory'
  | 'page'
  | 'page-sizes'
  | 'window'
  | 'windows'

export interface StepFigure {
  readonly name: FigureName
  readonly value: number
  readonly unit: 'bits' | 'count' | 'flags' | 'frames' | 'log2' | 'rc'
}

/** One thing asked and answered; its words stand in STEP_TEXT under the same id. */
export interface DdwStep {
  readonly id: StepId
  readonly figures: readonly StepFigure[]
}

/** A call of firmware. */
export type RtasCall =
  | ({ readonly call: 'query' } & QueryAnswer)
  | {
      readonly call: 'create'
      readonly pageShift: number
      readonly windowShift: number
      readonly rc: number
      /** First bus frame of the window made. */
      readonly base: number
    }
  | { readonly call: 'remove'; readonly liobn: number }
  | { readonly call: 'reset'; readonly limited: boolean; readonly rc: number }

export interface MaskOutcome {
  /** What the PE is left with. */
  readonly state: PeState
  /** The driver's mask is accepted. */
  readonly supported: boolean
  /** What was asked, answered and decided, in order; the last says how the device's buffers are mapped from now on. */
  readonly steps: readonly DdwStep[]
  readonly rtas: readonly RtasCall[]
  /** Hypervisor calls since the last window removed. */
  readonly hcalls: HcallCounts
}

/** A mask on its way: what it has found out so far. */
interface Asking {
  readonly p: DdwPlatform
  readonly era: DdwEra
  readonly maskBits: number
  readonly steps: DdwStep[]
  readonly rtas: RtasCall[]
  s: PeState
  hcalls: HcallCounts
  answer: QueryAnswer
  limited: boolean
  removed: boolean
  direct: boolean
  /** RAM in the window, and a part for buffers behind it. */
  hybrid: boolean
  pageShift: number
  /** log2 of the bytes of the window. */
  len: number
}

const figure = (name: FigureName, value: number, unit: StepFigure['unit']): StepFigure => ({ name, value, unit })

function note(a: Asking, id: StepId, ...figures: StepFigure[]): void {
  a.steps.push({ id, figures })
}

/** Notes why no window can be made. */
function refuse(a: Asking, id: StepId, ...figures: StepFigure[]): false {
  note(a, id, ...figures)
  return false
}

/** Word `k` of the extensions; undefined when the list is shorter. */
function extension(p: DdwPlatform, k: number): number | undefined {
  return (p.extensions[0] ?? 0) >= k ? p.extensions[k] : undefined
}

/** log2 of the memory that may ever be there, rounded up. */
function maxRamShift(p: DdwPlatform): number {
  return log2Ceil(p.maxHotplug) + FRAME_SHIFT
}

/** log2 of the bytes that a block of TCEs spans, rounded up; the product wraps at 64 bits, and of 0 it is 0. */
function spanShift(block: number, pageShift: number): number {
  const pages = modPow2(block, pow2(64 - pageShift))
  return pages === 0 ? 0 : log2Ceil(pages) + pageShift
}

/** ibm,query-pe-dma-windows. Without the 64-bit extension, only the low half of the largest block arrives. */
function query(a: Asking): boolean {
  const { answers } = a.p
  const given = answers[Math.min(a.s.queries, answers.length - 1)]!
  const wide = extension(a.p, EXT_QUERY_64) === 1
  a.answer = { ...given, largestBlock: wide ? given.largestBlock : modPow2(given.largestBlock, pow2(32)) }
  a.s = { ...a.s, queries: a.s.queries + 1 }
  a.rtas.push({ call: 'query', ...a.answer })
  const { rc, windows, largestBlock, pageSizes } = a.answer
  if (rc !== 0) return refuse(a, 'query-failed', figure('answer', rc, 'rc'))
  note(
    a,
    'query',
    figure('windows', windows, 'count'),
    figure('largest-block', largestBlock, 'count'),
    figure('page-sizes', pageSizes, 'flags'),
  )
  return true
}

/** The device reaches fewer than 64 bits: firmware has to place windows low. */
function limit(a: Asking): boolean {
  const bits = figure('mask', a.maskBits, 'bits')
  if (extension(a.p, EXT_RESET) === undefined || !extension(a.p, EXT_LIMITED)) return refuse(a, 'limited-unknown', bits)
  const rc = a.p.limitedRc
  a.rtas.push({ call: 'reset', limited: true, rc })
  if (rc !== 0) return refuse(a, 'limited-refused', bits, figure('answer', rc, 'rc'))
  a.limited = true
  note(a, 'limited', bits)
  return true
}

/** No window is free: the default one is given up for it. */
function removeDefault(a: Asking): boolean {
  if (a.p.defaultInUse) return refuse(a, 'default-in-use')
  if (!a.s.defaultProp) return refuse(a, 'default-unknown')
  if (extension(a.p, EXT_RESET) === undefined) return refuse(a, 'default-not-restorable')
  a.removed = true
  countRemoved(a, DEFAULT_LIOBN)
  note(a, 'default-removed')
  if (!query(a)) return false
  return a.answer.windows > 0 || refuse(a, 'no-window')
}

function countRemoved(a: Asking, liobn: number): void {
  a.rtas.push({ call: 'remove', liobn })
  a.hcalls = noHcalls()
}

/** Page size, size and kind of the window, steps 6 to 8. */
function choose(a: Asking): boolean {
  const { p, answer } = a
  a.pageShift = largestPageShift(answer.pageSizes, a.era.pageSizes)
  if (a.pageShift === 0) return refuse(a, 'no-page-size', figure('page-sizes', answer.pageSizes, 'flags'))
  note(a, 'page-size', figure('page', a.pageShift, 'log2'))

  const most = Math.min(spanShift(answer.largestBlock, a.pageShift), a.maskBits)
  const maxRam = maxRamShift(p)
  const sizes = [figure('window', most, 'log2'), figure('memory', maxRam, 'log2')]
  const whole = p.pmem && most >= p.maxPhysmemBits
  a.len = whole ? p.maxPhysmemBits : maxRam
  if (most < a.len) {
    if (!a.era.indirect) return refuse(a, 'too-small', ...sizes)
    a.len = most
    note(a, 'indirect', ...sizes)
    return true
  }
  if (!p.pmem || a.len === p.maxPhysmemBits || !a.removed) {
    a.direct = true
    note(a, p.pmem ? (a.len === p.maxPhysmemBits ? 'direct-all' : 'direct-ram') : 'direct', ...sizes)
    return true
  }
  a.hybrid = framesOfShift(most) >= framesOfShift(DYNAMIC_PART_SHIFT) + framesOfShift(maxRam)
  a.direct = a.hybrid
  a.len = most
  note(a, a.hybrid ? 'hybrid' : 'indirect-pmem', ...sizes)
  return true
}

/** Maps all RAM below the highest address that memory may have; without room for its entries the window goes again. */
function mapRam(a: Asking, t: HcallTable): boolean {
  const { p } = a
  for (const [first, end] of p.ram) {
    const frames = Math.min(end, p.maxHotplug) - first
    const rc = frames > 0 ? countDirect(a.hcalls, t, first, frames, p.hcallFailure) : 0
    if (rc === 0) continue
    // Clearing what was mapped is not in the counts: they begin anew with the window removed.
    countRemoved(a, DDW_LIOBN)
    return refuse(a, 'ram-failed', figure('answer', rc, 'rc'))
  }
  note(a, 'ram', figure('entries', a.hcalls.tcesPut, 'count'), figure('calls', hcallsOf(a.hcalls), 'count'))
  return true
}

/** The table in which buffers are mapped: the whole window, or what a hybrid one has behind RAM. */
function makeTable(a: Asking, t: HcallTable): DdwTable {
  const { mmio32, createBase } = a.p
  const page = framesOfShift(a.pageShift)
  const start = a.hybrid ? framesOfShift(maxRamShift(a.p)) : 0
  const table: DdwTable = {
    of: 'ddw',
    offset: Math.floor((createBase + start) / page),
    size: Math.floor((framesOfShift(a.len) - start) / page),
    pageShift: a.pageShift,
    blockSize: BLOCK_SIZE,
    resStart: mmio32 === null ? 0 : Math.floor(mmio32.first / pow2(a.pageShift)),
    // The range's last byte is taken for its end, so the last page is not reserved.
    resEnd: mmio32 === null ? 0 : Math.floor(mmio32.last / pow2(a.pageShift)),
  }
  const before = hcallsOf(a.hcalls)
  countClear(a.hcalls, t, table.size, a.p.hcallFailure)
  note(a, 'table', figure('entries', table.size, 'count'), figure('calls', hcallsOf(a.hcalls) - before, 'count'))
  return table
}

/** Makes the window and moves the device to it, steps 9 and 10. */
function create(a: Asking): boolean {
  const { p, pageShift, len } = a
  a.rtas.push({ call: 'create', pageShift, windowShift: len, rc: p.createRc, base: p.createBase })
  const asked = [figure('page', pageShift, 'log2'), figure('window', len, 'log2')]
  if (p.createRc !== 0) return refuse(a, 'create-failed', ...asked, figure('answer', p.createRc, 'rc'))
  note(a, 'created', ...asked, figure('base', p.createBase, 'frames'))

  const t: HcallTable = { pageShift, ...p.multiTce }
  if (a.direct && !mapRam(a, t)) return false
  const [kept, other] = a.s.slots
  let slots: PeState['slots'] = [kept, other]
  let { deviceSlot } = a.s
  if (!a.direct || a.hybrid) {
    const table = makeTable(a, t)
    slots = a.removed ? [table, other] : [kept, table]
    deviceSlot = a.removed ? 0 : 1
  } else if (a.removed) {
    slots = [null, other]
    note(a, 'default-released')
  }
  a.s = {
    ...a.s,
    window: { kind: a.direct ? 'direct64' : 'dma64', base: p.createBase, pageShift, windowShift: len },
    defaultProp: a.s.defaultProp && !a.removed,
    defaultSaved: a.s.defaultSaved || a.removed,
    slots,
    deviceSlot,
    dmaOffset: p.createBase,
  }
  return true
}

/** The PE goes on the list of those that failed; what firmware was asked to change is taken back. */
function giveUp(a: Asking): void {
  // Neither is begun without the call that takes it back.
  const restore = a.removed || a.limited
  if (restore) a.rtas.push({ call: 'reset', limited: false, rc: 0 })
  a.s = { ...a.s, failed: true }
  note(a, restore ? 'failed-restored' : 'failed')
}

/** Steps 1 to 11. */
function enable(a: Asking): void {
  const { p } = a
  const made = a.s.window
  if (made !== null) {
    a.direct = made.kind === 'direct64'
    a.len = made.windowShift
    note(a, 'reused', figure('window', made.windowShift, 'log2'))
  } else if (a.s.failed) note(a, 'failed-before')
  else {
    const found =
      (p.applicable || refuse(a, 'not-applicable')) &&
      query(a) &&
      (a.maskBits === ALL_ONES || limit(a)) &&
      (a.answer.windows > 0 || removeDefault(a)) &&
      choose(a) &&
      create(a)
    if (!found) giveUp(a)
  }
  if (p.pmem && a.direct && a.len !== p.maxPhysmemBits) {
    a.s = { ...a.s, busDmaLimit: a.s.dmaOffset + framesOfShift(maxRamShift(p)) }
    note(a, 'bus-limit', figure('limit', a.s.busDmaLimit, 'frames'))
  }
}

/** True when the device's table begins within its mask. */
function reachesTable(a: Asking): boolean {
  const table = a.s.slots[a.s.deviceSlot]
  if (table === null) return false
  return a.maskBits < table.pageShift ? table.offset === 0 : table.offset < pow2(a.maskBits - table.pageShift)
}

/** How buffers are mapped from now on; the last step. */
function settle(a: Asking): boolean {
  const supported = a.direct || reachesTable(a)
  // A mask that is refused changes nothing: the device is left as the mask before it had it.
  const bypass = supported ? a.direct && a.s.busDmaLimit === 0 : a.s.bypass
  a.s = { ...a.s, bypass }
  if (!supported) note(a, 'mask-refused', figure('mask', a.maskBits, 'bits'))
  else if (bypass) note(a, a.s.window === null ? 'bypass-without-window' : 'bypass')
  else if (a.direct && a.s.window !== null) note(a, 'bypass-below-limit')
  else note(a, a.s.slots[a.s.deviceSlot]?.of === 'ddw' ? 'maps-indirect' : 'maps-default')
  return supported
}

/**
 * A driver sets a DMA mask of `maskBits` bits (1 … 64) for the device of a PE. Returns what the PE is left with;
 * `state` is not changed.
 */
export function setDmaMask(state: PeState, p: DdwPlatform, maskBits: number, era: DdwEra = TODAY): MaskOutcome {
  const a: Asking = {
    p,
    era,
    maskBits,
    steps: [],
    rtas: [],
    s: state,
    hcalls: noHcalls(),
    answer: p.answers[0]!,
    limited: false,
    removed: false,
    direct: false,
    hybrid: false,
    pageShift: 0,
    len: 0,
  }
  if (maskBits > DIRECT_MASK_ABOVE) enable(a)
  else note(a, 'mask-32', figure('mask', maskBits, 'bits'))
  const supported = settle(a)
  return { state: a.s, supported, steps: a.steps, rtas: a.rtas, hcalls: a.hcalls }
}
