import { describe, expect, it } from 'vitest'
import {
  defaultTceWindow,
  flatTableMiB,
  TCE_REFUSALS,
  type TceRequest,
  tceAccounted,
  tceShape,
} from './tce-multi-levels.ts'

const GIB = 1073741824
/** The window of the 2018 discussion: 16 GiB of RAM at 0 and 16 GiB of a GPU's at 0x244000000000, 64K pages. */
const sparse2018: TceRequest = {
  era: '6.12',
  windowBytes: 65536 * GIB,
  pageShift: 16,
  levels: 2,
  userCopy: true,
  offset: 0,
  kernelPageShift: 16,
  maxPageOrder: 8,
  memoryBytes: Number.MAX_SAFE_INTEGER,
  backing: 'levels',
  clearAllocates: false,
}
const shapeOf = (change: Partial<TceRequest>) => tceShape({ ...sparse2018, ...change })
const created = (change: Partial<TceRequest>) => {
  const shape = shapeOf(change)
  return typeof shape === 'string' ? shape : shape.atCreation
}

describe('a table is refused', () => {
  it('for its levels before its window, and for its window before its address bits', () => {
    expect(shapeOf({ levels: 0, windowBytes: 3 })).toBe('levels')
    expect(shapeOf({ levels: 6, windowBytes: 3 })).toBe('levels')
    expect(shapeOf({ levels: 3, windowBytes: 3 * GIB })).toBe('window')
    expect(shapeOf({ windowBytes: 0 })).toBe('window')
    expect(shapeOf({ windowBytes: 4096 })).toBe('page')
    expect(shapeOf({ levels: 3 })).toBe('top-bits')
    expect(shapeOf({ levels: 1, windowBytes: 2 ** 63 })).toBe('top-bits')
    expect(shapeOf({ levels: 1 })).toBe('level-table')
  })

  it('where a level table is larger than 16 MiB: 2^21 entries are the most of one level', () => {
    expect(shapeOf({ levels: 1, windowBytes: 128 * GIB })).toMatchObject({ itSize: 2097152, indirectLevels: 0 })
    expect(shapeOf({ levels: 1, windowBytes: 256 * GIB })).toBe('level-table')
  })

  it('where both trees do not fit into memory', () => {
    const full = { era: 'full', windowBytes: 16 * GIB } as const
    expect(shapeOf({ ...full, memoryBytes: 2 * 33 * 65536 })).toMatchObject({ atCreation: [32, 1] })
    expect(shapeOf({ ...full, memoryBytes: 2 * 33 * 65536 - 1 })).toBe('memory')
    expect([TCE_REFUSALS.memory.errno, TCE_REFUSALS['top-bits'].errno]).toEqual([-12, -22])
  })
})

describe('at creation', () => {
  it('there is the whole tree, the top of large windows of VFIO, or the top alone, by era', () => {
    expect(created({ era: 'full' })).toEqual([32768, 1])
    expect(created({ era: '2018' })).toEqual([0, 1])
    expect(created({ era: '2018', userCopy: false })).toEqual([32768, 1])
    expect(created({ era: '2018', windowBytes: 4 * GIB, pageShift: 12 })).toEqual([128, 1])
    expect(created({ era: '6.12', userCopy: false })).toEqual([0, 1])
  })

  it('a table by vmalloc() is flat, of any size, and whole', () => {
    expect(shapeOf({ backing: 'vmalloc' })).toMatchObject({ levelShift: 33, indirectLevels: 0, atCreation: [1] })
    expect(shapeOf({ backing: 'vmalloc', memoryBytes: 16 * GIB - 1 })).toBe('memory')
  })
})

describe('the 2018 discussion', () => {
  it('is about 4656 MiB for a flat table, and 4 MiB for what is mapped', () => {
    expect(flatTableMiB(0x244000000000 + 0x2000000000, 16)).toBe(4656)
    expect(flatTableMiB(0x400000000 + 0x400000000, 16)).toBe(4)
  })

  it('charges twice the whole tree of the next power of two, however it is allocated', () => {
    expect(tceAccounted(sparse2018)).toBe(17180393472)
    expect(tceAccounted({ ...sparse2018, era: 'full', userCopy: false })).toBe(17180393472)
    expect(tceAccounted({ ...sparse2018, backing: 'vmalloc' })).toBe(16 * GIB)
    expect(tceAccounted({ ...sparse2018, levels: 6 })).toBe(0)
    expect(tceAccounted({ ...sparse2018, windowBytes: 3 * GIB })).toBe(0)
  })
})

describe('the default window', () => {
  it('is as large as memory may grow, up to 8 TiB with 64K pages and 512 GiB with 4K pages', () => {
    expect(defaultTceWindow(16, 96 * GIB, 0x80000000)).toEqual({
      windowBytes: 64 * GIB,
      pageShift: 16,
      levels: 2,
      resStart: 32768,
      resEnd: 65536,
    })
    expect(defaultTceWindow(16, 65536 * GIB, 0x80000000)).toMatchObject({ windowBytes: 8192 * GIB, levels: 2 })
    expect(defaultTceWindow(12, 65536 * GIB, 0x80000000)).toMatchObject({ windowBytes: 512 * GIB, resEnd: 1048576 })
  })

  it('has nothing to reserve above its own end', () => {
    expect(defaultTceWindow(16, 2 * GIB, 0x40000000)).toMatchObject({ resStart: 16384, resEnd: 32768 })
  })
})
