// Lines through points on two logarithmic axes: where points, ticks and the lines' names lie, which point is meant, and
// where the keys lead. What the points are of is the view's business.

import { least, line, type ScaleContinuousNumeric, scaleLog } from 'd3'
import type { Tick } from './plot-axes.tsx'

/** A value of a line, both above 0. */
export interface Datum {
  readonly x: number
  readonly value: number
}

export interface PlotLine {
  /** Ascending in x; what has come so far. */
  readonly points: readonly Datum[]
  /** What stands beside it, dashed. */
  readonly formula?: readonly Datum[]
}

export interface PlotSpec {
  /** All places on the x axis, ascending: each has a tick, and lines join neighbours only. */
  readonly xs: readonly number[]
  /** Ends of the y axis, and its ticks. */
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
  tick(value: number): string
  /** css px, the names right of the lines included, and of that what these take (absent: enough for a short word or two). */
  readonly width: number
  readonly names?: number
  readonly height: number
}

export interface PlacedLine {
  /** css px, in the order of the line's points. */
  readonly points: readonly { readonly x: number; readonly y: number }[]
  /** SVG paths through the points, and of the formula. */
  readonly path: string
  readonly formula: string
  /** Where its name stands; null before its first point. */
  readonly nameY: number | null
}

export interface LinePlot {
  readonly lines: readonly PlacedLine[]
  /** From a value to css px. */
  readonly x: ScaleContinuousNumeric<number, number>
  readonly xTicks: readonly Tick[]
  readonly y: ScaleContinuousNumeric<number, number>
  readonly yTicks: readonly Tick[]
  /** Right end of the lines, and the lower end of the plot, css px. */
  readonly right: number
  readonly bottom: number
}

/** Left and right of the points, css px; the names stand on the right. */
const INSET = 14
const NAMES = 92
/** Above and below the points, css px. */
const MARGIN = 6
/** Least distance of two names, css px. */
const NAME_PITCH = 13
/** A pointer this near to a point means it, css px. */
const REACH = 28

/** Places everything in the box of `spec`. */
export function placeLines(lines: readonly PlotLine[], spec: PlotSpec): LinePlot {
  const { xs, low, high, width, height, names = NAMES } = spec
  const right = width - names
  const y = scaleLog([low, high], [height - MARGIN, MARGIN])
  const x = scaleLog([xs[0]!, xs.at(-1)!], [INSET, right]).base(2)
  const place = (d: Datum) => ({ x: x(d.x), y: y(Math.max(1, d.value)) })
  // A line joins neighbours only: what lies between the ends is not known before it has come, and nothing is drawn there.
  const path = line<Datum | null>()
    .defined((d) => d !== null)
    .x((d) => x(d!.x))
    .y((d) => place(d!).y)
    .digits(1)
  const joined = (data: readonly Datum[]) => {
    const of = new Map(data.map((d) => [d.x, d]))
    return path(xs.map((at) => of.get(at) ?? null)) ?? ''
  }
  const placed = lines.map((line) => ({
    points: line.points.map(place),
    path: joined(line.points),
    formula: joined(line.formula ?? []),
    nameY: null,
  }))
  return {
    lines: named(placed, height),
    x,
    xTicks: xs.map((n) => ({ at: n, text: String(n) })),
    y,
    yTicks: spec.ticks.map((n) => ({ at: n, text: spec.tick(n) })),
    right,
    bottom: height,
  }
}

/** Gives every line with points a place for its name, near its end and apart from the others. */
function named(lines: readonly PlacedLine[], height: number): readonly PlacedLine[] {
  const ends = lines
    .flatMap((line, i) => (line.points.length > 0 ? [{ i, y: line.points.at(-1)!.y }] : []))
    .sort((a, b) => a.y - b.y)
  ends.forEach((end, i) => {
    end.y = Math.max(end.y, i === 0 ? MARGIN : ends[i - 1]!.y + NAME_PITCH)
  })
  for (let i = ends.length - 1; i >= 0; i--) {
    const below = ends[i + 1]?.y ?? height - 4 + NAME_PITCH
    ends[i]!.y = Math.min(ends[i]!.y, below - NAME_PITCH)
  }
  return lines.map((line, i) => ({ ...line, nameY: ends.find((end) => end.i === i)?.y ?? null }))
}

/** A point by its line and its place on it. */
export interface Cursor {
  readonly line: number
  readonly point: number
}

/** The point nearest to a place, css px, or null when none is near. */
export function pointAt(lines: readonly Pick<PlacedLine, 'points'>[], x: number, y: number): Cursor | null {
  const near = lines.flatMap(({ points }, line) =>
    points.map((p, point) => ({ line, point, distance: Math.hypot(p.x - x, p.y - y) })),
  )
  // Of those that lie on one another the last, which is drawn above.
  const best = least(near.reverse(), (a, b) => a.distance - b.distance)
  return best && best.distance <= REACH ? { line: best.line, point: best.point } : null
}

/** Where a key leads from a point (or from nowhere); null when the key is none of the plot's. `lines`: the x of the points
 *  of each line, ascending. Up and down stay at the same x where the other line has it. */
export function stepPoint(lines: readonly (readonly number[])[], key: string, from: Cursor | null): Cursor | null {
  const full = lines.flatMap((xs, i) => (xs.length > 0 ? [i] : []))
  const first = full[0]
  if (first === undefined || !/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(key)) return null
  if (!from || !full.includes(from.line)) return { line: first, point: 0 }
  const xs = lines[from.line]!
  const last = xs.length - 1
  if (key === 'ArrowLeft') return { ...from, point: Math.max(0, from.point - 1) }
  if (key === 'ArrowRight') return { ...from, point: Math.min(last, from.point + 1) }
  if (key === 'Home') return { ...from, point: 0 }
  if (key === 'End') return { ...from, point: last }
  const at = full.indexOf(from.line) + (key === 'ArrowDown' ? 1 : -1)
  const line = full[Math.max(0, Math.min(full.length - 1, at))]!
  return { line, point: Math.max(0, lines[line]!.indexOf(xs[from.point]!)) }
}
