import { describe, expect, it } from 'vitest'
import { createRun, type Run } from '../run/run.ts'
import { bench, bounceOf, bouncing, midst, slotsOf, tableOf } from '../testing/bouncing.ts'
import { logLines } from '../words/log.ts'
import { bounceOf as bounceIn } from './parts.ts'

const KIB = 1024
const MIB = 1024 * KIB
const MS = 1_000_000
const SLOT = 2048
const refusalsOf = (run: Run) => slotsOf(run).refused

/** Lines of the log about refused buffers. */
const saysOf = (run: Run) =>
  logLines(run.machine, 0)
    .map(({ text }) => text)
    .filter((text) => /swiotlb buffer is full|overflow|SW-IOMMU/.test(text))

describe('refusals', () => {
  it('O20: above 256 KiB nothing ever fits, in an empty pool of 32 768 slots either', () => {
    const { run, map, unmap, table } = bench()
    const pool = slotsOf(run)
    expect([pool.geometry.slots, pool.geometry.slots * SLOT, table.windowBytes]).toEqual([32_768, 64 * MIB, 64 * MIB])
    for (const bytes of [256 * KIB + 1, 257 * KIB, 512 * KIB, 1 * MIB]) expect(map(0, 0, bytes)).toBe(-1)
    expect([refusalsOf(run), pool.usedSlots, bounceIn(table)!.copiedInBytes]).toEqual([
      { 'too-large': 4, full: 0, scattered: 0 },
      0,
      0,
    ])
    // 256 pieces of 256 KiB, one in each slot set, and then not a byte more.
    const ids: number[] = []
    for (let i = 0; i < 256; i++) ids.push(map(i % 4, i * 0x10000, 256 * KIB))
    expect([ids.every((id) => id >= 0), pool.usedSlots]).toEqual([true, 32_768])
    expect([map(0, 0, 1), refusalsOf(run).full]).toEqual([-1, 1])
    for (const id of ids) unmap(1, id)
    expect(pool.usedSlots).toBe(0)
  })

  it('without a pool keep nothing of what another machine was answered', () => {
    const hashAfter = (bytes: number) => {
      bench().map(0, 0, bytes)
      const run = createRun(
        bouncing('map-loop', { size: 4 * KIB }, { comesUp: 'fails', bootKernel: '2.6.31', force: 'auto' }),
        10 * MS,
      )
      run.advance(1 * MS)
      expect(tableOf(run).refused).toBeGreaterThan(0)
      return run.hash()
    }
    expect(hashAfter(64 * KIB)).toBe(hashAfter(4 * KIB))
  })

  it('tells full from scattered by what is free', () => {
    const { run, map, unmap } = bench('map-loop', { swiotlb: 512, cpus: 1 })
    const ids: number[] = []
    for (let i = 0; i < 512; i++) ids.push(map(0, i * 0x10000, SLOT))
    expect([ids.every((id) => id >= 0), map(0, 0, SLOT)]).toEqual([true, -1])
    expect(refusalsOf(run)).toEqual({ 'too-large': 0, full: 1, scattered: 0 })
    // Every other slot comes back: 256 are free, and no two of them in a row.
    ids.forEach((id, i) => {
      if (i % 2 === 1) unmap(0, id)
    })
    expect([slotsOf(run).usedSlots, map(0, 0, 4 * KIB), map(0, 0, SLOT) >= 0]).toEqual([256, -1, true])
    expect(refusalsOf(run)).toEqual({ 'too-large': 0, full: 1, scattered: 1 })
  })

  it('in an unaligned place need one slot more: 256 KiB of an NVMe drive at an odd address never fit', () => {
    const { run, map } = bench('nvme')
    expect([map(0, 0x200, 256 * KIB), map(0, 0x200, 254 * KIB) >= 0, map(0, 0, 256 * KIB) >= 0]).toEqual([
      -1,
      true,
      true,
    ])
    expect(refusalsOf(run)['too-large']).toBe(1)
  })

  it('too large and full say the same line, with other figures', () => {
    const large = createRun(bouncing('map-loop', { size: 1 * MIB }), 10 * MS)
    large.advance(0.01 * MS)
    expect(saysOf(large)).toEqual([
      'dev0: swiotlb buffer is full (sz: 1048576 bytes), total 32768 (slots), used 0 (slots)',
    ])
    expect(tableOf(large).whyRefused).toBe(5)
    const full = createRun(bouncing('map-loop', { size: 4 * KIB, depth: 4096 }, { swiotlb: 512 }), 10 * MS)
    full.advance(1 * MS)
    expect(saysOf(full)[0]).toBe('dev0: swiotlb buffer is full (sz: 4096 bytes), total 512 (slots), used 512 (slots)')
    expect(tableOf(full).whyRefused).toBe(6)
    // A list fails in its midst: the line tells what was taken then, not what is left of it.
    const list = createRun(midst(), 10 * MS)
    list.advance(0.05 * MS)
    expect(saysOf(list)[0]).toContain('(sz: 65536 bytes), total 512 (slots), used 512 (slots)')
    const old = createRun(bouncing('map-loop', { size: 1 * MIB }, { bootKernel: '2.6.33', ram: 2 ** 34 }), 10 * MS)
    old.advance(0.01 * MS)
    expect(saysOf(old)).toEqual(['DMA: Out of SW-IOMMU space for 1048576 bytes at device dev0'])
  })

  it('are printed ten times in five seconds, and only counted after that', () => {
    const run = createRun(bouncing('map-loop', { size: 1 * MIB }, { swiotlb: 512 }), 10 * MS)
    run.advance(4 * MS)
    expect(tableOf(run).refused).toBeGreaterThan(20)
    expect([saysOf(run).length, run.machine.state.ratelimit.suppressed]).toEqual([10, tableOf(run).refused - 10])
    const held = run.machine.state.ratelimit.suppressed
    run.advance(5000.2 * MS)
    const texts = logLines(run.machine, 0).map(({ text }) => text)
    const again = texts.findIndex((text) => /^swiotlb_tbl_map_single: \d+ callbacks suppressed$/.test(text))
    expect([texts.length > again, texts[again + 1]]).toEqual([true, saysOf(run)[0]])
    expect(Number(/\d+/.exec(texts[again]!)![0])).toBeGreaterThan(held)
  })

  it('without a pool have a line of their own, today only once', () => {
    const card = (bootKernel: string) =>
      bouncing('map-loop', { size: 64 * KIB, depth: 16 }, { bootKernel, force: 'noforce', comesUp: 'fails' })
    const today = createRun(card('6.12'), 10 * MS)
    today.advance(3 * MS)
    expect([bounceOf(today).isThere, tableOf(today).whyRefused, tableOf(today).refused > 20]).toEqual([false, 8, true])
    const { address } = bounceOf(today).last
    expect(address).toBeGreaterThan(2 ** 32)
    expect(saysOf(today)).toHaveLength(1)
    expect(saysOf(today)[0]).toMatch(/^dev0: DMA addr 0x[0-9a-f]{16}\+65536 overflow \(mask ffffffff, bus limit 0\)\.$/)
    const old = createRun(card('2.6.31'), 10 * MS)
    old.advance(3 * MS)
    expect(saysOf(old)).toHaveLength(10)
    expect(saysOf(old)[0]).toMatch(/^nommu_map_single: overflow [0-9a-f]+\+65536 of device mask ffffffff$/)
  })
})
