// Two runs side by side, in one worker or in two: each is what it would be alone.

import { describe, expect, it } from 'vitest'
import { viewOf } from '../share/view-state.ts'
import { presetById } from '../sim/index.ts'
import type { LinkFile } from './file-content.ts'
import type { Place } from './session/history.ts'
import type { Lab, Where } from './state.ts'
import { bench } from './testing/lab-bench.ts'
import { liveLab } from './testing/live-lab.ts'

const MS = 1_000_000
const PRESETS = ['frames-64k', 'batched', 'one-lock'].map((id) => presetById(id)!)
const WHERE: readonly Where[] = ['beside', 'apart']

/** A place early in the run of a preset. */
function placeOf(id: string): Place {
  const preset = presetById(id)!
  return {
    scenario: preset.scenario,
    position: { ns: 2 * MS },
    horizonNs: preset.horizonNs,
    view: viewOf(preset),
    speed: 1 / 500,
    problems: [],
    fromLog: null,
  }
}

/** A page on its first preset, with a second session beside it. */
function two(where: Where, id = 'batched') {
  const live = liveLab(PRESETS)
  const a = live.lab
  a.actions.openLink('')
  live.settle()
  const b = live.sessions.add(placeOf(id), where)
  live.settle()
  const at = (lab: Lab) => lab.frames.latest()!.status
  const set = (lab: Lab, path: string, value: string | number) => {
    live.pass(1000)
    lab.actions.setParam(path, value)
    live.settle()
  }
  /** Where it stands and with which hash; that of a run made anew is the same. */
  const proven = async (lab: Lab) => {
    const { ns, events } = at(lab)
    const hash = await live.hash(lab)
    expect(hash).toBe(live.anew({ ...at(lab), ns, events }, lab))
    return { ns, events, hash }
  }
  return { ...live, a, b, at, set, proven }
}

/** A file that a session is told to open, and that takes its time. */
function late(lab: Lab) {
  let come = (_: LinkFile) => {}
  lab.actions.openFile('late.json', () => new Promise<LinkFile>((done) => (come = done)))
  return {
    comes() {
      come({ link: '#s=one-lock' })
      return new Promise((done) => setTimeout(done))
    },
  }
}

describe.each(WHERE)('two sessions, %s', (where) => {
  it('go their own ways at the same time, each with the hash of a single run', async () => {
    const { a, b, workers, at, turn, settle, proven } = two(where)
    expect(workers).toHaveLength(where === 'beside' ? 1 : 2)
    a.actions.setSpeed(1 / 1000)
    a.actions.play()
    b.actions.seek(4 * MS)
    for (let i = 0; i < 3000 && at(a).ns < 3 * MS; i++) {
      turn()
      // In the middle of it all, one is changed and the other sent elsewhere.
      if (i === 100) a.actions.setParam('d0.iommuPage', 4096)
      if (i === 200) b.actions.setParam('d0.flush', 'strict')
    }
    a.actions.pause()
    settle()
    expect(at(b).ns).toBe(4 * MS)
    expect([a, b].map((lab) => lab.getState().scenario.inputs.map(({ path }) => path))).toEqual([
      ['d0.iommuPage'],
      ['d0.flush'],
    ])
    const [one, other] = [await proven(a), await proven(b)]
    expect(one.hash).not.toBe(other.hash)
  })

  it('have changes, undo and redo of their own, and neither moves the other', async () => {
    const { a, b, set, settle, proven } = two(where)
    set(a, 'd0.iommuPage', 4096)
    set(b, 'd0.flush', 'strict')
    const [made, still] = [await proven(a), await proven(b)]
    const { getState } = b
    const kept = getState()
    a.actions.undo()
    settle()
    expect({ ...getState(), announcement: '' }).toEqual({ ...kept, announcement: '' })
    expect([a.getState().undoes, a.getState().redoes]).toMatchObject([null, { path: 'd0.iommuPage' }])
    expect([b.getState().undoes, b.getState().redoes]).toMatchObject([{ path: 'd0.flush' }, null])
    expect(await proven(b)).toEqual(still)
    b.actions.undo()
    a.actions.redo()
    settle()
    expect(await proven(a)).toEqual(made)
    expect([a, b].map((lab) => lab.getState().scenario.inputs.length)).toEqual([1, 0])
    expect((await proven(b)).hash).not.toBe(still.hash)
  })

  it('one of which fails leaves the other as it is', async () => {
    const { a, b, settle, proven } = two(where)
    const before = await proven(b)
    a.actions.openLink('#s=frames-64k')
    a.actions.seek(null as never)
    settle()
    expect([b.getState().failure, b.getState().ready]).toEqual([null, true])
    expect(await proven(b)).toEqual(before)
  })

  it('begin one where the other stands, with its past, and go apart from there', async () => {
    const { a, set, sessions, settle, proven, at } = two(where)
    set(a, 'd0.iommuPage', 4096)
    a.actions.seek(3 * MS)
    settle()
    const fork = sessions.fork(a, undefined, where)
    settle()
    expect([await proven(fork), fork.getState().view]).toEqual([await proven(a), a.getState().view])
    fork.actions.undo()
    settle()
    expect([fork, a].map((lab) => lab.getState().scenario.inputs.length)).toEqual([0, 1])
    expect([at(fork).ns, at(a).ns, a.getState().redoes]).toEqual([3 * MS, 3 * MS, null])
    await proven(fork)
    const back = sessions.fork(a, { ns: MS }, where)
    settle()
    expect([at(back).ns, at(a).ns, (await proven(back)).ns]).toEqual([MS, 3 * MS, MS])
    // What was taken back in the one is still there to be taken back in the other.
    a.actions.undo()
    settle()
    expect([a, fork].map((lab) => lab.getState().scenario.inputs.length)).toEqual([0, 0])
    expect([a, fork].map((lab) => lab.getState().redoes)).toMatchObject(Array(2).fill({ path: 'd0.iommuPage' }))
  })

  it('lose one, and its run is closed; the last one stays', async () => {
    const { a, b, sessions, workers, settle, proven } = two(where)
    let told = 0
    const leave = sessions.subscribe(() => told++)
    sessions.activate(b)
    const before = await proven(a)
    expect([sessions.drop(b), sessions.active(), sessions.all()]).toEqual([true, a, [a]])
    settle()
    if (where === 'apart') expect(workers.map(({ ended }) => ended)).toEqual([false, true])
    else expect(workers[0]!.sent.at(-1)).toMatchObject({ type: expect.stringMatching('close|frame') })
    expect(workers[workers.length - 1]!.sent.filter(({ type }) => type === 'close')).toHaveLength(1)
    b.actions.play()
    await b.idle()
    expect([sessions.drop(a), sessions.drop(b), told]).toEqual([false, false, 2])
    leave()
    expect(await proven(a)).toEqual(before)
  })

  it('lose one that somebody still acts on, or that waits for a file: nothing comes of it, and the other has its worker', async () => {
    const { a, b, sessions, workers, settle, proven } = two(where)
    const before = await proven(a)
    const file = late(b)
    sessions.drop(b)
    settle()
    const opens = () => workers.map(({ sent }) => sent.filter(({ type }) => type === 'open').length)
    const made = opens()
    await file.comes()
    b.actions.openPreset('frames-64k')
    b.actions.restartWorker()
    settle()
    expect([opens(), a.getState().ready, a.getState().dead]).toEqual([made, true, false])
    await expect(b.hash()).rejects.toThrow()
    expect(await proven(a)).toEqual(before)
  })

  it('wait each for its own file, also when the other asks for a new worker', async () => {
    const { a, b, settle, proven } = two(where)
    const file = late(b)
    a.actions.restartWorker()
    settle()
    expect(b.getState().loading).toBe('late.json')
    await file.comes()
    settle()
    expect([a, b].map((lab) => lab.getState().scenario.preset)).toEqual(['frames-64k', 'one-lock'])
    expect(b.getState().loading).toBe(null)
    await proven(b)
  })

  it('are both brought back when one asks for a new worker, if it was theirs', async () => {
    const { a, b, workers, set, settle, proven } = two(where)
    set(a, 'd0.iommuPage', 4096)
    set(b, 'd0.flush', 'strict')
    const before = [await proven(a), await proven(b)]
    workers[0]!.worker.onerror?.({ message: 'out of memory' })
    expect([a, b].map((lab) => lab.getState().dead)).toEqual([true, where === 'beside'])
    a.actions.restartWorker()
    settle()
    expect([a, b].map((lab) => [lab.getState().dead, lab.getState().failure])).toEqual(Array(2).fill([false, null]))
    expect(workers).toHaveLength(where === 'beside' ? 2 : 3)
    expect([await proven(a), await proven(b)]).toEqual(before)
    expect([a, b].map((lab) => lab.getState().undoes)).toMatchObject([{ path: 'd0.iommuPage' }, { path: 'd0.flush' }])
  })
})

describe('the page', () => {
  it('has an address and a line that are of the active session, and a theme that is of none', () => {
    const { a, b, sessions, entries, settle, visit, set } = two('beside')
    const before = entries.length
    const said = a.getState().announcement
    set(b, 'd0.flush', 'strict')
    b.actions.undo()
    settle()
    expect([entries.length, a.getState().announcement]).toEqual([before, said])
    const heard: string[] = []
    const leave = b.subscribe((now, before) => heard.push(`${before.theme} ${now.theme}`))
    a.actions.setTheme('light')
    leave()
    a.actions.setTheme('dark')
    expect([b.getState().theme, heard]).toEqual(['dark', ['system light']])
    sessions.activate(b)
    settle()
    expect(entries.at(-1)).toBe(b.actions.link())
    visit('#s=one-lock')
    settle()
    expect([a, b].map((lab) => lab.getState().scenario.preset)).toEqual(['frames-64k', 'one-lock'])
    b.actions.undo()
    settle()
    expect([b.getState().announcement, b.getState().scenario.preset]).toEqual(['undo', 'batched'])
  })

  it('shows of a link that its file is not in it until another run stands where it was made', () => {
    const { a, b, settle } = two('beside')
    a.actions.showLink('fileless')
    b.actions.openPreset('one-lock')
    settle()
    expect(a.getState().linkShown).toBe('fileless')
    a.actions.openPreset('one-lock')
    expect(a.getState().linkShown).toBe(null)
  })

  it('writes its address when the active session did something and has it on the screen, whatever another one does', () => {
    const page = bench()
    const { lab, sessions, entries } = page
    lab.actions.openLink('')
    page.accept(1, 0)
    page.tick()
    page.answer()
    page.tick()
    const other = sessions.fork(lab)
    page.accept(2, 0)
    page.tick()
    page.answer()
    page.tick()
    page.pass(5000)
    lab.actions.setParam('m.cpus', 4)
    other.actions.setParam('m.cpus', 2)
    // The picture of the other one comes first.
    page.accept(2, 1)
    page.answer({ source: 2 })
    page.tick()
    expect(entries).toEqual([])
    page.accept(1, 1)
    for (let frames = 0; frames < 2; frames++) {
      page.answer({ source: 1, revision: 1 })
      page.tick()
    }
    expect(entries).toEqual(['push #at=1000&in=1'])
    page.pass(5000)
    other.actions.setView({ colourBy: 'cpu' })
    lab.actions.seek(2000)
    lab.actions.select(3)
    for (let frames = 0; frames < 2; frames++) {
      page.answer({ source: 1, ns: 2000, revision: 1 })
      page.tick()
    }
    expect(entries.slice(1)).toEqual(['push #at=2000&in=1'])
    page.pass(5000)
    other.actions.setView({ colourBy: 'state' })
    lab.actions.step(1)
    for (let frames = 0; frames < 2; frames++) {
      page.answer({ source: 1, ns: 2001, revision: 1 })
      page.tick()
    }
    expect(entries.slice(2)).toEqual(['replace #at=2001&in=1'])
  })

  it('is told of every session, those included that come later, until it no longer listens', () => {
    const { a, b, sessions } = two('beside')
    let told = 0
    const leave = sessions.watch(() => told++)
    const tellsOf = (lab: Lab) => {
      const before = told
      lab.actions.hover((lab.getState().hovered ?? 0) + 1)
      return told > before
    }
    const c = sessions.fork(a)
    expect([a, b, c].map(tellsOf)).toEqual([true, true, true])
    sessions.drop(c)
    leave()
    expect([a, b].map(tellsOf)).toEqual([false, false])
  })

  it('closes every run and every worker at its end', () => {
    const { sessions, workers } = two('apart')
    sessions.close()
    expect(workers.map(({ ended }) => ended)).toEqual([true, true])
  })

  it('gives maps of all sessions another shape at once', () => {
    const page = bench()
    page.lab.actions.openLink('')
    page.tick()
    page.answer()
    const other = page.sessions.fork(page.lab)
    page.tick()
    page.answer()
    page.tick()
    other.actions.setMapColumns(64)
    page.tick()
    const shapes = page.requests().slice(-2)
    expect(new Set(shapes.map(({ source }) => source)).size).toBe(2)
    expect(shapes.map(({ probes }) => probes['iova-space']?.columns)).toEqual([64, 64])
  })
})
