import { describe, expect, it } from 'vitest'
import { type DiskSg, diskSg } from './disk-sg.ts'
import { createOp, OP_MAP_SG, OP_UNMAP_SG, RUN } from './workload.ts'

const DEPTH = 8

function disk(): DiskSg {
  const settings = Object.fromEntries(diskSg.params.map((p) => [p.name, p.default]))
  const env = { cpus: 1, cpuPageShift: 16, iommuPageShift: 12, seed: 1, nowNs: 0, base: 0x10000 }
  return diskSg.create(Object.assign(settings, { queues: 1, depth: DEPTH }), env)
}

/** Asks queue 0 until it has nothing to do; every list takes `segments` mappings. At most 100 operations. */
function turn(s: DiskSg, nowNs: number, segments: number) {
  const op = createOp()
  const did = { maps: 0, unmaps: 0, delivered: 0, wake: 0 }
  for (let i = 0; i < 100; i++) {
    const answer = diskSg.next(s, 0, nowNs, op)
    if (answer !== RUN) return { ...did, wake: answer }
    if (op.kind === OP_MAP_SG) {
      did.maps++
      op.segments = segments
      for (let n = 0; n < segments; n++) op.sgMapping[n] = n
    } else {
      expect(op.kind).toBe(OP_UNMAP_SG)
      expect(op.segments).toBe(segments)
      did.unmaps++
    }
    did.delivered += op.delivered
    diskSg.done(s, 0, op, nowNs)
  }
  throw new Error('the queue never rests')
}

describe('a disk', () => {
  for (const [where, segments] of [
    ['with its lists mapped', 4],
    ['where nothing is mapped', 0],
  ] as const)
    it(`keeps as many commands in flight as its queue is deep, ${where}`, () => {
      const s = disk()
      const first = turn(s, 0, segments)
      expect([first.maps, first.unmaps, first.delivered]).toEqual([DEPTH, 0, 0])
      expect(first.wake).toBeGreaterThan(0)
      expect(Number.isFinite(first.wake)).toBe(true)
      const later = turn(s, first.wake, segments)
      expect([later.maps, later.unmaps, later.delivered]).toEqual([1, 1, 4 * 65_536])
    })

  it('tries a refused list again later', () => {
    const s = disk()
    const op = createOp()
    expect(diskSg.next(s, 0, 0, op)).toBe(RUN)
    op.segments = -1
    diskSg.done(s, 0, op, 0)
    expect(diskSg.next(s, 0, 0, op)).toBe(100_000)
    expect(turn(s, 100_000, 4).maps).toBe(DEPTH)
  })
})
