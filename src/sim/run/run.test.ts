import { describe, expect, it } from 'vitest'
import { at, open, preset } from '../../tools/open-presets.ts'
import { createRun } from './run.ts'

const MS = 1_000_000

describe('run', () => {
  it('steps back through operations that it did not step over', () => {
    const run = at('frames-64k', 4 * MS)
    const { steps } = run.machine.state
    run.stepBack()
    expect(run.machine.state.steps).toBe(steps - 1)
  })

  it('goes back to any time, over checkpoints too, and forward again', () => {
    const run = at('frames-64k', 80 * MS)
    expect(run.machine.state.events).toBeGreaterThan(131_072)
    const end = run.hash()
    for (const ns of [70 * MS, 3 * MS, 0, 41 * MS]) {
      run.seek({ ns })
      expect(run.hash()).toBe(at('frames-64k', ns).hash())
    }
    run.seek({ ns: 80 * MS })
    expect(run.hash()).toBe(end)
  })

  it('goes to a position given in events', () => {
    const run = open('pools')
    run.advance(Number.POSITIVE_INFINITY, 12_345)
    const { nowNs } = run.machine.state
    const hash = run.hash()
    run.seek({ ns: 9 * MS })
    run.seek({ ns: nowNs, events: 12_345 })
    expect(run.hash()).toBe(hash)
  })

  it('replays a live change at its moment: the scenario with its inputs is the run', () => {
    const run = at('frames-64k', 5 * MS)
    expect(run.input('d0.iommuPage', 4096)).toMatchObject({ ns: 5 * MS, path: 'd0.iommuPage' })
    run.advance(7 * MS)
    run.input('w0.load', 30)
    run.advance(9 * MS)
    const replayed = createRun(run.scenario(), preset('frames-64k').horizonNs)
    replayed.advance(9 * MS)
    expect(replayed.hash()).toBe(run.hash())
    run.seek({ ns: 4 * MS })
    run.seek({ ns: 9 * MS })
    expect(replayed.hash()).toBe(run.hash())
  })

  it('takes every change that was made at one moment at that moment, then and when it is gone back to', () => {
    const run = at('frames-64k', MS)
    run.input('d0.iommuPage', 4096)
    run.input('w0.load', 30)
    run.advance(2 * MS)
    const { nowNs, events } = run.machine.state
    const hash = run.hash()
    run.advance(3 * MS)
    run.seek({ ns: nowNs, events })
    expect(run.hash()).toBe(hash)
    const replayed = createRun(run.scenario(), preset('frames-64k').horizonNs)
    replayed.advance(2 * MS)
    expect(replayed.hash()).toBe(hash)
  })

  it('keeps the moments of a machine in which nothing happens apart', () => {
    const run = open('nommu')
    run.input('w0.load', 0)
    run.advance(0.4 * MS)
    const { events } = run.machine.state
    run.input('w0.start', 2 * MS)
    run.advance(0.6 * MS)
    expect(run.machine.state.events).toBe(events)
    run.input('w0.load', 100)
    run.advance(0.7 * MS)
    expect(run.machine.state.events).toBeGreaterThan(events)
    const end = { ns: 0.7 * MS, events: run.machine.state.events }
    const replayed = createRun(run.scenario(), preset('nommu').horizonNs)
    replayed.seek(end)
    expect(replayed.hash()).toBe(run.hash())
    // Before the last change, although no event lies between.
    replayed.seek({ ns: 0.5 * MS, events })
    expect([replayed.machine.state.nowNs, replayed.machine.state.inputs]).toEqual([0.5 * MS, 2])
    replayed.seek(end)
    expect(replayed.hash()).toBe(run.hash())
  })

  it('steps back over one change at a time', () => {
    const run = at('frames-64k', MS)
    run.input('w0.load', 30)
    const between = run.hash()
    run.input('w0.ring', 128)
    run.stepBack()
    expect([run.machine.state.inputs, run.hash()]).toEqual([1, between])
    run.stepBack()
    expect(run.machine.state.inputs).toBe(0)
  })

  it('goes back to before another platform was chosen, and on from there', () => {
    const run = at('one-lock', 0.05 * MS)
    run.input('m.platform', 'pseries')
    run.advance(0.2 * MS)
    run.seek({ ns: 0.04 * MS })
    const other = createRun({ ...run.scenario(), inputs: [] }, preset('one-lock').horizonNs)
    other.advance(0.04 * MS)
    expect(run.hash()).toBe(other.hash())
    run.input('w0.queues', 0)
    other.input('w0.queues', 0)
    run.advance(0.2 * MS)
    other.advance(0.2 * MS)
    expect(run.hash()).toBe(other.hash())
  })

  it('drops later changes when the past is changed', () => {
    const run = at('frames-64k', 5 * MS)
    run.input('d0.iommuPage', 4096)
    run.advance(8 * MS)
    run.seek({ ns: 4 * MS })
    run.input('w0.ring', 128)
    expect(run.scenario().inputs.map((i) => i.path)).toEqual(['w0.ring'])
  })

  it('refuses a change that names no field or no allowed value, in words', () => {
    const run = at('frames-64k', MS)
    expect(run.input('d0.colour', 1)).toContain('d0.colour')
    expect(run.input('d0.iommuPage', 8192)).toContain('8192')
    expect(run.scenario().inputs).toEqual([])
  })
})
