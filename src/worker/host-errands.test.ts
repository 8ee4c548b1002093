// Errands of a run, and the mail that comes on their way.

import { describe, expect, it } from 'vitest'
import { decodeLink } from '../share/url.ts'
import { FIND_EVENTS, MAX_NS, presetById, STEP_EVENTS } from '../sim/index.ts'
import { playable } from '../tools/recordings.ts'
import type { ToWorker } from './protocol.ts'
import { opened, rig } from './testing/host-rig.ts'

const MS = 1_000_000
const { scenario, horizonNs } = presetById('frames-64k')!
const REFUSAL: ToWorker = { type: 'find', source: 1, what: 'refusal', back: false }

/** A run of which nothing visible ever happens, although there is always a next event. */
function silent() {
  const r = rig()
  const link = decodeLink('#v=1&s=hypervisor-2011&m.comesUp=absent&at=5194500')
  r.send({ type: 'open', source: 1, scenario: link.scenario, horizonNs, at: link.position })
  r.settle()
  return r
}

describe('an errand', () => {
  it('steps forward and back', () => {
    const r = opened(3 * MS)
    const hash = () => {
      r.settle()
      r.send({ type: 'hash', source: 1 })
      const last = r.said.at(-1)!
      return last.type === 'hash' ? last.hash : ''
    }
    const start = hash()
    r.send({ type: 'step', source: 1, steps: 100 })
    expect(hash()).not.toBe(start)
    r.send({ type: 'step', source: 1, steps: -100 })
    expect(hash()).toBe(start)
  })

  it('looks at its mail after every few milliseconds of whatever it does', () => {
    const r = silent()
    for (const message of [
      { type: 'step', source: 1, steps: 1 },
      { type: 'step', source: 1, steps: 100 },
      REFUSAL,
      { type: 'seek', source: 1, to: { ns: 500 * MS } },
      { type: 'seek', source: 1, to: { ns: 5 * MS, events: 1e12 } },
      { type: 'find', source: 1, what: 'flush', back: true },
      { type: 'step', source: 1, steps: -100 },
      { type: 'play', source: 1, speed: 'max' },
    ] as const) {
      // A look at the clock takes 1 ms.
      const began = r.clock()
      r.send(message)
      expect(r.clock() - began).toBeLessThan(12)
      for (let turns = 0; turns < 20; turns++) {
        const before = r.clock()
        r.turn()
        expect(r.clock() - before).toBeLessThan(12)
      }
    }
    r.send({ type: 'step', source: 1, steps: 1 })
    r.send({ type: 'close', source: 1 })
    r.send({ type: 'open', source: 2, scenario, horizonNs, at: { ns: MS } })
    for (let turns = 0; turns < 40; turns++) r.turn()
    expect(r.said.at(-1)).toMatchObject({ type: 'stopped', source: 2, ended: { how: 'there' } })
  })

  it('ends a step that nothing comes of, and says how far it looked', () => {
    const r = silent()
    const { ns, events } = r.frame().status
    r.send({ type: 'step', source: 1, steps: 1 })
    expect(r.frame().status).toMatchObject({ mode: 'seeking', underway: { kind: 'step' } })
    r.settle()
    const ended = r.ended()!
    expect(ended).toMatchObject({ kind: 'step', how: 'none', events: events + STEP_EVENTS, looked: STEP_EVENTS })
    expect(ended.ns).toBeGreaterThan(ns)
    expect(r.frame().status).toMatchObject({ ns, events, mode: 'paused', underway: null })
  })

  it('tells how far a search is and about how long it takes, and stands where it is stopped', () => {
    const r = silent()
    const { ns } = r.frame().status
    r.send(REFUSAL)
    for (let i = 0; i < 40; i++) r.turn()
    const { status } = r.frame()
    expect(status.underway).toMatchObject({ kind: 'find', what: 'refusal', back: false, of: FIND_EVENTS })
    expect(status.underway!.leftMs).toBeGreaterThan(100)
    expect(status.ns).toBeGreaterThan(ns)
    r.send({ type: 'pause', source: 1 })
    expect(r.ended()).toMatchObject({ kind: 'find', how: 'stopped', ns: status.ns })
    expect(r.frame().status).toMatchObject({ mode: 'paused', ns: status.ns })
  })

  it('goes home when a step or a search back is stopped', () => {
    const r = opened(60 * MS)
    const { ns, events } = r.frame().status
    for (const message of [
      { type: 'find', source: 1, what: 'late', back: true },
      { type: 'step', source: 1, steps: -1000 },
    ] as const) {
      r.send(message)
      r.turn()
      expect(r.frame().status.mode).toBe('seeking')
      r.send({ type: 'pause', source: 1 })
      r.send({ type: 'pause', source: 1 })
      r.settle()
      expect(r.ended()).toMatchObject({ kind: message.type, how: 'stopped' })
      expect(r.frame().status).toMatchObject({ ns, events, mode: 'paused' })
    }
  })

  it('keeps steps and changes for the end of what is under way, in their order', () => {
    const r = opened(2 * MS)
    r.send({ type: 'seek', source: 1, to: { ns: 60 * MS } })
    r.send({ type: 'input', source: 1, path: 'w0.load', value: 30 })
    r.send({ type: 'step', source: 1, steps: 2 })
    r.send({ type: 'input', source: 1, path: 'w0.load', value: 20 })
    expect(r.frame().revision).toBe(0)
    r.settle()
    const told = r.said.findLast((m) => m.type === 'scenario')
    const inputs = told?.type === 'scenario' ? told.scenario.inputs : []
    expect(inputs.map((i) => i.value)).toEqual([30, 20])
    expect(inputs[0]!.ns).toBe(60 * MS)
    expect(inputs[1]!.events).toBeGreaterThan(inputs[0]!.events)
  })

  it('ends a search for a change, and drops steps that a stop is meant for', () => {
    const r = silent()
    r.send({ type: 'step', source: 1, steps: 1 })
    r.send({ type: 'step', source: 1, steps: 1 })
    r.send({ type: 'pause', source: 1 })
    r.settle()
    expect(r.said.filter((m) => m.type === 'stopped' && m.ended.kind === 'step')).toHaveLength(1)
    r.send(REFUSAL)
    r.turn()
    r.send({ type: 'input', source: 1, path: 'd0.iotlb', value: 128 })
    expect(r.said.at(-1)!.type).not.toBe('stopped')
    r.settle()
    expect(r.frame().status.mode).toBe('paused')
  })

  it('does what was asked on the way home in its order, and nothing of it later', () => {
    const r = opened(60 * MS)
    r.send({ type: 'find', source: 1, what: 'late', back: true })
    r.turn()
    r.send({ type: 'play', source: 1, speed: 1 / 1000 })
    r.send({ type: 'step', source: 1, steps: 1 })
    // Never at rest, if it plays.
    for (let turns = 0; turns < 2000; turns++) r.turn()
    expect(r.said.flatMap((m) => (m.type === 'stopped' ? [m.ended.kind] : []))).toEqual(['seek', 'find', 'step'])
    expect(r.frame().status).toMatchObject({ mode: 'paused' })
    r.send({ type: 'seek', source: 1, to: { ns: 2 * MS } })
    r.settle()
    expect(r.frame().status.ns).toBe(2 * MS)
  })

  it('plays at any speed to the last event and no further, and says so', () => {
    const ends = (['max', 1, 1 / 1000] as const).map((speed) => {
      const r = opened()
      r.send({ type: 'input', source: 1, path: 'w0.load', value: 0 })
      r.send({ type: 'input', source: 1, path: 'w0.ring', value: 64 })
      r.send({ type: 'play', source: 1, speed })
      r.settle()
      expect(r.ended()).toMatchObject({ kind: 'play', how: 'over' })
      expect(r.ended()).not.toHaveProperty('end')
      const { mode, ns, events } = r.frame().status
      expect([mode, ns]).toEqual(['paused', r.ended()!.ns])
      return [ns, events]
    })
    // The clock stands at what happened last, not at the end of time.
    expect(ends[0]![0]).toBeLessThan(horizonNs)
    expect(ends).toEqual([ends[0], ends[0], ends[0]])
  })

  it('plays a recording to its end, but for a change that is still to come', () => {
    const boot = playable(presetById('real-boot')!)
    const end = boot.scenario.recording!.endNs
    const later = { ns: end + MS, events: 0, path: 'd0.allocator', value: 'tce-halves' }
    const told = [[], [later]].map((inputs) => {
      const r = rig()
      const scenario = { ...boot.scenario, inputs }
      r.send({ type: 'open', source: 1, scenario, horizonNs: boot.horizonNs, at: { ns: end - 9 * MS } })
      r.settle()
      r.send({ type: 'play', source: 1, speed: 1 })
      r.settle()
      return [r.ended()!.end, r.ended()!.ns, r.frame().status.inputs]
    })
    expect(told[0]).toEqual(['recording', expect.closeTo(end, -4), 0])
    expect(told[1]![2]).toBe(1)
  })

  it('plays at any speed to the last moment of a run that has more to come, and says so', () => {
    const r = rig()
    const { scenario, horizonNs } = playable(presetById('real-boot')!)
    const { ops } = scenario.recording!
    const ns = ops.ns.map((at, i) => (i === ops.count - 1 ? 2 * MAX_NS : at))
    const recording = { ...scenario.recording!, ops: { ...ops, ns } }
    for (const speed of [1, 'max'] as const) {
      r.send({ type: 'open', source: 1, scenario: { ...scenario, recording }, horizonNs, at: { ns: MAX_NS - 9 * MS } })
      r.settle()
      r.send({ type: 'play', source: 1, speed })
      r.settle()
      expect(r.ended()).toMatchObject({ kind: 'play', how: 'over', ns: MAX_NS, end: 'limit' })
      expect(r.frame().status.mode).toBe('paused')
    }
  })

  it('forgets steps that waited for an errand which is left for another', () => {
    const r = silent()
    r.send({ type: 'step', source: 1, steps: 1 })
    r.send({ type: 'step', source: 1, steps: 1 })
    r.send({ type: 'seek', source: 1, to: { ns: 0, events: 0 } })
    r.settle()
    expect(r.frame().status).toMatchObject({ ns: 0, events: 0 })
  })

  it('takes thousands of changes of one moment in slices', () => {
    const r = rig()
    const inputs = Array.from({ length: 2000 }, (_, i) => ({ ns: 0, events: 0, path: 'w0.load', value: 20 + (i % 50) }))
    r.send({ type: 'open', source: 1, scenario: { ...scenario, inputs }, horizonNs, at: { ns: MS } })
    expect(r.frame().status.inputs).toBeLessThan(100)
    r.settle()
    expect(r.frame().status).toMatchObject({ inputs: 2000, ns: MS })
  })

  it('answers the changes that waited for an errand which failed', () => {
    const r = opened(MS)
    r.send({ type: 'seek', source: 1, to: { ns: 60 * MS } })
    r.send({ type: 'input', source: 1, path: 'w0.load', value: 30 })
    r.send({ type: 'seek', source: 1, to: null as never })
    expect(r.said.slice(-2)).toMatchObject([{ type: 'problem' }, { type: 'scenario', scenario: { inputs: [] } }])
    r.send({ type: 'input', source: 1, path: 'w0.load', value: 30 })
    expect(r.said.at(-1)).toMatchObject({ type: 'scenario', revision: 1 })
  })

  it('answers a ping at once, whatever is open', () => {
    const r = silent()
    r.send({ type: 'step', source: 1, steps: 1 })
    r.send({ type: 'ping', ping: 3 })
    expect(r.said.at(-1)).toEqual({ type: 'pong', ping: 3 })
  })
})
