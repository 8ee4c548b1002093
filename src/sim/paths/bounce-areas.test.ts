import { describe, expect, it } from 'vitest'
import { createRun } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'

const MS = 1_000_000

/** Requests a second that `jobs` queues of a preset complete, and ns that its CPUs waited for areas. */
function totalOf(preset: string, jobs: number, writes = 30) {
  const { scenario } = presetById(preset)!
  const run = createRun(withValue(withValue(scenario, 'w0.queues', jobs), 'w0.writes', writes), 10 * MS)
  const { state } = run.machine
  run.advance(2 * MS)
  const before = state.frames
  run.advance(10 * MS)
  const waitNs = state.tables[0]!.locks.reduce((sum, lock) => sum + lock.waitNs, 0)
  return { perSecond: (state.frames - before) / 0.008, waitNs }
}

describe('O12: jobs that bounce', () => {
  it.each([0, 30])('with one area four reach 0.7 to 1.0 of what one does, %i %% of them writing', (writes) => {
    const [one, four] = [totalOf('one-area', 1, writes), totalOf('one-area', 4, writes)]
    expect(four.perSecond / one.perSecond).toBeGreaterThanOrEqual(0.7)
    expect(four.perSecond / one.perSecond).toBeLessThanOrEqual(1)
    expect([one.waitNs, four.waitNs > 20 * MS]).toEqual([0, true])
  })

  it('with an area for each CPU do more the more they are, and nobody waits', () => {
    const [one, two, four] = [1, 2, 4].map((jobs) => totalOf('areas', jobs))
    expect(two!.perSecond).toBeGreaterThan(one!.perSecond)
    expect(four!.perSecond).toBeGreaterThan(two!.perSecond)
    expect(four!.perSecond / one!.perSecond).toBeGreaterThan(3)
    expect([one!.waitNs, two!.waitNs, four!.waitNs]).toEqual([0, 0, 0])
    // One job alone does not care.
    expect(totalOf('one-area', 1).perSecond).toBe(one!.perSecond)
  })
})
