// Undo and Back, with what brings another run: files, logs, links.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { REC_MAP, type Recording, type Scenario } from '../../sim/index.ts'
import { presets } from '../../tools/open-presets.ts'
import { readFile } from '../files.ts'
import { liveLab } from '../testing/live-lab.ts'
import { type Live, opened, redo, SOME, set, standing, to, undo } from '../testing/undo-bench.ts'

describe('undo', () => {
  it('makes an address of what it brings, and Back, which opens one, is undone like any link', () => {
    const live = opened('s=frames-64k&at=3000000')
    set(live, 'd0.iommuPage', 4096)
    const [changed] = live.entries.slice(-1)
    live.pass(1000)
    undo(live)
    const [undone] = live.entries.slice(-1)
    expect(undone).not.toContain('iommuPage')
    live.visit(changed!, 'back')
    live.settle()
    expect(standing(live).scenario.inputs).toHaveLength(1)
    expect(live.lab.getState().undoes).toEqual({ kind: 'back' })
    // Of what is open now, not of what was.
    expect(live.lab.getState().announcement).toBe('opened')
    undo(live)
    expect(standing(live).scenario.inputs).toEqual([])
  })

  it('leaves a run as it is, and what can be redone, when a file or a link makes none', async () => {
    const live = opened('s=frames-64k&at=3000000')
    set(live, 'd0.iommuPage', 4096)
    set(live, 'w0.load', 30)
    undo(live)
    live.lab.actions.setView({ selected: 5 })
    const before = standing(live)
    live.lab.actions.play()
    // What was opened between had not shown itself.
    live.lab.actions.openPreset('nommu')
    await dropped(live, { ...recorded('bad.txt', 3), offset: -256 })
    expect(live.lab.getState()).toMatchObject({
      ready: true,
      playing: false,
      failure: null,
      unreadable: expect.stringMatching(/^bad.txt: .*-256/),
      undoes: { path: 'd0.iommuPage' },
      redoes: { path: 'w0.load' },
    })
    to(live, before.ns)
    expect([{ ...standing(live), events: before.events }, await live.hash()]).toEqual([before, live.anew()])
    // Nor is the error met again by a new worker.
    live.lab.actions.restartWorker()
    live.settle()
    expect([standing(live).scenario, live.lab.getState().ready]).toEqual([before.scenario, true])
    redo(live)
    expect(standing(live).scenario.inputs).toHaveLength(2)
  })

  it('lets a run stand that stood when a file was dropped that makes none', async () => {
    const live = opened('s=frames-64k&at=3000000')
    live.lab.actions.openFile('bad.txt', async () => ({ ...recorded('bad.txt', 3), offset: -256 }))
    await new Promise((done) => setTimeout(done))
    for (let i = 0; i < 200; i++) live.turn()
    expect(live.lab.getState()).toMatchObject({ playing: false, unreadable: expect.stringMatching(/^bad.txt/) })
    expect(live.lab.frames.latest()!.status).toMatchObject({ ns: 3_000_000, mode: 'paused' })
  })

  it('opens the first preset when there was no run before what makes none', () => {
    const live = liveLab([...SOME, { ...SOME[0]!, id: 'broken', scenario: unmade(SOME[0]!.scenario) }])
    live.lab.actions.openPreset('broken')
    live.settle()
    expect(live.lab.getState()).toMatchObject({ ready: true, scenario: { preset: SOME[0]!.id } })
    expect(live.lab.getState().failure).not.toBeNull()
  })

  it('and Back find each of two dropped files of one name again', async () => {
    const live = opened()
    await dropped(live, recorded('boot.txt', 3))
    live.pass(1000)
    const [one] = live.entries.slice(-1)
    await dropped(live, recorded('boot.txt', 4))
    const [two] = live.entries.slice(-1)
    expect(one).not.toBe(two)
    const count = () => live.lab.getState().scenario.recording?.ops.count
    expect(count()).toBe(4)
    live.visit(one!)
    live.settle()
    expect([count(), live.lab.getState().problems]).toEqual([3, []])
    undo(live)
    expect(count()).toBe(4)
    undo(live)
    expect(count()).toBe(3)
    // The form of before has the name alone: the newest of that name.
    live.visit('#s=file&file=boot.txt')
    live.settle()
    expect([count(), live.lab.getState().problems]).toEqual([4, []])
    live.visit('#s=file&file=other.txt')
    live.settle()
    expect(live.lab.getState().problems).toHaveLength(1)
  })

  it('and Back know the log that a run was made from, and its device', async () => {
    const live = liveLab(presets)
    const { actions } = live.lab
    actions.openLink('s=pinhole')
    live.settle()
    const bytes = readFileSync(new URL('../../sim/vectors/dmesg/ddw_powervm_vpmem_2021.txt', import.meta.url))
    const file = new File([bytes], 'vpmem.txt')
    const content = await readFile(file)
    actions.openHelp()
    actions.openFile(file.name, async () => content)
    await new Promise((done) => setTimeout(done))
    live.settle()
    // Whatever was open over the lab.
    expect(live.lab.getState().over).toBe(null)
    live.pass(1000)
    const [first] = live.entries.slice(-1)
    actions.openLogged(1)
    live.settle()
    live.pass(1000)
    const [second] = live.entries.slice(-1)
    const device = () => live.lab.getState().fromLog?.at
    expect([device(), live.lab.getState().undoes?.kind]).toEqual([1, 'device'])
    undo(live)
    expect(device()).toBe(0)
    undo(live)
    expect([device(), standing(live).scenario.preset]).toEqual([undefined, 'pinhole'])
    for (const [link, at] of [
      [first, 0],
      [second, 1],
    ] as const) {
      live.visit(link!)
      live.settle()
      expect(device()).toBe(at)
    }
    live.visit('#s=nommu')
    live.settle()
    expect(device()).toBeUndefined()
  })

  it('shows what a link says of a recording once that is dropped, and no other', async () => {
    const made = opened('s=pinhole')
    await dropped(made, recorded('boot.txt', 40))
    set(made, 'd0.allocator', 'tce-halves')
    made.lab.actions.setView({ colourBy: 'cpu' })
    const link = made.lab.actions.link()
    const live = opened(link)
    expect(live.lab.getState().problems).toMatchObject([{ field: 'file' }])
    expect(standing(live).scenario.preset).toBe('frames-64k')
    await dropped(live, recorded('boot.txt', 40))
    expect(live.lab.actions.link()).toBe(link)
    expect(live.lab.getState().problems).toEqual([])
    const other = opened(link)
    await dropped(other, recorded('boot.txt', 30))
    expect(other.lab.getState().scenario).toMatchObject({ inputs: [], recording: { records: 30 } })
  })
})

/** A trace of maps of a page each, one after another. */
function recorded(name: string, count: number): Recording {
  const steps = Array.from({ length: count }, (_, i) => i)
  return {
    ...{ name, format: 'test', way: 'tce', space: 'window 1', cpus: 1 },
    ...{ pageShift: 12, offset: 0, size: 64, records: count, endNs: 1000 * count },
    ...{ assumed: [], broken: 0, problems: [] },
    ops: {
      count,
      kind: new Uint8Array(count).fill(REC_MAP),
      ns: Float64Array.from(steps, (i) => 1000 * i),
      entry: Float64Array.from(steps),
      npages: new Int32Array(count).fill(1),
      address: new Float64Array(count),
      permission: new Uint8Array(count).fill(3),
      line: Int32Array.from(steps, (i) => i + 1),
    },
  }
}

async function dropped(live: Live, recording: Recording) {
  live.lab.actions.openFile(recording.name, async () => recording)
  await new Promise((done) => setTimeout(done))
  for (let i = 0; i < 40; i++) live.turn()
  if (live.lab.getState().playing) live.lab.actions.pause()
  live.settle()
}

/** A scenario of which no machine can be made. */
const unmade = (scenario: Scenario): Scenario => ({
  ...scenario,
  workloads: scenario.workloads.map((w) => ({ ...w, type: 'none' })),
})
