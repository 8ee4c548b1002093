import { describe, expect, it } from 'vitest'
import { createRun, presetById } from '../sim/index.ts'
import { underwayText } from '../text/worker.ts'
import type { ToWorker } from './protocol.ts'
import { ASK, opened, rig } from './testing/host-rig.ts'

const MS = 1_000_000
const { scenario, horizonNs } = presetById('frames-64k')!
const REFUSAL: ToWorker = { type: 'find', source: 1, what: 'refusal', back: false }

describe('host', () => {
  it('opens a scenario where it is asked to and says so', () => {
    const r = opened(3 * MS)
    expect(r.said.map((m) => m.type)).toEqual(['scenario', 'stopped'])
    expect(r.frame().status).toMatchObject({ ns: 3 * MS, mode: 'paused', underway: null })
  })

  it('plays at the asked speed, whatever the turns', () => {
    const r = opened()
    const began = r.clock()
    r.send({ type: 'play', source: 1, speed: 1 / 1000 })
    for (let i = 0; i < 10; i++) {
      r.wait(100)
      r.turn()
    }
    const { ns, mode } = r.frame().status
    expect(mode).toBe('playing')
    expect(ns / ((r.clock() - began) * 1000)).toBeCloseTo(1, 1)
    expect(ns).toBeGreaterThan(MS)
    r.send({ type: 'pause', source: 1 })
    r.settle()
    expect(r.frame().status.mode).toBe('paused')
  })

  it.each([1 / 4000, 1 / 3, 'max'] as const)('plays up to right after what it looks for, at %s', (speed) => {
    const looked = opened(2 * MS)
    looked.send(REFUSAL)
    looked.settle()
    const there = looked.frame()
    const r = opened(2 * MS)
    r.send({ type: 'play', source: 1, speed, to: { what: 'refusal', untilNs: 60 * MS } })
    for (let i = 0; i < 4000 && !r.said.some((m) => m.type === 'stopped' && m.ended.kind === 'play'); i++) r.turn()
    const { ns, events, mode } = r.frame().status
    expect({ ns, events, mode }).toEqual({ ns: there.status.ns, events: there.status.events, mode: 'paused' })
    expect(r.ended()).toMatchObject({ kind: 'play', how: 'there', what: 'refusal', ns, events })
    // Play again goes on.
    r.send({ type: 'play', source: 1, speed })
    r.wait(1000)
    r.turn()
    expect(r.frame().status.ns).toBeGreaterThan(ns)
  })

  it.each([1 / 100, 'max'] as const)('plays no further than it was told to look, at %s', (speed) => {
    const r = opened(2 * MS)
    r.send({ type: 'play', source: 1, speed, to: { what: 'late', untilNs: 3 * MS } })
    for (let i = 0; i < 4000 && !r.said.some((m) => m.type === 'stopped' && m.ended.kind === 'play'); i++) r.turn()
    expect(r.ended()).toMatchObject({ kind: 'play', how: 'none', what: 'late', ns: 3 * MS })
    expect(r.frame().status).toMatchObject({ ns: 3 * MS, mode: 'paused' })
  })

  it('says of a step what it saw', () => {
    const r = opened(2 * MS)
    r.send(REFUSAL)
    r.settle()
    const { ns, events } = r.ended()!
    r.send({ type: 'step', source: 1, steps: -1 })
    r.settle()
    expect(r.ended()).toMatchObject({ kind: 'step', saw: [] })
    r.send({ type: 'step', source: 1, steps: 1 })
    r.settle()
    expect(r.ended()).toMatchObject({ kind: 'step', how: 'there', saw: ['refusal'], ns, events })
  })

  it('answers while it seeks, and tells how far it is', () => {
    const r = opened()
    r.send({ type: 'seek', source: 1, to: { ns: 60 * MS } })
    r.turn()
    const { status } = r.frame()
    expect(status.mode).toBe('seeking')
    expect(status.underway!.done).toBeGreaterThan(0)
    expect(status.underway!.of).toBeGreaterThan(status.underway!.done)
    r.settle()
    expect(r.frame().status).toMatchObject({ ns: 60 * MS, mode: 'paused' })
  })

  it('counts changes while it is they that take long', () => {
    const inputs = Array.from({ length: 400 }, (_, i) => {
      return { ns: 0, events: 0, path: 'd0.iommuPage', value: i % 2 ? 4096 : 65536 }
    })
    const r = rig()
    const changed = { ...scenario, inputs: [...inputs, { ...inputs[0]!, ns: 9 * MS, events: 1e6 }] }
    r.send({ type: 'open', source: 1, scenario: changed, horizonNs: 8 * MS, at: { ns: MS } })
    const seen: number[] = []
    for (let i = 0; i < 5; i++) {
      r.turn()
      const { underway } = r.frame().status
      expect(underway?.changes).toMatchObject({ of: 400 })
      seen.push(underway!.changes!.done)
    }
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b))
    expect(underwayText(r.frame().status.underway!, 0)).toBe(`${seen.at(-1)} of 400 changes`)
    r.settle()
    expect(r.frame().status).toMatchObject({ ns: MS, underway: null })
  })

  it.each([1, -1])('ends a search for a step (%i), which it makes from where that was stopped', (steps) => {
    const r = opened(MS)
    r.send(REFUSAL)
    r.turn()
    expect(r.frame().status.underway?.kind).toBe('find')
    r.send({ type: 'step', source: 1, steps })
    for (let i = 0; i < 4 && r.frame().status.underway?.kind === 'find'; i++) r.turn()
    const ends = r.said.flatMap((m) => (m.type === 'stopped' ? [m.ended] : []))
    const stopped = ends.find(({ kind, how }) => kind === 'find' && how === 'stopped')
    r.settle()
    expect(r.ended()).toMatchObject({ kind: 'step', how: 'there' })
    expect(Math.sign(r.ended()!.events - stopped!.events)).toBe(steps)
  })

  it('runs to the next failure and stops there', () => {
    const r = opened()
    r.send(REFUSAL)
    r.settle()
    expect(r.ended()).toMatchObject({ kind: 'find', how: 'there', what: 'refusal' })
    expect(r.frame().summary.refused).toBe(1)
  })

  it('says that there is no failure when nothing is left to happen', () => {
    const r = opened()
    r.send({ type: 'input', source: 1, path: 'w0.load', value: 0 })
    r.send({ type: 'input', source: 1, path: 'w0.ring', value: 64 })
    r.send(REFUSAL)
    r.settle()
    expect(r.ended()).toMatchObject({ kind: 'find', how: 'over' })
  })

  it('takes changes while it plays, counts them, and sends the scenario that holds them', () => {
    const r = opened(5 * MS)
    r.send({ type: 'play', source: 1, speed: 'max' })
    r.turn()
    r.send({ type: 'input', source: 1, path: 'd0.iommuPage', value: 4096 })
    const told = r.said.at(-1)!
    expect(told).toMatchObject({ type: 'scenario', revision: 1 })
    expect(told.type === 'scenario' && told.scenario.inputs[0]).toMatchObject({ path: 'd0.iommuPage', value: 4096 })
    expect(r.frame()).toMatchObject({ revision: 1, status: { mode: 'playing' } })
  })

  it('leaves the processor to the page for a while after each frame, and still takes its mail', () => {
    const r = opened(5 * MS, 50)
    r.send({ type: 'play', source: 1, speed: 'max' })
    r.turn()
    const shown = r.frame().status.events
    r.turn()
    expect(r.frame().status.events).toBe(shown)
    r.send({ type: 'input', source: 1, path: 'd0.iommuPage', value: 4096 })
    expect(r.said.at(-1)).toMatchObject({ type: 'scenario', revision: 1 })
    r.turn()
    r.turn()
    expect(r.frame().status.events).toBeGreaterThan(shown)
  })

  it('stands, or plays on, at the same moment with other inputs, in slices, whatever is asked meanwhile', () => {
    const r = opened(5 * MS)
    const hash = () => {
      r.send({ type: 'hash', source: 1 })
      const last = r.said.at(-1)!
      return last.type === 'hash' ? last.hash : ''
    }
    r.send({ type: 'input', source: 1, path: 'd0.iommuPage', value: 4096 })
    r.send({ type: 'seek', source: 1, to: { ns: 30 * MS } })
    r.settle()
    r.send({ type: 'inputs', source: 1, inputs: [] })
    expect(r.said.at(-1)).toMatchObject({ type: 'scenario', revision: 2, scenario: { inputs: [] } })
    expect(r.frame().status.mode).toBe('seeking')
    // A change waits until it is there.
    r.send({ type: 'input', source: 1, path: 'w0.load', value: 30 })
    r.settle()
    const told = r.said.at(-1)!
    expect(told.type === 'scenario' && told.scenario.inputs).toMatchObject([{ ns: 30 * MS, path: 'w0.load' }])
    r.send({ type: 'inputs', source: 1, inputs: [] })
    r.settle()
    const other = opened(30 * MS)
    other.send({ type: 'hash', source: 1 })
    expect(other.said.at(-1)).toMatchObject({ hash: hash(), ns: 30 * MS })

    r.send({ type: 'input', source: 1, path: 'w0.load', value: 30 })
    r.send({ type: 'play', source: 1, speed: 'max' })
    r.turn()
    const { ns } = r.frame().status
    r.send({ type: 'inputs', source: 1, inputs: [] })
    r.send({ type: 'play', source: 1, speed: 1 / 1000 })
    for (let i = 0; r.frame().status.mode === 'seeking' && i < 10_000; i++) r.turn()
    expect(r.frame().status.ns).toBeGreaterThanOrEqual(ns)
    expect(r.frame().status.mode).toBe('playing')
    // A seek under way goes to its own end.
    r.send({ type: 'seek', source: 1, to: { ns: 60 * MS } })
    r.turn()
    r.send({ type: 'inputs', source: 1, inputs: [] })
    r.settle()
    expect(r.frame().status).toMatchObject({ ns: 60 * MS, mode: 'paused' })
    // Also where that was given by the number of an event, which is another one now.
    const { events } = r.frame().status
    r.send({ type: 'seek', source: 1, to: { ns: 2 * MS } })
    r.settle()
    r.send({ type: 'input', source: 1, path: 'd0.iommuPage', value: 4096 })
    r.send({ type: 'seek', source: 1, to: { ns: 60 * MS, events: Math.floor(events / 2) } })
    r.turn()
    r.send({ type: 'inputs', source: 1, inputs: [] })
    r.settle()
    expect(r.frame().status).toMatchObject({ ns: 60 * MS, events })
  })

  it('reports an impossible change and loses nothing', () => {
    const r = opened(4 * MS)
    r.send({ type: 'input', source: 1, path: 'd0.iommuPage', value: 12 })
    expect(r.said.some((m) => m.type === 'refused' && m.message.includes('d0.iommuPage'))).toBe(true)
    expect(r.frame()).toMatchObject({ revision: 0, status: { ns: 4 * MS } })
  })

  it('keeps sources apart and forgets a closed one', () => {
    const r = opened(MS)
    r.send({ type: 'open', source: 2, scenario, horizonNs, at: { ns: 2 * MS } })
    r.settle()
    expect(r.frame().status.ns).toBe(MS)
    r.send({ type: 'close', source: 1 })
    const before = r.said.length
    r.send(ASK)
    expect(r.said.length).toBe(before)
  })

  it('answers a frame that cannot be built at all', () => {
    const r = opened(MS)
    r.send({ ...ASK, request: 7, probes: null as never })
    expect(r.said.at(-1)).toMatchObject({ type: 'no-frame', request: 7 })
    expect(r.frame().status.ns).toBe(MS)
  })

  it('computes two runs in turn, a slice each with the mail after it, and each as if it were alone', () => {
    const r = rig()
    const open = (source: number, id: string) => {
      const preset = presetById(id)!
      r.send({ type: 'open', source, scenario: preset.scenario, horizonNs, at: { ns: 0 } })
    }
    open(1, 'frames-64k')
    open(2, 'one-lock')
    r.settle()
    const hash = (source: number) => {
      r.send({ type: 'hash', source })
      const last = r.said.at(-1)!
      return last.type === 'hash' ? last : null
    }
    r.send({ type: 'play', source: 1, speed: 'max' })
    r.send({ type: 'seek', source: 2, to: { ns: 4 * MS } })
    const events = [0, 0]
    // Each turn moves one of them, and never the same one twice.
    let moved = -1
    for (let turn = 0; turn < 8; turn++) {
      expect(r.turn()).toBe(true)
      const now = [hash(1)!.events, hash(2)!.events]
      const moves = now.flatMap((n, i) => (n > events[i]! ? [i] : []))
      if (turn > 0) expect(moves).toEqual([1 - moved])
      moved = moves[0]!
      events.splice(0, 2, ...now)
    }
    for (let turn = 0; turn < 2000 && r.ended()?.kind !== 'seek'; turn++) r.turn()
    r.send({ type: 'pause', source: 1 })
    r.settle()
    for (const [source, id] of [
      [1, 'frames-64k'],
      [2, 'one-lock'],
    ] as const) {
      const { hash: told, ns, events } = hash(source)!
      const alone = createRun(presetById(id)!.scenario, horizonNs)
      alone.seek({ ns, events })
      expect(told).toBe(alone.hash())
    }
  })
})
