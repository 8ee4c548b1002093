import { describe, expect, it } from 'vitest'
import { presetById } from '../sim/index.ts'
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

  it('reports an impossible change and loses nothing', () => {
    const r = opened(4 * MS)
    r.send({ type: 'input', source: 1, path: 'd0.iommuPage', value: 12 })
    expect(r.said.some((m) => m.type === 'problem' && m.message.includes('d0.iommuPage'))).toBe(true)
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
})
