import { describe, expect, it } from 'vitest'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { fieldsOf } from '../../sim/index.ts'
import { type Live, opened, redo, SOME, set, standing, to, undo } from '../testing/undo-bench.ts'

const MS = 1_000_000

describe('undo', () => {
  it('takes the last change out at the same moment, and the link gets shorter again; redo puts it back', async () => {
    const live = opened()
    const { length } = live.lab.actions.link()
    set(live, 'd0.iommuPage', 4096)
    to(live, 8 * MS)
    const [made, longer] = [await live.hash(), live.lab.actions.link()]
    undo(live)
    expect(standing(live)).toMatchObject({ ns: 8 * MS, scenario: { inputs: [] } })
    expect(await live.hash()).toBe(live.anew({ ns: 8 * MS } as never))
    expect(live.lab.actions.link().length).toBeLessThan(length + 20)
    redo(live)
    expect([await live.hash(), live.lab.actions.link()]).toEqual([made, longer])
  })

  it('brings back the future that a change in the past took the place of', async () => {
    const live = opened('s=frames-64k&at=5000000')
    set(live, 'd0.iommuPage', 4096)
    to(live, 8 * MS)
    const before = standing(live).scenario
    to(live, 4 * MS)
    set(live, 'w0.ring', 128)
    expect(standing(live).scenario.inputs).toHaveLength(1)
    undo(live)
    expect(standing(live)).toMatchObject({ ns: 4 * MS, scenario: before })
    to(live, 8 * MS)
    expect(await live.hash()).toBe(live.anew())
  })

  it('plays on where it was when a run plays', async () => {
    const live = opened('s=frames-64k&at=3000000')
    set(live, 'd0.iommuPage', 4096)
    live.lab.actions.play()
    for (let i = 0; i < 400; i++) live.turn()
    const { ns } = standing(live)
    expect(ns).toBeGreaterThan(3 * MS)
    live.lab.actions.undo()
    for (let i = 0; i < 1500; i++) live.turn()
    expect(live.lab.getState()).toMatchObject({ playing: true, scenario: { inputs: [] } })
    const { mode } = live.lab.frames.latest()!.status
    expect([mode, standing(live).ns > ns]).toEqual(['playing', true])
    live.lab.actions.pause()
    live.settle()
    expect(await live.hash()).toBe(live.anew())
  })

  it('goes back to where one stood before Home', () => {
    const live = opened('s=frames-64k&at=3000000')
    set(live, 'w0.load', 30)
    to(live, 6 * MS)
    const before = standing(live)
    live.lab.actions.reset()
    live.settle()
    expect(standing(live).ns).toBe(0)
    // At the start there is nothing to leave.
    live.lab.actions.reset()
    live.settle()
    undo(live)
    expect(standing(live)).toEqual(before)
    undo(live)
    expect(standing(live)).toMatchObject({ ns: 6 * MS, scenario: { inputs: [] } })
  })

  it.each<[string, (live: Live) => void]>([
    ['preset values', ({ lab }) => lab.actions.openPreset('frames-64k')],
    ['another preset', ({ lab }) => lab.actions.openPreset('batched')],
    ['another seed', ({ lab }) => lab.actions.setSeed(77)],
    ['a link', ({ visit }) => visit('#s=nommu&at=500000&colour=cpu')],
    [
      'a preset before the one before is there',
      ({ lab }) => {
        lab.actions.openPreset('batched')
        lab.actions.openPreset('nommu')
      },
    ],
  ])('%s: gives back inputs, position, view and speed', async (_, leave) => {
    const live = opened('s=frames-64k&at=3000000')
    set(live, 'd0.iommuPage', 4096)
    to(live, 5 * MS)
    live.lab.actions.step(3)
    live.settle()
    live.lab.actions.setView({ colourBy: 'age', selected: 7 })
    live.lab.actions.setSpeed(0.01)
    live.settle()
    const [before, hash] = [standing(live), await live.hash()]
    leave(live)
    live.settle()
    const after = standing(live)
    expect(after).not.toEqual(before)
    undo(live)
    if (live.lab.getState().redoes && standing(live).scenario.preset === 'batched') undo(live)
    expect([standing(live), await live.hash()]).toEqual([before, hash])
    redo(live)
    while (live.lab.getState().redoes) redo(live)
    expect(standing(live)).toEqual(after)
  })

  it('loses no change that the run had not answered when another preset was opened', () => {
    const live = opened('s=frames-64k&at=3000000')
    live.lab.actions.setParam('d0.iommuPage', 4096)
    live.lab.actions.openPreset('nommu')
    live.settle()
    undo(live)
    expect(standing(live)).toMatchObject({
      ns: 3 * MS,
      scenario: { inputs: [{ ns: 3 * MS, path: 'd0.iommuPage', value: 4096 }] },
    })
    undo(live)
    expect(standing(live).scenario.inputs).toEqual([])
  })

  it('knows where the run was being sent, and leads there', () => {
    const live = opened()
    set(live, 'd0.iommuPage', 4096)
    const underway = () => {
      live.lab.actions.seek(20 * MS)
      for (let i = 0; i < 12; i++) live.turn()
      expect(live.lab.frames.latest()!.status.mode).toBe('seeking')
    }
    underway()
    live.lab.actions.openPreset('nommu')
    live.settle()
    undo(live)
    expect(standing(live)).toMatchObject({ ns: 20 * MS, scenario: { inputs: [{ value: 4096 }] } })
    to(live, MS)
    underway()
    undo(live)
    expect(standing(live)).toMatchObject({ ns: 20 * MS, scenario: { inputs: [] } })
  })

  it('returns to changes as the run took them, not as the page guessed while it played', () => {
    const live = opened('s=frames-64k&at=3000000')
    live.lab.actions.play()
    for (let i = 0; i < 40; i++) live.turn()
    live.lab.actions.setParam('d0.iommuPage', 4096)
    live.lab.actions.setParam('w0.load', 30)
    for (let i = 0; i < 40; i++) live.turn()
    live.lab.actions.pause()
    live.settle()
    const [taken, last] = standing(live).scenario.inputs
    expect(last?.path).toBe('w0.load')
    undo(live)
    expect(standing(live).scenario.inputs).toEqual([taken])
  })

  it('leaves nothing to redo once something else was done', () => {
    const live = opened()
    set(live, 'd0.iommuPage', 4096)
    undo(live)
    expect(live.lab.getState().redoes).toMatchObject({ path: 'd0.iommuPage' })
    set(live, 'w0.ring', 128)
    const { redoes, scenario } = live.lab.getState()
    redo(live)
    expect([redoes, live.lab.getState().scenario]).toEqual([null, scenario])
  })

  it('comes after what was posted before it: pressed at once, pressed twice', () => {
    const live = opened('s=frames-64k&at=3000000')
    live.lab.actions.setParam('d0.iommuPage', 4096)
    live.pass(1000)
    live.lab.actions.setParam('w0.load', 30)
    live.lab.actions.undo()
    live.lab.actions.undo()
    live.lab.actions.redo()
    live.settle()
    expect(standing(live).scenario.inputs.map((i) => i.path)).toEqual(['d0.iommuPage'])
    expect(live.lab.getState()).toMatchObject({ undoes: { path: 'd0.iommuPage' }, redoes: { path: 'w0.load' } })
  })

  it('takes a drag for one change, and forgets one that was refused', () => {
    const live = opened('s=frames-64k&at=3000000')
    for (const value of [90, 80, 70, 30]) {
      live.lab.actions.setParam('w0.load', value)
      live.pass(10)
      live.turn()
    }
    live.settle()
    set(live, 'd0.iommuPage', 12)
    expect(live.lab.getState().failure).toContain('d0.iommuPage')
    expect(live.lab.getState().undoes).toMatchObject({ path: 'w0.load', to: 30 })
    undo(live)
    expect([standing(live).scenario.inputs, live.lab.getState().undoes]).toEqual([[], null])
  })

  it('of any walk stands where a model stands, with the hash of a run made anew', async () => {
    for (const seed of [1, 2, 3]) await walk(seed)
  }, 60_000)
})

/** Random acts, undos and redos; the model remembers what stood before and after each act, whole. */
async function walk(seed: number) {
  const rng = createRng(seed)
  const draw = (n: number) => nextU32(rng) % n
  const live = opened()
  const { actions } = live.lab
  const past: { what: string; from: ReturnType<typeof standing> }[] = []
  const future: typeof past = []
  const did = (what: string, act: () => void) => {
    const from = standing(live)
    live.pass(1000)
    act()
    live.settle()
    past.push({ what, from })
    future.length = 0
  }
  const cross = (from: typeof past, into: typeof past, act: () => void) => {
    const last = from.pop()
    const stood = standing(live)
    act()
    live.settle()
    if (!last) return expect(standing(live)).toEqual(stood)
    into.push({ what: last.what, from: stood })
    const now = standing(live)
    expect(now.scenario).toEqual(last.from.scenario)
    expect(now.ns).toBe(last.what === 'change' ? stood.ns : last.from.ns)
    expect(now.view).toEqual(last.what === 'open' ? last.from.view : stood.view)
  }
  for (let i = 0; i < 40; i++) {
    const what = draw(12)
    if (what < 4) {
      const { here } = live.lab.getState()
      const fields = fieldsOf(here).filter((f) => f.path !== 'm.platform')
      const { path, param, value } = fields[draw(fields.length)]!
      const options = param.values?.map((o) => o.value) ?? [param.max ?? 0]
      const next = options[draw(options.length)]!
      if (next !== value) did('change', () => actions.setParam(path, next))
    } else if (what < 7) cross(past, future, actions.undo)
    else if (what < 9) cross(future, past, actions.redo)
    else if (what === 9) to(live, draw(3 * MS))
    else if (what === 10) actions.setView({ selected: draw(99) })
    else if (standing(live).ns > 0 && draw(2)) did('home', actions.reset)
    else did('open', () => actions.openPreset(SOME[draw(SOME.length)]!.id))
    live.settle()
    if (draw(3) === 0) expect(await live.hash()).toBe(live.anew())
  }
  expect(await live.hash()).toBe(live.anew())
}
