import { describe, expect, it } from 'vitest'
import type { HcallsFrame } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  HCALLS_HEIGHT,
  HCALLS_LANE,
  HCALLS_PITCH,
  hcallsInk,
  hcallsView,
  mostOf,
  silence,
  totalsText,
} from './hcalls.view.ts'

const INK = hcallsInk(palettes.dark)

/** Four columns of 1 ms, three of which have run. */
const FRAME: HcallsFrame = {
  columnNs: 1_000_000,
  columns: 4,
  filled: 3,
  direct: false,
  put: Float32Array.of(1, 0, 0, 0),
  putIndirect: Float32Array.of(0, 100, 25, 0),
  stuff: Float32Array.of(0, 0, 4, 0),
  tooHard: Float32Array.of(0, 1, 0, 0),
  totals: { put: 1, putIndirect: 125, stuff: 4, tcesPut: 64_001, tcesStuffed: 2048, tooHard: 1, ns: 5_700_000 },
}
const SILENT: HcallsFrame = {
  ...FRAME,
  put: new Float32Array(4),
  putIndirect: new Float32Array(4),
  stuff: new Float32Array(4),
  tooHard: new Float32Array(4),
}
const BOX = { width: 40, height: HCALLS_HEIGHT, dpr: 1 }

/** Height of the bar of a lane in each column. */
function bars(frame: HcallsFrame, lane: number): number[] {
  const out = blank(BOX.width, BOX.height)
  hcallsView.paint(frame, INK, BOX, out)
  const pixel = lane === 3 ? INK.again : INK.call
  return Array.from({ length: 4 }, (_, c) => {
    let high = 0
    for (let y = lane * HCALLS_PITCH; y < (lane + 1) * HCALLS_PITCH; y++)
      if (out.data[y * out.width + c * 10 + 5] === pixel) high++
    return high
  })
}

describe('the lanes', () => {
  it('share one scale, the square root of the calls in a column, on which a single one is seen', () => {
    expect(mostOf(FRAME)).toBe(100)
    expect(bars(FRAME, 0)).toEqual([2, 0, 0, 0])
    expect(bars(FRAME, 1)).toEqual([0, HCALLS_LANE, Math.round(HCALLS_LANE / 2), 0])
    expect(bars(FRAME, 2)).toEqual([0, 0, 3, 0])
    expect(bars(FRAME, 3)).toEqual([0, 2, 0, 0])
  })

  it('are dotted where nothing has run', () => {
    const out = blank(BOX.width, BOX.height)
    hcallsView.paint(FRAME, INK, BOX, out)
    const dots = [...out.data].flatMap((p, i) => (p === INK.dot ? [i % out.width] : []))
    expect(dots.length).toBeGreaterThan(0)
    expect(Math.min(...dots)).toBeGreaterThanOrEqual(30)
  })

  it('lose no column that has no pixel of its own', () => {
    const wide = { ...FRAME, columns: 8, filled: 8, put: Float32Array.of(0, 0, 0, 0, 0, 0, 0, 9) }
    const out = blank(4, BOX.height)
    hcallsView.paint(
      { ...wide, putIndirect: new Float32Array(8), stuff: new Float32Array(8), tooHard: new Float32Array(8) },
      INK,
      { ...BOX, width: 4 },
      out,
    )
    expect(out.data[(HCALLS_PITCH - 1) * 4 + 3]).toBe(INK.call)
  })

  it('find the call and the column under a point', () => {
    expect(hcallsView.hitTest(FRAME, 15, HCALLS_PITCH + 4, BOX)).toBe(4 + 1)
    expect(hcallsView.hitTest(FRAME, 15, HCALLS_HEIGHT, BOX)).toBeNull()
    const rect = hcallsView.cellRect(FRAME, 9, BOX)
    expect(hcallsView.hitTest(FRAME, rect.x + 1, rect.y + 1, BOX)).toBe(9)
  })
})

describe('the words of the calls', () => {
  it('name a call and a time, and nothing that has not run', () => {
    expect(hcallsView.cellText(FRAME, 5)).toBe('H_PUT_TCE_INDIRECT at 2.000 ms: 100 calls')
    expect(hcallsView.cellText(FRAME, 7)).toBe('')
  })

  it('sum up calls, TCEs and time', () => {
    expect(totalsText(FRAME)).toEqual(['130', '66\u2009049', '5.7 ms'])
    expect(hcallsView.describe(FRAME)).toBe(
      'Hypervisor calls over time. So far 130 calls for 66\u2009049 TCEs took 5.7 ms: ' +
        '1 H_PUT_TCE, 125 H_PUT_TCE_INDIRECT, 4 H_STUFF_TCE, 1 H_TOO_HARD, replayed.',
    )
  })

  it('say why there is nothing to see', () => {
    const totals = { put: 0, putIndirect: 0, stuff: 0, tcesPut: 0, tcesStuffed: 0, tooHard: 0, ns: 0 }
    expect(hcallsView.describe({ ...SILENT, totals })).toBe('No hypervisor call yet.')
    expect(hcallsView.describe({ ...SILENT, direct: true })).toContain(
      'No hypervisor call since the window was made: all',
    )
    expect(silence(SILENT)).toBe('')
    const made = { ...SILENT, direct: true, putIndirect: Float32Array.of(512, 0, 0, 0) }
    expect(silence(made)).toBe('No hypervisor call since 1.000 ms: all memory is mapped in the window.')
    expect(silence(made, true)).toBe('No hypervisor call since 1.000 ms.')
    expect(silence({ ...made, putIndirect: Float32Array.of(512, 0, 16, 0) })).toBe('')
  })

  it('stand in the table, a row for each column that has run', () => {
    expect(hcallsView.table(FRAME).rows).toEqual([
      ['1.000', '1', '0', '0', '0'],
      ['2.000', '0', '100', '0', '1'],
      ['3.000', '0', '25', '4', '0'],
    ])
  })
})
