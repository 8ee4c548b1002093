import { describe, expect, it } from 'vitest'
import { preset } from '../../tools/open-presets.ts'
import { liveLab } from '../testing/live-lab.ts'

const MS = 1_000_000
const KIB = 1024
const PAGE = 'd0.iommuPage'

function opened(link = 's=frames-64k&at=5000000') {
  const live = liveLab(['frames-64k', 'pinhole', 'two-ports'].map(preset))
  live.lab.actions.openLink(link)
  live.settle()
  const { actions, getState, frames } = live.lab
  const then = (act: () => void) => {
    live.pass(1000)
    act()
    live.settle()
  }
  return {
    live,
    set: (path: string, value: string | number) => then(() => actions.setParam(path, value)),
    to: (ns: number) => then(() => actions.seek(ns)),
    undo: () => then(actions.undo),
    redo: () => then(actions.redo),
    then,
    actions,
    compared: () => getState().compared,
    since: () => frames.latest()?.since ?? null,
    summary: () => frames.latest()!.summary,
    link: () => actions.link(),
  }
}

describe('a change that is compared', () => {
  it('is the last that was made, with the figures of the very moment before it', () => {
    const { set, summary, compared, since, to } = opened()
    const before = summary()
    set(PAGE, 4 * KIB)
    expect(compared()).toMatchObject({ path: PAGE, from: 64 * KIB, to: 4 * KIB, ns: 5 * MS })
    expect(since()!.before).toEqual(before)
    expect(since()!.after).toMatchObject({ refused: 0, mapped: 0 })
    to(6 * MS)
    expect(since()!.before.refused).toBe(before.refused)
    set('w0.ring', 512)
    expect(compared()).toMatchObject({ path: 'w0.ring', from: 1024, to: 512, ns: 6 * MS })
    expect(since()!.before.refused).toBe(0)
  })

  it('stays where the run is brought back in a new worker', () => {
    const { set, then, actions, compared, since } = opened()
    set(PAGE, 4 * KIB)
    const [was, before] = [compared(), since()!.before]
    then(actions.restartWorker)
    expect([compared(), since()?.before]).toEqual([was, before])
  })

  it('goes with undo, and comes with redo', () => {
    const { set, undo, redo, compared, since } = opened()
    set(PAGE, 4 * KIB)
    undo()
    expect([compared(), since()]).toEqual([null, null])
    redo()
    expect(compared()).toMatchObject({ path: PAGE, to: 4 * KIB })
    expect(since()?.before.refused).toBeGreaterThan(0)
  })

  it('goes when the run goes back before it, and comes when it is passed', () => {
    const { set, to, compared, since, then, actions } = opened()
    set(PAGE, 4 * KIB)
    to(6 * MS)
    expect(compared()).not.toBe(null)
    to(4 * MS)
    expect(compared()).toBe(null)
    to(7 * MS)
    expect(compared()).toMatchObject({ path: PAGE, ns: 5 * MS })
    expect(since()?.ns).toBe(5 * MS)
    // A step back is made on a way that begins before the change.
    then(() => actions.dismissCompared())
    then(() => actions.step(-1))
    expect(compared()).toBe(null)
  })

  it('is none of those that a run had behind it when it was opened, and stays dismissed', () => {
    const made = opened()
    made.set(PAGE, 4 * KIB)
    made.to(6 * MS)
    const other = opened(made.link())
    expect([other.compared(), other.since()?.ns]).toEqual([null, 5 * MS])
    other.to(6.5 * MS)
    expect(other.compared()).toBe(null)
    other.set('w0.ring', 512)
    expect(other.compared()?.path).toBe('w0.ring')
    other.then(() => other.actions.dismissCompared())
    other.to(7 * MS)
    expect(other.compared()).toBe(null)
    made.then(() => made.actions.openPreset('pinhole'))
    expect(made.compared()).toBe(null)
  })

  it('goes over the values of one gesture, also those that lead back: the driver was loaded anew', () => {
    const { set, compared, since } = opened()
    const values = [128, 64, 16].map((n) => n * KIB * KIB)
    for (const value of values) set('d0.window', value)
    expect(compared()).toMatchObject({ from: 256 * KIB * KIB, to: values[2] })
    expect(since()!.before.mapped).toBe(4093)
    set('d0.window', 256 * KIB * KIB)
    expect(compared()).toMatchObject({ from: 256 * KIB * KIB, to: 256 * KIB * KIB, ns: 5 * MS })
    expect([since()!.before.mapped, since()!.after.mapped]).toEqual([4093, 0])
  })

  it('is none that leads back without the driver loaded anew', () => {
    const { set, compared } = opened()
    set('w0.rate', 40)
    expect(compared()).not.toBe(null)
    set('w0.rate', 10)
    expect(compared()).toBe(null)
  })

  it('is told with the figures of the table that is looked at alone', () => {
    const { set, then, actions, since } = opened('s=two-ports&at=5000000')
    set('d1.table', 'own')
    expect(since()?.before.refused).toBeGreaterThanOrEqual(0)
    then(() => actions.setView({ table: 1 }))
    expect(since()).toBe(null)
  })
})
