import { describe, expect, it } from 'vitest'
import type { ParamValue } from '../params.ts'
import { DATA_PATH, pagePs, transactionPs } from './data-path.ts'
import { type WindowRead, windowRead } from './window-read.ts'
import { createOp, type DeviceDma, OP_MAP, RUN, YIELD } from './workload.ts'

const KIB = 1024

function device(changes: Record<string, ParamValue> = {}): WindowRead {
  return windowRead.create(settingsWith(changes), {
    ...{ cpus: 1, cpuPageShift: 12, iommuPageShift: 12, seed: 7, nowNs: 0, base: 0xd8750000 },
  })
}

function settingsWith(changes: Record<string, ParamValue>) {
  return Object.assign(Object.fromEntries(windowRead.params.map((p) => [p.name, p.default])), changes)
}

/** Lets the driver map until it wants nothing more; `refuse` refuses the n-th try. Addresses and lengths, and the wake. */
function load(s: WindowRead, nowNs = 0, refuse = -1) {
  const op = createOp()
  const maps: [address: number, bytes: number][] = []
  for (let tries = 0; ; ) {
    const answer = windowRead.next(s, 0, nowNs, op)
    if (answer === YIELD) continue
    if (answer !== RUN) return { maps, wake: answer }
    expect(op.kind).toBe(OP_MAP)
    maps.push([op.address, op.bytes])
    op.mapping = tries === refuse ? -1 : op.slot
    op.entry = op.mapping < 0 ? -1 : 1000 + op.slot * (op.bytes / 4096)
    windowRead.done(s, 0, op, nowNs)
    tries++
  }
}

/** A way to memory in which every `nth` access is walked (0: none); says which entries were asked for. */
function memory(nth = 0, outcome: 0 | 1 = 1) {
  const asked: number[] = []
  const said = { bytes: 0, writes: 0 }
  const dma: DeviceDma = {
    access(entry, write) {
      asked.push(entry)
      if (write) said.writes++
      const walks = nth > 0 && asked.length % nth === 0
      return walks ? { outcome: 2, reads: 4 } : { outcome, reads: 0 }
    },
    deliver: (bytes) => {
      said.bytes += bytes
    },
  }
  return { dma, asked, said }
}

const run = (s: WindowRead, nowNs: number, dma: DeviceDma) => windowRead.engine!.run(s, nowNs, dma)

describe('a device that reads in a window', () => {
  it('rests until the whole window is mapped, side by side and aligned to the unit', () => {
    const s = device({ span: 256 * KIB })
    const { dma, asked } = memory()
    expect(windowRead.engine!.firstNs(s)).toBe(Number.POSITIVE_INFINITY)
    expect(run(s, 0, dma)).toBe(Number.POSITIVE_INFINITY)
    const { maps, wake } = load(s)
    expect([maps.length, wake]).toEqual([64, Number.POSITIVE_INFINITY])
    expect(maps.map(([address]) => address)).toEqual(maps.map((_, i) => 0xd8750000 + i * 4096))
    run(s, 0, dma)
    expect(asked.length).toBe(16)
    const large = load(device({ span: 4 * KIB * KIB, unit: 2 * KIB * KIB })).maps
    expect(large).toEqual([0xd8800000, 0xd8a00000].map((address) => [address, 2 * KIB * KIB]))
  })

  it('tries a refused mapping again, and rests meanwhile', () => {
    const s = device({ span: 64 * KIB })
    const { maps, wake } = load(s, 5000, 3)
    expect([maps.length, wake]).toEqual([4, 105_000])
    expect(run(s, 6000, memory().dma)).toBe(Number.POSITIVE_INFINITY)
    expect(load(s, wake).maps.length).toBe(13)
  })

  it('reads every page of the window about as often, and no other', () => {
    for (const unit of [4 * KIB, 2 * KIB * KIB]) {
      const s = device({ span: 64 * KIB, unit })
      load(s)
      const { dma, asked } = memory()
      for (let i = 0, now = 0; i < 200; i++) now = run(s, now, dma)
      const times = Array.from({ length: 16 }, (_, page) => asked.filter((entry) => entry === 1000 + page).length)
      expect(times.reduce((sum, n) => sum + n)).toBe(3200)
      for (const n of times) expect(Math.abs(n - 200)).toBeLessThan(60)
    }
  })

  it('counts the pages of a large mapping in those of the IOMMU', () => {
    const env = { cpus: 1, cpuPageShift: 16, iommuPageShift: 16, seed: 7, nowNs: 0, base: 0 }
    const s = windowRead.create(settingsWith({ span: 4 * KIB * KIB, unit: 2 * KIB * KIB, pattern: 'linear' }), env)
    load(s)
    const { dma, asked } = memory()
    for (let i = 0; i < 4096; i++) run(s, 0, dma)
    // 1024 transactions to a page of 64K; the fake puts the mappings 512 entries apart.
    expect([...new Set(asked)]).toEqual(Array.from({ length: 64 }, (_, i) => 1000 + (i >> 5) * 512 + (i & 31)))
  })

  it('reads from end to end in sequence and begins again', () => {
    const s = device({ span: 64 * KIB, pattern: 'linear', size: KIB })
    load(s)
    const { dma, asked } = memory()
    for (let i = 0; i < 5; i++) run(s, 0, dma)
    expect(asked).toEqual(Array.from({ length: 80 }, (_, i) => 1000 + (Math.floor(i / 4) % 16)))
  })

  it('takes as long as its transfers, and its walks count', () => {
    const taken = (changes: Record<string, ParamValue>, nth: number) => {
      const s = device(changes)
      load(s)
      const { dma, said } = memory(nth)
      let now = 0
      for (let i = 0; i < 100; i++) now = run(s, now, dma)
      expect(said.writes).toBe(changes.op === 'write' ? 1600 : 0)
      return (said.bytes * 8) / now
    }
    // Gb/s
    expect(taken({}, 0)).toBeCloseTo(27.7, 2)
    expect(taken({ size: 4 * KIB }, 0)).toBeCloseTo(51.95, 2)
    expect(taken({}, 1)).toBeCloseTo(512 / 52.97, 2)
    expect(taken({ op: 'write' }, 1)).toBeCloseTo(512 / 46.02, 2)
    expect(taken({}, 2)).toBeCloseTo(512 / 28.89, 2)
  })

  it('counts as delivered only what was not refused', () => {
    const s = device({ span: 64 * KIB })
    load(s)
    const { dma, said } = memory(4, 0)
    run(s, 0, dma)
    expect(said.bytes).toBe(4 * 64)
  })

  it('goes on in another window when that changes, after mapping what is new', () => {
    const s = device({ span: 128 * KIB })
    load(s)
    const tune = (span: number) => windowRead.retune(s, settingsWith({ span }), 0)
    tune(256 * KIB)
    expect(run(s, 0, memory().dma)).toBe(Number.POSITIVE_INFINITY)
    expect(load(s).maps.length).toBe(32)
    tune(64 * KIB)
    expect(load(s).maps.length).toBe(0)
    const { dma, asked } = memory()
    for (let i = 0; i < 20; i++) run(s, 0, dma)
    expect(Math.max(...asked)).toBeLessThan(1016)
  })
})

describe('the data path', () => {
  it('costs the longer of transfer and walks, both where they are alike', () => {
    expect(transactionPs(64, false, 0, 16)).toBe(DATA_PATH.transaction.ps)
    expect(transactionPs(4096, false, 1, 4096)).toBe(4096 * DATA_PATH.byte.ps)
    for (const [bytes, misses] of [
      [64, 3],
      [64, 16],
      [256, 8],
      [1024, 16],
    ] as const) {
      const [a, b] = [transactionPs(bytes, false, 0, 16), (DATA_PATH.readWalk.ps * misses) / 16]
      expect(transactionPs(bytes, false, misses, 16)).toBe(Math.round(Math.cbrt(a ** 3 + b ** 3)))
    }
  })

  it('yields the two fitted points of its source for pages', () => {
    const gbps = (reads: number) => (4096 * 8000) / pagePs(reads)
    expect([gbps(1.76), gbps(4.36)].map((x) => x.toFixed(1))).toEqual(['79.6', '35.5'])
  })
})
