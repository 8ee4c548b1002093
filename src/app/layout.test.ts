import { describe, expect, it } from 'vitest'
import { lanesHeight } from '../views/index.ts'
import { type Layout, layoutFor, type Shape, type Tall } from './layout.ts'

const at = (width: number, height: number, docked = 0, tall: Tall = false) => layoutFor({ width, height, docked, tall })

/** All that stands in the page one below another where nothing needs to scroll, css px: as the styles have it. */
function heightOf({ docked, cpus = 8, exposed = false, coloured = false }: Shape, layout: Layout): number {
  const { type, low, tight, story, lanes, bytes, head, mapHeight, timeHeight, dockHeight } = layout
  const bars = ((low ? 40 : 48) + 50) * type + story
  const figures = (tight ? 44 : 54) * type
  const [mapHead, legend, timeHead] = [24 * type, (coloured ? 48 : 24) * type, head ? 24 * type : 8]
  const stack = timeHead + timeHeight + (lanes ? lanesHeight(cpus) : 0) + 7 + (exposed ? 45 : 0) + (bytes ? 49 : 16)
  return bars + figures + mapHead + mapHeight + legend + (docked > 0 ? dockHeight : 0) + stack + 33
}

describe('the layout', () => {
  it('gives the map the full height of the plate at 1440 × 900 when the dock is empty', () => {
    const { timeHeight, ...rest } = at(1440, 900)
    expect(rest).toMatchObject({ size: 'wide', plot: 768, mapHeight: 352, lanes: true })
    expect(timeHeight).toBeGreaterThanOrEqual(128)
  })

  it('keeps lanes and dock together at 1440 × 900 by taking height from the pictures', () => {
    expect(at(1440, 900, 1)).toMatchObject({ mapHeight: 288, lanes: true })
  })

  it('folds the lanes before the map loses more in a low window', () => {
    const low = at(1440, 780, 1)
    expect(low.lanes).toBe(false)
    expect(low.mapHeight).toBeGreaterThanOrEqual(256)
  })

  it('needs no more height than a window has, from the height of a projector on', () => {
    for (const [width, least] of [
      [1024, 720],
      [1280, 720],
      [1366, 720],
      [1440, 720],
      [1920, 900],
      [2560, 1200],
    ] as const)
      for (let height = least; height <= 1600; height += 20)
        for (const docked of [0, 1, 3])
          for (const tall of [false, true, 'most'] as const)
            for (const cpus of [1, 8, 64])
              for (const also of [{}, { exposed: true }, { coloured: true }, { exposed: true, coloured: true }]) {
                const shape = { width, height, docked, tall, cpus, ...also }
                const layout = layoutFor(shape)
                expect(layout.mapHeight, JSON.stringify(shape)).toBeGreaterThanOrEqual(200)
                expect(heightOf(shape, layout), JSON.stringify(shape)).toBeLessThanOrEqual(height)
              }
  })

  it('has a map of 200 px wherever it is, and figures, map and scrubber in view at 200 % zoom', () => {
    for (let width = 600; width < 3000; width += 41)
      for (let height = 440; height < 1500; height += 37) {
        const { size, mapHeight } = at(width, height)
        if (size !== 'phone' && size !== 'column') expect(mapHeight).toBeGreaterThanOrEqual(200)
      }
    expect(40 + 32 + 50 + 44 + 24 + at(844, 390, 1).mapHeight + 33).toBeLessThanOrEqual(390)
    const zoomed = at(720, 450, 2, true)
    expect(zoomed).toMatchObject({ size: 'narrow', bare: true, low: true, columns: 128, plot: 512 })
    expect(40 + 32 + 50 + 44 + 24 + zoomed.mapHeight + 33).toBeLessThanOrEqual(450)
  })

  it('has larger cells, type and panels in a larger window', () => {
    const [plain, full, most] = [at(1440, 900), at(1920, 1080), at(2560, 1440)]
    expect([plain, full, most].map(({ plot, columns }) => plot / columns)).toEqual([6, 8, 10])
    expect([plain.type, full.type, most.type]).toEqual([1, 1.125, 1.25])
  })

  it('never asks for a fractional cell', () => {
    for (let width = 320; width <= 2600; width += 7)
      for (const height of [400, 900]) {
        const { plot, columns, centre } = at(width, height)
        expect(plot % columns, `${width} × ${height}`).toBe(0)
        expect(centre).toBeLessThanOrEqual(width)
      }
  })

  it('keeps a line for the story wherever the rail does not stand, and takes it from the pictures', () => {
    expect([1440, 1439, 1280, 1024, 844, 390].map((width) => at(width, 800).story)).toEqual([0, 32, 32, 32, 44, 44])
    const [wide, rail] = [at(1440, 900), at(1439, 932)]
    expect([rail.mapHeight, rail.timeHeight]).toEqual([wide.mapHeight, wide.timeHeight])
  })

  it('has 64 cells a row on a phone, and rows of whole cells', () => {
    expect(at(390, 844)).toMatchObject({ size: 'phone', columns: 64, plot: 320, mapHeight: 32 * 8, maxRows: 32 })
    expect(at(414, 932)).toMatchObject({ mapHeight: 64 * 5, maxRows: 64 })
    expect(at(360, 740)).toMatchObject({ plot: 256, mapHeight: 32 * 6, maxRows: 32 })
  })

  it('keeps the whole of address × time in view on a phone, above scrubber and sheet', () => {
    for (let width = 320; width < 900; width += 20)
      for (let height = 720; height <= 1100; height += 10)
        for (const also of [{}, { exposed: true }, { zoomed: true }]) {
          const { size, tight, mapHeight, timeHeight, maxRows } = layoutFor({ width, height, docked: 1, ...also })
          if (size !== 'phone' && size !== 'column') continue
          const [figures, sheet] = tight ? [50, 215] : [58, 231]
          const stack =
            timeHeight +
            ('exposed' in also ? 33 : 0) +
            ('zoomed' in also && width < 640 ? 37 : 0) +
            23 +
            (width < 640 ? 0 : tight ? 24 : 57)
          const needed = 48 + 44 + figures + 24 + mapHeight + 32 + stack + 33 + sheet
          expect(needed, `${width} × ${height}`).toBeLessThanOrEqual(height)
          expect(timeHeight, `${width} × ${height}`).toBeGreaterThanOrEqual(size === 'phone' ? 64 : 56)
          expect(mapHeight % maxRows).toBe(0)
        }
  })
})
