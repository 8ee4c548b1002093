import { describe, expect, it } from 'vitest'
import type { CachesFrame } from '../../sim/index.ts'
import { palettes } from '../kit/palette.ts'
import { blank } from '../kit/testing.ts'
import type { Pixels } from '../view.ts'
import { cachesInk, cachesView, entryOfChunk, rangesOf } from './caches.view.ts'
import { cachesHeight, laneLayout, slotRect } from './caches-layout.ts'

const INK = cachesInk(palettes.dark)

const MAGAZINES: CachesFrame = {
  table: 0,
  pageShift: 12,
  offset: 0,
  size: 4096,
  cpus: 2,
  orders: 6,
  capacity: 127,
  loaded: Uint8Array.of(127, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 1),
  previous: Uint8Array.of(127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  depot: Uint32Array.of(3, 0, 0, 0, 0, 0),
  chunked: false,
  chunks: 0,
  mostChunks: 0,
  chunkOwner: new Uint8Array(0),
  chunkSlot: new Uint16Array(0),
  chunkFirst: new Uint32Array(0),
  chunkPages: new Uint32Array(0),
  chunkMapped: new Uint32Array(0),
  chunkForeign: new Uint32Array(0),
}

const CHUNKS: CachesFrame = {
  ...MAGAZINES,
  orders: 0,
  capacity: 0,
  loaded: new Uint8Array(0),
  previous: new Uint8Array(0),
  depot: new Uint32Array(0),
  chunked: true,
  chunks: 3,
  mostChunks: 2,
  chunkOwner: Uint8Array.of(1, 0, 1),
  chunkSlot: Uint16Array.of(0, 0, 1),
  chunkFirst: Uint32Array.of(256, 1024, 2048),
  chunkPages: Uint32Array.of(256, 256, 256),
  chunkMapped: Uint32Array.of(256, 64, 0),
  chunkForeign: Uint32Array.of(64, 0, 0),
}

const box = (width: number, frame: CachesFrame) => ({ width, height: cachesHeight(frame, width), dpr: 1 })

function painted(frame: CachesFrame, width: number): Pixels {
  const out = blank(width, cachesHeight(frame, width))
  cachesView.paint(frame, INK, box(width, frame), out)
  return out
}

const inked = ({ data }: Pixels, pixel: number) => data.filter((p) => p === pixel).length

describe('magazines', () => {
  it('light as much of a cell as they hold ranges', () => {
    const out = painted(MAGAZINES, 768)
    const l = laneLayout(MAGAZINES, 768)
    const area = ({ width, height }: { width: number; height: number }) => width * height
    const [full, half, one] = [slotRect(l, 0, 0, 0), slotRect(l, 1, 0, 0), slotRect(l, 1, 0, 5)].map(area) as [
      number,
      number,
      number,
    ]
    const depot = 3 * 3 * slotRect(l, 0, 0, 0).height
    expect(inked(out, INK.loaded)).toBe(full + Math.round((half * 64) / 127) + Math.round(one / 127) + depot)
    expect(inked(out, INK.prev)).toBe(area(slotRect(l, 0, 1, 0)))
  })

  it('are told in the kernel’s words, and the depot with them', () => {
    expect(cachesView.cellText(MAGAZINES, 2)).toBe('CPU 1, loaded, order 0 (4 KiB): 64 of 127 ranges, 256 KiB')
    expect(cachesView.cellText(MAGAZINES, 1)).toBe('CPU 0, prev, order 0 (4 KiB): 127 of 127 ranges, 508 KiB')
    expect(cachesView.cellText(MAGAZINES, 4)).toContain('depot, order 0 (4 KiB): 3 full magazines, 381 ranges')
    expect(rangesOf(MAGAZINES, 0)).toBe(127 + 127 + 64 + 381)
    expect(cachesView.describe(MAGAZINES)).toContain('2 CPUs keep 319 ranges')
    expect(cachesView.table(MAGAZINES).rows.map((row) => row.slice(0, 2))).toEqual([
      ['CPU 0', '127 + 127'],
      ['CPU 1', '64 + 0'],
      ['depot', '3 full'],
    ])
  })
})

describe('lanes', () => {
  it.each([
    [1, 768],
    [16, 768],
    [64, 768],
    [64, 320],
  ])('of %i CPUs in %i px stand apart, inside the picture, and every cell is found where it stands', (cpus, width) => {
    const frame: CachesFrame = {
      ...MAGAZINES,
      cpus,
      loaded: new Uint8Array(cpus * 6).fill(60),
      previous: new Uint8Array(cpus * 6),
    }
    const { columns, rows } = cachesView.grid(frame)
    const b = box(width, frame)
    for (let cell = 0; cell < columns * rows; cell++) {
      const rect = cachesView.cellRect(frame, cell, b)
      expect(rect.x).toBeGreaterThanOrEqual(0)
      expect(rect.x + rect.width).toBeLessThanOrEqual(width)
      expect(rect.y + rect.height).toBeLessThanOrEqual(b.height)
      const at = cachesView.hitTest(frame, rect.x + rect.width / 2, rect.y + rect.height / 2, b)
      expect(at).toBe(cell)
    }
  })

  it('stand in several bands where they would be too narrow', () => {
    const frame = { ...MAGAZINES, cpus: 64 }
    expect(laneLayout(frame, 768).bands).toBe(1)
    expect(laneLayout(frame, 320)).toMatchObject({ bands: 3, lane: 11 })
  })
})

describe('chunks', () => {
  it('are filled as far as mapped in their owner’s lane, with what others mapped on top', () => {
    const out = painted(CHUNKS, 768)
    expect(inked(out, INK.foreign)).toBeGreaterThan(0)
    expect(cachesView.cellText(CHUNKS, 1)).toBe(
      'CPU 1, chunk from 0x0010_0000, 1 MiB: 100 % mapped, 25 % of that by another CPU',
    )
    expect(cachesView.cellText(CHUNKS, 0)).toContain('CPU 0, chunk from 0x0040_0000')
    expect(cachesView.cellText(CHUNKS, 2)).toBe('')
    expect([0, 1, 2, 3].map((cell) => entryOfChunk(CHUNKS, cell))).toEqual([1024, 256, null, 2048])
    expect(cachesView.describe(CHUNKS)).toBe(
      '3 chunks, 3 MiB, are owned by 2 CPUs; 42 % mapped, 20 % of that by another CPU than the owner.',
    )
  })

  it('are said to be nobody’s where an allocator has none', () => {
    expect(cachesView.describe({ ...CHUNKS, chunked: false, chunks: 0 })).toBe(
      'This allocator keeps nothing for a CPU alone.',
    )
  })
})
