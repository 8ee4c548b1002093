import { describe, expect, it } from 'vitest'
import type { TimelineFrame } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import { EXPOSED_HEIGHT, exposedInk, exposedView, fullOf, TICKS } from './exposed.view.ts'

const INK = exposedInk(palettes.dark)
const COLUMNS = 40

const numbers = (at: Record<number, number>) => Float32Array.from({ length: COLUMNS }, (_, c) => at[c] ?? 0)

/** Half of the horizon has run: 64 KiB were exposed in the second quarter, with flushes before and late accesses in it. */
const FRAME: TimelineFrame = {
  columns: COLUMNS,
  filled: 20,
  columnNs: 1_000_000,
  horizonNs: COLUMNS * 1_000_000,
  windowBytes: 1 << 28,
  fullBytes: 1 << 28,
  mappedBytes: new Float64Array(COLUMNS),
  usefulBytes: new Float64Array(COLUMNS),
  refused: new Float32Array(COLUMNS),
  missed: new Float32Array(COLUMNS),
  exposedBytes: Float64Array.from({ length: COLUMNS }, (_, c) => (c >= 10 && c < 20 ? 65_536 : c === 9 ? 1 : 0)),
  flushes: numbers({ 3: 2, 6: 1 }),
  late: numbers({ 14: 5 }),
  cpus: 1,
  lockWait: new Uint8Array(COLUMNS),
  lockWaitNow: new Float32Array(1),
  marks: [],
}

describe('the track of exposure', () => {
  const width = 4 * COLUMNS
  const out = blank(width, EXPOSED_HEIGHT)
  exposedView.paint(FRAME, INK, { width, height: EXPOSED_HEIGHT, dpr: 1 }, out)
  const column = (x: number) => Array.from({ length: EXPOSED_HEIGHT }, (_, y) => out.data[y * width + x]!)
  const curve = EXPOSED_HEIGHT - TICKS - 2

  it('is a hatched area on a scale of its own, in which a single byte is seen', () => {
    expect(fullOf(FRAME)).toBe(65_536)
    expect(column(60)[0]).toBe(INK.reachable)
    expect(new Set(column(60).slice(0, curve))).toEqual(new Set([INK.reachable, INK.tint]))
    expect(column(36).slice(0, curve).lastIndexOf(INK.reachable)).toBe(curve - 1)
    expect(column(36)[curve - 2]).toBe(0)
    expect(column(20).slice(0, curve)).toEqual(new Array(curve).fill(0))
  })

  it('has a tick for flushes and a cross for late accesses, each in its column', () => {
    const ticks = Array.from({ length: width }, (_, x) => x).filter((x) => column(x).includes(INK.tick))
    expect(ticks).toEqual([12, 24])
    const crosses = Array.from({ length: width }, (_, x) => x).filter((x) => column(x).includes(INK.failed))
    expect(crosses[0]).toBeGreaterThanOrEqual(4 * 14 - 4)
    expect(crosses.at(-1)).toBeLessThanOrEqual(4 * 14 + 5)
    expect(out.data.filter((p) => p === INK.failed).length).toBeGreaterThan(10)
  })

  it('keeps crosses apart where there is one in every column', () => {
    const many = { ...FRAME, late: FRAME.late.map(() => 1) }
    const dense = blank(width, EXPOSED_HEIGHT)
    exposedView.paint(many, INK, { width, height: EXPOSED_HEIGHT, dpr: 1 }, dense)
    const line = dense.data.subarray((EXPOSED_HEIGHT - TICKS) * width, (EXPOSED_HEIGHT - TICKS + 1) * width)
    const starts = [...line].flatMap((p, x) => (p === INK.failed && line[x - 1] !== INK.failed ? [x] : []))
    // Two arms each, and the same distance from one to the next.
    expect(new Set(starts.slice(2).map((x, i) => x - starts[i]!)).size).toBe(1)
    expect(starts.length).toBeGreaterThan(10)
  })

  it('tells the same in words and rows', () => {
    expect(exposedView.describe(FRAME)).toBe(
      '64 KiB are unmapped and still reachable, at most 64 KiB so far; 3 flushes of everything, 5 late accesses reached memory.',
    )
    expect(exposedView.cellText(FRAME, 14)).toBe('15.000 ms, 64 KiB unmapped and reachable, 0 flushes, 5 late accesses')
    expect(exposedView.cellText(FRAME, 20)).toBe('')
    const { rows } = exposedView.table(FRAME)
    expect(rows).toHaveLength(20)
    expect(rows[3]).toEqual(['4.000', '0 B', '2', '0'])
  })
})
