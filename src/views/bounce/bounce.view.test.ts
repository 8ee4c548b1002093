import { describe, expect, it } from 'vitest'
import type { BounceArc, BounceFrame } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import { bounceFacts, bounceInk, bounceView, mostOf, TRACK_HEIGHT } from './bounce.view.ts'
import {
  arcAt,
  arcsLayout,
  arcsTable,
  arcText,
  bufferText,
  describeArcs,
  MEMORY_TOP,
  POOL_TOP,
  silence,
  slotsText,
  stepArc,
} from './bounce-arcs.ts'

const INK = bounceInk(palettes.dark)
const GIB = 2 ** 30
const BOX = { width: 40, height: TRACK_HEIGHT, dpr: 1 }

const NEWEST: BounceArc = {
  realAddr: 10.5 * GIB,
  bytes: 1514,
  slot: 8192,
  slots: 1,
  direction: 'to device',
  cpu: 2,
  ageNs: 700,
}
const OLDER: BounceArc = {
  ...NEWEST,
  realAddr: 5 * GIB,
  bytes: 9000,
  slot: 0,
  slots: 5,
  direction: 'from device',
  ageNs: 5200,
}

/** 16 GiB, a pool of 64 MiB below the hole; four columns of 1 ms, three of which have run. */
const FRAME: BounceFrame = {
  table: 0,
  ramBytes: 16 * GIB,
  holeStart: 3 * GIB,
  endBytes: 17 * GIB,
  poolStart: 3 * GIB - 2 ** 26,
  poolBytes: 2 ** 26,
  maskBits: 32,
  pageBytes: 0,
  zeroedBytes: 0,
  arcs: [OLDER, NEWEST],
  last: {
    device: 'eth0',
    realAddr: 10.5 * GIB,
    bytes: 1514,
    outcome: 'bounced',
    path: [{ asked: 'Does the mask reach it?', answered: 'No.' }],
  },
  direct: 40,
  bounced: 12,
  refused: 0,
  directBytes: 65_536,
  copiedInBytes: 16_384,
  copiedOutBytes: 16_384,
  copyNs: 3200,
  columnNs: 1_000_000,
  columns: 4,
  filled: 3,
  copied: Float32Array.of(0, 1000, 50, 0),
  uncopied: Float32Array.of(500, 1, 0, 0),
}
/** RAM ends below the hole; no pool. */
const SMALL: BounceFrame = {
  ...FRAME,
  ramBytes: 2 * GIB,
  holeStart: 2 * GIB,
  endBytes: 2 * GIB,
  poolStart: 0,
  poolBytes: 0,
  arcs: [],
  last: null,
  direct: 0,
  bounced: 0,
}

describe('the axes', () => {
  const layout = arcsLayout(FRAME, 536)

  it('part memory at the hole, each part even in itself', () => {
    expect(layout.ram).toEqual([
      { from: 0, to: 3 * GIB, x0: 0, x1: 150 },
      { from: 4 * GIB, to: 17 * GIB, x0: 186, x1: 536 },
    ])
    expect(layout.hole).toEqual([150, 186])
    expect(layout.x(1.5 * GIB)).toBe(75)
    expect(layout.x(10.5 * GIB)).toBe(361)
    expect(layout.x(18 * GIB)).toBe(536)
  })

  it('have the mask where it ends, and the pool at its place, never too narrow to see', () => {
    expect(layout.mask).toBe(186)
    expect(arcsLayout({ ...FRAME, maskBits: 31 }, 536).mask).toBe(100)
    expect(arcsLayout({ ...FRAME, maskBits: 64 }, 536).mask).toBeNull()
    expect(layout.pool![0]).toBeCloseTo(146.875)
    expect(layout.pool![1]).toBe(150)
    const large = arcsLayout({ ...FRAME, poolBytes: 2 ** 20 }, 536).pool!
    expect(large[1] - large[0]).toBe(2)
  })

  it('are one stretch where RAM ends below the hole, without a pool', () => {
    const small = arcsLayout(SMALL, 536)
    expect(small.ram).toEqual([{ from: 0, to: 2 * GIB, x0: 0, x1: 536 }])
    expect([small.hole, small.mask, small.pool]).toEqual([null, null, null])
  })
})

describe('the arcs', () => {
  const layout = arcsLayout(FRAME, 536)

  it('lead from the buffer to its slots, the newest first', () => {
    expect(layout.arcs.map(({ arc }) => arc)).toEqual([NEWEST, OLDER])
    expect(layout.arcs[0]).toMatchObject({ from: 361, slot: [134, 136] })
    expect(layout.arcs[0]!.path).toBe('M361,74C361,49,135,49,135,24')
    expect(layout.arcs[1]!.slot).toEqual([0, 2])
  })

  it('are found by either end and along the way, not from afar', () => {
    expect(arcAt(layout, 361, MEMORY_TOP)).toBe(0)
    expect(arcAt(layout, 135, POOL_TOP + 12)).toBe(0)
    expect(arcAt(layout, 248, 50)).toBe(0)
    expect(arcAt(layout, 3, 30)).toBe(1)
    expect(arcAt(layout, 500, 30)).toBeNull()
    expect(arcAt(arcsLayout(SMALL, 536), 10, 50)).toBeNull()
  })

  it('are walked from the newest to the oldest', () => {
    expect(stepArc('ArrowRight', null, 3)).toBe(0)
    expect(stepArc('ArrowRight', 0, 3)).toBe(1)
    expect(stepArc('ArrowDown', 2, 3)).toBe(2)
    expect(stepArc('ArrowLeft', 1, 3)).toBe(0)
    expect(stepArc('ArrowUp', 0, 3)).toBe(0)
    expect([stepArc('Home', 2, 3), stepArc('End', 0, 3)]).toEqual([0, 2])
    expect(stepArc('Enter', 1, 3)).toBeNull()
    expect(stepArc('ArrowRight', null, 0)).toBeNull()
  })

  it('say buffer and slots', () => {
    expect(slotsText(NEWEST)).toBe('slot 8\u2009192')
    expect(slotsText(OLDER)).toBe('slots 0 … 4')
    expect(bufferText(OLDER)).toBe('9\u2009000 B at 0x0001_4000_0000, from device, CPU 2, 5.2 µs ago')
    expect(arcText(NEWEST)).toBe(
      '1\u2009514 B at 0x0002_a000_0000, to device, by CPU 2: slot 8\u2009192, mapped 700 ns ago',
    )
    expect(arcsTable(FRAME).rows).toEqual([
      ['8\u2009192', '0x0002_a000_0000', '1\u2009514 B', 'to device', '2', '700 ns'],
      ['0 … 4', '0x0001_4000_0000', '9\u2009000 B', 'from device', '2', '5.2 µs'],
    ])
  })
})

describe('the track', () => {
  /** Height of the bar above and below the middle in each column. */
  function bars(frame: BounceFrame): (readonly [up: number, down: number])[] {
    const out = blank(BOX.width, BOX.height)
    bounceView.paint(frame, INK, BOX, out)
    return Array.from({ length: 4 }, (_, c) => {
      let [up, down] = [0, 0]
      for (let y = 0; y < out.height; y++) {
        const pixel = out.data[y * out.width + c * 10 + 5]
        if (pixel === INK.copied) up++
        if (pixel === INK.uncopied) down++
      }
      return [up, down] as const
    })
  }

  it('has copied bytes above and the others below the middle, on one even scale on which a byte is seen', () => {
    expect(mostOf(FRAME)).toBe(1000)
    expect(bars(FRAME)).toEqual([
      [0, 8],
      [16, 1],
      [1, 0],
      [0, 0],
    ])
  })

  it('has dots where nothing has run', () => {
    const out = blank(BOX.width, BOX.height)
    bounceView.paint(FRAME, INK, BOX, out)
    const dots = Array.from(out.data).flatMap((p, i) => (p === INK.dot ? [i % out.width] : []))
    expect(dots.length).toBeGreaterThan(0)
    expect(Math.min(...dots)).toBeGreaterThanOrEqual(30)
  })

  it('has every column where it is found', () => {
    for (let c = 0; c < 4; c++) {
      const rect = bounceView.cellRect(FRAME, c, BOX)
      expect(bounceView.hitTest(FRAME, rect.x + rect.width / 2, 3, BOX)).toBe(c)
    }
    expect(bounceView.hitTest(FRAME, 41, 3, BOX)).toBeNull()
    expect(bounceView.grid(FRAME)).toEqual({ columns: 4, rows: 1 })
  })

  it('tells a column, and none that has not run', () => {
    expect(bounceView.cellText(FRAME, 1)).toBe('at 2.000 ms: 1\u2009000 B copied, 1 B direct')
    expect(bounceView.cellText(FRAME, 3)).toBe('')
    expect(bounceView.table(FRAME).rows).toEqual([
      ['1.000', '0 B', '500 B'],
      ['2.000', '1\u2009000 B', '1 B'],
      ['3.000', '50 B', '0 B'],
    ])
  })
})

describe('the words of what bounces', () => {
  it('count mappings, bytes and what copying took', () => {
    expect(bounceFacts(FRAME).map(({ value, words }) => [value, words])).toEqual([
      ['40', '64 KiB not copied'],
      ['12', '16 KiB in, 16 KiB out'],
      ['0', 'mapping errors'],
      ['3.2 µs', '100 ns per KiB'],
    ])
    expect(bounceFacts({ ...SMALL, copiedInBytes: 0, copiedOutBytes: 0 })[3]!.words).toBe('nothing was copied')
  })

  it('say why there are no arcs', () => {
    expect(silence(FRAME)).toBe('')
    expect(silence({ ...FRAME, arcs: [] })).toBe('Of what bounced nothing is mapped now.')
    expect(silence({ ...SMALL, poolBytes: 4096 })).toBe('No mapping yet.')
    expect(silence({ ...SMALL, direct: 3 })).toBe(
      'Nothing bounced: the device reaches every buffer so far. There is no pool.',
    )
    expect(silence({ ...SMALL, direct: 3, refused: 1 })).toBe(
      'Nothing bounced: what the device does not reach is refused. There is no pool.',
    )
    const last = { ...FRAME.last!, outcome: 'translated' } as const
    expect(silence({ ...FRAME, arcs: [], bounced: 0, last })).toBe('Nothing bounces: addresses are translated.')
  })

  it('describe memory, pool, the newest arc and the way of the last mapping', () => {
    expect(bounceView.describe(FRAME)).toBe(
      '12 mappings bounced, 40 went direct, 0 were refused. 32 KiB were copied in 3.2 µs, 64 KiB went without. ' +
        describeArcs(FRAME),
    )
    expect(describeArcs(FRAME)).toBe(
      '16 GiB of memory up to 0x0004_4000_0000; the device’s mask has 32 bits. The pool is 64 MiB at 0xbc00_0000. ' +
        '2 that bounced are live; the newest: 1\u2009514 B at 0x0002_a000_0000, to device, by CPU 2: slot 8\u2009192, ' +
        'mapped 700 ns ago. The last mapping, 1\u2009514 B at 0x0002_a000_0000 for eth0: Does the mask reach it? No. ' +
        'bounced: the device gets slots of the pool.',
    )
    expect(describeArcs(SMALL)).toMatch(/There is no pool\. No mapping yet\.$/)
  })
})
