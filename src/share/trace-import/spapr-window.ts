// TCE records of a pseries machine as a recording of one window: which window, how large its pages and itself are, and
// which records are one operation. What the file does not tell is assumed, and said.
//
// A hypercall carries at most 512 TCEs: after a full batch, one that continues it in the window and in memory belongs to
// the same mapping. A guest that knows no batches writes single TCEs: in a file without any batch, those that continue
// each other are one operation.
// The kernel empties a table that it takes over, 512 TCEs at a time from the window's beginning: that is no unmap, and it
// tells where the window begins and ends.
// Not modelled: windows other than the busiest; their records are counted and said.

import { pow2 } from '../../lib/bits.ts'
import {
  pageShiftsOf,
  REC_CLEAR,
  REC_MAP,
  REC_UNMAP,
  type RecordedOps,
  type Recording,
  recordable,
} from '../../sim/index.ts'
import type { BrokenLines, Column, TraceResult } from './trace.ts'

/** Records in the order of the file. Addresses are in units of 4 KiB. */
export interface SpaprRecords {
  readonly problems: BrokenLines
  readonly liobn: Column
  /** Since the first record, ascending. */
  readonly ns: Column
  /** Where the range begins, or, where `endsThere` is 1, ends. */
  readonly unit: Column
  readonly npages: Column
  readonly endsThere: Column
  /** Real page of the last TCE; -1 = the range is cleared. */
  readonly real: Column
  readonly permission: Column
  readonly line: Column
  /** Hypercalls that failed and changed nothing. */
  failed: number
  /** The file tells times. */
  timed: boolean
  /** Records earlier than the one before them. */
  disordered: number
}

const UNIT_SHIFT = 12
const UNIT = 4096
const CALL = 512
/** A dynamic window begins at byte 2^59. */
const HIGH_WINDOW = 0x8000_0000_0000
/** All page sizes of TCEs that a query can name. */
const PAGE_SHIFTS = pageShiftsOf(0x1ff)
/** Fewer are no window: a group of neighbours in the bitmap of a table. */
const LEAST_ENTRIES = 16

/** The window that most records are about, or null when there is none. */
function busiest(liobn: Column): { readonly liobn: number; readonly records: number } | null {
  const counts = new Map<number, number>()
  for (let i = 0; i < liobn.length; i++) counts.set(liobn.at(i), (counts.get(liobn.at(i)) ?? 0) + 1)
  let most: { liobn: number; records: number } | null = null
  for (const [id, records] of counts) if (!most || records > most.records) most = { liobn: id, records }
  return most
}

/** Records at the beginning that clear, each 512 TCEs (the last may be fewer) and each where the one before ended. */
function leadingClear(r: SpaprRecords, own: readonly number[]): number {
  let n = 0
  while (n < own.length) {
    const i = own[n]!
    if (r.real.at(i) >= 0 || r.endsThere.at(i) === 0) break
    if (n > 0) {
      const before = own[n - 1]!
      const first = own[0]!
      const step = r.unit.at(i) - r.unit.at(before)
      const pageUnits = n > 1 ? (r.unit.at(own[1]!) - r.unit.at(first)) / CALL : step / r.npages.at(i)
      if (r.npages.at(before) !== CALL || step !== pageUnits * r.npages.at(i)) break
    }
    n++
  }
  return n
}

/** log2 of the page size that two full calls in a row tell, or null. */
function pageShiftOf(r: SpaprRecords, own: readonly number[], clear: number): number | null {
  if (clear < 2 || r.npages.at(own[1]!) !== CALL) return null
  const units = (r.unit.at(own[1]!) - r.unit.at(own[0]!)) / CALL
  return PAGE_SHIFTS.find((shift) => units === pow2(shift - UNIT_SHIFT)) ?? null
}

/** Records between two turns of others. */
const TURN = 100_000

const ONLY_CLEARED = 'all that its events do is to clear TCEs: nothing is ever mapped'
const nothing = (message: string): TraceResult => ({ recording: null, message })

/** Where the window lies and what of its beginning is its clearing; what had to be assumed goes to `assumed`. */
interface WindowShape extends Shape {
  readonly pageShift: number
  /** Records at the beginning that clear the table. */
  readonly clear: number
}

/** The window whose clearing the file begins with; null when it does not, or when these calls clear no window. */
function clearedWindow(r: SpaprRecords, own: readonly number[], assumed: string[]): WindowShape | null {
  const clear = leadingClear(r, own)
  if (clear === 0) return null
  const told = pageShiftOf(r, own, clear)
  const per = pow2((told ?? UNIT_SHIFT) - UNIT_SHIFT)
  const start = startOf(r, per)
  const high = HIGH_WINDOW / per
  const first = start(own[0]!)
  const end = r.unit.at(own[clear - 1]!) / per
  const base = first >= high ? high : 0
  // What ends before it can have begun was not cleared by calls that follow each other.
  if (first < base || end - base < LEAST_ENTRIES || end % 1 !== 0) return null
  // A single call is the clear of a small window only if it begins where windows begin, and nothing lies beyond it.
  if (clear === 1 && (first !== base || own.some((i) => start(i) + r.npages.at(i) > end))) return null
  if (told === null && clear > 1 && end - first !== CALL + r.npages.at(own[1]!)) return null
  if (told === null) assumed.push('IOMMU pages of 4K: the file does not tell their size.')
  if (first !== base)
    assumed.push(
      `a window that begins ${first - base} TCEs before the first call: what cleared them is not in the file.`,
    )
  return { pageShift: told ?? UNIT_SHIFT, per, offset: base, size: end - base, start, clear }
}

/** Entries of the smallest window that can be played and has so many; null where none is so large. */
function playedSize(entries: number, pageShift: number): number | null {
  const bytes = recordable('tce').windows.find((window) => window >= entries * pow2(pageShift))
  return bytes === undefined ? null : bytes / pow2(pageShift)
}

/** The window of 4K pages that begins where windows begin and holds every address. */
function assumedWindow(r: SpaprRecords, own: readonly number[], assumed: string[]): WindowShape {
  const start = startOf(r, 1)
  let top = 0
  for (const i of own) top = Math.max(top, start(i) + r.npages.at(i))
  const offset = top > HIGH_WINDOW ? HIGH_WINDOW : 0
  assumed.push('IOMMU pages of 4K: the file does not tell their size.')
  assumed.push('a window that is the smallest that holds every address: its clearing is not in the file.')
  return { pageShift: UNIT_SHIFT, per: 1, offset, size: top - offset, start, clear: 0 }
}

const inKib = (pages: readonly number[]): string => pages.map((bytes) => `${bytes / 1024}K`).join(' or ')

/** The recording of the busiest window. What is returned can be played. */
export function* recordingOf(name: string, r: SpaprRecords): Generator<undefined, TraceResult> {
  const window = busiest(r.liobn)
  if (!window) return nothing('the file has the right events, but none of them could be used')
  const own: number[] = []
  for (let i = 0; i < r.liobn.length; i++) if (r.liobn.at(i) === window.liobn) own.push(i)
  yield
  // Whatever its pages are, a table that is emptied from the first record to the last holds nothing.
  if (leadingClear(r, own) === own.length) return nothing(ONLY_CLEARED)
  const assumed: string[] = []
  const shape = clearedWindow(r, own, assumed) ?? assumedWindow(r, own, assumed)
  const { pageShift, offset } = shape
  const { pages, windows } = recordable('tce')
  if (!pages.includes(pow2(pageShift)))
    return nothing(`its IOMMU pages are of 2^${pageShift} bytes: ${inKib(pages)} can be played`)
  const size = playedSize(shape.size, pageShift)
  if (size === null) {
    const most = windows.at(-1)! / pow2(pageShift)
    const beyond = own.find((i) => shape.start(i) + r.npages.at(i) > offset + most)
    const of = beyond === undefined ? 'the file is' : `line ${r.line.at(beyond)} is`
    return nothing(`${of} of a window of ${shape.size} TCEs: ${most} at most can be played`)
  }
  if (shape.clear > 0 && size !== shape.size)
    assumed.push(`a window of ${size} TCEs: the ${shape.size} that are cleared are of no size that windows have here.`)

  const others = r.liobn.length - own.length
  assumed.push('CPU 0, and buffers of whole pages: the file tells neither CPUs nor lengths.')
  if (others > 0) assumed.push(`${others} records of other windows are left out.`)
  if (r.failed > 0) assumed.push(`${r.failed} hypercalls failed and changed nothing.`)
  if (!r.timed) assumed.push('10 µs from record to record: the file tells no times.')
  if (r.disordered > 0) assumed.push(disorder(r.disordered))
  const ops = yield* operations(r, own, { ...shape, size })
  if (!ops.kind.includes(REC_MAP)) return nothing(ONLY_CLEARED)
  const recording: Recording = {
    name,
    format: 'qemu-spapr',
    way: 'tce',
    space: `window ${window.liobn.toString(16)}`,
    pageShift,
    offset,
    size,
    ops,
    cpus: 1,
    records: own.length,
    endNs: ops.ns[ops.count - 1]!,
    assumed,
    ...(r.disordered > 0 && { remark: disorder(r.disordered) }),
    broken: r.problems.count,
    problems: r.problems.first,
  }
  return { recording, message: '' }
}

const disorder = (n: number): string =>
  n === 1
    ? '1 record is earlier than the one before; it follows that at once.'
    : `${n} records are earlier than the one before; each follows that at once.`

interface Shape {
  readonly per: number
  readonly offset: number
  readonly size: number
  readonly start: (i: number) => number
}

/** First entry of a record's range, for pages of `per` units. */
function startOf(r: SpaprRecords, per: number): (i: number) => number {
  return (i) => r.unit.at(i) / per - (r.endsThere.at(i) === 1 ? r.npages.at(i) : 0)
}

/** Records as operations, those of one mapping joined. */
function* operations(r: SpaprRecords, own: readonly number[], shape: WindowShape): Generator<undefined, RecordedOps> {
  const { per, offset, size, start, clear } = shape
  const n = own.length
  const ops = {
    kind: new Uint8Array(n),
    ns: new Float64Array(n),
    entry: new Float64Array(n),
    npages: new Int32Array(n),
    address: new Float64Array(n),
    permission: new Uint8Array(n),
    line: new Int32Array(n),
  }
  const batches = own.some((i, k) => k >= clear && r.npages.at(i) > 1)
  let count = 0
  let t0 = -1
  /** Entries of the record before, when the next one may continue it. */
  let open = false
  for (const [k, i] of own.entries()) {
    if (k % TURN === TURN - 1) yield
    const npages = r.npages.at(i)
    const entry = start(i) - offset
    if (entry < 0 || entry + npages > size || entry % 1 !== 0) {
      r.problems.add(r.line.at(i), `TCEs ${entry} to ${entry + npages - 1} of the window`, `0 to ${size - 1}`)
      continue
    }
    const kind = k < clear ? REC_CLEAR : r.real.at(i) < 0 ? REC_UNMAP : REC_MAP
    // The last TCE is printed; the first leads to as many pages before.
    const address = kind === REC_MAP ? (r.real.at(i) - (npages - 1) * per) * UNIT : -1
    const last = count - 1
    const joins =
      open &&
      kind !== REC_CLEAR &&
      ops.kind[last] === kind &&
      ops.entry[last]! + ops.npages[last]! === entry &&
      (kind === REC_UNMAP ||
        (ops.permission[last] === r.permission.at(i) &&
          ops.address[last]! + ops.npages[last]! * per * UNIT === address))
    open = npages === CALL || (!batches && npages === 1)
    if (joins) {
      ops.npages[last] = ops.npages[last]! + npages
      continue
    }
    if (t0 < 0) t0 = r.ns.at(i)
    ops.kind[count] = kind
    ops.ns[count] = r.ns.at(i) - t0
    ops.entry[count] = entry
    ops.npages[count] = npages
    ops.address[count] = address
    ops.permission[count] = r.permission.at(i)
    ops.line[count] = r.line.at(i)
    count++
  }
  return {
    count,
    kind: ops.kind.slice(0, count),
    ns: ops.ns.slice(0, count),
    entry: ops.entry.slice(0, count),
    npages: ops.npages.slice(0, count),
    address: ops.address.slice(0, count),
    permission: ops.permission.slice(0, count),
    line: ops.line.slice(0, count),
  }
}
