import { describe, expect, it } from 'vitest'
import { hashPlain } from '../../lib/hash.ts'
import { createFor, drive, mostHeld } from '../testing/drive.ts'
import { nvme } from './nvme.ts'
import { createOp, OP_MAP, OP_UNMAP, RUN } from './workload.ts'

describe('NVMe drives', () => {
  it('keep every queue full, and unmap on the CPU that submitted', () => {
    const s = createFor(nvme, 4, { depth: 16, mix: '4k' })
    expect(nvme.tasks(s)).toBe(4)
    const ops = drive(nvme, s, 1_000_000)
    for (let q = 0; q < 4; q++) {
      const mine = ops.filter((o) => Math.floor(o.slot / 16) === q)
      expect(new Set(mine.map((o) => o.task))).toEqual(new Set([q]))
      expect(mostHeld(mine)).toBe(16)
      expect(mine.filter((o) => o.kind === OP_UNMAP).length).toBeGreaterThan(100)
    }
  })

  it('draw sizes by the mix', () => {
    const s = createFor(nvme, 2, { drives: 16, depth: 256, service: 10_000 })
    const maps = drive(nvme, s, 2_000_000).filter((o) => o.kind === OP_MAP)
    const share = (bytes: number) => maps.filter((o) => o.bytes === bytes).length / maps.length
    expect(maps.length).toBeGreaterThan(1000)
    expect(share(4096)).toBeCloseTo(112 / 256, 1)
    expect(share(65_536)).toBeCloseTo(32 / 256, 1)
    expect(share(1_048_576)).toBeGreaterThan(0)
    expect(maps.every((o) => s.sizes.includes(o.bytes))).toBe(true)
  })

  it('move no more than the drives can', () => {
    const s = createFor(nvme, 8, { mix: 'large', drives: 1, depth: 32 })
    const bytesBySlot = new Map<number, number>()
    let moved = 0
    for (const o of drive(nvme, s, 5_000_000)) {
      if (o.kind === OP_MAP) bytesBySlot.set(o.slot, o.bytes)
      else moved += bytesBySlot.get(o.slot)!
    }
    // 7 GB/s for 5 ms.
    expect(moved).toBeLessThanOrEqual(35e6)
    expect(moved).toBeGreaterThan(33e6)
  })

  it('complete everything on one CPU if so asked, and find every request before long', () => {
    const s = createFor(nvme, 4, { completeOn: 'one', depth: 16, mix: '4k' })
    expect(nvme.tasks(s)).toBe(4)
    const ops = drive(nvme, s, 1_000_000)
    expect(ops.every((o) => (o.task === 0) === (o.kind === OP_UNMAP))).toBe(true)
    const served = [0, 1, 2].map((q) => ops.filter((o) => o.task === 0 && Math.floor(o.slot / 16) === q).length)
    expect(Math.min(...served)).toBeGreaterThan(100)
  })

  it('submit at the offered rate', () => {
    const s = createFor(nvme, 4, { iops: 500_000, mix: '4k' })
    const maps = drive(nvme, s, 2_000_000).filter((o) => o.kind === OP_MAP)
    expect(Math.abs(maps.length - 1000)).toBeLessThan(120)
    expect(nvme.offeredBps(s)).toBeCloseTo(500_000 * 4096 * 8)
  })

  it('try a refused request again later, when others of the queue go on', () => {
    const s = createFor(nvme, 1, { depth: 4, mix: '4k' })
    const ops = drive(nvme, s, 1_000_000, (n) => n === 2)
    const refused = ops.findIndex((o) => o.id < 0)
    const again = ops.slice(refused + 1).find((o) => o.kind === OP_MAP)!
    expect(again.ns - ops[refused]!.ns).toBeGreaterThanOrEqual(100_000)
    expect(mostHeld(ops)).toBe(4)
  })

  it('get back the tag of a request that was not performed, or its completion', () => {
    const s = createFor(nvme, 1, { depth: 4, mix: '4k' })
    const op = createOp()
    const { free } = s.queues[0]!
    expect(nvme.next(s, 0, 0, op)).toBe(RUN)
    nvme.cancel(s, 0, op)
    expect(s.queues[0]!.free).toBe(free)
    for (let i = 0; i < 4; i++) {
      nvme.next(s, 0, 0, op)
      op.mapping = i
      nvme.done(s, 0, op, 0)
    }
    expect(nvme.next(s, 0, 10_000_000, op)).toBe(RUN)
    nvme.cancel(s, 0, op)
    const { slot, mapping } = op
    nvme.next(s, 0, 10_000_000, op)
    expect([op.kind, op.slot, op.mapping]).toEqual([OP_UNMAP, slot, mapping])
  })

  it('do the same every time', () => {
    const twice = [0, 1].map(() => {
      const s = createFor(nvme, 3, { completeOn: 'one' })
      drive(nvme, s, 500_000)
      return hashPlain(s)
    })
    expect(twice[0]).toBe(twice[1])
  })
})
