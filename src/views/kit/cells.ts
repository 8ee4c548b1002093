// The cell painter. Ink is area-exact: of a page that holds 2.3 % data, 2.3 % of the pixels are lit, and a cell
// that stands for many pages is filled as far as they are mapped. Patterns make every state readable without
// its hue. All sizes are device pixels and whole.

import {
  CELL_CACHED,
  CELL_FAILED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_NONE,
  type CellState,
  type IovaSpaceFrame,
  MARK_CACHED,
  MARK_PASSED,
  SHADES,
} from '../../sim/index.ts'
import type { Pixels } from '../view.ts'
import {
  type CellPixels,
  fillCell,
  frameCell,
  type Ground,
  paintCross,
  paintGround,
  paintMarks,
} from './cell-patterns.ts'
import { mix, mixer, type Palette, pack, STATE_NAMES, tinter } from './palette.ts'

/** From this size on, cells have a gap and patterns; below, a flat colour. */
const PATTERN_SIZE = 5
/** A page of which less than this share is data lights its pixels in the stronger tone. */
const USEFUL_BELOW = 0.3 * 65535
/** A new mapping begins this far on the way from slack to mapped. */
const FRESH_START = 0.55
/** What a state that is not the isolated one keeps of itself. */
export const DIMMED = 0.22
/** A cached page in the colour of its keeper is this strong, so that mapped ones stand out. */
const KEPT = 0.5
/** Where cells have no patterns, one that the last search passed is so far on the way to the ink of text. */
const PASSED = 0.6
const STATES = [0, 1, 2, 3, 4, 5, 6] as const

/** Pixels under one choice of what is shown. Made once per change of theme or choice. */
export interface CellInk extends CellPixels {
  readonly ground: number
  /** [7] 1 for a state that is not shown: its cells are ground. */
  readonly hidden: Uint8Array
  /** For cells in which a search finds nothing. */
  readonly quiet: CellPixels
  /** A free cell in which it finds something. */
  readonly found: number
  /** A cell without patterns that the last search passed. */
  readonly passed: (pixel: number) => number
  /** [256] by CPU: the line under the cells of a chunk that it owns. */
  readonly owners: Uint32Array
}

/**
 * `isolated`: the one state (a STATE_NAMES) or class that is shown strongly, or null. `classes`: [256] packed colours by
 * class, already dimmed where a class is isolated, or null to colour by state. `off`: what is not shown at all.
 */
export function cellInk(
  palette: Palette,
  isolated: string | null,
  classes: Uint32Array | null,
  off: readonly string[] = [],
  owners: Uint32Array = new Uint32Array(256).fill(pack(palette.tokens.edge)),
): CellInk {
  const ground = pack(palette.tokens.bg)
  const hidden = Uint8Array.from(STATES, (s) => (off.includes(STATE_NAMES[s]) ? 1 : 0))
  const free = hidden[CELL_FREE] ? ground : pack(palette.states.free)
  const ofClass = isolated?.includes('.') ?? false
  const pixels = (quiet: boolean): CellPixels => {
    const dim = (pixel: number, state: CellState, shown = isolated === null || isolated === STATE_NAMES[state]) =>
      hidden[state] ? ground : shown && !quiet ? pixel : mix(free, pixel, DIMMED)
    const colour = (state: CellState) => pack(palette.states[STATE_NAMES[state]])
    const slackFull = pack(palette.states.slack)
    const mapped = pack(palette.states.mapped)
    const slack = new Uint32Array(256)
    const toMapped = mixer(slackFull, mapped)
    for (let f = 0; f < 256; f++) slack[f] = dim(toMapped((f / 255) * FRESH_START), CELL_MAPPED)
    const flat = new Uint32Array(SHADES).fill(ground)
    for (const s of STATES) flat.fill(s === CELL_FREE ? free : dim(colour(s), s), s << 10, (s + 1) << 10)
    for (let lit = 0; lit < 64; lit++) {
      const toFull = mixer(free, dim(toMapped(lit / 63), CELL_MAPPED))
      for (let used = 0; used < 16; used++) flat[(CELL_MAPPED << 10) | (used << 6) | lit] = toFull((used + 1) / 16)
    }
    // A class that is isolated or off already has its colour.
    const hues =
      classes && Uint32Array.from(classes, (p) => (p === ground ? p : dim(p, CELL_MAPPED, ofClass || undefined)))
    const paler = (t: number) => hues && Uint32Array.from(hues, (p) => mix(free, p, t))
    return {
      bar: pack(palette.tokens.text),
      strong: Uint32Array.from(STATES, (s) => dim(colour(s), s)),
      soft: Uint32Array.from(STATES, (s) => dim(mix(free, colour(s), 0.5), s)),
      tint: Uint32Array.from(STATES, (s) => dim(mix(free, colour(s), 0.18), s)),
      free,
      slack,
      lit: dim(mapped, CELL_MAPPED),
      useful: dim(pack(palette.states.useful), CELL_MAPPED),
      flat,
      classes: hues,
      kept: paler(KEPT),
      keptTint: paler(0.18),
    }
  }
  const found = mix(free, pack(palette.tokens.text), 0.5)
  const passed = tinter(pack(palette.tokens.text), PASSED)
  return { ground, hidden, ...pixels(false), quiet: pixels(true), found, passed, owners }
}

/** The ground of a cell of which a part is cached, whoever keeps it. */
const CACHED: Ground = { state: CELL_CACHED, value: CELL_NONE }
const CACHED_IN_CHUNK: Ground = { ...CACHED, owned: true }

/** What one cell shows; the fields are those of IovaSpaceFrame at that cell. */
export interface CellValues extends Ground {
  used: number
  useful: number
  fresh: number
  freeRun: number
  /** The cell stands for several pages. */
  many: boolean
  /** MARK_PASSED, MARK_FOREIGN; absent = none. */
  marks?: number
}

const cell: CellValues = { state: 0, used: 0, useful: 0, fresh: 0, freeRun: 0, value: CELL_NONE, many: false }

/**
 * Paints rows [row, row+rows) of a frame with their top left corner at (0, top). Cells are cellWidth × cellHeight
 * device px, the gap included. What does not fit into `out` is left out.
 */
export function paintCells(
  frame: IovaSpaceFrame,
  ink: CellInk,
  row: number,
  rows: number,
  top: number,
  cellWidth: number,
  cellHeight: number,
  out: Pixels,
): void {
  const { columns } = frame
  const fits = Math.min(rows, Math.floor((out.height - top) / cellHeight))
  if (columns * cellWidth > out.width || top < 0) return
  if (Math.min(cellWidth, cellHeight) < PATTERN_SIZE) {
    if (cellWidth === 1 && cellHeight === 1 && !ink.classes && !frame.match && !frame.marks)
      paintPixels(frame, ink, row, fits, top, out)
    else paintFlat(frame, ink, row, fits, top, cellWidth, cellHeight, out)
    return
  }
  const { match, marks } = frame
  const [w, h] = [cellWidth - 1, cellHeight - 1]
  cell.many = frame.entriesPerCell > 1
  for (let r = 0; r < fits; r++) {
    paintEmpty(frame, ink, row + r, top + r * cellHeight, cellWidth, cellHeight, out)
    if (frame.owner) paintOwners(frame, frame.owner, ink, row + r, top + r * cellHeight, cellWidth, cellHeight, out)
    for (let c = 0; c < columns; c++) {
      const i = (row + r) * columns + c
      cell.state = frame.state[i]!
      cell.used = frame.used[i]!
      if (cell.state === CELL_NONE) continue
      const [x, y] = [c * cellWidth, top + r * cellHeight]
      if (cell.used === 0 && (cell.state === CELL_FREE || ink.hidden[cell.state])) {
        if (ink.hidden[cell.state]) fillCell(ink.ground, x, y, w, h, out)
        if (cell.state === CELL_FREE && match?.[i]) frameCell(ink.found, x, y, w, h, out)
        continue
      }
      // A mark that is not shown leaves what lies under it.
      if (ink.hidden[cell.state] && cell.used > 0) cell.state = CELL_MAPPED
      cell.useful = frame.useful[i]!
      cell.fresh = frame.fresh[i]!
      cell.freeRun = frame.freeRun[i]!
      cell.value = frame.value[i]!
      cell.marks = marks ? marks[i]! : 0
      cell.owned = frame.owner !== undefined && frame.owner[i] !== CELL_NONE
      paintCell(cell, match?.[i] === 0 ? ink.quiet : ink, x, y, w, h, out)
    }
  }
}

/** A row of free cells with their gaps: one line, and copies of it. */
function paintEmpty(
  frame: IovaSpaceFrame,
  ink: CellInk,
  row: number,
  top: number,
  cellWidth: number,
  cellHeight: number,
  out: Pixels,
): void {
  const { data, width } = out
  const line = top * width
  const end = line + frame.columns * cellWidth
  for (let c = 0, x = line; x < end; c++, x += cellWidth) {
    if (frame.state[row * frame.columns + c] === CELL_NONE) continue
    for (let i = 0; i < cellWidth - 1; i++) data[x + i] = ink.free
  }
  for (let y = 1; y < cellHeight - 1; y++) data.copyWithin(line + y * width, line, end)
}

/** A line in the gap under the cells of a chunk, in its owner's colour: rows of a chunk read as a band. */
function paintOwners(
  frame: IovaSpaceFrame,
  owner: Uint8Array,
  ink: CellInk,
  row: number,
  top: number,
  cellWidth: number,
  cellHeight: number,
  out: Pixels,
): void {
  const line = (top + cellHeight - 1) * out.width
  for (let c = 0; c < frame.columns; c++) {
    const cpu = owner[row * frame.columns + c]!
    if (cpu !== CELL_NONE) out.data.fill(ink.owners[cpu]!, line + c * cellWidth, line + (c + 1) * cellWidth)
  }
}

/** Flat colour of cell i: the worst state in it, a mapped one by how far it is mapped and lit. */
function flatColour(frame: IovaSpaceFrame, ink: CellInk, i: number): number {
  const value = frame.value[i]!
  const state = frame.state[i]!
  const found = frame.match?.[i]
  if (found === 1 && state === CELL_FREE) return ink.found
  const pixels = found === 0 ? ink.quiet : ink
  const hued = state === CELL_MAPPED || state === CELL_CACHED
  const pixel =
    pixels.classes && hued && value !== CELL_NONE && !ink.hidden[state]
      ? pixels.classes[value]!
      : pixels.flat[frame.shade[i]!]!
  const own = value !== CELL_NONE && !ink.hidden[state]
  const base = state === CELL_CACHED && pixels.kept ? (own ? pixels.kept[value]! : pixels.soft[state]!) : pixel
  return frame.marks && (frame.marks[i]! & MARK_PASSED) !== 0 ? ink.passed(base) : base
}

/** The path for a million cells: one look-up a pixel. */
function paintPixels(frame: IovaSpaceFrame, ink: CellInk, row: number, rows: number, top: number, out: Pixels): void {
  const { data, width } = out
  const { flat } = ink
  const { columns, shade } = frame
  for (let r = 0, from = row * columns; r < rows; r++, from += columns) {
    const to = (top + r) * width
    // As int32: the same bits, and the loop stays in integer registers.
    for (let c = 0; c < columns; c++) data[to + c] = flat[shade[from + c]!]! | 0
  }
}

function paintFlat(
  frame: IovaSpaceFrame,
  ink: CellInk,
  row: number,
  rows: number,
  top: number,
  cellWidth: number,
  cellHeight: number,
  out: Pixels,
): void {
  const { columns } = frame
  for (let r = 0; r < rows; r++) {
    const line = (top + r * cellHeight) * out.width
    for (let c = 0; c < columns; c++)
      out.data.fill(
        flatColour(frame, ink, (row + r) * columns + c),
        line + c * cellWidth,
        line + c * cellWidth + cellWidth,
      )
    for (let y = 1; y < cellHeight; y++) out.data.copyWithin(line + y * out.width, line, line + columns * cellWidth)
  }
}

/** Paints one cell into the w × h pixels at (x, y), which hold free ground; gap not included, nothing is clipped. */
export function paintCell(
  c: CellValues,
  ink: CellPixels,
  x: number,
  y: number,
  w: number,
  h: number,
  out: Pixels,
): void {
  const { data, width } = out
  const failed = c.state === CELL_FAILED
  const area = w * h
  // A refused page shows its X on clear ground; only where a cell stands for many does the X lie on their use.
  // Pixels as int32 below: the same bits, and the loops stay in integer registers.
  const filled = c.used === 0 || (failed && !c.many) ? 0 : Math.max(1, Math.round((c.used / 255) * area))
  const fill = (ink.classes && c.value !== CELL_NONE ? ink.classes[c.value]! : ink.slack[c.fresh]!) | 0
  const lit = filled === 0 || c.useful === 0 || ink.classes ? 0 : Math.max(1, Math.round((c.useful / 65535) * filled))
  const litPixel = (c.useful < USEFUL_BELOW ? ink.useful : ink.lit) | 0
  const partlyCached = c.state === CELL_MAPPED && ((c.marks ?? 0) & MARK_CACHED) !== 0
  if (filled < area && c.state !== CELL_FREE && (c.state !== CELL_MAPPED || partlyCached) && !failed)
    paintGround(partlyCached ? (c.owned ? CACHED_IN_CHUNK : CACHED) : c, ink, x, y, w, h, out)
  for (let k = 0, line = (y + h - 1) * width + x; k < filled; k += w, line -= width) {
    const litEnd = Math.min(w, Math.max(0, lit - k))
    const end = Math.min(w, filled - k)
    for (let i = 0; i < litEnd; i++) data[line + i] = litPixel
    for (let i = litEnd; i < end; i++) data[line + i] = fill
  }
  // Where the free pages are in one piece the empty part of the cell already says how long the run is.
  if (c.many && c.freeRun > 0 && c.freeRun < 0.9 * (255 - c.used) && filled < area) {
    const length = Math.max(1, Math.round((c.freeRun / 255) * w))
    data.fill(ink.bar, y * width + x, y * width + x + length)
  }
  if (failed) paintCross(ink, x, y, w, h, out)
  if (c.marks) paintMarks(c.marks, ink, x, y, w, h, out)
}
