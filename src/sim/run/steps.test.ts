import { describe, expect, it } from 'vitest'
import { presetById } from '../scenario/presets.ts'
import type { Scenario } from '../scenario/schema.ts'
import { createRun, type Run } from './run.ts'
import { type Step, steps } from './steps.ts'

const MS = 1_000_000
/** Before the events of time 0. */
const START = { ns: 0, events: 0 }

const open = (id: string, changes: Partial<Scenario> = {}): Run => {
  const { scenario, horizonNs } = presetById(id)!
  return createRun({ ...scenario, ...changes }, horizonNs)
}
const all = (run: Run, ...stretch: [Parameters<typeof steps>[1], Parameters<typeof steps>[2]]): Step[] =>
  [...steps(run, ...stretch)].flat()
type Kind = Step['kind']
const of = <K extends Kind>(done: readonly Step[], kind: K) =>
  done.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind)
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

/** Presets of every way to memory, and how long each is played. */
const PLAYED: readonly (readonly [string, number])[] = [
  ['frames-64k', 5 * MS],
  ['tso', MS],
  ['batched', 2 * MS],
  ['iotlb-wall', 0.2 * MS],
  ['hypervisor-2011', 2 * MS],
  ['real-mode', MS],
  ['full-but-empty', 5 * MS],
]

describe('the steps between two positions', () => {
  it.each(PLAYED)('of %s are all that its figures count, and more than its log keeps', (id, endNs) => {
    const run = open(id)
    const done = all(run, START, { ns: endNs })
    const alone = open(id)
    alone.advance(endNs)
    expect(run.hash()).toBe(alone.hash())
    const { tables, refusedTotal, hcalls, iotlbs, steps: count } = alone.machine.state
    expect(of(done, 'refusal')).toHaveLength(refusedTotal)
    expect(sum(of(done, 'hypercall').map((step) => step.calls))).toBe(hcalls.put + hcalls.putIndirect + hcalls.stuff)
    expect(sum(of(done, 'flush').map((step) => step.whole + step.waits))).toBe(
      sum(tables.map((table) => (table ? table.flushes + table.invalidations : 0))),
    )
    const seen = of(done, 'access')
    expect(seen).toHaveLength(sum(iotlbs.map(({ lookups }) => lookups)))
    const visible = done.filter(({ kind }) => ['map', 'unmap', 'sync', 'refusal'].includes(kind))
    expect(visible.length).toBeGreaterThan(0)
    expect(visible.length).toBeLessThanOrEqual(count)
    for (const map of of(done, 'map')) expect([map.npages > 0, map.bytes > 0]).toEqual([true, true])
    for (const { why, npages } of of(done, 'refusal')) expect([why, npages > 0]).not.toContain(undefined)
    expect(done.map(({ ns }) => ns)).toEqual(done.map(({ ns }) => ns).toSorted((a, b) => a - b))
  })

  it('are those of its parts, from wherever the run is', () => {
    const run = open('frames-64k')
    const whole = all(run, START, { ns: 2 * MS })
    const { events } = run.status()
    const middle = { ns: whole[700]!.ns }
    const later = all(run, middle, { ns: 2 * MS })
    expect([...all(run, START, middle), ...later]).toEqual(whole)
    expect(all(open('frames-64k'), START, { ns: Number.MAX_SAFE_INTEGER, events })).toEqual(whole)
  })

  it('tell what was refused and why, and what was changed', () => {
    const run = open('frames-64k')
    const [first] = of(all(run, START, { ns: 5 * MS }), 'refusal')
    expect(first).toMatchObject({ npages: 1, why: 'no-room', device: 0 })
    expect(first!.tries).toBeGreaterThan(0)
    run.seek({ ns: MS })
    run.input('w0.load', 50)
    const changed = of(all(run, START, { ns: 2 * MS }), 'change')
    expect(changed).toEqual([{ kind: 'change', ns: MS, cpu: 0, device: 0, path: 'w0.load', value: 50 }])
  })
})
