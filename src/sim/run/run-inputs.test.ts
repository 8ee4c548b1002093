// Changes taken out of a run and put back: always what a run would be that never had others.

import { describe, expect, it } from 'vitest'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { at, open, preset, presets } from '../../tools/open-presets.ts'
import { fieldsOf } from '../scenario/fields.ts'
import type { Input } from '../scenario/schema.ts'
import { createRun, type Run } from './run.ts'

const MS = 1_000_000

/** The hash of a run that has these inputs from the beginning, where `run` stands. */
function anew(id: string, run: Run): string {
  const other = createRun(run.scenario(), preset(id).horizonNs)
  const { nowNs: ns, events } = run.machine.state
  // A step back may end between two changes of one moment, where no position leads.
  run.seek({ ns, events })
  other.seek({ ns, events })
  return other.hash()
}

function replace(run: Run, inputs: readonly Input[]): void {
  run.seek(run.replaceInputs(inputs))
}

describe('inputs that are replaced', () => {
  it('take the last change out at the same moment, and put it back', () => {
    const run = at('frames-64k', 5 * MS)
    run.input('d0.iommuPage', 4096)
    run.advance(9 * MS)
    const [made, { inputs }] = [run.hash(), run.scenario()]
    replace(run, [])
    expect([run.machine.state.nowNs, run.hash()]).toEqual([9 * MS, at('frames-64k', 9 * MS).hash()])
    replace(run, inputs)
    expect([run.machine.state.nowNs, run.hash()]).toEqual([9 * MS, made])
  })

  it('leave a run exactly where it stands when nothing has happened since', () => {
    const run = open('frames-64k')
    run.advance(5 * MS, 4321)
    const { nowNs, events } = run.machine.state
    const hash = run.hash()
    run.input('w0.load', 30)
    run.input('d0.iommuPage', 4096)
    expect(run.replaceInputs([])).toEqual({ ns: nowNs, events })
    run.seek({ ns: nowNs, events })
    expect([run.machine.state.events, run.hash()]).toEqual([events, hash])
  })

  it('bring back the future that a change in the past took the place of', () => {
    const run = at('frames-64k', 5 * MS)
    run.input('d0.iommuPage', 4096)
    run.advance(8 * MS)
    const [future, { inputs }] = [run.hash(), run.scenario()]
    run.seek({ ns: 4 * MS })
    run.input('w0.ring', 128)
    run.advance(8 * MS)
    replace(run, inputs)
    expect(run.hash()).toBe(future)
  })

  it('of a moment that no run has take effect when both their events and their time have come, however it is sliced', () => {
    const input = { ns: 3 * MS, events: 10, path: 'd0.iommuPage', value: 4096 }
    const scenario = { ...preset('frames-64k').scenario, inputs: [input] }
    const [whole, sliced] = [createRun(scenario, MS), createRun(scenario, MS)]
    whole.seek({ ns: 5 * MS })
    for (let ms = 1; ms <= 5; ms++) sliced.advance(ms * MS)
    expect(sliced.hash()).toBe(whole.hash())
    expect([whole.machine.state.inputs, whole.machine.state.events > 1000]).toEqual([1, true])
  })

  it('lead on to the moment that a run was on its way to', () => {
    const run = at('frames-64k', 5 * MS)
    run.input('d0.iommuPage', 4096)
    run.advance(9 * MS)
    const { nowNs: ns, events } = run.machine.state
    run.seek({ ns: 6 * MS })
    expect(run.replaceInputs([], { ns, events })).toEqual({ ns })
    expect(run.replaceInputs([{ ns, events, path: 'w0.load', value: 30 }], { ns: MS, events: 9 })).toEqual({
      ns: MS,
      events: 9,
    })
  })

  it('forget what a checkpoint holds of a change that has gone, at its own moment too', () => {
    const run = at('frames-64k', 2 * MS)
    const { events } = run.machine.state
    run.input('w0.load', 30)
    run.input('w0.ring', 128)
    run.advance(6 * MS)
    // Going back leaves a checkpoint 512 events before, which is that moment with both changes in it.
    run.seek({ ns: 6 * MS, events: events + 512 })
    run.seek({ ns: 2 * MS, events })
    run.stepBack()
    expect(run.machine.state).toMatchObject({ events, inputs: 1 })
    run.input('w0.load', 60)
    run.advance(6 * MS)
    run.seek({ ns: 2 * MS })
    expect(anew('frames-64k', run)).toBe(run.hash())
  })

  it('of a machine in which nothing happens are told apart by their time: before where it stands, there and after', () => {
    const run = open('nommu')
    run.input('w0.load', 0)
    run.advance(0.4 * MS)
    run.advance(0.6 * MS)
    const { events } = run.machine.state
    const first = run.scenario().inputs
    for (const ns of [0.5 * MS, 0.6 * MS, 0.7 * MS]) {
      const last = { ns, events, path: 'w0.start', value: 2 * MS }
      const to = run.replaceInputs([...first, last])
      expect(to, String(ns)).toEqual(ns < 0.6 * MS ? { ns: 0.6 * MS } : { ns: 0.6 * MS, events })
      run.seek({ ns: 0.6 * MS })
      expect(run.machine.state.inputs, String(ns)).toBe(ns > 0.6 * MS ? 1 : 2)
      expect(anew('nommu', run), String(ns)).toBe(run.hash())
      run.seek(run.replaceInputs(first))
    }
  })

  it.each(presets.map((p) => p.id))('%s: any walk of changes, undos, redos and seeks is as if made anew', (id) => {
    const rng = createRng(5)
    const draw = (n: number) => nextU32(rng) % n
    const run = open(id)
    const { state } = run.machine
    let past: (readonly Input[])[] = []
    let future: (readonly Input[])[] = []
    const go = (from: (readonly Input[])[], to: (readonly Input[])[]) => {
      const inputs = from.pop()
      if (!inputs) return
      to.push(run.scenario().inputs)
      const ns = state.nowNs
      replace(run, inputs)
      expect([state.nowNs, run.scenario().inputs]).toEqual([ns, inputs])
    }
    for (let i = 0; i < 12; i++) {
      const what = draw(8)
      if (what < 3) {
        const before = run.scenario().inputs
        for (let n = 1 + draw(2); n > 0; n--) {
          const now = { ...run.scenario(), inputs: run.scenario().inputs.slice(0, state.inputs) }
          const fields = fieldsOf(now)
          const { path, param } = fields[draw(fields.length)]!
          run.input(path, param.values ? param.values[draw(param.values.length)]!.value : (param.max ?? 0))
        }
        past.push(before)
        future = []
      } else if (what < 5) go(past, future)
      else if (what < 6) go(future, past)
      else if (what < 7) run.seek({ ns: draw(state.nowNs + 100_000) })
      else run.stepBack()
      if (draw(2)) run.advance(state.nowNs + draw(200_000), 1 + draw(4_000))
      if (draw(4) === 0) expect(anew(id, run)).toBe(run.hash())
      past = past.slice(-6)
    }
    expect(anew(id, run)).toBe(run.hash())
  })
})
