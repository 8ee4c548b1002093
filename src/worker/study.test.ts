import { describe, expect, it } from 'vitest'
import { presetById } from '../sim/index.ts'
import { type PointResult, scalingPoints } from '../sim/studies/index.ts'
import type { FromStudy, ToStudy } from './protocol.ts'
import { createStudyClient, type StudyWorkerLike } from './study-client.ts'
import { createStudyHost } from './study-host.ts'

const { scenario } = presetById('pools')!
/** The points of one CPU: enough to see what a host does with them. */
const points = () => scalingPoints(scenario).filter((p) => p.x < 4)
const POINTS = points().length

/** A host whose clock and mail the test moves by hand; every look at the clock takes 4 ms. */
function rig(post: (message: FromStudy) => void) {
  let queue: (() => void)[] = []
  let ms = 0
  const rests: number[] = []
  const host = createStudyHost({
    post,
    nowMs: () => {
      ms += 4
      return ms
    },
    later(callback, after) {
      queue.push(callback)
      rests.push(after)
    },
    restMs: 12,
    points,
  })
  return {
    host,
    rests,
    turn() {
      const now = queue
      queue = []
      for (const callback of now) callback()
      return now.length > 0
    },
  }
}

function hosted() {
  const said: FromStudy[] = []
  const { host, rests, turn } = rig((message) => said.push(message))
  const send = (message: ToStudy) => host.receive(message)
  const done = () => said.reduce((most, m) => (m.type === 'progress' ? Math.max(most, m.done) : most), 0)
  return { said, rests, turn, send, done }
}

describe('study host', () => {
  it('says at once how much there is to do, and tells every result once', () => {
    const r = hosted()
    r.send({ type: 'run', job: 1, study: 'scaling', scenario })
    expect(r.said).toEqual([{ type: 'progress', job: 1, results: [], done: 0, of: POINTS }])
    while (r.turn());
    const told = r.said.flatMap((m) => (m.type === 'progress' ? m.results : []))
    expect(told.map((p) => p.id)).toEqual(points().map((p) => p.id))
    expect(r.said.at(-1)).toMatchObject({ done: POINTS, of: POINTS })
  })

  it('computes a few milliseconds at a time and rests after each', () => {
    const r = hosted()
    r.send({ type: 'run', job: 1, study: 'scaling', scenario })
    for (let i = 0; i < 2; i++) r.turn()
    expect(r.rests).toEqual([0, 12, 12])
    expect(r.done()).toBeLessThan(POINTS)
  })

  it('stops when it is cancelled', () => {
    const r = hosted()
    r.send({ type: 'run', job: 1, study: 'scaling', scenario })
    r.turn()
    r.send({ type: 'cancel', job: 1 })
    const before = r.said.length
    while (r.turn());
    expect(r.said.length).toBe(before)
    expect(r.done()).toBeLessThan(POINTS)
  })

  it('is not stopped by a cancel that was meant for the study before', () => {
    const r = hosted()
    r.send({ type: 'run', job: 1, study: 'scaling', scenario })
    r.send({ type: 'run', job: 2, study: 'scaling', scenario })
    r.turn()
    r.send({ type: 'cancel', job: 1 })
    while (r.turn());
    expect(r.done()).toBe(POINTS)
  })

  it('does nothing while it is held, and goes on where it was', () => {
    const r = hosted()
    r.send({ type: 'run', job: 1, study: 'scaling', scenario })
    for (let i = 0; i < 2; i++) r.turn()
    r.send({ type: 'hold', held: true })
    while (r.turn());
    const before = r.done()
    expect(before).toBeLessThan(POINTS)
    r.send({ type: 'hold', held: false })
    while (r.turn());
    expect(r.done()).toBe(POINTS)
  })

  it('gives a study up when another one comes', () => {
    const r = hosted()
    r.send({ type: 'run', job: 1, study: 'scaling', scenario })
    r.turn()
    r.send({ type: 'run', job: 2, study: 'scaling', scenario })
    while (r.turn());
    const last = r.said.filter((m) => m.type === 'progress' && m.done === POINTS)
    expect(last.map((m) => m.type !== 'pong' && m.job)).toEqual([2])
  })
})

describe('study client', () => {
  /** Workers made so far, and a way to let the newest one work. */
  function clients() {
    const made: { turn(): boolean; ended: boolean }[] = []
    const client = createStudyClient(() => {
      const worker: StudyWorkerLike = {
        onmessage: null,
        onerror: null,
        postMessage: (message) => host.receive(message),
        terminate: () => {
          own.ended = true
        },
      }
      const { host, turn } = rig((message) => worker.onmessage?.({ data: message }))
      const own = { turn, ended: false }
      made.push(own)
      return worker
    })
    return { client, made }
  }

  it('collects results until all are there, then ends its worker', () => {
    const { client, made } = clients()
    const results: PointResult[] = []
    let left = -1
    client.run('scaling', scenario, {
      progress(more, done, of) {
        results.push(...more)
        left = of - done
      },
      failed: (message) => expect.fail(message),
      silent: () => {},
    })
    while (made[0]!.turn());
    expect([results.length, left, made.length, made[0]!.ended]).toEqual([POINTS, 0, 1, true])
  })

  it('hears nothing more of a study that was cancelled', () => {
    const { client, made } = clients()
    let heard = 0
    client.run('scaling', scenario, { progress: () => heard++, failed: () => heard++, silent: () => {} })
    made[0]!.turn()
    client.cancel()
    const before = heard
    while (made[0]!.turn());
    expect([heard, made[0]!.ended]).toEqual([before, true])
  })

  it('makes a worker that is held from the start if the page is busy', () => {
    const { client, made } = clients()
    let done = 0
    client.hold(true)
    client.run('scaling', scenario, {
      progress: (_, n) => (done = n),
      failed: (message) => expect.fail(message),
      silent: () => {},
    })
    for (let i = 0; i < 50; i++) made[0]!.turn()
    expect(done).toBe(0)
    client.hold(false)
    while (made[0]!.turn());
    expect(done).toBe(POINTS)
  })
})
