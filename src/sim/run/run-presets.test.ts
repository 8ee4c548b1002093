// What holds of the run of every preset.

import { describe, expect, it } from 'vitest'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { at, open, preset, presets } from '../../tools/open-presets.ts'
import { fieldsOf } from '../scenario/fields.ts'
import { createRun } from './run.ts'

const MS = 1_000_000

describe('every run', () => {
  it.each(presets.map((p) => p.id))('%s: does not depend on how advance is sliced', (id) => {
    const whole = at(id, 3 * MS).hash()
    const sliced = open(id)
    const rng = createRng(7)
    for (let ns = 0; ns < 3 * MS; ns += nextU32(rng) % 50_000) sliced.advance(ns)
    sliced.advance(3 * MS)
    expect(sliced.hash()).toBe(whole)
    const counted = open(id)
    while (counted.advance(3 * MS, 1 + (nextU32(rng) % 700)) > 0);
    expect(counted.hash()).toBe(whole)
  })

  it.each(presets.map((p) => p.id))('%s: 50 steps forward and 50 back end where they began', (id) => {
    for (const ns of [0, preset(id).openNs]) {
      const run = at(id, ns)
      const start = run.hash()
      if (run.machine.state.boot?.backend === 'panic') {
        // Of a machine that did not boot nothing ever happens.
        expect([run.stepForward(), run.stepBack(), run.hash()]).toEqual([false, false, start])
        continue
      }
      for (let i = 0; i < 50; i++) expect(run.stepForward()).toBe(true)
      expect(run.hash()).not.toBe(start)
      for (let i = 0; i < 50; i++) expect(run.stepBack()).toBe(true)
      expect(run.hash()).toBe(start)
    }
  })

  it.each(presets.map((p) => p.id))('%s: any walk of changes, steps and seeks can be gone back and replayed', (id) => {
    const rng = createRng(99)
    const draw = (n: number) => nextU32(rng) % n
    const run = open(id)
    const { state } = run.machine
    /** What the run was at moments that no change falls into. */
    let known: { ns: number; events: number; hash: string }[] = []
    for (let i = 0; i < 16; i++) {
      // Any setting of the moment, another platform or allocator among them; at times two at one moment.
      for (let n = draw(3); n > 0; n--) {
        const fields = fieldsOf(run.scenario())
        const { path, param } = fields[draw(fields.length)]!
        run.input(path, param.values ? param.values[draw(param.values.length)]!.value : (param.max ?? 0))
      }
      run.advance(state.nowNs + draw(200_000), 20_000)
      if (draw(3) === 0) run.stepForward()
      run.advance(state.nowNs + 1)
      known.push({ ns: state.nowNs, events: state.events, hash: run.hash() })
      run.advance(state.nowNs + 1)
      const to = known[draw(known.length)]!
      if (draw(3) > 0) continue
      run.seek(draw(2) ? to : { ns: to.ns })
      expect(run.hash()).toBe(to.hash)
      run.advance(state.nowNs + 1)
      known = known.filter((k) => k.ns <= to.ns)
    }
    const { nowNs, events } = state
    const replayed = createRun(run.scenario(), preset(id).horizonNs)
    replayed.seek({ ns: nowNs, events })
    expect(replayed.hash()).toBe(run.hash())
  })
})
