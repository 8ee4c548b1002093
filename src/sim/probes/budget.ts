// What the virtual functions of a platform got from its budget of TCEs.

import { pow2 } from '../../lib/bits.ts'
import { readParams } from '../params.ts'
import { budgetOf, eraOf, outcomeOf } from '../platform/partition.ts'
import { pseriesDevice } from '../scenario/platform-power.ts'
import type { BudgetInput, BudgetOutcome } from '../window/budget.ts'
import { FRAME_SHIFT } from '../window/hcalls.ts'
import { largestPageShift, type PageSizeEra } from '../window/page-size.ts'
import type { Arrays, Probe, Whole } from './probe.ts'

export const SHARE_DEFAULT = 0
export const SHARE_INDIRECT = 1
export const SHARE_DIRECT = 2

/** What the virtual functions of a platform got from its budget. */
export interface BudgetFrame {
  readonly functions: number
  readonly budgetBytes: number
  readonly share: 'first' | 'even'
  readonly era: 'today' | 'before'
  /** Bytes that a direct window takes. */
  readonly directBytes: number
  /** Function whose traffic is simulated. */
  readonly chosen: number
  /** [functions] now, as the scenario stands, and in the other era: SHARE_*; bytes of TCEs taken; log2 of page and window. */
  readonly kind: Uint8Array
  readonly tceBytes: Float64Array
  readonly pageShift: Uint8Array
  readonly windowShift: Uint8Array
  readonly otherKind: Uint8Array
  readonly otherTceBytes: Float64Array
  readonly counts: { readonly direct: number; readonly indirect: number; readonly kept: number }
  readonly otherCounts: { readonly direct: number; readonly indirect: number; readonly kept: number }
  readonly leftBytes: number
  readonly otherLeftBytes: number
}

export const budgetProbe: Probe<'budget', Whole, BudgetFrame | null> = {
  id: 'budget',
  build(m, _request, arrays): BudgetFrame | null {
    const { settings } = m.state
    const { id } = m.scenario.devices[0]!
    const input = budgetOf(settings, id)
    if (!input) return null
    const { kernel: era, vf } = readParams(pseriesDevice, settings, id)
    const now = outcomeOf(input, era)
    const other = outcomeOf(input, era === 'today' ? 'before' : 'today')
    const n = input.functions
    return {
      functions: n,
      budgetBytes: input.budgetBytes,
      share: input.share,
      era,
      directBytes: 8 * Math.ceil(framesAsPages(input, eraOf(era).pageSizes)),
      chosen: vf,
      kind: kindsOf(now, n, arrays),
      tceBytes: fillF64(now, n, arrays, (f) => f.tceBytes),
      pageShift: fillU8(now, n, arrays, (f) => f.pageShift),
      windowShift: fillU8(now, n, arrays, (f) => f.windowShift),
      otherKind: kindsOf(other, n, arrays),
      otherTceBytes: fillF64(other, n, arrays, (f) => f.tceBytes),
      counts: countsOf(now),
      otherCounts: countsOf(other),
      leftBytes: now.leftBytes,
      otherLeftBytes: other.leftBytes,
    }
  },
}

const KINDS = { default: SHARE_DEFAULT, indirect: SHARE_INDIRECT, direct: SHARE_DIRECT } as const

type Share = BudgetOutcome['functions'][number]

/** TCEs of a window for all memory, in the pages that the kernel would take of those offered; of 4K where it knows none. */
function framesAsPages({ memoryFrames, pageSizes }: BudgetInput, known: PageSizeEra): number {
  const pageShift = largestPageShift(pageSizes, known)
  return memoryFrames / pow2(Math.max(FRAME_SHIFT, pageShift) - FRAME_SHIFT)
}

const countsOf = ({ direct, indirect, kept }: BudgetOutcome) => ({ direct, indirect, kept })
const kindsOf = (o: BudgetOutcome, n: number, arrays: Arrays) => fillU8(o, n, arrays, (f) => KINDS[f.kind])

function fillU8(o: BudgetOutcome, n: number, arrays: Arrays, of: (f: Share) => number): Uint8Array {
  const all = arrays.u8(n)
  for (let i = 0; i < n; i++) all[i] = of(o.functions[i]!)
  return all
}

function fillF64(o: BudgetOutcome, n: number, arrays: Arrays, of: (f: Share) => number): Float64Array {
  const all = arrays.f64(n)
  for (let i = 0; i < n; i++) all[i] = of(o.functions[i]!)
  return all
}
