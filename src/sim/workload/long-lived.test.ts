import { describe, expect, it } from 'vitest'
import type { ParamValue } from '../params.ts'
import { type LongLived, longLived } from './long-lived.ts'
import { createOp, OP_COHERENT, OP_MAP, OP_UNMAP, RUN } from './workload.ts'

function driver(changes: Record<string, ParamValue> = {}): LongLived {
  const settings = Object.fromEntries(longLived.params.map((p) => [p.name, p.default]))
  const env = { cpus: 1, cpuPageShift: 16, iommuPageShift: 12, seed: 1, nowNs: 0, base: 0x10000 }
  return longLived.create(Object.assign(settings, changes), env)
}

/** Kinds of operation at `nowNs` with their slots, every map granted or refused. */
function turn(s: LongLived, nowNs: number, grant = true) {
  const op = createOp()
  const ops: [kind: number, slot: number][] = []
  for (;;) {
    const answer = longLived.next(s, 0, nowNs, op)
    if (answer !== RUN) return { ops, wake: answer }
    ops.push([op.kind, op.slot])
    if (op.kind !== OP_UNMAP) op.mapping = grant ? op.slot : -1
    longLived.done(s, 0, op, nowNs)
  }
}

describe('long-lived buffers', () => {
  it('are mapped once and replaced one at a time, after their own lifetimes', () => {
    const s = driver({ buffers: 16, lifetime: 10_000_000 })
    const first = turn(s, 0)
    expect(first.ops).toEqual(Array.from({ length: 16 }, (_, slot) => [OP_MAP, slot]))
    let { wake } = first
    let replaced = 0
    while (wake < 100_000_000) {
      const { ops, wake: next } = turn(s, wake)
      for (let i = 0; i < ops.length; i += 2) {
        expect([ops[i]![0], ops[i + 1]![0]]).toEqual([OP_UNMAP, OP_MAP])
        expect(ops[i]![1]).toBe(ops[i + 1]![1])
      }
      replaced += ops.length / 2
      wake = next
    }
    // 16 buffers, 10 lifetimes each.
    expect(Math.abs(replaced - 160)).toBeLessThan(40)
  })

  it('stay for ever when they are kept', () => {
    expect(turn(driver({ buffers: 6, lifetime: 0, kind: 'coherent' }), 0)).toEqual({
      ops: Array.from({ length: 6 }, (_, slot) => [OP_COHERENT, slot]),
      wake: Number.POSITIVE_INFINITY,
    })
  })

  it('are tried again a millisecond after a refusal', () => {
    const s = driver({ buffers: 6 })
    expect(turn(s, 0, false).wake).toBe(1_000_000)
    expect(turn(s, 1_000_000).ops.length).toBe(6)
  })
})
