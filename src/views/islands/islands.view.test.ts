import { describe, expect, it } from 'vitest'
import { fieldsOf, type MemoryFrame, presets } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  addressLabels,
  BLOCK,
  BLOCK_TOP,
  DIGIT,
  farAtOf,
  ISLANDS_HEIGHT,
  islandFields,
  islandsInk,
  islandsLayout,
  islandsViewOf,
  moved,
  nearest,
  type Reach,
  reachOf,
  stopsOf,
} from './islands.view.ts'

const INK = islandsInk(palettes.dark)
const GIB = 2 ** 30
const TIB = 2 ** 40
const FAR = 0x244000000000

const REACH: Reach = { endBytes: 2 ** 51, growBytes: null, farMostBytes: TIB }
const PLUGGED: Reach = { endBytes: 128 * GIB, growBytes: 64 * GIB, farMostBytes: 0 }

function frameOf(windowBytes: number, islands: MemoryFrame['islands']): MemoryFrame {
  return {
    table: 0,
    windowBytes,
    pageShift: 16,
    levels: 2,
    era: '6.12',
    userCopy: true,
    flatBytes: 1,
    flatRefusal: null,
    wholeBytes: 0,
    hwBytes: 0,
    userBytes: 0,
    accountedBytes: 0,
    lockedBytes: 0,
    refusal: null,
    hwPerLevel: [],
    userPerLevel: [],
    mappedBytes: 0,
    islands,
    mailFlatMiB: 0,
    mailNeededMiB: 0,
  }
}

const RAM = { name: 'ram', startBytes: 0, bytes: 16 * GIB, insideBytes: 16 * GIB, mappedBytes: 16 * GIB } as const
const GPU = { name: 'far', startBytes: FAR, bytes: 16 * GIB, insideBytes: 16 * GIB, mappedBytes: 8 * GIB } as const
const TWO = frameOf(64 * TIB, [RAM, GPU])
/** The window ends before far memory, and within RAM. */
const OUT = frameOf(16 * TIB, [RAM, { ...GPU, insideBytes: 0, mappedBytes: 0 }])
const HALF = frameOf(8 * GIB, [{ ...RAM, insideBytes: 8 * GIB, mappedBytes: 8 * GIB }])

const kinds = (frame: MemoryFrame, width = 700) => islandsLayout(frame, REACH, width).parts.map((part) => part.kind)

describe('the axis', () => {
  it('is a stretch for each island, a gap between, and a tail to the window’s end', () => {
    expect(kinds(TWO)).toEqual(['inside', 'gap', 'inside', 'tail'])
    expect(kinds(OUT)).toEqual(['inside', 'gap', 'outside'])
    expect(kinds(HALF)).toEqual(['inside', 'outside'])
  })

  it.each([700, 330])('never goes back, and ends within %i px', (width) => {
    for (const frame of [TWO, OUT, HALF]) {
      const { x } = islandsLayout(frame, REACH, width)
      let before = 0
      for (let address = 1; address < 2 ** 51; address *= 1.1) {
        expect(x(address)).toBeGreaterThanOrEqual(before)
        before = x(address)
      }
      expect(before).toBeLessThanOrEqual(width)
    }
  })

  it('is even within an island', () => {
    const layout = islandsLayout(HALF, REACH, 700)
    expect(layout.x(8 * GIB)).toBeCloseTo(layout.x(16 * GIB) / 2)
  })

  it('leads back from a place to a round address near it', () => {
    const layout = islandsLayout(TWO, REACH, 700)
    const gib = farAtOf(layout, layout.x(FAR), 0, 2 ** 20)
    expect(Math.abs(gib * GIB - FAR)).toBeLessThan(FAR / 16)
    expect(gib % 1024).toBe(0)
    expect(farAtOf(layout, -50, 16, 2 ** 20)).toBe(16)
    expect(farAtOf(layout, 9999, 16, 2 ** 20)).toBe(2 ** 20)
  })

  it('keeps what stands on it in place when something else changes', () => {
    const farther = moved(TWO, { island: 'far', startBytes: 2 ** 49 })
    expect(islandsLayout(farther, REACH, 700).x(16 * GIB)).toBe(islandsLayout(TWO, REACH, 700).x(16 * GIB))
    expect(farther.islands.find((island) => island.name === 'far')!.insideBytes).toBe(0)
    const grown = moved(TWO, { island: 'ram', bytes: TIB })
    expect(islandsLayout(grown, REACH, 700).x(FAR)).toBe(islandsLayout(TWO, REACH, 700).x(FAR))
  })

  it('draws a larger island wider, and the largest no wider than its slot', () => {
    const { farWidth } = islandsLayout(TWO, REACH, 700)
    const widths = [2 ** 26, GIB, 16 * GIB, TIB].map(farWidth)
    expect([...widths].sort((a, b) => a - b)).toEqual(widths)
    expect(widths.at(-1)).toBeCloseTo(112)
    expect(farWidth(0)).toBe(0)
  })
})

describe('the blocks', () => {
  function columnAt(frame: MemoryFrame, address: number, dpr = 1, reach = REACH): Uint32Array {
    const out = blank(700 * dpr, ISLANDS_HEIGHT * dpr)
    islandsViewOf(reach).paint(frame, INK, { width: 700, height: ISLANDS_HEIGHT, dpr }, out)
    const x = Math.round(islandsLayout(frame, reach, 700).x(address) * dpr)
    return Uint32Array.from({ length: BLOCK * dpr }, (_, j) => out.data[(BLOCK_TOP * dpr + j) * out.width + x]!)
  }
  const countOf = (column: Uint32Array, pixel: number) => column.filter((p) => p === pixel).length

  it.each([1, 2])('are filled from the bottom as far as they are mapped, at %i device px', (dpr) => {
    expect(countOf(columnAt(TWO, 8 * GIB, dpr), INK.mapped)).toBe(BLOCK * dpr)
    const half = columnAt(TWO, FAR + 8 * GIB, dpr)
    expect(countOf(half, INK.mapped)).toBe((BLOCK * dpr) / 2)
    expect(half[BLOCK * dpr - 1]).toBe(INK.mapped)
    expect(half[0]).toBe(INK.edge)
  })

  it('never look full or empty when they are not', () => {
    const nearly = frameOf(64 * TIB, [{ ...RAM, mappedBytes: 16 * GIB - 65_536 }])
    expect(countOf(columnAt(nearly, 8 * GIB), INK.mapped)).toBe(BLOCK - 1)
    const hardly = frameOf(64 * TIB, [{ ...RAM, mappedBytes: 65_536 }])
    expect(countOf(columnAt(hardly, 8 * GIB), INK.mapped)).toBe(1)
  })

  it('are hatched in the colour of failure beyond the window, and only there', () => {
    const outside = columnAt(OUT, FAR + 8 * GIB)
    expect(new Set(outside)).toEqual(new Set([INK.failed, INK.failedSoft]))
    expect(countOf(columnAt(HALF, 4 * GIB), INK.mapped)).toBe(BLOCK)
    expect(countOf(columnAt(HALF, 12 * GIB), INK.mapped)).toBe(0)
  })

  it('are found under the pointer', () => {
    const view = islandsViewOf(REACH)
    const box = { width: 700, height: ISLANDS_HEIGHT, dpr: 1 }
    const layout = islandsLayout(TWO, REACH, 700)
    expect(view.hitTest(TWO, layout.x(FAR) + 2, BLOCK_TOP + 3, box)).toBe(2)
    expect(view.hitTest(TWO, layout.x(TIB), BLOCK_TOP + 3, box)).toBe(1)
    expect(view.hitTest(TWO, 3, BLOCK_TOP - 3, box)).toBeNull()
    expect(view.cellRect(TWO, 2, box).x).toBeCloseTo(layout.x(FAR))
    expect(view.cellText(TWO, 2)).toBe('far memory, 0x2440_0000_0000 to 0x2444_0000_0000: 16 GiB, 8 GiB mapped')
    expect(view.cellText(TWO, 1)).toBe('no memory from 0x0004_0000_0000 to 0x2440_0000_0000: 36.2 TiB')
    expect(view.cellText(OUT, 2)).toContain('outside of the window, refused')
    expect(view.cellText(TWO, 9)).toBe('')
  })
})

describe('what is written', () => {
  it.each([700, 300])('in %i px has addresses that do not lie over each other', (width) => {
    const near = frameOf(64 * TIB, [RAM, { ...GPU, startBytes: 16 * GIB }])
    for (const frame of [TWO, OUT, HALF, near]) {
      const labels = addressLabels(frame, islandsLayout(frame, REACH, width), width)
      for (const a of labels) {
        expect(a.left).toBeGreaterThanOrEqual(0)
        expect(a.left + a.text.length * DIGIT).toBeLessThanOrEqual(width + 0.001)
        for (const b of labels)
          if (a !== b && a.row === b.row) expect(Math.abs(a.left - b.left)).toBeGreaterThan(a.text.length * DIGIT * 0.6)
      }
    }
  })

  it('says whether all memory can be reached', () => {
    const view = islandsViewOf(REACH)
    expect(view.describe(TWO)).toBe(
      'Memory in a window of 64 TiB: RAM of 16 GiB at 0x0000_0000, 100 % mapped, far memory of 16 GiB at 0x2440_0000_0000, 50 % mapped. All 32 GiB of memory lie inside the window; 24 GiB are mapped.',
    )
    expect(view.describe(OUT)).toContain('16 GiB of 32 GiB lie outside of the window')
    expect(view.table(OUT).rows[1]).toEqual([
      'far memory',
      '0x2440_0000_0000',
      '0x2444_0000_0000',
      '16 GiB',
      '0 B',
      '0 B',
    ])
  })
})

describe('memory that is not mapped at its own addresses', () => {
  const apart: MemoryFrame = { ...frameOf(2 * GIB, [{ ...RAM, insideBytes: 0, mappedBytes: 0 }]), identity: false }

  it('is neither outside of a window nor before its end', () => {
    expect(islandsLayout(apart, PLUGGED, 700).parts.map((part) => part.kind)).toEqual(['inside'])
    expect(islandsViewOf(PLUGGED).describe(apart)).toBe(
      'Memory: RAM of 16 GiB at 0x0000_0000, 0 % mapped. 16 GiB of memory, not mapped at its own addresses: a driver’s buffers are mapped when it asks.',
    )
  })
})

describe('what can be set', () => {
  const on = (platform: string) => {
    const base = presets[0]!.scenario
    return islandFields(fieldsOf({ ...base, machine: { ...base.machine, platform } }))
  }

  it('on a host is RAM, far memory and its place, within what the settings allow', () => {
    const fields = on('powernv')
    const reach = reachOf(fields)
    expect(stopsOf(fields.far, Number.MAX_SAFE_INTEGER)).toContain(0)
    expect(stopsOf(fields.ram, 32 * GIB).at(-1)).toBe(32 * GIB)
    expect(reach.endBytes).toBeGreaterThan(2 ** 50)
    expect(reach.growBytes).toBeNull()
  })

  it('of a partition is RAM, as far as memory may be plugged in', () => {
    const fields = on('pseries')
    expect(fields.far).toBeUndefined()
    expect(reachOf(fields).growBytes).toBe(fields.maxRam!.value)
    expect(reachOf(fields).farMostBytes).toBe(0)
  })

  it('elsewhere is nothing', () => {
    expect(stopsOf(on('power').far, GIB)).toEqual([])
  })

  it('leaves out what other settings refuse', () => {
    const { ram } = on('powernv')
    const [first, second] = stopsOf(ram, Number.MAX_SAFE_INTEGER)
    const refused = { [ram!.param.values!.find((o) => o.value === first)!.key]: 'no' }
    expect(stopsOf({ ...ram!, refused }, Number.MAX_SAFE_INTEGER)[0]).toBe(second)
  })

  it('is the size whose edge is nearest', () => {
    expect(nearest([0, 10, 30], 19)).toBe(1)
    expect(nearest([0, 10, 30], 21)).toBe(2)
    expect(nearest([0, 10, 30], -5)).toBe(0)
  })

  it('grows RAM along the same axis that it lies on', () => {
    const small = frameOf(128 * GIB, [{ ...RAM, mappedBytes: 0 }])
    const layout = islandsLayout(small, PLUGGED, 700)
    expect(layout.axis(16 * GIB)).toBeCloseTo(layout.x(16 * GIB))
    expect(layout.axis(64 * GIB)).toBeLessThan(700)
  })
})
