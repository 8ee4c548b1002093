import { expect, test } from 'vitest'
import { LEAST_COUNT, panRange, zoomRange } from './zoom.ts'

const WHOLE = { first: 0, count: 0 }

test('zooming in halves the range and keeps the entry under the pointer in place', () => {
  expect(zoomRange(WHOLE, 4096, 1, 3072, 128)).toEqual({ first: 1536, count: 2048 })
  expect(zoomRange({ first: 1536, count: 2048 }, 4096, 1, 3072, 64)).toEqual({ first: 2304, count: 1024 })
})

test('zooming out past the window shows all of it', () => {
  expect(zoomRange({ first: 1024, count: 2048 }, 4096, -1, 2000, 128)).toEqual(WHOLE)
  expect(zoomRange(WHOLE, 4000, -1, 0, 128)).toEqual(WHOLE)
})

test('zooming in and out again around the same entry comes back to within a row', () => {
  const near = zoomRange({ first: 4096, count: 4096 }, 65536, 2, 6000, 64)
  const back = zoomRange(near, 65536, -2, 6000, 64)
  expect(back.count).toBe(4096)
  expect(Math.abs(back.first - 4096)).toBeLessThanOrEqual(64)
})

test('the closest look is never undercut', () => {
  expect(zoomRange({ first: 128, count: LEAST_COUNT }, 4096, 1, 150, 16)).toEqual({ first: 128, count: LEAST_COUNT })
})

test('panning moves by whole rows and stops at both ends', () => {
  const range = { first: 1024, count: 1024 }
  expect(panRange(range, 4096, 2, 128)).toEqual({ first: 1280, count: 1024 })
  expect(panRange(range, 4096, -100, 128)).toEqual({ first: 0, count: 1024 })
  expect(panRange(range, 4096, 100, 128)).toEqual({ first: 3072, count: 1024 })
  expect(panRange(WHOLE, 4096, 3, 128)).toEqual(WHOLE)
})
