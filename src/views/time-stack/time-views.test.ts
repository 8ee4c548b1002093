import { expect, test } from 'vitest'
import { moment } from '../../lib/format.ts'
import type { AddressTimeFrame, RegionsFrame, TcePagesFrame, TimelineFrame } from '../../sim/index.ts'
import { addressTimeView, regionShare } from '../address-time/address-time.view.ts'
import { cpuLanesView } from '../cpu-lanes/cpu-lanes.tsx'
import { timeTicks } from '../kit/axis.tsx'
import { step } from '../kit/heatmap.tsx'
import { rulerOf } from '../kit/layout.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import { lanePitch, timeInk } from '../kit/time.ts'
import { regionsInk, regionsView } from '../regions/regions.view.ts'
import { pageGrid, pagesInk, tcePagesView } from '../tce-pages/tce-pages.tsx'
import { timelineView } from '../timeline/timeline.tsx'
import type { Pixels } from '../view.ts'

const INK = timeInk(palettes.dark)

function letters(out: Pixels, names: Record<string, number>): string[] {
  return Array.from({ length: out.height }, (_, y) =>
    Array.from(
      out.data.subarray(y * out.width, (y + 1) * out.width),
      (p) => Object.keys(names).find((name) => names[name] === p) ?? ' ',
    )
      .join('')
      .trimEnd(),
  )
}

const ADDRESS_TIME: AddressTimeFrame = {
  table: 0,
  bands: 2,
  columns: 4,
  filled: 2,
  columnNs: 1_000_000,
  first: 0,
  entriesPerBand: 32,
  pageShift: 16,
  offset: 0,
  size: 64,
  former: [],
  regions: [
    { name: 'small pool', start: 0, end: 32, hint: 0 },
    { name: 'large pool', start: 32, end: 64, hint: 32 },
  ],
  mapped: Uint8Array.of(0, 0, 255, 0, 0, 0, 0, 0),
  fresh: Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0),
  now: Uint32Array.of(32, 0),
}

test('address × time runs left to right, keeps one new page visible, and dots what has not run', () => {
  const out = blank(16, 8)
  addressTimeView.paint(ADDRESS_TIME, INK, { width: 16, height: 8, dpr: 1 }, out)
  const fresh = INK.share[1]!
  expect(fresh).not.toBe(INK.free)
  expect(letters(out, { '.': INK.free, s: INK.share[63 << 6]!, n: fresh, o: INK.dot })).toEqual([
    '....ssss',
    '....ssss',
    '....sssso   o',
    '....ssss',
    'nnnn....',
    'nnnn....',
    'nnnn....o   o',
    'nnnn....',
  ])
})

test('the share of a region comes from its bands', () => {
  expect(regionShare(ADDRESS_TIME, ADDRESS_TIME.regions[0]!, 1)).toBe(1)
  expect(regionShare(ADDRESS_TIME, ADDRESS_TIME.regions[1]!, 1)).toBe(0)
  expect(addressTimeView.table(ADDRESS_TIME).rows).toEqual([
    ['1.000', '0 %', '0 %'],
    ['2.000', '100 %', '0 %'],
  ])
})

const TIMELINE: TimelineFrame = {
  columns: 4,
  filled: 3,
  columnNs: 1_000_000,
  horizonNs: 4_000_000,
  windowBytes: 1000,
  fullBytes: 1000,
  mappedBytes: Float64Array.of(0, 500, 1000, 0),
  usefulBytes: Float64Array.of(0, 10, 20, 0),
  refused: Float32Array.of(0, 0, 2, 0),
  missed: new Float32Array(4),
  exposedBytes: null,
  flushes: new Float32Array(4),
  late: new Float32Array(4),
  cpus: 2,
  lockWait: Uint8Array.of(0, 255, 64, 0, 0, 0, 0, 0),
  lockWaitNow: Float32Array.of(0.1, 0.25),
  marks: [],
}

test('the time-line fills bytes from below and hangs refusals under them', () => {
  const out = blank(4, 49)
  timelineView.paint(TIMELINE, INK, { width: 4, height: 49, dpr: 1 }, out)
  const picture = letters(out, { m: INK.mapped, u: INK.useful, a: INK.area, F: INK.failed, o: INK.dot })
  expect(picture[0]).toBe('  m')
  expect(picture[20]).toBe(' ma')
  expect(picture[26]?.[0]).toBe('u')
  expect(picture[34]).toBe('  F')
  expect(picture[47]).toBe('  F')
  expect(picture[31]).toBe('')
})

test('the time-line’s sentence and table carry the same numbers as the picture', () => {
  expect(timelineView.describe(TIMELINE)).toBe(
    '1\u2009000 B of 1\u2009000 B mapped, 20 B of that is data; 2 refused so far.',
  )
  expect(timelineView.table(TIMELINE).rows.at(-1)).toEqual(['3.000', '1\u2009000 B', '20 B', '2', '0'])
})

test('a lane shows waiting on a square-root ramp that is full at 25 %', () => {
  const out = blank(4, 20)
  cpuLanesView.paint(TIMELINE, INK, { width: 4, height: 20, dpr: 1 }, out)
  expect([...out.data.subarray(0, 3)]).toEqual([INK.free, INK.waiting[64], INK.free])
  expect(out.data[10 * 4]).toBe(INK.waiting[255])
  expect(INK.waiting[64]).toBe(INK.waiting[255])
  expect(out.data[9 * 4]).toBe(0)
})

test('more CPUs make narrower lanes, never a taller picture', () => {
  expect(lanePitch(8)).toBe(10)
  for (const cpus of [1, 16, 32, 64]) expect(lanePitch(cpus) * cpus).toBeLessThanOrEqual(80)
})

const PAGES: TcePagesFrame = {
  table: 0,
  tcesPerPage: 512,
  firstEntry: null,
  pages: 8,
  pageShift: 16,
  offset: 0,
  size: 4096,
  set: Uint16Array.of(512, 256, 1, 0, 0, 0, 0, 0),
  writes: Uint32Array.of(100, 0, 0, 0, 0, 0, 0, 0),
  tableBytes: 32768,
}

test('a table page is filled as far as its TCEs are set, over a strip of its writes', () => {
  const out = blank(48, 24)
  const ink = pagesInk(palettes.dark)
  tcePagesView.paint(PAGES, ink, { width: 48, height: 24, dpr: 1 }, out)
  const column = (x: number) => Array.from({ length: 24 }, (_, y) => out.data[y * 48 + x])
  const set = (x: number) => column(x).filter((p) => p === ink.set).length
  expect(set(0)).toBe(15)
  expect(set(6)).toBe(8)
  expect(set(12)).toBe(1)
  expect(column(0)[22]).toBe(ink.writes[255])
  expect(column(6)[22]).toBe(ink.free)
  expect(tcePagesView.describe(PAGES)).toContain('769 TCEs set')
})

test('a tall table page shows its writes as a bar from zero', () => {
  const ink = pagesInk(palettes.dark)
  const out = blank(48, 80)
  const writes = Uint32Array.of(100, 50, 0, 0, 0, 0, 0, 0)
  tcePagesView.paint({ ...PAGES, writes }, ink, { width: 48, height: 80, dpr: 1 }, out)
  const bar = (x: number) => Array.from({ length: 80 }, (_, y) => out.data[y * 48 + x]).filter((p) => p === ink.bar)
  expect([0, 6, 12].map((x) => bar(x).length)).toEqual([22, 11, 0])
})

test('table pages stand in a power-of-two grid that holds them all', () => {
  for (const pages of [1, 8, 128, 1024, 4096]) {
    const { columns, rows } = pageGrid(pages)
    expect(columns * rows).toBeGreaterThanOrEqual(pages)
    expect(Math.log2(columns) % 1).toBe(0)
  }
})

const REGIONS: RegionsFrame = {
  table: 0,
  pageShift: 16,
  offset: 0,
  size: 8,
  cpus: 2,
  regions: [
    {
      name: 'pool 0',
      start: 0,
      end: 8,
      hint: 3,
      mapped: 4,
      free: 4,
      largestRun: 4,
      homeOf: [0, 1],
      spillsIn: 2,
      lockTaken: 10,
      lockContended: 1,
      lockWaitNs: 1900,
    },
  ],
  owned: Uint32Array.of(3, 1),
  home: Uint8Array.of(0, 0),
  slices: 4,
  sliceOwner: Uint8Array.of(0, 1, 255, 255),
  sliceUsed: Uint8Array.of(255, 128, 0, 0),
}

test('a region’s slices are filled as far as mapped, in the colour of their owner', () => {
  const ink = regionsInk(palettes.dark, 2)
  const out = blank(24, 10)
  regionsView.paint(REGIONS, ink, { width: 24, height: 10, dpr: 1 }, out)
  expect(letters(out, { a: ink.cpus[0]!, b: ink.cpus[1]!, '.': ink.free })).toEqual([
    'aaaaa ..... ..... .....',
    'aaaaa ..... ..... .....',
    'aaaaa ..... ..... .....',
    'aaaaa ..... ..... .....',
    'aaaaa bbbbb ..... .....',
    'aaaaa bbbbb ..... .....',
    'aaaaa bbbbb ..... .....',
    'aaaaa bbbbb ..... .....',
    '',
    '',
  ])
  expect(regionsView.cellText(REGIONS, 1)).toBe('pool 0, from 0x0002_0000: 50 % mapped, mostly by CPU 1')
  expect(regionsView.table(REGIONS).rows[0]).toContain('1 / 10')
})

test('a horizon gets five or six round labels', () => {
  for (const ms of [0.5, 1, 3, 12, 20, 50, 64, 100, 480]) {
    const { ticks } = timeTicks(ms * 1e6)
    expect(ticks[0]?.ns).toBe(0)
    expect(ticks.length).toBeGreaterThanOrEqual(4)
    expect(ticks.length).toBeLessThanOrEqual(8)
  }
  expect(timeTicks(12e6).ticks.map(({ text }) => text)).toEqual(['0', '2', '4', '6', '8', '10', '12'])
})

test('the labels of a horizon differ, are exact and short, however long it is', () => {
  for (const horizon of [
    1000, 1020, 2100, 9_999, 20_000, 99_999, 1e5, 999_999, 2e6, 12e6, 48e7, 1.9e9, 2e9, 14e9, 3.6e12,
  ]) {
    const { unit, ticks } = timeTicks(horizon)
    const labels = ticks.map(({ text }) => text)
    const scale = { s: 1e9, ms: 1e6, µs: 1e3, ns: 1 }[unit]
    expect(labels.map((label) => Math.round(Number(label) * scale))).toEqual(ticks.map(({ ns }) => ns))
    expect([new Set(labels).size, Math.max(...labels.map((l) => l.length)) <= 5]).toEqual([ticks.length, true])
  }
  const { unit, ticks } = timeTicks(2040)
  expect([unit, ticks.map(({ text }) => text), moment(1234, 2040), moment(1234, 2e6)]).toEqual([
    'µs',
    ['0.0', '0.5', '1.0', '1.5', '2.0'],
    '1.234 µs',
    '0.001 ms',
  ])
})

test('the cursor walks cells, rows and pages and stays inside', () => {
  expect(step('ArrowRight', 0, 4, 3)).toBe(1)
  expect(step('ArrowLeft', 0, 4, 3)).toBe(0)
  expect(step('ArrowDown', 9, 4, 3)).toBe(9)
  expect(step('ArrowDown', 5, 4, 3)).toBe(9)
  expect(step('End', 5, 4, 3)).toBe(7)
  expect(step('Home', 5, 4, 3)).toBe(4)
  expect(step('PageDown', 1, 4, 3)).toBe(5)
  expect(step('PageUp', 1, 4, 3)).toBe(1)
  expect(step(']', 1, 4, 3)).toBeNull()
})

test('the plot is a whole number of pixels per cell between the two gutters', () => {
  expect(rulerOf(912, 128)).toMatchObject({ left: 92, plot: 768, right: 52, narrow: false })
  expect(rulerOf(390, 64)).toMatchObject({ left: 56, plot: 320, narrow: true })
  expect(rulerOf(1392, 128).plot).toBe(1024)
})

test('columns of a window that was there before are read by its measures, and no region of the present one is told of them', () => {
  const space = { pageShift: 12, offset: 0x100, size: 64 }
  const frame: AddressTimeFrame = { ...ADDRESS_TIME, former: [{ until: 1, space, first: 0, entriesPerBand: 32 }] }
  expect(addressTimeView.cellText(frame, 4)).toContain('0x0012_0000')
  expect(addressTimeView.cellText(frame, 5)).toContain('0x0020_0000')
  expect(addressTimeView.describe(frame)).toContain(
    'Up to 1.000 ms another window was there: 0x0010_0000 to 0x0014_0000, 4 KiB pages.',
  )
  expect(addressTimeView.table(frame).rows.map((row) => row[1])).toEqual(['–', expect.stringContaining('%')])
})
