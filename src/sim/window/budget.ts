// Virtual functions on one budget of TCE memory: which of them get a direct window, which an indirect one, and which
// keep the default window.
//
// Spec: spec/POWERPC.md D.2 and the debate of 2021: the hypervisor allocates TCEs in advance, so it limits them for each
// endpoint, and with hundreds of virtual functions the limit is smaller than what a direct window needs.
// What it does: the functions set a mask of 64 bits one after the other, each by the procedure of ddw.ts; the
// platform answers with what the budget still has, and the window made is taken from it.
// Assumed: a window spans a power of two, so the platform offers one; it allocates 8 bytes per TCE and nothing else;
// default windows are not paid from the budget, and one that is given up adds nothing to it.
// Not modelled: functions that come and go, memory that is plugged in, a least size below which no window is offered.
// Invariant: what the windows take is at most the budget.
// Cost: one pass of the procedure per function.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import { type DdwEra, setDmaMask } from './ddw.ts'
import { hcallsOf } from './ddw-calls.ts'
import { createPe, type DdwPlatform, type PeState } from './ddw-state.ts'
import { FRAME_SHIFT } from './hcalls.ts'

const TCE_BYTES = 8
const MASK_BITS = 64
/** Where firmware puts dynamic windows: byte 2^59. */
const WINDOW_BASE = pow2(59 - FRAME_SHIFT)

/** How the platform divides its budget: to whoever asks first, or the same limit for each. */
export type BudgetShare = 'first' | 'even'

export interface BudgetInput {
  /** Virtual functions, 1 … 512. */
  readonly functions: number
  /** TCE memory for dynamic windows in bytes, 0 … 2^53-1. */
  readonly budgetBytes: number
  readonly share: BudgetShare
  /** Frames below the highest address that memory may be plugged in at; RAM is taken to fill them. */
  readonly memoryFrames: number
  /** Page sizes offered, as bits of a query's answer: 3 for 4K and 64K. */
  readonly pageSizes: number
  /** Frames of a default window. */
  readonly defaultFrames: number
}

/** What one function was left with. */
export interface FunctionShare {
  readonly kind: 'direct' | 'indirect' | 'default'
  /** TCEs that the platform offered it. */
  readonly offered: number
  /** log2 of the bytes of an IOMMU page, and of the window in which its buffers lie. */
  readonly pageShift: number
  readonly windowShift: number
  /** TCE memory taken from the budget, bytes. */
  readonly tceBytes: number
  /** Hypervisor calls to make the window. */
  readonly hcalls: number
}

export interface BudgetOutcome {
  readonly functions: readonly FunctionShare[]
  readonly direct: number
  readonly indirect: number
  /** Functions that keep the default window. */
  readonly kept: number
  /** TCE memory that no window took, bytes. */
  readonly leftBytes: number
}

/** The platform as one function finds it: `offered` TCEs, or no window at all. */
function platformFor(input: BudgetInput, offered: number): DdwPlatform {
  const { memoryFrames, pageSizes } = input
  return {
    ram: [[0, memoryFrames]],
    maxHotplug: memoryFrames,
    pmem: false,
    maxPhysmemBits: 51,
    applicable: true,
    extensions: [3, 0, 1, 1],
    answers: [{ rc: 0, windows: offered > 0 ? 1 : 0, largestBlock: offered, pageSizes }],
    createRc: 0,
    createBase: WINDOW_BASE,
    limitedRc: 0,
    defaultInUse: false,
    multiTce: { putIndirect: true, stuff: true },
    mmio32: null,
    hcallFailure: null,
  }
}

/** The largest power of two of TCEs that `bytes` hold; 0 when none. */
function tcesIn(bytes: number): number {
  const tces = Math.floor(bytes / TCE_BYTES)
  return tces === 0 ? 0 : pow2(log2Floor(tces))
}

function shareOf({ window, slots }: PeState, offered: number, hcalls: number): FunctionShare {
  if (window === null) {
    const { pageShift, size } = slots[0]!
    return { kind: 'default', offered, pageShift, windowShift: log2Floor(size) + pageShift, tceBytes: 0, hcalls }
  }
  const { kind, pageShift, windowShift } = window
  const tceBytes = Math.floor(pow2(windowShift) / pow2(pageShift)) * TCE_BYTES
  return { kind: kind === 'direct64' ? 'direct' : 'indirect', offered, pageShift, windowShift, tceBytes, hcalls }
}

/** What each function is left with when they ask in order. */
export function shareBudget(input: BudgetInput, era: DdwEra): BudgetOutcome {
  const most = input.share === 'even' ? Math.floor(input.budgetBytes / input.functions) : input.budgetBytes
  const functions: FunctionShare[] = []
  let leftBytes = input.budgetBytes
  for (let i = 0; i < input.functions; i++) {
    const offered = tcesIn(Math.min(most, leftBytes))
    const { state, hcalls } = setDmaMask(createPe(input.defaultFrames), platformFor(input, offered), MASK_BITS, era)
    const given = shareOf(state, offered, hcallsOf(hcalls))
    leftBytes -= given.tceBytes
    functions.push(given)
  }
  const count = (kind: FunctionShare['kind']) => functions.filter((f) => f.kind === kind).length
  return { functions, direct: count('direct'), indirect: count('indirect'), kept: count('default'), leftBytes }
}
