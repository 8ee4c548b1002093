// The windows of a device on the bus: where they lie, what they are made of and how full they are; the steps by which the
// device came by them; and what virtual functions share.

import { pow2 } from '../../lib/bits.ts'
import type { DmaTable } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { budgetOf, directEntries, eraOf, outcomeOf, windowPs } from '../platform/partition.ts'
import type { BudgetInput, BudgetOutcome } from '../window/budget.ts'
import { framesOfShift } from '../window/ddw-state.ts'
import { FRAME_SHIFT } from '../window/hcalls.ts'
import { largestPageShift, type PageSizeEra } from '../window/page-size.ts'
import {
  type BudgetFrame,
  type DdwFrame,
  SHARE_DEFAULT,
  SHARE_DIRECT,
  SHARE_INDIRECT,
  type WindowInfo,
  type WindowsFrame,
} from './frames-tce.ts'
import { mappedIn } from './live.ts'
import { type Arrays, type Probe, tableIndex } from './probe.ts'

const BANDS = 256
const MMIO = { first: 0x80000, end: 0xff000 }
const KINDS = { default: SHARE_DEFAULT, indirect: SHARE_INDIRECT, direct: SHARE_DIRECT } as const

export const ddw: Probe<'ddw', DdwFrame | null> = {
  id: 'ddw',
  build(m, { table: device }): DdwFrame | null {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const run = table.ddw
    if (!run) return null
    const { window, slots, deviceSlot } = run.state
    const used = slots[deviceSlot] ?? slots[0]
    const made = run.result === 'direct' || run.result === 'indirect' ? window : null
    return {
      table: index,
      device: m.scenario.devices[index]!.name,
      maskBits: run.maskBits,
      steps: run.steps,
      rtas: run.rtas,
      hcalls: run.hcalls,
      result: run.result,
      pageShift: made?.pageShift ?? used?.pageShift ?? 0,
      windowShift: made?.windowShift ?? shiftOf(used?.size ?? 0) + (used?.pageShift ?? 0),
      base: made?.base ?? 0,
      tookNs: Math.round(windowPs(run.hcalls) / 1000),
    }
  },
}

function shiftOf(size: number): number {
  let shift = 0
  while (pow2(shift) < size) shift++
  return shift
}

export const windows: Probe<'windows', WindowsFrame | null> = {
  id: 'windows',
  build(m, { table: device }, arrays): WindowsFrame | null {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const run = table.ddw
    if (!run) return null
    const used = arrays.u8(BANDS).fill(0)
    const { window } = run.state
    const inDynamic = run.result === 'direct' || run.result === 'indirect'
    const mappedBytes = table.mapped * pow2(table.geometry.pageShift)
    const defaultBytes = Number(m.state.settings[`${m.scenario.devices[index]!.id}.window`])
    const list: WindowInfo[] = [
      {
        name: 'default',
        state: run.state.defaultSaved ? 'removed' : run.result === 'default' ? 'used' : 'idle',
        base: 0,
        frames: defaultBytes / pow2(FRAME_SHIFT),
        pageShift: FRAME_SHIFT,
        tces: defaultBytes / pow2(FRAME_SHIFT),
        mappedBytes: inDynamic ? 0 : mappedBytes,
        row: inDynamic ? -1 : 0,
      },
    ]
    if (window) {
      const { base, pageShift, windowShift, kind } = window
      const tces = Math.floor(pow2(windowShift) / pow2(pageShift))
      list.push({
        name: 'dynamic',
        state: kind === 'direct64' ? 'direct' : inDynamic ? 'used' : 'idle',
        base,
        frames: framesOfShift(windowShift),
        pageShift,
        tces,
        mappedBytes: inDynamic ? mappedBytes : 0,
        row: inDynamic ? 0 : -1,
      })
    }
    const shown = list.find(({ row }) => row === 0)
    if (shown) fillBands(m, table, shown.tces, used)
    return { table: index, windows: list, bands: BANDS, used, maskBits: run.maskBits, mmio: MMIO }
  },
}

/** The share of each of BANDS equal parts of `tces` TCEs that is mapped. */
function fillBands(m: Machine, table: DmaTable, tces: number, used: Uint8Array): void {
  const per = tces / BANDS
  const all = table.ddw?.result === 'direct' ? directEntries(m.state.settings, table.geometry) : -1
  for (let band = 0; band < BANDS; band++) {
    const from = band * per
    const end = from + per
    // RAM lies in one stretch from the start of a direct window.
    const mapped = all >= 0 ? Math.max(0, Math.min(end, all) - from) : mappedIn(table, Math.floor(from), Math.ceil(end))
    used[band] = mapped <= 0 ? 0 : Math.max(1, Math.min(255, Math.round((mapped * 255) / per)))
  }
}

export const budget: Probe<'budget', BudgetFrame | null> = {
  id: 'budget',
  build(m, _request, arrays): BudgetFrame | null {
    const { settings } = m.state
    const { id } = m.scenario.devices[0]!
    const input = budgetOf(settings, id)
    if (!input) return null
    const era = settings[`${id}.kernel`] === 'before' ? 'before' : 'today'
    const now = outcomeOf(input, era)
    const other = outcomeOf(input, era === 'today' ? 'before' : 'today')
    const n = input.functions
    return {
      functions: n,
      budgetBytes: input.budgetBytes,
      share: input.share,
      era,
      directBytes: 8 * Math.ceil(framesAsPages(input, eraOf(era).pageSizes)),
      chosen: Number(settings[`${id}.vf`]),
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
