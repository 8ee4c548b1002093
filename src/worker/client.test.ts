// A worker that is slow, dead or was never there, as the page's end of the wire sees it.

import { describe, expect, it } from 'vitest'
import { type FrameWish, presetById } from '../sim/index.ts'
import { createSimClient, type WorkerLike } from './client.ts'
import type { FromWorker, ToWorker } from './protocol.ts'
import { createStudyClient, type StudyWorkerLike } from './study-client.ts'

const { scenario } = presetById('pools')!
const WISH: FrameWish = { probes: {}, table: 0, inspect: null, logLines: 0 }

/** A client whose workers say nothing by themselves; `refuses` makers throw first. */
function rig(refuses = 0) {
  const said: string[] = []
  const workers: { readonly sent: ToWorker[]; readonly say: (m: FromWorker) => void; ended: boolean }[] = []
  let tick = () => {}
  let left = refuses
  const page = createSimClient(
    () => {
      if (left-- > 0) throw new Error('blocked')
      const worker: WorkerLike = {
        postMessage: (message) => void own.sent.push(message),
        terminate: () => {
          own.ended = true
        },
        onmessage: null,
        onerror: null,
        onmessageerror: null,
      }
      const own = { sent: [] as ToWorker[], say: (data: FromWorker) => worker.onmessage?.({ data }), ended: false }
      workers.push(own)
      return worker
    },
    (callback) => {
      tick = callback
      return () => {
        tick = () => said.push('left')
      }
    },
  )
  const client = page.source()
  client.listen({
    frame: () => said.push('frame'),
    scenario: () => said.push('scenario'),
    stopped: () => said.push('stopped'),
    problem: (message, unopened) => said.push(`${unopened ? 'unopened' : 'problem'} ${message}`),
    died: (message) => said.push(`died ${message}`),
    replaced: () => said.push('replaced'),
    silent: (silent) => said.push(silent ? 'silent' : 'heard'),
  })
  return {
    page,
    client,
    said,
    workers,
    newest: () => workers.at(-1)!,
    pass: (seconds: number) => {
      for (let i = 0; i < seconds; i++) tick()
    },
    types: () =>
      workers
        .at(-1)!
        .sent.map((m) => m.type)
        .join(' '),
  }
}

describe('a worker that is watched', () => {
  it('is told of when it has not answered for five seconds of the page, and when it does again', () => {
    const r = rig()
    r.client.open(scenario, 1, { ns: 0 })
    r.client.requestFrame(WISH)
    r.pass(5)
    expect(r.said).toEqual([])
    expect(r.types()).toBe('open frame ping')
    r.pass(1)
    expect(r.said).toEqual(['silent'])
    r.newest().say({ type: 'pong', ping: 0 })
    expect(r.said).toEqual(['silent', 'heard'])
  })

  it('is not suspected while nothing is asked of it, nor while it says anything', () => {
    const r = rig()
    r.client.open(scenario, 1, { ns: 0 })
    r.pass(60)
    r.client.requestFrame(WISH)
    for (let i = 0; i < 20; i++) {
      r.pass(4)
      r.newest().say({ type: 'pong', ping: 0 })
    }
    expect(r.said).toEqual([])
  })

  it('is waited for twice as long each time', () => {
    const r = rig()
    r.client.open(scenario, 1, { ns: 0 })
    r.client.requestFrame(WISH)
    r.pass(6)
    r.client.wait()
    r.pass(4)
    expect(r.said).toEqual(['silent', 'heard'])
    r.pass(1)
    expect(r.said).toEqual(['silent', 'heard', 'silent'])
    r.client.wait()
    r.pass(9)
    expect(r.said).toHaveLength(4)
    r.pass(1)
    expect(r.said.at(-1)).toBe('silent')
  })

  it('is replaced without a question when another run is opened and it owes a word', () => {
    const r = rig()
    r.client.open(scenario, 1, { ns: 0 })
    r.client.requestFrame(WISH)
    r.pass(2)
    r.client.open(scenario, 1, { ns: 5 })
    expect([r.workers.length, r.workers[0]!.ended, r.types()]).toEqual([2, true, 'open'])
    expect(r.client.busy()).toBe(false)
  })
})

describe('a request', () => {
  it('that cannot be answered is over, is told of, and the next is made', () => {
    const r = rig()
    r.client.open(scenario, 1, { ns: 0 })
    r.client.requestFrame(WISH)
    r.client.requestFrame({ ...WISH, table: 1 })
    r.newest().say({ type: 'no-frame', source: 1, request: 1, message: 'broken' })
    expect(r.said).toEqual(['problem broken'])
    expect(r.newest().sent.at(-1)).toMatchObject({ type: 'frame', request: 2, table: 1 })
  })

  it('that was lost is made again', () => {
    const r = rig()
    r.client.open(scenario, 1, { ns: 0 })
    r.client.requestFrame(WISH)
    r.pass(1)
    r.newest().say({ type: 'pong', ping: 1 })
    expect(r.newest().sent.at(-1)).toMatchObject({ type: 'frame', request: 2 })
    // A ping that was sent before the request says nothing of it.
    r.newest().say({ type: 'pong', ping: 1 })
    expect(r.types()).toBe('open frame ping frame')
  })
})

describe('a worker that cannot be made', () => {
  it('is told of to whom listens later, and is made when asked again', () => {
    const r = rig(1)
    expect(r.said).toEqual(['died blocked'])
    r.client.open(scenario, 1, { ns: 0 })
    r.client.requestFrame(WISH)
    expect(r.client.busy()).toBe(false)
    r.client.restart()
    r.client.open(scenario, 1, { ns: 0 })
    expect([r.said.length, r.types()]).toEqual([1, 'open'])
  })
})

describe('a run that has not shown itself yet', () => {
  it('stays when it refuses a change; when it fails, the one before is there again', () => {
    const r = rig()
    r.client.open(scenario, 1, { ns: 0 })
    r.client.open(scenario, 1, { ns: 5 })
    r.newest().say({ type: 'refused', source: 2, message: 'm.cpus' })
    r.newest().say({ type: 'problem', source: 2, message: 'broken' })
    r.newest().say({ type: 'refused', source: 1, message: 'm.cpus' })
    expect(r.said).toEqual(['problem m.cpus', 'unopened broken', 'problem m.cpus'])
  })
})

describe('two runs of one worker', () => {
  /** A second one beside that of the rig, and what it is told. */
  function beside(r: ReturnType<typeof rig>) {
    const said: string[] = []
    const source = r.page.source()
    source.listen({
      frame: () => said.push('frame'),
      scenario: () => said.push('scenario'),
      stopped: () => said.push('stopped'),
      problem: (message, unopened) => said.push(`${unopened ? 'unopened' : 'problem'} ${message}`),
      died: (message) => said.push(`died ${message}`),
      replaced: () => said.push('replaced'),
      silent: (silent) => said.push(silent ? 'silent' : 'heard'),
    })
    r.client.open(scenario, 1, { ns: 0 })
    source.open(scenario, 1, { ns: 5 })
    return { source, said }
  }

  it('have a frame under way each, and hear only what is said of their own', () => {
    const r = rig()
    const { source, said } = beside(r)
    r.client.requestFrame(WISH)
    source.requestFrame(WISH)
    source.requestFrame({ ...WISH, table: 1 })
    expect([r.types(), r.client.busy(), source.busy()]).toEqual(['open open frame frame', true, true])
    r.newest().say({ type: 'no-frame', source: 2, request: 2, message: 'broken' })
    r.newest().say({ type: 'problem', source: 1, message: 'worse' })
    expect([r.said, said]).toEqual([['problem worse'], ['problem broken']])
    expect(r.newest().sent.at(-1)).toMatchObject({ type: 'frame', source: 2, request: 3, table: 1 })
    expect([r.client.requests(), source.requests()]).toEqual([1, 3])
  })

  it('ask it for a word once for both, and ask again for what was lost, each its own', () => {
    const r = rig()
    const { source, said } = beside(r)
    r.client.requestFrame(WISH)
    r.pass(1)
    source.requestFrame(WISH)
    // It was sent before the second asked.
    r.newest().say({ type: 'pong', ping: 1 })
    expect(r.newest().sent.slice(2)).toMatchObject([
      { type: 'frame', source: 1, request: 1 },
      { type: 'ping', ping: 1 },
      { type: 'frame', source: 2, request: 2 },
      { type: 'frame', source: 1, request: 3 },
    ])
    r.pass(6)
    expect([r.said, said]).toEqual([['silent'], ['silent']])
  })

  it('lose it together; whoever asks first has it replaced, once for both', () => {
    const r = rig()
    const { source, said } = beside(r)
    r.client.restart()
    expect([r.workers.length, r.workers[0]!.ended, r.said, said]).toEqual([2, true, [], ['replaced']])
    source.restart()
    source.open(scenario, 1, { ns: 0 })
    r.client.open(scenario, 1, { ns: 0 })
    expect([r.workers.length, r.types()]).toEqual([2, 'open open'])
    source.close()
    source.play(1)
    expect(r.newest().sent.at(-1)).toMatchObject({ type: 'close', source: 3 })
    r.page.close()
    expect([r.newest().ended, said]).toEqual([true, ['replaced']])
    r.pass(1)
    expect(r.said.at(-1)).toBe('left')
  })

  it('of which one stands still open another in its place, and the other goes on', () => {
    const r = rig()
    const { source } = beside(r)
    source.open(scenario, 1, { ns: 7 })
    expect(r.newest().sent.slice(2)).toMatchObject([
      { type: 'pause', source: 2 },
      { type: 'open', source: 3 },
    ])
  })
})

describe('the worker of a study', () => {
  it('fails in words when it cannot be made, and is made when asked again', () => {
    let refuses = 1
    const sent: string[] = []
    const said: string[] = []
    let tick = () => {}
    const client = createStudyClient(
      () => {
        if (refuses-- > 0) throw new Error('blocked')
        return { postMessage: (m) => void sent.push(m.type), terminate() {}, onmessage: null, onerror: null }
      },
      (callback) => {
        tick = callback
      },
    )
    const listener = {
      progress: () => {},
      failed: (message: string) => said.push(message),
      silent: (silent: boolean) => said.push(silent ? 'silent' : 'heard'),
    }
    client.run('scaling', scenario, listener)
    expect([said, sent]).toEqual([['blocked'], []])
    client.run('scaling', scenario, listener)
    for (let i = 0; i < 6; i++) tick()
    expect([said, sent]).toEqual([
      ['blocked', 'silent'],
      ['run', 'ping'],
    ])
    client.cancel()
    expect(sent).toEqual(['run', 'ping'])
  })

  it('fails in words when its study cannot begin', () => {
    const worker: StudyWorkerLike = { postMessage() {}, terminate() {}, onmessage: null, onerror: null }
    const said: string[] = []
    const client = createStudyClient(
      () => worker,
      () => {},
    )
    client.run('scaling', scenario, { progress() {}, failed: (message) => said.push(message), silent() {} })
    worker.onmessage?.({ data: { type: 'problem', job: 1, message: 'broken' } })
    expect(said).toEqual(['broken'])
  })
})
