import { expect, test } from 'vitest'
import { createGather, gatherFits, gatherRange, gatherTouches, resetGather } from './gather.ts'

/** Gathers a range and tells what is pending then. */
const rig = (pfn: number, pages: number, order: number) => {
  const g = createGather()
  gatherRange(g, pfn, pages, order)
  return g
}

test('an empty gather takes any range', () => {
  const g = createGather()
  expect([gatherFits(g, 77, 1, 0), gatherFits(g, 512, 512, 9), gatherTouches(g, 5, 1)]).toEqual([true, true, true])
})

test('a page fits that touches the pending range on either side or overlaps it, and grows it to the hull', () => {
  const g = rig(100, 2, 0)
  expect([98, 99, 100, 101, 102, 103].map((pfn) => gatherFits(g, pfn, 1, 0))).toEqual([
    false,
    true,
    true,
    true,
    true,
    false,
  ])
  gatherRange(g, 102, 1, 0)
  gatherRange(g, 99, 1, 0)
  expect([g.first, g.last, g.order]).toEqual([99, 102, 0])
})

test('a page of another size never fits', () => {
  const g = rig(512, 512, 9)
  expect([gatherFits(g, 1024, 1, 0), gatherFits(g, 1024, 512, 9)]).toEqual([false, true])
  expect(gatherTouches(g, 1024, 1)).toBe(true)
})

test('with an order of -1 the length of the range is the size, whatever number it is', () => {
  const g = rig(0, 332, -1)
  expect([gatherFits(g, 332, 512, -1), gatherFits(g, 332, 332, -1)]).toEqual([false, true])
  expect([g.size, g.order]).toEqual([332, -1])
})

test('the first page of the space counts as pending', () => {
  const g = rig(0, 1, 0)
  expect([gatherFits(g, 1, 1, 0), gatherFits(g, 2, 1, 0)]).toEqual([true, false])
})

test('a reset forgets the range and the tables, and keeps the mode', () => {
  const g = rig(7, 1, 0)
  g.queued = true
  g.detached.push(3)
  resetGather(g)
  expect([g.empty, g.detached, g.queued]).toEqual([true, [], true])
  gatherRange(g, 900, 1, 0)
  expect([g.first, g.last]).toEqual([900, 900])
})
