import { describe, expect, it } from 'vitest'
import { createRng } from '../../lib/rng.ts'
import type { ParamValue } from '../params.ts'
import { diskSg } from './disk-sg.ts'
import { drawGap } from './exponential.ts'
import { type NicRx, nicRx } from './nic-rx.ts'
import { createOp, OP_MAP, OP_MAP_SG, OP_UNMAP, OP_UNMAP_SG, RUN, type Workload } from './workload.ts'

const settings = (w: Workload<never>, changes: Record<string, ParamValue>) =>
  Object.assign(Object.fromEntries(w.params.map((p) => [p.name, p.default])), changes)

const env = { cpus: 1, cpuPageShift: 16, iommuPageShift: 12, seed: 1, nowNs: 0, base: 0x10000 }

function nic(changes: Record<string, ParamValue>): NicRx {
  return nicRx.create(settings(nicRx as never, { queues: 1, ring: 64, bringUp: 0, ...changes }), env)
}

/** Asks task 0 until it has nothing to do; returns the ops as text and the time it wants to be asked again. */
function turn(w: Workload<never>, s: object, nowNs: number, refuseFrom = Number.POSITIVE_INFINITY) {
  const op = createOp()
  const said: string[] = []
  for (let id = 0; ; id++) {
    const answer = (w as unknown as Workload).next(s, 0, nowNs, op)
    if (answer >= 0) return { said: said.join(' '), wake: answer, missed: op.missed }
    if (answer !== RUN) continue
    const map = op.kind === OP_MAP || op.kind === OP_MAP_SG
    op.mapping = map ? (id >= refuseFrom ? -1 : id) : op.mapping
    op.segments = op.kind === OP_MAP_SG ? (id >= refuseFrom ? -1 : op.elements) : op.segments
    said.push(
      { [OP_MAP]: 'm', [OP_UNMAP]: 'u', [OP_MAP_SG]: 'M', [OP_UNMAP_SG]: 'U' }[op.kind]! +
        (map && id >= refuseFrom ? '!' : ''),
    )
    ;(w as unknown as Workload).done(s, 0, op, nowNs)
  }
}

describe('receive ring', () => {
  it('is filled when the driver is loaded, a buffer for each descriptor', () => {
    const { said, wake } = turn(nicRx as never, nic({ load: 0 }), 0)
    expect(said).toBe(Array(64).fill('m').join(' '))
    expect(wake).toBe(Number.POSITIVE_INFINITY)
  })

  it('hands out buffers in order of address, by the stride of their placement', () => {
    const strides = [
      ['page', 1500, 65_536],
      ['slot', 1500, 2048],
      ['packed', 1500, 1536],
      ['slot', 9000, 16_384],
    ] as const
    for (const [placement, mtu, stride] of strides) {
      const s = nic({ placement, mtu, load: 0 })
      const op = createOp()
      const at = [0, 1, 2].map(() => {
        nicRx.next(s, 0, 0, op)
        op.mapping = 1
        nicRx.done(s, 0, op, 0)
        return op.address
      })
      expect(at).toEqual([0x10000, 0x10000 + stride, 0x10000 + 2 * stride])
    }
  })

  it('stops filling at a refusal, and tries again at the next turn', () => {
    const s = nic({ load: 0 })
    const first = turn(nicRx as never, s, 0, 10)
    expect(first.said).toBe(`${Array(10).fill('m').join(' ')} m!`)
    expect(first.wake).toBe(1_000_000)
    expect(turn(nicRx as never, s, first.wake, 0).said).toBe('m!')
    expect(turn(nicRx as never, s, 3_000_000).said).toBe(Array(54).fill('m').join(' '))
  })

  it('unmaps what arrived and refills in batches of 16', () => {
    const s = nic({ rate: 10, moderation: 25_000 })
    const { wake } = turn(nicRx as never, s, 0)
    expect(wake).toBeGreaterThanOrEqual(25_000)
    const { said } = turn(nicRx as never, s, 40_000)
    const [unmaps, maps] = [said.split('u').length - 1, said.split('m').length - 1]
    expect(unmaps).toBe(maps)
    expect(unmaps).toBeGreaterThan(20)
    expect(said).toContain(`${Array(16).fill('u').join(' ')} m`)
  })

  it('misses the frames that find no buffer', () => {
    const s = nic({ rate: 10 })
    turn(nicRx as never, s, 0)
    // 64 buffers, about 813 frames in a millisecond.
    const op = createOp()
    nicRx.next(s, 0, 1_000_000, op)
    expect(op.missed).toBeGreaterThan(650)
    expect(op.missed).toBeLessThan(850)
  })

  it('offers what the link carries less its overhead', () => {
    expect(nicRx.offeredBps(nic({ rate: 10, load: 50 }))).toBeCloseTo((5e9 * 1500) / 1538, -3)
  })
})

describe('exponential gaps', () => {
  it('have the asked mean and the spread of the exponential distribution', () => {
    const rng = createRng(5)
    const gaps = Array.from({ length: 20_000 }, () => drawGap(rng, 1000))
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length
    expect(Math.abs(mean - 1000)).toBeLessThan(25)
    expect(gaps.filter((g) => g > 1000).length / gaps.length).toBeCloseTo(Math.exp(-1), 1)
    expect(gaps.filter((g) => g > 3000).length / gaps.length).toBeCloseTo(Math.exp(-3), 1)
  })
})

describe('storage adapter', () => {
  const disk = () => diskSg.create(settings(diskSg as never, { depth: 8, queues: 1, io: 262_144 }), env)

  it('keeps its depth of commands in flight, a list of four pieces each', () => {
    const s = disk()
    const { said, wake } = turn(diskSg as never, s, 0)
    expect(said).toBe(Array(8).fill('M').join(' '))
    expect(turn(diskSg as never, s, wake).said).toBe('U M')
  })

  it('tries a refused command again later', () => {
    const s = disk()
    const { said, wake } = turn(diskSg as never, s, 0, 3)
    expect([said, wake]).toEqual(['M M M M!', 100_000])
  })
})
