import { describe, expect, it } from 'vitest'
import { decodeLink } from '../share/url.ts'
import { createRun, FIND_EVENTS, MAX_NS, presetById, STEP_EVENTS } from '../sim/index.ts'
import { underwayText } from '../text/worker.ts'
import { playable } from '../tools/recordings.ts'
import { createHost } from './host.ts'
import type { FrameRequest, FromWorker, ToWorker } from './protocol.ts'

const MS = 1_000_000
const { scenario, horizonNs } = presetById('frames-64k')!
const ASK: FrameRequest = {
  ...{ type: 'frame', source: 1, request: 1, table: 0, inspect: null, logLines: 9, recycle: [] },
  probes: { timeline: {} },
}

const REFUSAL: ToWorker = { type: 'find', source: 1, what: 'refusal', back: false }

/** A host whose clock and mail the test moves by hand. */
function rig(restMs = 0) {
  const said: FromWorker[] = []
  let queue: (() => void)[] = []
  let ms = 0
  const host = createHost({
    post: (message) => said.push(message),
    nowMs: () => {
      ms += 1
      return ms
    },
    later: (callback, after) => {
      queue.push(callback)
      ms += after
    },
    restMs,
  })
  return {
    said,
    send: (message: ToWorker) => host.receive(message),
    wait: (forMs: number) => {
      ms += forMs
    },
    clock: () => ms,
    turn() {
      const now = queue
      queue = []
      for (const callback of now) callback()
      return now.length > 0
    },
    settle() {
      while (this.turn());
    },
    ended() {
      const last = said.findLast((m) => m.type === 'stopped')
      return last?.type === 'stopped' ? last.ended : null
    },
    frame() {
      host.receive(ASK)
      const last = said.at(-1)!
      if (last.type !== 'frame') throw new Error(last.type)
      return last.frame
    },
  }
}

function opened(ns = 0, restMs = 0) {
  const r = rig(restMs)
  r.send({ type: 'open', source: 1, scenario, horizonNs, at: { ns } })
  r.settle()
  return r
}

/** A run of which nothing visible ever happens, although there is always a next event. */
function silent() {
  const r = rig()
  const link = decodeLink('#v=1&s=hypervisor-2011&m.comesUp=absent&at=5194500')
  r.send({ type: 'open', source: 1, scenario: link.scenario, horizonNs, at: link.position })
  r.settle()
  return r
}

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

  it('answers a ping at once, whatever is open', () => {
    const r = silent()
    r.send({ type: 'step', source: 1, steps: 1 })
    r.send({ type: 'ping', ping: 3 })
    expect(r.said.at(-1)).toEqual({ type: 'pong', ping: 3 })
  })
})
