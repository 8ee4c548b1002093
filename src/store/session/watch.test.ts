// Watching: a run plays into what its story is about and stands there, told of, until something else is done.

import { describe, expect, it } from 'vitest'
import { createRun, presetById, presets, subjectOf } from '../../sim/index.ts'
import { endedText } from '../../text/worker.ts'
import type { Ended } from '../../worker/protocol.ts'
import { opened as benched } from '../testing/lab-bench.ts'
import { liveLab } from '../testing/live-lab.ts'

const FIRST = presetById('frames-64k')!
const PRESETS = ['frames-64k', 'slot-leak', 'batched', 'pools'].map((id) => presetById(id)!)

function opened(start = '') {
  const live = liveLab(PRESETS, start)
  live.lab.actions.openLink(start)
  live.settle()
  return live
}

/** Lets it play until it stands by itself. */
function untilItStands(live: ReturnType<typeof opened>) {
  for (let i = 0; i < 60_000 && (live.lab.getState().playing || !live.lab.getState().ready || i < 50); i++) live.turn()
  live.settle()
}

/** Where the first such happening after the opening moment of a preset is. */
function foundIn(id: string) {
  const { scenario, openNs, horizonNs } = presetById(id)!
  const run = createRun(scenario, horizonNs)
  run.seek({ ns: openNs })
  const way = run.go({ kind: 'find', what: subjectOf(scenario), back: false })
  while (!way.next().done);
  const { nowNs: ns, events } = run.machine.state
  return { ns, events }
}

describe('watching', () => {
  it.each(PRESETS.map((p) => p.id))('%s plays from its opening moment into what its story is about', (id) => {
    const live = opened()
    live.lab.actions.watch(id)
    const there = foundIn(id)
    untilItStands(live)
    const { told, watching, playing, scenario } = live.lab.getState()
    expect(scenario.preset).toBe(id)
    expect({ watching, playing }).toEqual({ watching: null, playing: false })
    expect(told).toMatchObject({ kind: 'play', how: 'there', ...there })
    expect(live.lab.frames.latest()!.status).toMatchObject({ ...there, mode: 'paused' })
  })

  it('opens nothing anew where the preset stands as it opens, and does where it was changed', () => {
    const live = opened()
    live.lab.actions.openGallery()
    live.lab.actions.watch()
    expect(live.lab.getState()).toMatchObject({ playing: true, undoes: null, watching: 'refusal', over: null })
    untilItStands(live)
    live.lab.actions.setParam('d0.iommuPage', 4096)
    live.lab.actions.pause()
    live.settle()
    live.lab.actions.watch()
    untilItStands(live)
    const { undoes, told, scenario } = live.lab.getState()
    expect([undoes?.kind, told?.what, scenario.inputs]).toEqual(['values', 'refusal', []])
    expect(live.lab.frames.latest()!.status.ns).toBe(foundIn(FIRST.id).ns)
  })

  it.each<[string, (live: ReturnType<typeof opened>) => void]>([
    ['a change', ({ lab }) => lab.actions.setParam('d0.iommuPage', 4096)],
    ['play', ({ lab }) => lab.actions.play()],
    ['a step', ({ lab }) => lab.actions.step(1)],
    ['a seek', ({ lab }) => lab.actions.seek(5_000_000)],
    ['home', ({ lab }) => lab.actions.reset()],
    ['undo', ({ lab }) => lab.actions.undo()],
    ['another preset', ({ lab }) => lab.actions.openPreset('pools')],
    ['a link', (live) => live.visit('#v=1&s=pools')],
  ])('is told of until %s', (_, act) => {
    const live = opened()
    live.lab.actions.setParam('w0.ring', 512)
    live.settle()
    live.lab.actions.watch()
    untilItStands(live)
    live.lab.actions.select(3)
    live.lab.actions.hover(4)
    live.settle()
    expect(live.lab.getState().told?.what).toBe('refusal')
    act(live)
    for (let i = 0; i < 200; i++) live.turn()
    expect(live.lab.getState()).toMatchObject({ told: null, watching: null })
  })

  it('goes on with a change made where it stands', () => {
    const live = opened()
    live.lab.actions.watch()
    untilItStands(live)
    live.lab.actions.setParam('d0.iommuPage', 4096)
    for (let i = 0; i < 600; i++) live.turn()
    expect(live.lab.getState()).toMatchObject({ playing: true, told: null, pending: {} })
    const { summary, status } = live.lab.frames.latest()!
    expect([status.mode, summary.refused, summary.mapped > 0]).toEqual(['playing', 0, true])
  })

  it('ends with a change made on the way: the run plays on', () => {
    const live = opened()
    live.lab.actions.watch()
    for (let i = 0; i < 40; i++) live.turn()
    live.lab.actions.setParam('w0.ring', 2048)
    for (let i = 0; i < 5000; i++) live.turn()
    expect(live.lab.getState()).toMatchObject({ playing: true, told: null, watching: null })
    expect(live.lab.frames.latest()!.summary.refused).toBeGreaterThan(0)
  })

  it('goes on to the same place at another speed', () => {
    const live = opened()
    live.lab.actions.watch()
    for (let i = 0; i < 40; i++) live.turn()
    live.lab.actions.setSpeed('max')
    untilItStands(live)
    expect(live.lab.getState().told).toMatchObject(foundIn(FIRST.id))
  })
})

describe('playing while a run opens', () => {
  const onItsWay = () => {
    const live = liveLab(PRESETS)
    live.lab.actions.openLink('s=frames-64k')
    return live
  }
  const status = ({ lab }: ReturnType<typeof opened>) => lab.frames.latest()!.status

  it('begins where it is opened, and what is watched for is met', () => {
    const live = onItsWay()
    live.lab.actions.play()
    while (!live.lab.getState().playing) live.turn()
    for (let i = 0; i < 20; i++) live.turn()
    expect(status(live).ns).toBeGreaterThanOrEqual(FIRST.openNs)
    const other = onItsWay()
    other.lab.actions.playTo('refusal')
    expect(other.lab.getState().playing).toBe(false)
    untilItStands(other)
    expect(other.lab.getState().told).toMatchObject(foundIn(FIRST.id))
  })

  it.each<[string, number, (live: ReturnType<typeof opened>) => void]>([
    ['play again', FIRST.openNs, ({ lab }) => lab.actions.play()],
    ['a seek of a person', 1_000_000, ({ lab }) => lab.actions.seek(1_000_000)],
  ])('is called off by %s', (_, ns, act) => {
    const live = onItsWay()
    live.lab.actions.play()
    act(live)
    live.settle()
    expect(live.lab.getState().playing).toBe(false)
    expect(status(live)).toMatchObject({ ns, mode: 'paused' })
  })

  it('does not wait for a seek of a person on the way', () => {
    const b = benched()
    b.lab.actions.openLink('')
    b.lab.actions.seek(5000)
    b.lab.actions.play()
    expect(b.sent.at(-1)?.type).toBe('play')
  })
})

describe('what is watched for', () => {
  it('is so again when a paused run plays on, until something else is done', () => {
    const b = benched()
    const goal = () => b.sent.findLast((m) => m.type === 'play')?.to?.what
    b.lab.actions.playTo('refusal')
    b.lab.actions.pause()
    expect(b.lab.getState().watching).toBe(null)
    b.lab.actions.play()
    expect([b.lab.getState().watching, goal()]).toEqual(['refusal', 'refusal'])
    b.lab.actions.pause()
    b.lab.actions.step(1)
    b.lab.actions.play()
    expect([b.lab.getState().watching, goal()]).toEqual([null, undefined])
  })

  const AT = { ns: 1, events: 1, looked: 1 } as const

  it.each<[string, Omit<Ended, 'how'>]>([
    ['a seek', { ...AT, kind: 'seek' }],
    ['a step past such a happening', { ...AT, kind: 'step', saw: ['refusal'] }],
    ['a search for something else', { ...AT, kind: 'find', what: 'flush' }],
  ])('is not seen where %s that was asked for before comes to its end', (_, ended) => {
    const b = benched()
    b.lab.actions.playTo('refusal')
    b.say({ type: 'stopped', source: 1, ended: { ...ended, how: 'there' } })
    expect(b.lab.getState()).toMatchObject({ playing: true, watching: 'refusal', told: null })
  })

  it.each(['none', 'over'] as const)('is no longer where playing ends without it (%s)', (how) => {
    const b = benched()
    b.lab.actions.playTo('refusal')
    b.say({ type: 'stopped', source: 1, ended: { ...AT, kind: 'play', what: 'refusal', how } })
    expect(b.lab.getState()).toMatchObject({ playing: false, watching: null, told: null, ended: { how } })
  })

  it('is no longer where the run, or its worker, fails', () => {
    for (const fail of ['problem', 'crash'] as const) {
      const b = benched()
      b.lab.actions.playTo('refusal')
      if (fail === 'crash') b.crash()
      else b.say({ type: 'problem', source: 1, message: 'no' })
      expect(b.lab.getState().watching).toBe(null)
    }
  })

  // One that comes to nothing, and one in which there is nothing.
  it.each(['iotlb-wall', 'panic'])('ends where it does not come, and says so: %s', (id) => {
    const live = liveLab(presets)
    live.lab.actions.openPreset(id)
    live.settle()
    live.lab.actions.setSpeed('max')
    live.lab.actions.playTo('late')
    untilItStands(live)
    const { ended, watching, told, playing } = live.lab.getState()
    expect({ watching, told, playing }).toEqual({ watching: null, told: null, playing: false })
    const { openNs, horizonNs } = presetById(id)!
    if (id === 'panic') return expect(ended?.how).toBe('over')
    expect(ended).toMatchObject({ kind: 'play', how: 'none', what: 'late', ns: openNs + horizonNs })
    expect(endedText(ended!)).toMatch(/^No late access so far: played on to 3\.000 ms, .* events looked at$/)
  })

  it('is still watched for when a stretch is skipped, and seen where that leads to it', () => {
    const there = foundIn(FIRST.id)
    const live = opened()
    live.lab.actions.watch()
    for (let i = 0; i < 40; i++) live.turn()
    live.lab.actions.skip()
    live.lab.actions.skip()
    untilItStands(live)
    expect(live.lab.getState().told).toMatchObject({ what: 'refusal', ...there })
    live.lab.actions.step(-1)
    live.settle()
    live.lab.actions.playTo('refusal')
    live.lab.actions.skip()
    untilItStands(live)
    expect(live.lab.getState()).toMatchObject({ watching: null, told: { what: 'refusal', ...there } })
    expect(live.lab.frames.latest()!.status).toMatchObject(there)
  })
})

describe('skipping', () => {
  it.each([
    ['where its preset opens', '', 180.55],
    ['at a moment that a link names', '&at=7000000', 7],
  ])('is done at once of a run that would open in a dead stretch, %s', (_, at, ms) => {
    // Of a window that takes 180 ms to clear.
    const link = `#v=1&s=ddw-direct&m.ram=64g&m.maxRam=2t&m.pmem=on&d0.pageSizes=64k&d0.tces=16m&w0.rate=1g${at}`
    const live = liveLab(presets, link)
    live.lab.actions.openLink(link)
    live.settle()
    expect(live.lab.getState().problems).toEqual([])
    expect(live.lab.frames.latest()!.status.ns / 1e6).toBeCloseTo(ms, 0)
  })

  it('goes to right after the next visible operation, and plays on only if it played', () => {
    const stood = opened()
    const { steps } = stood.lab.frames.latest()!.status
    stood.lab.actions.skip()
    stood.settle()
    expect(stood.lab.frames.latest()!.status).toMatchObject({ steps: steps + 1, mode: 'paused' })
    expect(stood.lab.getState().playing).toBe(false)
    stood.lab.actions.play()
    for (let i = 0; i < 40; i++) stood.turn()
    stood.lab.actions.skip()
    for (let i = 0; i < 40; i++) stood.turn()
    expect(stood.lab.getState().playing).toBe(true)
    expect(stood.lab.frames.latest()!.status.mode).toBe('playing')
  })
})
