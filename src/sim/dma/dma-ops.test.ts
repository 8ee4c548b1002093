import { describe, expect, test } from 'vitest'
import { createMeter } from '../engine/meter.ts'
import type { RangeKind } from '../iova/allocator.ts'
import { tceHalves } from '../iova/tce-halves.ts'
import { tcePools } from '../iova/tce-pools.ts'
import { TCE_READ, TCE_WRITE, type TranslationTable } from '../table/table.ts'
import { tceSingle } from '../table/tce-single.ts'
import { type FailingState, failingTable } from '../testing/failing-table.ts'
import {
  allocCoherent,
  createSgList,
  createTceDomain,
  freeCoherent,
  mapPage,
  mapSg,
  NO_DMA,
  offsetInPage,
  pagesTouched,
  SG_ERROR,
  type SgList,
  type TceDomain,
  unmapPage,
  unmapSg,
} from './dma-ops.ts'

const K = 1024
const NO_MASK = Number.MAX_SAFE_INTEGER
const meter = createMeter()
const table: TranslationTable = failingTable(tceSingle)

function domain(fields: { size?: number; pageShift?: number; offset?: number; gen1?: boolean } = {}): TceDomain {
  const { size = 4096, pageShift = 12, offset = 0, gen1 = false } = fields
  const allocator = gen1 ? tceHalves : tcePools
  const geometry = { size, offset, pageShift, blockSize: 16, resStart: 0, resEnd: 0, boundary: Infinity }
  return createTceDomain({
    allocator,
    allocatorState: allocator.create(geometry, { generation: 1 }),
    table,
    tableState: table.create(size, pageShift),
    geometry,
    kernelPageShift: 16,
    alignPages: !gen1,
    mergeSegments: true,
    maxSegmentBytes: 64 * K,
  })
}

const failNext = (d: TceDomain) => {
  ;(d.tableState as FailingState).failNext = true
}

/** Used runs, as `first+pages`. */
function used(d: TceDomain): string[] {
  const out: string[] = []
  d.allocator.forEachRange(d.allocatorState, (start: number, npages: number, kind: RangeKind) => {
    if (kind === 'used') out.push(`${start}+${npages}`)
  })
  return out
}

const map = (d: TceDomain, address: number, size: number) => mapPage(d, 0, address, size, TCE_WRITE, NO_MASK, meter)

const list = (...elements: readonly (readonly [address: number, length: number])[]): SgList => {
  const sg = createSgList(elements.length)
  sg.n = elements.length
  elements.forEach(([address, length], i) => {
    sg.address[i] = address
    sg.length[i] = length
  })
  return sg
}

const mapList = (d: TceDomain, sg: SgList) => mapSg(d, 0, sg, TCE_READ | TCE_WRITE, NO_MASK, meter)

describe('map_page', () => {
  test('a frame of 1500 bytes takes one 64K page, or two 4K pages when it crosses a line', () => {
    expect(pagesTouched(domain({ pageShift: 16 }), 0x12fff, 1500)).toBe(1)
    expect([0x12000, 0x12a24, 0x12a25].map((a) => pagesTouched(domain(), a, 1500))).toEqual([1, 1, 2])
  })

  test('the TCEs lead to the pages of the buffer, and the low part of the address is its offset', () => {
    const d = domain()
    const address = 0x12a80
    const at = map(d, address, 1500)
    expect([at, offsetInPage(d, address)]).toEqual([1, 0xa80])
    expect([1, 2, 3].map((e) => table.walk(d.tableState, e))).toEqual([0x12000 + TCE_WRITE, 0x13000 + TCE_WRITE, 0])
    expect(unmapPage(d, 0, at, 0xa80, 1500, meter)).toBe(true)
    expect([used(d), table.walk(d.tableState, 1)]).toEqual([[], 0])
  })

  test('a whole kernel page is aligned like one, except in generation 1', () => {
    const sizes = [64 * K, 64 * K - 1]
    const modern = domain()
    expect(sizes.map((size) => map(modern, 0x30000, size))).toEqual([256 * 12 + 0, 3088])
    const small = domain()
    map(small, 0x1000, 100)
    expect(map(small, 0x31000, 40 * K)).toBe(16)
    const old = domain({ gen1: true })
    map(old, 0x1000, 100)
    expect(map(old, 0x30000, 64 * K) % 16).toBe(0)
  })

  test('addresses are absolute in a window at 2^59', () => {
    const d = domain({ offset: 2 ** 47 })
    const at = map(d, 0x5000, 100)
    expect(at).toBe(2 ** 47)
    expect(unmapPage(d, 0, 2 ** 47 - 1, 0, 1, meter)).toBe(false)
    expect(unmapPage(d, 0, 2 ** 47 + 4095, 1, 4096, meter)).toBe(false)
    expect(used(d)).toEqual(['0+1'])
  })

  test('a refused table write frees the entries, and only the hint remembers', () => {
    const d = domain()
    failNext(d)
    expect(map(d, 0x1000, 100)).toBe(NO_DMA)
    expect(used(d)).toEqual([])
    expect(map(d, 0x1000, 100)).toBe(16)
  })
})

describe('coherent memory', () => {
  const alloc = (d: TceDomain, size: number) =>
    allocCoherent(d, 0, 0x100000, size, TCE_READ | TCE_WRITE, NO_MASK, meter)

  test('comes in whole kernel pages, aligned to the next power of two', () => {
    const d = domain()
    expect(alloc(d, 1)).toBe(3072)
    expect(alloc(d, 65 * K)).toBe(3104)
    expect(used(d)).toEqual(['3072+16', '3104+32'])
    expect(freeCoherent(d, 0, 3104, 65 * K, meter)).toBe(true)
    expect(used(d)).toEqual(['3072+16'])
  })

  test('ends at 2^12 kernel pages', () => {
    const window = { size: 65536, pageShift: 16 }
    expect(alloc(domain(window), 4096 * 64 * K)).toBe(49152)
    expect(alloc(domain(window), 4096 * 64 * K + 1)).toBe(NO_DMA)
  })
})

describe('scatter-gather', () => {
  test('elements that meet at IOMMU page borders become one segment, up to the longest allowed', () => {
    const d = domain()
    const sg = list([0x10800, 0x800], [0x20000, 0x1000], [0x30000, 0x10], [0x41000, 0xf000], [0x58000, 0x2000])
    expect(mapList(d, sg)).toBe(3)
    expect(Array.from(sg.dmaEntry.subarray(0, 3))).toEqual([1, 4, 19])
    expect(Array.from(sg.dmaLength)).toEqual([0x1810, 0xf000, 0x2000, 0, 0])
    unmapSg(d, 0, sg, meter)
    expect(used(d)).toEqual([])
  })

  test('without merging every element is a segment of its own', () => {
    const d = { ...domain(), mergeSegments: false }
    expect(mapList(d, list([0x10000, 0x1000], [0x20000, 0x1000]))).toBe(2)
  })

  test('a list that fits nowhere is given back whole', () => {
    const d = domain({ size: 64 })
    const sg = list([0x10000, 0x3000], [0x28800, 0x1000], [0x40000, 0x40000])
    expect(mapList(d, sg)).toBe(SG_ERROR)
    expect([used(d), Array.from(sg.dmaLength)]).toEqual([[], [0, 0, 0]])
  })

  test('the element whose TCEs were refused leaks its entries', () => {
    const d = domain()
    const tces = d.tableState as FailingState
    const sg = list([0x10000, 0x1000], [0x20000, 0x2000])
    const refusing = {
      ...table,
      set(...args: Parameters<typeof table.set>) {
        tces.failNext = args[2] === 2
        return table.set(...args)
      },
    }
    expect(mapList({ ...d, tces: refusing }, sg)).toBe(SG_ERROR)
    expect(used(d)).toEqual(['2+2'])
  })

  test('a list that begins with an empty element is mapped and never unmapped', () => {
    const d = domain()
    const sg = list([0, 0], [0x10000, 0x1000])
    expect(mapList(d, sg)).toBe(2)
    expect(Array.from(sg.dmaLength)).toEqual([0, 0x1000])
    unmapSg(d, 0, sg, meter)
    expect(used(d)).toEqual(['1+1'])
  })

  test('an empty list is no segment', () => {
    expect(mapList(domain(), createSgList(0))).toBe(0)
  })
})
