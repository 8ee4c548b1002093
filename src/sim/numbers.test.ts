// No number lies: no NaN, no -0, no infinity by accident, in the state or in a figure, whatever happened to a run.

import { describe, expect, it } from 'vitest'
import { createRng, nextU32 } from '../lib/rng.ts'
import { open, preset, presets } from '../tools/open-presets.ts'
import type { Run } from './run.ts'
import { fieldsOf } from './scenario/fields.ts'
import { everyFrame } from './testing/every-probe.ts'
import { badNumbers, inState, nowhere } from './testing/numbers.ts'

const MS = 1_000_000

function expectSound(run: Run, when: string): void {
  const { machine } = run
  expect([when, badNumbers(machine.state, inState)]).toEqual([when, []])
  expect([when, badNumbers(everyFrame(machine), nowhere)]).toEqual([when, []])
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
    for (const ns of [0, MS / 10, preset(id).openNs]) {
      run.advance(Math.max(ns, run.machine.state.nowNs))
      expectSound(run, `at ${ns} ns`)
    }
  })

  it.each(presets.map((p) => p.id))('%s: and after any changes', (id) => {
    const rng = createRng(5)
    const draw = (n: number) => nextU32(rng) % n
    const run = open(id)
    for (let i = 0; i < 4; i++) {
      for (let n = draw(4); n > 0; n--) {
        const fields = fieldsOf(run.scenario())
        const { path, param } = fields[draw(fields.length)]!
        run.input(path, param.values ? param.values[draw(param.values.length)]!.value : (param.max ?? 0))
      }
      run.advance(run.machine.state.nowNs + draw(200_000), 4000)
      expectSound(run, JSON.stringify(run.scenario().inputs.map(({ path, value }) => [path, value])))
    }
  })
})
