// History in a fixed number of time columns. When the run outgrows them, pairs of columns are merged and a column
// covers twice the time: the whole run stays visible from 0, in bounded memory. Knows no IOMMU words: bands hold a
// level and a count, tracks hold a level or a sum.

import { type Chunked, chunked, touch, touchRange } from '../../lib/chunked.ts'

export const COLUMNS = 768
export const BANDS = 64

/** What leads from the entries of a window to what they stand for: where it differs, entries mean something else. */
export interface BandSpace {
  readonly pageShift: number
  readonly offset: number
  readonly size: number
  readonly islands?: readonly { readonly entry: number; readonly abs: number; readonly pages: number }[]
  readonly unlisted?: number
}

/** Columns that were recorded of a former window, up to the one where the next begins: they are read by its measures. */
export interface FormerBands {
  /** The first column that is not of it. */
  readonly until: number
  readonly space: BandSpace
  readonly first: number
  readonly entriesPerBand: number
}

/** One table's address × time history. */
export interface BandHistory {
  /** [BANDS] level now (entries in use) and marks since the column began (entries newly used). */
  readonly level: Int32Array
  readonly marks: Int32Array
  /** Entries that a band covers; the last band may cover fewer. */
  entriesPerBand: number
  /** First entry covered. Of a table too large for that, bands cover a part: it doubles whenever it is left. */
  first: number
  /** False of a table too large to be covered whole; `open` until something of it is marked. */
  readonly whole: boolean
  open: boolean
  /** Windows that were there before, oldest first; absent while there was none. All else is of the columns after them. */
  former?: readonly FormerBands[]
  /** [COLUMNS*BANDS] column-major, 0…255. */
  readonly levelByColumn: Chunked<Uint8Array>
  readonly marksByColumn: Chunked<Uint8Array>
}

export interface Recorder {
  columnNs: number
  /** Index of the column that is being filled. */
  column: number
  /** End of that column, ns. */
  columnEndNs: number
  readonly bands: BandHistory[]
  /** Levels at a column's end. [COLUMNS] */
  readonly mappedBytes: Chunked<Float64Array>
  readonly usefulBytes: Chunked<Float64Array>
  /** Sums over a column. [COLUMNS] */
  readonly refused: Chunked<Float64Array>
  readonly missed: Chunked<Float64Array>
  readonly delivered: Chunked<Float64Array>
  /** A level: what was exposed, bytes; sums: flushes, and accesses that came too late. */
  readonly exposedBytes: Chunked<Float64Array>
  readonly flushes: Chunked<Float64Array>
  readonly late: Chunked<Float64Array>
  /** Sums: calls of the hypervisor by kind, and those that were too hard for real mode. */
  readonly put: Chunked<Float64Array>
  readonly putIndirect: Chunked<Float64Array>
  readonly stuff: Chunked<Float64Array>
  readonly tooHard: Chunked<Float64Array>
  /** Sums: bytes copied through a bounce pool, and bytes that devices use where they lie. */
  readonly copied: Chunked<Float64Array>
  readonly uncopied: Chunked<Float64Array>
  readonly cpus: number
  /** [COLUMNS*cpus] ns waited for a lock, column-major. */
  readonly lockWaitNs: Chunked<Float64Array>
}

/** `horizonNs`: the time that the columns cover at first. */
export function createRecorder(horizonNs: number, cpus: number): Recorder {
  const columnNs = Math.max(1, Math.ceil(horizonNs / COLUMNS))
  const column = () => chunked(new Float64Array(COLUMNS))
  return {
    columnNs,
    column: 0,
    columnEndNs: columnNs,
    bands: [],
    mappedBytes: column(),
    usefulBytes: column(),
    refused: column(),
    missed: column(),
    delivered: column(),
    exposedBytes: column(),
    flushes: column(),
    late: column(),
    put: column(),
    putIndirect: column(),
    stuff: column(),
    tooHard: column(),
    copied: column(),
    uncopied: column(),
    cpus,
    lockWaitNs: chunked(new Float64Array(COLUMNS * cpus)),
  }
}

/** The same history for another number of CPUs; what they waited is forgotten. */
export function withCpus(r: Recorder, cpus: number): Recorder {
  return { ...r, cpus, lockWaitNs: chunked(new Float64Array(COLUMNS * cpus)) }
}

/** Tables of up to this many entries are covered whole. */
const LARGEST_WHOLE = 1 << 20
/** Entries of a band at first, in a larger one. */
const LEAST_PER_BAND = 64

export function createBands(size: number): BandHistory {
  const whole = size <= LARGEST_WHOLE
  return {
    level: new Int32Array(BANDS),
    marks: new Int32Array(BANDS),
    entriesPerBand: whole ? Math.ceil(size / BANDS) : LEAST_PER_BAND,
    first: 0,
    whole,
    open: !whole,
    levelByColumn: chunked(new Uint8Array(COLUMNS * BANDS)),
    marksByColumn: chunked(new Uint8Array(COLUMNS * BANDS)),
  }
}

/** First column of the window that is there now. */
const begun = ({ former }: BandHistory): number => former?.at(-1)?.until ?? 0

/**
 * Makes room for the window that takes the place of another in the history `index`. Columns of the same entries go on;
 * those of other ones are kept as a former window's. `before`: the window that was there, null where there was none.
 */
export function replaceBands(r: Recorder, index: number, before: BandSpace | null, after: BandSpace): void {
  const fresh = createBands(after.size)
  const old = r.bands[index]
  if (!old) {
    r.bands[index] = fresh
    return
  }
  const { levelByColumn, marksByColumn, first, entriesPerBand, open } = old
  const goesOn = before !== null && sameEntries(before, after)
  const covers = goesOn && !fresh.whole ? { first, entriesPerBand, open } : {}
  const former =
    goesOn || before === null || r.column === begun(old)
      ? old.former
      : [...(old.former ?? []), { until: r.column, space: before, first, entriesPerBand }]
  r.bands[index] = { ...fresh, ...covers, ...(former && { former }), levelByColumn, marksByColumn }
}

/** Ends the history of a window that goes and has no successor. */
export function endBands(r: Recorder, index: number, before: BandSpace): void {
  if (r.bands[index]) replaceBands(r, index, before, { ...before, size: 1 })
}

function sameEntries(a: BandSpace, b: BandSpace): boolean {
  const islands = ({ islands = [] }: BandSpace) => islands.map(({ abs, pages }) => `${abs}+${pages}`).join()
  return (
    a.pageShift === b.pageShift &&
    a.offset === b.offset &&
    a.size === b.size &&
    a.unlisted === b.unlisted &&
    islands(a) === islands(b)
  )
}

/** Band of an entry that is mapped; the bands are widened if it lies outside. */
export function bandOf(b: BandHistory, e: number): number {
  if (b.open) {
    b.open = false
    b.first = startOf(e, b.entriesPerBand)
  }
  const band = Math.floor((e - b.first) / b.entriesPerBand)
  return band >= 0 && band < BANDS ? band : widen(b, e)
}

function widen(b: BandHistory, e: number): number {
  while (e < b.first || e >= b.first + BANDS * b.entriesPerBand) {
    const first = startOf(b.first, 2 * b.entriesPerBand)
    const shift = first === b.first ? 0 : BANDS / 2
    pair(b.level, 0, shift, add)
    pair(b.marks, 0, shift, add)
    for (let c = begun(b); c < COLUMNS; c++) {
      pair(b.levelByColumn.data, c * BANDS, shift, mean)
      pair(b.marksByColumn.data, c * BANDS, shift, mean)
    }
    touchRange(b.levelByColumn, 0, COLUMNS * BANDS)
    touchRange(b.marksByColumn, 0, COLUMNS * BANDS)
    b.first = first
    b.entriesPerBand *= 2
  }
  return Math.floor((e - b.first) / b.entriesPerBand)
}

/** First entry of the aligned stretch of BANDS bands that holds an entry. */
function startOf(e: number, entriesPerBand: number): number {
  const span = BANDS * entriesPerBand
  return Math.floor(e / span) * span
}

const add = (a: number, b: number): number => a + b
/** Something must not vanish. */
const mean = (a: number, b: number): number => Math.ceil((a + b) / 2)

/** Bands [at, at+BANDS) taken two by two; the pairs go to the half that begins `shift` bands on, the other is empty. */
function pair(
  values: Int32Array | Uint8Array,
  at: number,
  shift: number,
  join: (a: number, b: number) => number,
): void {
  for (let i = 0; i < BANDS / 2; i++) values[at + i] = join(values[at + 2 * i]!, values[at + 2 * i + 1]!)
  values.copyWithin(at + shift, at, at + BANDS / 2)
  values.fill(0, at + (shift === 0 ? BANDS / 2 : 0), at + (shift === 0 ? BANDS : BANDS / 2))
}

/** Closes every column that ends at or before `nowNs`. The level tracks take the given values. */
export function rollColumns(
  r: Recorder,
  nowNs: number,
  mappedBytes: number,
  usefulBytes: number,
  exposedBytes: number,
): void {
  while (nowNs >= r.columnEndNs) {
    closeColumn(r, mappedBytes, usefulBytes, exposedBytes)
    for (const band of r.bands) band.marks.fill(0)
    if (r.column + 1 === COLUMNS) halve(r)
    else r.column++
    r.columnEndNs = (r.column + 1) * r.columnNs
  }
}

/** Writes the levels of the column that is being filled, so that a reader sees them before it ends. */
export function closeColumn(r: Recorder, mappedBytes: number, usefulBytes: number, exposedBytes: number): void {
  const c = r.column
  r.mappedBytes.data[c] = mappedBytes
  r.usefulBytes.data[c] = usefulBytes
  r.exposedBytes.data[c] = exposedBytes
  const from = c * BANDS
  for (const band of r.bands) {
    const per = band.entriesPerBand
    for (let b = 0; b < BANDS; b++) {
      band.levelByColumn.data[from + b] = share(band.level[b]!, per)
      band.marksByColumn.data[from + b] = share(band.marks[b]!, per)
    }
    touchRange(band.levelByColumn, from, from + BANDS)
    touchRange(band.marksByColumn, from, from + BANDS)
  }
  touch(r.mappedBytes, c)
  touch(r.usefulBytes, c)
  touch(r.exposedBytes, c)
}

/** Adds to the sum of the column that is being filled. */
export function addToColumn(r: Recorder, track: Chunked<Float64Array>, amount: number): void {
  track.data[r.column] = track.data[r.column]! + amount
  touch(track, r.column)
}

/** Adds what one CPU waited for a lock up to `endNs`, in the column that is being filled, to the columns it lies in. */
export function addLockWait(r: Recorder, cpu: number, waitNs: number, endNs: number): void {
  const beganNs = endNs - waitNs
  let untilNs = endNs
  for (let column = r.column; untilNs > beganNs && column >= 0; column--) {
    const fromNs = Math.max(beganNs, column * r.columnNs)
    const i = column * r.cpus + cpu
    r.lockWaitNs.data[i] = r.lockWaitNs.data[i]! + untilNs - fromNs
    touch(r.lockWaitNs, i)
    untilNs = fromNs
  }
}

/** 0…255; at least 1 when there is anything, because a single page must not vanish. */
export function share(count: number, of: number): number {
  if (count <= 0) return 0
  return Math.max(1, Math.min(255, Math.round((count * 255) / of)))
}

/** Merges columns 2c and 2c+1 into c: levels keep the later one, marks the larger, sums add. */
function halve(r: Recorder): void {
  const half = COLUMNS / 2
  for (const level of [r.mappedBytes, r.usefulBytes, r.exposedBytes]) {
    for (let c = 0; c < half; c++) level.data[c] = level.data[2 * c + 1]!
    level.data.fill(0, half)
    touchRange(level, 0, COLUMNS)
  }
  const { put, putIndirect, stuff, tooHard } = r
  for (const sum of [
    r.refused,
    r.missed,
    r.delivered,
    r.flushes,
    r.late,
    put,
    putIndirect,
    stuff,
    tooHard,
    r.copied,
    r.uncopied,
  ]) {
    for (let c = 0; c < half; c++) sum.data[c] = sum.data[2 * c]! + sum.data[2 * c + 1]!
    sum.data.fill(0, half)
    touchRange(sum, 0, COLUMNS)
  }
  const { cpus, lockWaitNs } = r
  for (let c = 0; c < half; c++) {
    for (let k = 0; k < cpus; k++) {
      lockWaitNs.data[c * cpus + k] = lockWaitNs.data[2 * c * cpus + k]! + lockWaitNs.data[(2 * c + 1) * cpus + k]!
    }
  }
  lockWaitNs.data.fill(0, half * cpus)
  touchRange(lockWaitNs, 0, COLUMNS * cpus)
  for (const history of r.bands) {
    const { levelByColumn, marksByColumn, former } = history
    for (let c = 0; c < half; c++) {
      // Where a window begins in the midst of the two, the column is of that one.
      const begins = former?.some(({ until }) => until === 2 * c + 1) ?? false
      for (let b = 0; b < BANDS; b++) {
        const first = 2 * c * BANDS + b
        const second = first + BANDS
        levelByColumn.data[c * BANDS + b] = levelByColumn.data[second]!
        const marks = begins ? 0 : marksByColumn.data[first]!
        marksByColumn.data[c * BANDS + b] = Math.max(marks, marksByColumn.data[second]!)
      }
    }
    levelByColumn.data.fill(0, half * BANDS)
    marksByColumn.data.fill(0, half * BANDS)
    touchRange(levelByColumn, 0, COLUMNS * BANDS)
    touchRange(marksByColumn, 0, COLUMNS * BANDS)
    if (former) history.former = halved(former)
  }
  r.columnNs *= 2
  r.column = half
}

/** Former windows in columns twice as long; those that have none left are forgotten. */
function halved(former: readonly FormerBands[]): FormerBands[] {
  const kept: FormerBands[] = []
  for (const one of former) {
    const until = Math.floor(one.until / 2)
    if (until > (kept.at(-1)?.until ?? 0)) kept.push({ ...one, until })
  }
  return kept
}
