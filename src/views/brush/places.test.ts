import { expect, test } from 'vitest'
import { frameOf as frameFrom } from '../kit/testing.ts'
import { selected } from './map-brush.tsx'
import { frameOf } from './minimap.tsx'

const MAP = frameFrom(['mmmm', 'mmmm', 'mmmm', 'mmmm'])
const BOX = { width: 40, height: 40, dpr: 1 }

test('a range of addresses takes a broken first row, whole rows and a broken last row', () => {
  expect(selected(MAP, BOX, 2, 13)).toEqual([
    { x: 20, y: 0, width: 20, height: 10 },
    { x: 0, y: 10, width: 40, height: 20 },
    { x: 0, y: 30, width: 10, height: 10 },
  ])
  expect(selected(MAP, BOX, 5, 7)).toEqual([{ x: 10, y: 10, width: 20, height: 10 }])
  expect(selected(MAP, BOX, 3, 5).map((r) => r.width)).toEqual([10, 10])
})

test('a range that the map does not show takes nothing of it', () => {
  const far = frameFrom(['mmmm'], { segments: [{ row: 0, rows: 1, firstEntry: 100, gapBefore: 0 }], size: 200 })
  expect(selected(far, BOX, 0, 100)).toEqual([])
  expect(selected(far, BOX, 104, 200)).toEqual([])
  expect(selected(far, BOX, 90, 102)).toHaveLength(1)
})

test('the frame of the minimap spans whole rows as soon as the range spans two', () => {
  expect(frameOf(0, 512, 8, 32)).toEqual({ x: 0, y: 0, width: 32, height: 2 })
  expect(frameOf(512, 128, 8, 32)).toEqual({ x: 0, y: 2, width: 16, height: 1 })
  expect(frameOf(640, 256, 8, 32)).toEqual({ x: 0, y: 2, width: 32, height: 2 })
  expect(frameOf(3840, 256, 8, 32)).toEqual({ x: 0, y: 15, width: 32, height: 1 })
})
