// No number lies: no NaN, no -0, no infinity by accident, in the state or in a figure of any preset. (What random changes
// lead to is looked at with the rest of the books: tools/fuzz-scenarios.ts.)

import { describe, expect, it } from 'vitest'
import { open, preset, presets } from '../../tools/open-presets.ts'
import type { Run } from '../run/run.ts'
import { figureFaults } from '../testing/figure-faults.ts'
import { badNumbers, inState, nowhere } from '../testing/numbers.ts'

const MS = 1_000_000

function expectSound(run: Run, when: string): void {
  const { machine } = run
  expect([when, badNumbers(machine.state, inState)]).toEqual([when, []])
  expect([when, figureFaults(machine)]).toEqual([when, []])
}

describe('what is looked for', () => {
  it('is found wherever it stands', () => {
    const value = {
      aNs: Number.POSITIVE_INFINITY,
      b: [-0, { c: Number.NaN }],
      d: Float64Array.of(1, Number.NEGATIVE_INFINITY),
      e: Float32Array.of(0, -0, Number.NaN),
      fNs: Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, 0, -5),
      boundary: Number.POSITIVE_INFINITY,
    }
    expect(badNumbers(value, inState).map(({ path }) => path)).toEqual(['b[]', 'b[].c', 'd[]', 'e[]', 'fNs[]'])
    expect(badNumbers(value, nowhere).map(({ path }) => path)).toContain('boundary')
  })
})

describe('every number', () => {
  it.each(presets.map((p) => p.id))('%s: of the state and of every figure is one', (id) => {
    const run = open(id)
    for (const ns of [MS / 10, preset(id).openNs]) {
      run.advance(Math.max(ns, run.machine.state.nowNs))
      expectSound(run, `at ${ns} ns`)
    }
  })
})
