import { pointRadial } from 'd3'
import { describe, expect, it } from 'vitest'
import {
  CELL_QUEUED,
  CELL_REACHABLE,
  type QueuesFrame,
  RING_FREE,
  RING_QUEUED,
  RING_REACHABLE,
} from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import type { Pixels } from '../view.ts'
import { angleOf, queuesInk, queuesView, ringCentre, ringLayout, ringsHeight, totalsOf } from './queues.view.ts'

const INK = queuesInk(palettes.dark)

/** Rings of which the first holds `length` ranges from slot `head` on, the last `reachable` of them still reachable. */
function ringsOf(rings: number, slots: number, head: number, length: number, reachable: number): QueuesFrame {
  const state = new Uint8Array(rings * slots).fill(RING_FREE)
  for (let i = 0; i < length; i++)
    state[(head + i) & (slots - 1)] = i >= length - reachable ? RING_REACHABLE : RING_QUEUED
  const first = (n: number) => Int32Array.from({ length: rings }, (_, ring) => (ring === 0 ? n : 0))
  return {
    ...{ table: 0, pageShift: 12, offset: 0, mode: 'deferred', rings, slots, state },
    head: first(head),
    tail: first((head + length) & (slots - 1)),
    length: first(length),
    oldestForNs: Float64Array.from(first(290_000)),
    reachable: first(reachable),
    ...{ timeoutNs: 10_000_000, timer: { dueNs: 12_000_000, cpu: 0 } },
    ...{ flushesFull: 7, flushesTimer: 2, worstNs: 940_000 },
  }
}

function painted(frame: QueuesFrame, width: number, dpr = 1): Pixels {
  const height = ringsHeight(frame, width)
  const out = blank(width * dpr, height * dpr)
  queuesView.paint(frame, INK, { width, height, dpr }, out)
  return out
}

/** What stands on the arc of a ring at a share of the way round: free, queued, reachable. */
function at(out: Pixels, frame: QueuesFrame, width: number, ring: number, share: number): string {
  const l = ringLayout(frame, width)
  const { x, y } = ringCentre(l, ring)
  const [onX, onY] = pointRadial(angleOf(1)(share), (l.inner + l.outer) / 2)
  const pixels = new Set<number>()
  for (let j = -1; j <= 1; j++)
    for (let i = -1; i <= 1; i++) pixels.add(out.data[Math.floor(y + onY + j) * out.width + Math.floor(x + onX + i)]!)
  if (pixels.has(INK.strong[CELL_REACHABLE]!)) return 'reachable'
  return pixels.has(INK.strong[CELL_QUEUED]!) || pixels.has(INK.soft[CELL_QUEUED]!) ? 'queued' : 'free'
}

describe('a ring', () => {
  it('is lit from the slot that leaves next to the one that is filled next, also over its end', () => {
    const frame = ringsOf(1, 256, 192, 128, 32)
    const out = painted(frame, 552)
    const round = [0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9].map((share) => at(out, frame, 552, 0, share))
    expect(round).toEqual(['queued', 'reachable', 'free', 'free', 'free', 'queued', 'queued'])
  })

  it('shows a single range among 32768 slots', () => {
    const frame = ringsOf(1, 32768, 8192 + 17, 1, 1)
    expect(at(painted(frame, 552), frame, 552, 0, (8192 + 17) / 32768)).toBe('reachable')
  })

  it('is told with what waits, what is still reachable, its age and slots', () => {
    const frame = ringsOf(8, 256, 192, 128, 32)
    expect(queuesView.cellText(frame, 0)).toBe(
      'CPU 0: 128 of 255 ranges wait, 32 of them still reachable, oldest 0.29 ms, slots 192 to 63',
    )
    expect(queuesView.cellText(frame, 1)).toBe('CPU 1: 0 of 255 ranges wait')
    expect(queuesView.cellText(frame, 8)).toBe('')
  })
})

describe('rings', () => {
  it.each([1, 2, 6, 8, 16, 32, 64])(
    'of %i CPUs stand apart, inside, legible, and are found where they stand',
    (rings) => {
      const frame = ringsOf(rings, 256, 0, 10, 0)
      for (const width of [552, 320]) {
        const box = { width, height: ringsHeight(frame, width), dpr: 1 }
        const l = ringLayout(frame, width)
        expect(l.inner).toBeGreaterThanOrEqual(10)
        expect(l.columns * l.rows).toBeGreaterThanOrEqual(rings)
        for (let ring = 0; ring < rings; ring++) {
          const { x, y, width: w, height: h } = queuesView.cellRect(frame, ring, box)
          expect(x >= 0 && y >= 0 && x + w <= width && y + h <= box.height).toBe(true)
          expect(queuesView.hitTest(frame, x + w / 2, y + h / 2, box)).toBe(ring)
        }
      }
    },
  )

  it('are painted each in its own place at two device pixels to one', () => {
    const frame = ringsOf(64, 256, 0, 255, 255)
    const out = painted(frame, 552, 2)
    const { x } = ringCentre(ringLayout(frame, 552), 1)
    let right = 0
    out.data.forEach((p, i) => {
      if (p === INK.strong[CELL_REACHABLE]) right = Math.max(right, i % out.width)
    })
    expect(right).toBeGreaterThan(20)
    expect(right).toBeLessThan(2 * x)
  })

  it('add up, in words and as a table', () => {
    const frame = ringsOf(2, 256, 0, 148, 72)
    expect(totalsOf(frame)).toEqual({ waiting: 148, reachable: 72, oldestNs: 290_000 })
    expect(queuesView.describe(frame)).toBe(
      '148 ranges wait in 2 rings, most of them at CPU 0: 148; 72 of them are still reachable. Flushes so far: 7 because a ring was full, 2 by the timer.',
    )
    expect(queuesView.table(frame).rows).toEqual([
      ['CPU 0', '148', '72', '0.29 ms', '0', '148'],
      ['CPU 1', '0', '0', '–', '0', '0'],
    ])
  })

  it('are none where nothing waits, and the sentence says why', () => {
    const none = { ...ringsOf(0, 0, 0, 0, 0), timer: null }
    expect(queuesView.describe({ ...none, mode: 'strict' })).toContain('waits for its own invalidation')
    expect(queuesView.describe({ ...none, mode: 'none' })).toContain('nobody ever invalidates')
    expect(painted({ ...ringsOf(1, 256, 0, 0, 0), rings: 0 }, 10).data.every((p) => p === 0)).toBe(true)
  })
})
