import { describe, expect, it } from 'vitest'
import { walkTo } from './gallery-walk.ts'

/** Three in a row; shelves of five and of two. */
const boxes = [
  [0, 0],
  [100, 0],
  [200, 0],
  [0, 50],
  [100, 50],
  [0, 140],
  [100, 140],
].map(([left = 0, top = 0]) => ({ left, top }))

describe('arrow keys in the gallery', () => {
  it('go through all cards in their order, and stop at the ends', () => {
    const there: number[] = []
    for (let at: number | null = 0; at !== null; at = walkTo('ArrowRight', at, boxes)) there.push(at)
    expect(there).toEqual([0, 1, 2, 3, 4, 5, 6])
    const back: number[] = []
    for (let at: number | null = 6; at !== null; at = walkTo('ArrowLeft', at, boxes)) back.push(at)
    expect(back).toEqual([6, 5, 4, 3, 2, 1, 0])
  })

  it('go up and down to what stands nearest, over the end of a shelf', () => {
    expect(walkTo('ArrowDown', 1, boxes)).toBe(4)
    expect(walkTo('ArrowDown', 2, boxes)).toBe(4)
    expect(walkTo('ArrowDown', 3, boxes)).toBe(5)
    expect(walkTo('ArrowUp', 6, boxes)).toBe(4)
    expect(walkTo('ArrowUp', 4, boxes)).toBe(1)
    expect(walkTo('ArrowDown', 5, boxes)).toBeNull()
    expect(walkTo('ArrowUp', 2, boxes)).toBeNull()
  })

  it('leave other keys alone', () => {
    expect(walkTo('Home', 4, boxes)).toBe(0)
    expect(walkTo('End', 0, boxes)).toBe(6)
    expect(walkTo('Tab', 0, boxes)).toBeNull()
  })
})
