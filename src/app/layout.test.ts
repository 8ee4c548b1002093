import { describe, expect, it } from 'vitest'
import { layoutFor } from './layout.ts'

describe('the layout', () => {
  it('gives the map the full height of the plate at 1440 × 900 when the dock is empty', () => {
    const { timeHeight, ...rest } = layoutFor(1440, 900, 0)
    expect(rest).toMatchObject({ size: 'wide', plot: 768, mapHeight: 352, lanes: true })
    expect(timeHeight).toBeGreaterThanOrEqual(128)
  })

  it('keeps lanes and dock together at 1440 × 900 by taking height from the pictures', () => {
    expect(layoutFor(1440, 900, 1)).toMatchObject({ mapHeight: 288, lanes: true })
  })

  it('gives the highest view of the dock what the map can spare', () => {
    const [tall, most] = ([true, 'most'] as const).map((height) => layoutFor(1440, 900, 3, height))
    expect([tall!.mapHeight, most!.mapHeight]).toEqual([288, 256])
    expect(most!.timeHeight).toBe(tall!.timeHeight)
  })

  it('folds the lanes before the map loses more in a low window', () => {
    const low = layoutFor(1440, 780, 1)
    expect(low.lanes).toBe(false)
    expect(low.mapHeight).toBeGreaterThanOrEqual(256)
  })

  it('never asks for a fractional cell', () => {
    for (let width = 480; width <= 2600; width += 7) {
      const { plot, columns } = layoutFor(width, 900, 0)
      expect(plot % columns).toBe(0)
    }
  })

  it('keeps a line for the story wherever the rail does not stand, and takes it from the pictures', () => {
    expect([1440, 1439, 1280, 1024, 844, 390].map((width) => layoutFor(width, 800, 0).story)).toEqual([
      0, 32, 32, 32, 44, 44,
    ])
    const [wide, rail] = [layoutFor(1440, 900, 0), layoutFor(1439, 932, 0)]
    expect([rail.mapHeight, rail.timeHeight]).toEqual([wide.mapHeight, wide.timeHeight])
  })

  it('has 64 cells of 5 px on a phone', () => {
    expect(layoutFor(390, 844, 1)).toMatchObject({ size: 'phone', columns: 64, plot: 320, mapHeight: 320 })
  })
})
