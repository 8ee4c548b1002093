import { describe, expect, it } from 'vitest'
import { createFor, drive, mostHeld } from '../testing/drive.ts'
import { mapLoop } from './map-loop.ts'
import { createOp, OP_MAP, OP_UNMAP, RUN } from './workload.ts'

describe('a loop on one CPU', () => {
  it('keeps its depth mapped, and takes the oldest back for each new one', () => {
    const s = createFor(mapLoop, 2, { depth: 16, spread: 'off' })
    const ops = drive(mapLoop, s, 100_000)
    expect(mapLoop.tasks(s)).toBe(2)
    const mine = ops.filter((o) => o.task === 1)
    expect(mostHeld(mine)).toBe(16)
    expect(mine.slice(0, 16).every((o) => o.kind === OP_MAP)).toBe(true)
    expect(mine.slice(16, 20).map((o) => [o.kind, o.slot])).toEqual([
      [OP_UNMAP, 16],
      [OP_MAP, 16],
      [OP_UNMAP, 17],
      [OP_MAP, 17],
    ])
    // 700 ns for each operation.
    expect(mine.length).toBe(Math.floor(100_000 / 700) + 1)
  })

  it('unmaps before it tries again what was refused', () => {
    const s = createFor(mapLoop, 1, { depth: 64, spread: 'off' })
    const kinds = drive(mapLoop, s, 20_000, (n) => n >= 4 && n % 2 === 0).map((o) => (o.kind === OP_MAP ? o.id : 'u'))
    expect(kinds.slice(0, 10)).toEqual([0, 1, 2, 3, -1, 'u', 5, -1, 'u', 7])
  })

  it('waits when it is refused with nothing mapped', () => {
    const s = createFor(mapLoop, 1)
    expect(drive(mapLoop, s, 350_000, () => true).map((o) => o.ns)).toEqual([0, 100_000, 200_000, 300_000])
  })

  it('maps at the asked pace', () => {
    const s = createFor(mapLoop, 1, { depth: 16, interval: 5000, spread: 'off' })
    const maps = drive(mapLoop, s, 200_000).filter((o) => o.kind === OP_MAP)
    expect(maps.slice(-20).every((o, i, all) => i === 0 || o.ns - all[i - 1]!.ns === 5000)).toBe(true)
    expect(mapLoop.offeredBps(s)).toBe((4096 * 8 * 1e9) / 5000)
  })

  it('takes buffers back evenly spaced, and one that comes late moves those after it', () => {
    const s = createFor(mapLoop, 1, { depth: 1, interval: 10_000, spread: 'off', mapWork: 0, unmapWork: 0 })
    const op = createOp()
    const unmapAt = (nowNs: number) => {
      const answer = mapLoop.next(s, 0, nowNs, op)
      if (answer !== RUN) return answer
      expect([op.kind, op.used]).toEqual([OP_UNMAP, 1])
      mapLoop.done(s, 0, op, nowNs)
      expect([mapLoop.next(s, 0, nowNs + 500, op), op.kind, op.used]).toEqual([RUN, OP_MAP, 0])
      op.mapping = 0
      mapLoop.done(s, 0, op, nowNs + 500)
      return mapLoop.next(s, 0, nowNs + 1000, op)
    }
    mapLoop.next(s, 0, 0, op)
    op.mapping = 0
    mapLoop.done(s, 0, op, 0)
    expect([unmapAt(500), unmapAt(10_000), unmapAt(20_000), unmapAt(30_700)]).toEqual([10_000, 20_000, 30_000, 40_700])
    // Later than a whole interval: 40.7 and 50.7 are made up for, then the pace goes on.
    expect(unmapAt(66_000)).toBe(RUN)
    mapLoop.done(s, 0, op, 66_000)
    expect(s.dueNs[0]).toBe(60_700)
  })

  it('can take a million buffers a second back on one CPU', () => {
    const s = createFor(mapLoop, 1, { depth: 16, interval: 1000, spread: 'off', mapWork: 0, unmapWork: 0 })
    const unmaps = drive(mapLoop, s, 1_000_000).filter((o) => o.kind === OP_UNMAP)
    expect(unmaps.length).toBe(1000 - 15)
    expect(unmaps.every((o) => o.ns % 1000 === 0)).toBe(true)
  })

  it('works a varying time around the chosen mean', () => {
    const s = createFor(mapLoop, 1, { mapWork: 2000, unmapWork: 0 })
    const op = createOp()
    const work = Array.from({ length: 400 }, () => {
      mapLoop.next(s, 0, 0, op)
      return op.kind === OP_MAP ? op.workPs : 0
    })
    expect(new Set(work).size).toBeGreaterThan(100)
    expect(Math.abs(work.reduce((a, b) => a + b) / work.length / 2_000_000 - 1)).toBeLessThan(0.15)
  })
})

describe('mapped on one CPU and unmapped on another', () => {
  it('goes in pairs of CPUs, the even one maps and the odd one unmaps', () => {
    const s = createFor(mapLoop, 8, { unmapOn: 'next', depth: 16 })
    expect(mapLoop.tasks(s)).toBe(8)
    const ops = drive(mapLoop, s, 300_000)
    expect(ops.every((o) => (o.task % 2 === 0) === (o.kind === OP_MAP))).toBe(true)
    for (let q = 0; q < 4; q++) {
      const pair = ops.filter((o) => o.task >> 1 === q)
      expect(pair.filter((o) => o.kind === OP_UNMAP).length).toBeGreaterThan(50)
      expect(mostHeld(pair)).toBeLessThanOrEqual(32)
      expect(mostHeld(pair)).toBeGreaterThan(16)
    }
  })

  it('lets the side that maps run ahead by the depth and no further', () => {
    const s = createFor(mapLoop, 2, { unmapOn: 'next', depth: 16, mapWork: 0, unmapWork: 20_000, spread: 'off' })
    expect(mostHeld(drive(mapLoop, s, 1_000_000))).toBe(32)
  })

  it('lets one CPU unmap for all the others, each queue in its turn', () => {
    const s = createFor(mapLoop, 4, { unmapOn: 'first', depth: 16, unmapWork: 200 })
    expect(mapLoop.tasks(s)).toBe(4)
    const ops = drive(mapLoop, s, 300_000)
    expect(ops.every((o) => (o.task === 0) === (o.kind === OP_UNMAP))).toBe(true)
    const served = [0, 1, 2].map((q) => ops.filter((o) => o.task === 0 && Math.floor(o.slot / 32) === q).length)
    expect(Math.min(...served)).toBeGreaterThan(0.8 * Math.max(...served))
  })

  it('has one queue where there is one CPU', () => {
    for (const unmapOn of ['same', 'next', 'first']) {
      const s = createFor(mapLoop, 1, { unmapOn, depth: 16 })
      expect(drive(mapLoop, s, 100_000).filter((o) => o.kind === OP_UNMAP).length).toBeGreaterThan(20)
    }
  })
})
