import { describe, expect, it } from 'vitest'
import type { BootBlock, BootFrame, BootStepFrame, BootStepId, Holder } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import {
  blocksAfter,
  bootInk,
  bootView,
  changesOf,
  decisive,
  drawnIn,
  isWarning,
  labelsIn,
  phasesOf,
  resultOf,
  stillHolds,
} from './boot.view.ts'
import { addressAt, bootHeight, endOf, fitting, openedOf, rowAt, rowScale, stretchesOf } from './boot-axis.ts'
import { happenedIn, titleOf } from './boot-words.ts'

const INK = bootInk(palettes.dark)
const MIB = 2 ** 20
const GIB = 2 ** 30
const WIDTH = 354
const POOL = [512 * MIB, 576 * MIB] as const

const step = (phase: BootStepFrame['phase'], id: BootStepId, held: number, failed = false): BootStepFrame => ({
  ...{ phase, id, triedBytes: 0, cause: null },
  ...{ heldBytes: held, freedBytes: 0, leakedBytes: 0, failed },
})
const block = (holder: Holder, startBytes: number, endBytes: number, from: number, to: number): BootBlock => ({
  ...{ holder, startBytes, endBytes, from, to },
})
/** Free memory beside the block, in two pieces as it is handed over. */
const free = (holder: Holder, from: number, to: number): BootBlock[] => [
  block(holder, 0, POOL[0], from, to),
  block(holder, POOL[1], 3 * GIB, from, to),
  block(holder, 4 * GIB, 17 * GIB, from, to),
]

const HOLE = block('hole', 3 * GIB, 4 * GIB, 0, 5)

/** Reserved early, given back late because the IOMMU works. */
const GIVEN_BACK: BootFrame = {
  ...{ kernel: 'option 4', hardware: 'works', ramBytes: 16 * GIB, holeBytes: GIB, commandLine: '' },
  steps: [
    step('early', 'detect-found', 0),
    step('early', 'reserved', 64 * MIB),
    step('mid', 'hand-over', 64 * MIB),
    step('late', 'init-works', 64 * MIB),
    { ...step('late', 'given-back', 0), freedBytes: 64 * MIB },
  ],
  blocks: [
    ...free('boot-allocator', 0, 2),
    block('boot-allocator', ...POOL, 0, 1),
    ...free('page-allocator', 2, 5),
    block('reserved', ...POOL, 1, 4),
    block('given-back', ...POOL, 4, 5),
    HOLE,
  ],
  ...{ backend: 'iommu', isolation: true, poolBytes: 0, slots: 0, areas: 0, idleBytes: 0, leakedBytes: 0 },
  ...{ lowBuffer: 'translated', highBuffer: 'translated' },
}

/** The same after the IOMMU has failed. */
const FAILED: BootFrame = {
  ...GIVEN_BACK,
  hardware: 'fails',
  steps: GIVEN_BACK.steps.map((s, i) =>
    i === 3
      ? { ...s, id: 'init-fails', cause: 'bad-checksum', failed: true }
      : i === 4
        ? step('late', 'initialised', s.heldBytes)
        : s,
  ),
  blocks: GIVEN_BACK.blocks.map((b) => (b.holder === 'given-back' ? { ...b, holder: 'pool' } : b)),
  ...{ backend: 'swiotlb', isolation: false, poolBytes: 64 * MIB, slots: 32_768, areas: 16 },
  ...{ lowBuffer: 'direct', highBuffer: 'bounced' },
}

/** Nothing set aside: 2.6.31 with an IOMMU that fails. */
const DIRECT: BootFrame = {
  ...GIVEN_BACK,
  blocks: [block('page-allocator', 0, 3 * GIB, 0, 5), HOLE, block('page-allocator', 4 * GIB, 17 * GIB, 0, 5)],
  ...{ backend: 'direct', isolation: false, lowBuffer: 'direct', highBuffer: 'mapping error' },
}

/** All of it below the hole. */
const SMALL: BootFrame = { ...DIRECT, ramBytes: 2 * GIB, blocks: [block('page-allocator', 0, 2 * GIB, 0, 5)] }

const boxOf = (frame: BootFrame, narrow = false, dpr = 1, width = WIDTH) => ({
  ...{ width, height: bootHeight(frame.steps.length, narrow), dpr },
})

/** The pixel in the middle of a row at an address. */
function pixelAt(frame: BootFrame, at: number, address: number, narrow = false, dpr = 1): number {
  const box = boxOf(frame, narrow, dpr)
  const out = blank(box.width * dpr, box.height * dpr)
  bootView.paint(frame, INK, box, out)
  const { y, height } = rowAt(at, frame.steps.length, narrow)
  const x = Math.floor(rowScale(stretchesOf(frame, box.width))(address) * dpr)
  return out.data[Math.floor((y + height / 4) * dpr) * out.width + x]!
}

describe('the axis', () => {
  const stretches = stretchesOf(GIVEN_BACK, WIDTH)

  it('opens out what was set aside, and keeps the order of addresses', () => {
    expect(stretches.map((s) => s.kind)).toEqual(['low', 'opened', 'low', 'hole', 'high'])
    expect(openedOf(GIVEN_BACK)).toEqual({ from: 496 * MIB, to: 592 * MIB })
    expect(stretches.at(-1)!.to).toBe(endOf(GIVEN_BACK))
    const widths = stretches.map((s) => s.width)
    expect(widths.reduce((a, b) => a + b, 0)).toBe(WIDTH)
    // 64 MiB of 16 GiB, and more than a quarter of the picture.
    expect(rowScale(stretches)(POOL[1]) - rowScale(stretches)(POOL[0])).toBeGreaterThan(WIDTH / 4)
  })

  it('leads from an address to a place and back', () => {
    for (const address of [0, 100 * MIB, 512 * MIB, 3.5 * GIB, 16 * GIB])
      expect(addressAt(stretches, rowScale(stretches)(address))! / MIB).toBeCloseTo(address / MIB, 3)
    expect(addressAt(stretches, WIDTH)).toBeNull()
    expect(addressAt(stretches, -1)).toBeNull()
  })

  it('has no hole without memory above it, and opens nothing out where nothing was set aside', () => {
    expect(stretchesOf(SMALL, WIDTH).map((s) => [s.kind, s.width])).toEqual([['low', WIDTH]])
    expect(stretchesOf(DIRECT, WIDTH).map((s) => s.kind)).toEqual(['low', 'hole', 'high'])
  })

  it('leaves no sliver beside a block that touches the hole', () => {
    const top = { ...DIRECT, blocks: [...DIRECT.blocks, block('pool', 3 * GIB - 64 * MIB, 3 * GIB, 0, 5)] }
    expect(stretchesOf(top, WIDTH).map((s) => s.kind)).toEqual(['low', 'opened', 'hole', 'high'])
    expect(openedOf(top)!.to).toBe(3 * GIB)
  })

  it('drops the label that would run into one before it', () => {
    const labels = fitting(
      [
        { x: 0, words: '0' },
        { x: 340, words: '0x0004_4000_0000' },
        { x: 300, words: '4 GiB' },
      ],
      WIDTH,
    )
    expect(labels.map((l) => [l.words, l.anchor])).toEqual([
      ['0', 'start'],
      ['0x0004_4000_0000', 'end'],
    ])
  })
})

describe('the rows', () => {
  const middle = 520 * MIB

  it.each([
    [false, 1],
    [false, 2],
    [true, 2],
  ])('show who holds the block after each step (narrow %s, %i device px)', (narrow, dpr) => {
    expect(pixelAt(GIVEN_BACK, 0, middle, narrow, dpr)).toBe(INK.free)
    expect(pixelAt(FAILED, 4, middle, narrow, dpr)).toBe(INK.pool)
    // Its frame is there while it is only reserved.
    expect(pixelAt(GIVEN_BACK, 1, POOL[0], narrow, dpr)).toBe(INK.reserved)
    expect(pixelAt(GIVEN_BACK, 3, POOL[0], narrow, dpr)).toBe(INK.reserved)
  })

  it('let a block that is given back dissolve, and leave a lost one hatched', () => {
    const lost: BootFrame = {
      ...GIVEN_BACK,
      leakedBytes: 64 * MIB,
      idleBytes: 64 * MIB,
      blocks: GIVEN_BACK.blocks.map((b) => (b.holder === 'given-back' ? { ...b, holder: 'leaked' } : b)),
    }
    const colours = (frame: BootFrame) =>
      new Set(Array.from({ length: 60 }, (_, i) => pixelAt(frame, 4, POOL[0] + (i + 1) * MIB)))
    expect(colours(GIVEN_BACK)).toEqual(new Set([INK.reserved, INK.free, INK.ground]))
    expect(colours(lost)).toEqual(new Set([INK.lost, INK.lostSoft]))
    expect(resultOf(lost)).toBe('IOMMU, isolation kept, 64 MiB lost')
  })

  it('show a pool that the IOMMU leaves without work as idle at the end', () => {
    const kept: BootFrame = { ...FAILED, backend: 'iommu', isolation: true, idleBytes: 64 * MIB }
    expect(pixelAt(kept, 4, middle)).toBe(INK.idle)
    expect(drawnIn(kept)).toContain('idle')
    expect(drawnIn(FAILED)).not.toContain('idle')
    expect(resultOf(kept)).toBe('IOMMU, isolation kept, 64 MiB idle')
  })

  it('hatch the hole, and join neighbours in the same hands', () => {
    const hole = Array.from({ length: 20 }, (_, i) => pixelAt(GIVEN_BACK, 0, 3 * GIB + i * 50 * MIB))
    expect(new Set(hole)).toEqual(new Set([INK.ground, INK.frame]))
    expect(blocksAfter(GIVEN_BACK, 0).map((b) => [b.startBytes, b.endBytes])).toEqual([
      [3 * GIB, 4 * GIB],
      [0, 3 * GIB],
      [4 * GIB, 17 * GIB],
    ])
  })

  it('say the size on a block where it becomes what it is', () => {
    expect(labelsIn(GIVEN_BACK).map((l) => [l.at, l.words])).toEqual([
      [1, '64 MiB reserved'],
      [4, '64 MiB given back'],
    ])
    expect(labelsIn(FAILED).map((l) => [l.at, l.words])).toEqual([
      [1, '64 MiB reserved'],
      [4, '64 MiB pool'],
    ])
  })

  it.each([false, true])('find under the pointer what they draw (narrow %s)', (narrow) => {
    const box = boxOf(FAILED, narrow)
    const { columns, rows } = bootView.grid(FAILED)
    expect(rows).toBe(5)
    const x = rowScale(stretchesOf(FAILED, WIDTH))(550 * MIB)
    const { y, height } = rowAt(4, 5, narrow)
    const cell = bootView.hitTest(FAILED, x, y + height / 2, box)!
    expect(Math.floor(cell / columns)).toBe(4)
    expect(bootView.cellText(FAILED, cell)).toBe('after step 5: 64 MiB from 0x2000_0000: the pool of bounce buffers')
    const rect = bootView.cellRect(FAILED, cell, box)
    expect([rect.y, rect.height]).toEqual([y, height])
    expect(rect.x).toBeLessThan(x)
    expect(rect.x + rect.width).toBeGreaterThan(x)
    expect(bootView.hitTest(FAILED, x, 4, box)).toBeNull()
    expect(bootView.hitTest(FAILED, x, box.height - 2, box)).toBeNull()
  })

  it('have words for the hole, too', () => {
    const x = rowScale(stretchesOf(FAILED, WIDTH))(3.5 * GIB)
    const cell = bootView.hitTest(FAILED, x, rowAt(0, 5, false).y + 2, boxOf(FAILED))!
    expect(bootView.cellText(FAILED, cell)).toContain('1 GiB from 0xc000_0000: no memory')
  })
})

describe('the words', () => {
  it('say what it came to', () => {
    expect(resultOf(GIVEN_BACK)).toBe('IOMMU, isolation kept')
    expect(resultOf(FAILED)).toBe('swiotlb, 64 MiB in 32\u2009768 slots of 16 areas; no isolation')
    expect(resultOf(DIRECT)).toBe('direct: a 32-bit device cannot reach memory above 4 GiB')
    expect(resultOf(SMALL)).toContain('all memory lies below 4 GiB')
    expect(resultOf({ ...DIRECT, backend: 'panic' })).toMatch(/^panic/)
  })

  it('warn where buffers cannot be reached, and only there', () => {
    expect([GIVEN_BACK, FAILED, DIRECT].map(isWarning)).toEqual([false, false, true])
    expect(isWarning(SMALL)).toBe(false)
    expect(isWarning({ ...SMALL, backend: 'panic' })).toBe(true)
  })

  it('open the step that failed, else the last', () => {
    expect([decisive(GIVEN_BACK), decisive(FAILED)]).toEqual([4, 3])
    expect(phasesOf(FAILED)).toEqual([
      { at: 0, phase: 'early' },
      { at: 2, phase: 'mid' },
      { at: 3, phase: 'late' },
    ])
  })

  it('tell it all to whoever does not see it', () => {
    expect(bootView.describe(FAILED)).toBe(
      'Kernel: option 4. The machine has 16 GiB; its IOMMU fails. early: IOMMU found, pool reserved; mid: memory handed over; late: IOMMU fails, pool in use. ' +
        'It ends with: swiotlb, 64 MiB in 32\u2009768 slots of 16 areas; no isolation. ' +
        'A 32-bit device’s buffer below 4 GiB: direct; above: bounced. Command line: empty.',
    )
    const { rows, columns } = bootView.table(GIVEN_BACK)
    expect(rows.map((row) => [row[0], row[1], row[4], row[5]])).toEqual([
      ['1 IOMMU found', 'early', '0', '0'],
      ['2 pool reserved', 'early', '64 MiB', '0'],
      ['3 memory handed over', 'mid', '64 MiB', '0'],
      ['4 IOMMU works', 'late', '64 MiB', '0'],
      ['5 given back', 'late', '0', '64 MiB'],
    ])
    expect(rows.every((row) => row.length === columns.length)).toBe(true)
  })

  it('name the size of each block that is tried, and why an IOMMU fails', () => {
    const tries = [64, 4].map((n) => ({
      ...step('late', n > 4 ? 'block-too-large' : 'block-found', 0),
      triedBytes: n * MIB,
    }))
    expect(tries.map(titleOf)).toEqual(['64 MiB: too large', '4 MiB: found'])
    expect(happenedIn(FAILED.steps[3]!)).toBe('It fails. Firmware bug: the checksum of the IVRS table is wrong.')
    expect(happenedIn(GIVEN_BACK.steps[3]!)).toBe('It works.')
  })
})

describe('a command line that is typed', () => {
  const now: Record<string, string | number> = { 'm.swiotlb': 0, 'm.force': 'auto', 'd0.flush': 'none' }
  const current = (path: string) => now[path] ?? null
  const before = { 'm.swiotlb': 0, 'm.force': 'auto', 'd0.flush': 'deferred' }

  it('changes only what it says otherwise than the line before', () => {
    const { changes, expected } = changesOf({ ...before, 'm.force': 'force' }, before, current)
    expect(changes).toEqual({ 'm.force': 'force' })
    // What no word stands for stays as it is.
    expect(expected).toEqual({ 'm.swiotlb': 0, 'm.force': 'force', 'd0.flush': 'none' })
  })

  it('stands until a setting says something else', () => {
    const { expected } = changesOf({ 'm.force': 'auto' }, before, current)
    expect(stillHolds(expected, current)).toBe(true)
    expect(stillHolds(expected, (path) => (path === 'm.swiotlb' ? 1024 : current(path)))).toBe(false)
  })
})
