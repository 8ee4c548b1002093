import { describe, expect, it } from 'vitest'
import type { CommandLine, CommandsFrame } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  BAR_HEIGHT,
  BARS,
  barOf,
  commandsInk,
  commandsView,
  kindsOf,
  LANE_HEIGHT,
  overOf,
  pageOfCell,
  pagesScale,
} from './commands.view.ts'

const INK = commandsInk(palettes.dark)

const line = (nth: number, pages: number, leaf = true): CommandLine => ({
  ...{ nth, ns: nth * 1000, cpu: nth % 2, kind: pages === 0 ? 3 : 1, pfn: pages === 0 ? 0 : 0x40, pages, leaf },
  text: pages === 0 ? 'DSI' : `PSI 0x40000 AM ${Math.log2(pages)} IH ${leaf ? 1 : 0}`,
})

function frameOf(lines: readonly CommandLine[]): CommandsFrame {
  const byKind = new Float64Array(16)
  for (const { kind } of lines) byKind[kind] = byKind[kind]! + 1
  return {
    ...{ table: 0, pageShift: 12, offset: 0, total: lines.length, waits: 2, byKind, lines },
    ...{ asked: 10, named: 13, dropped: 20, droppedLive: 3 },
  }
}

const FRAME = frameOf([line(0, 1), line(1, 512, false), line(2, 0)])

/** Height of the bar in a cell, and whether the strip below it is lit; two px a bar. */
function bars(frame: CommandsFrame, cell: number): [height: number, ticked: boolean] {
  const out = blank(2 * BARS, LANE_HEIGHT)
  commandsView.paint(frame, INK, { width: 2 * BARS, height: LANE_HEIGHT, dpr: 1 }, out)
  const column = Array.from({ length: LANE_HEIGHT }, (_, y) => out.data[y * out.width + 2 * cell]!)
  const lit = column.slice(0, BAR_HEIGHT).filter((p) => p === INK.range || p === INK.whole).length
  return [lit, column[LANE_HEIGHT - 1] === INK.tick]
}

describe('a bar', () => {
  it('is as high as the logarithm of the pages named, full for a whole domain, and stands at the right', () => {
    const [one, many, whole] = [BARS - 3, BARS - 2, BARS - 1].map((cell) => bars(FRAME, cell))
    expect(one).toEqual([Math.round((4 * BAR_HEIGHT) / 30), false])
    expect(many).toEqual([Math.round((13 * BAR_HEIGHT) / 30), true])
    expect(whole).toEqual([BAR_HEIGHT, false])
    expect(bars(FRAME, BARS - 4)).toEqual([0, false])
    expect(barOf(pagesScale(30), 2 ** 40, 30)).toBe(24)
  })

  it('is told with time, CPU, words and pages, and leads to the page that it begins with', () => {
    const text = (cell: number) => commandsView.cellText(FRAME, cell)
    expect(text(BARS - 3)).toBe('command 1 at 0.000 ms, CPU 0: PSI 0x40000 AM 0 IH 1, 1 page')
    expect(text(BARS - 2)).toBe('command 2 at 0.001 ms, CPU 1: PSI 0x40000 AM 9 IH 0, 512 pages, walk caches too')
    expect(text(BARS - 1)).toBe('command 3 at 0.002 ms, CPU 0: DSI, whole domain')
    expect([text(0), pageOfCell(FRAME, BARS - 3), pageOfCell(FRAME, BARS - 1)]).toEqual(['', 0x40, null])
  })

  it('is found where it stands, and nothing where there is none', () => {
    const box = { width: 512, height: LANE_HEIGHT, dpr: 1 }
    const { x, width } = commandsView.cellRect(FRAME, BARS - 2, box)
    expect(commandsView.hitTest(FRAME, x + width / 2, 10, box)).toBe(BARS - 2)
    expect(commandsView.hitTest(FRAME, 5, 10, box)).toBeNull()
    expect(commandsView.hitTest(FRAME, x + width / 2, LANE_HEIGHT + 1, box)).toBeNull()
  })
})

describe('commands', () => {
  it('add up: kinds, waits, pages named for each asked, entries lost', () => {
    expect(kindsOf(FRAME)).toEqual([
      { name: 'PSI', n: 2 },
      { name: 'DSI', n: 1 },
    ])
    expect([overOf(FRAME), overOf({ ...FRAME, asked: 0 }), overOf({ ...FRAME, asked: 20 })]).toEqual([
      '1.30',
      null,
      null,
    ])
    expect(commandsView.describe(FRAME)).toBe(
      '3 invalidation commands so far, 2 waits for them; the newest is DSI. 20 entries dropped, 3 of them still mapped; range commands named 1.30 pages for each page that was asked.',
    )
    expect(commandsView.describe(frameOf([]))).toContain('0 invalidation commands so far, 2 waits for them. ')
  })

  it('are a table, the newest first, cut where it is long', () => {
    expect(commandsView.table(FRAME).rows[0]).toEqual(['3', '0.002', '0', 'DSI', 'whole domain', 'kept'])
    const many = frameOf(Array.from({ length: 256 }, (_, nth) => line(nth, 1)))
    const { rows, total } = commandsView.table(many)
    expect([rows.length, rows[0]![0], total]).toEqual([200, '256', 256])
    expect(commandsView.cellText(many, 0)).toContain('command 129 ')
  })
})
