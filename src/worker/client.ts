// The page's end of the wire: typed posts, at most one frame request in flight, stale answers dropped.

import type { Frame, FrameWish, HappeningId, Input, ParamValue, Position, Scenario, Speed } from '../sim/index.ts'
import type { Ended, FromWorker, Goal, SourceId, ToWorker } from './protocol.ts'
import { createWatch, everyTick } from './watch.ts'

/** The part of a Worker that the client needs; tests give their own. */
export interface WorkerLike {
  postMessage(message: ToWorker, transfer: Transferable[]): void
  terminate(): void
  onmessage: ((event: { readonly data: FromWorker }) => void) | null
  onerror: ((event: { readonly message?: string }) => void) | null
  onmessageerror: ((event: unknown) => void) | null
}

/** What the worker tells. All but `died` and `silent` speak of the current source only. */
export interface ClientListener {
  frame(frame: Frame): void
  scenario(scenario: Scenario, revision: number): void
  stopped(ended: Ended): void
  /** `unopened`: what was opened last is not there, and what was open before is the current source again. */
  problem(message: string, unopened: boolean): void
  /** The worker is gone, or could not be made; nothing more comes until `restart`. */
  died(message: string): void
  /** The worker has not answered for some seconds, or does again. */
  silent(silent: boolean): void
}

export interface StateHash {
  readonly hash: string
  readonly ns: number
  readonly events: number
}

export interface SimClient {
  listen(listener: ClientListener): void
  /** Opens a new source in place of the current one, which is closed when the new one has shown itself; answers about the
   *  old one are dropped. */
  open(scenario: Scenario, horizonNs: number, at: Position): void
  play(speed: Speed, to?: Goal): void
  pause(): void
  seek(to: Position): void
  step(steps: number): void
  find(what: HappeningId, back: boolean): void
  input(path: string, value: ParamValue): void
  /** Other inputs in place of all that the run has; it stands, or plays on, at the same moment. */
  replaceInputs(inputs: readonly Input[]): void
  /** Asks now, or as soon as the answer under way has come; of several wishes that wait, the newest wins. */
  requestFrame(wish: FrameWish): void
  /** Number of the newest frame request that was sent. */
  requests(): number
  /** True while a frame is under way. */
  busy(): boolean
  hash(): Promise<StateHash>
  /** A worker that does not answer is waited for some more before `silent` tells of it again. */
  wait(): void
  /** Replaces the worker by a new one; nothing is open in it. */
  restart(): void
  close(): void
}

export function createWorker(): WorkerLike {
  return new Worker(new URL('./entry.ts', import.meta.url), {
    type: 'module',
    name: 'dmascope simulation',
  }) as WorkerLike
}

/** Every buffer a view's part of a frame owns, each once. */
export function viewBuffers(view: object): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const field of Object.values(view))
    if (ArrayBuffer.isView(field) && field.buffer instanceof ArrayBuffer && field.buffer.byteLength > 0)
      buffers.add(field.buffer)
  return [...buffers]
}

/** Pictures of each view whose buffers are kept. */
const HELD = 10

/** `everySecond` calls back once a second of the page. */
export function createSimClient(
  makeWorker: () => WorkerLike,
  everySecond: (tick: () => void) => void = everyTick,
): SimClient {
  let worker: WorkerLike | null = null
  /** Why there is no worker, until somebody listens. */
  let gone: string | null = null
  let listener: ClientListener | null = null
  let source: SourceId = 0
  /** The source before, while nothing is known of the current one. */
  let former: SourceId | null = null
  let newest: SourceId = 0
  let request = 0
  let inFlight = false
  let waiting: FrameWish | null = null
  let last: FrameWish | null = null
  // A picture may still be on screen, or in the state of a component that renders less often than frames come, when its
  // successors arrive: its buffers go back only when HELD more have come.
  let held = new Map<string, object[]>()
  let spare = new Map<string, ArrayBuffer[]>()
  let hashWaiters: { done: (hash: StateHash) => void; failed: (error: Error) => void }[] = []

  const watch = createWatch({
    waits: () => worker !== null && (inFlight || hashWaiters.length > 0),
    ping: () => post({ type: 'ping', source, ping: request }),
    silent: (silent) => listener?.silent(silent),
  })
  everySecond(watch.tick)

  function post(message: ToWorker, transfer: Transferable[] = []) {
    worker?.postMessage(message, transfer)
  }

  function forget() {
    inFlight = false
    waiting = null
    held = new Map()
    spare = new Map()
    for (const waiter of hashWaiters) waiter.failed(new Error('the run was closed'))
    hashWaiters = []
  }

  function send(wish: FrameWish) {
    inFlight = true
    last = wish
    // Only what this frame can use: what the worker leaves over is lost.
    const probes = Object.keys(wish.probes)
    const recycle = probes.flatMap((id) => spare.get(id) ?? [])
    for (const id of probes) spare.delete(id)
    post({ type: 'frame', source, request: ++request, recycle, ...wish }, recycle)
  }

  function sendWaiting() {
    // The listener may have asked already.
    if (!waiting || inFlight) return
    const wish = waiting
    waiting = null
    send(wish)
  }

  function hold(id: string, view: object) {
    const kept = held.get(id) ?? []
    held.set(id, kept)
    kept.push(view)
    if (kept.length > HELD) spare.set(id, viewBuffers(kept.shift() as object))
  }

  function died(message: string) {
    worker?.terminate()
    worker = null
    forget()
    watch.renew()
    if (listener) listener.died(message)
    else gone = message
  }

  /** A request that will not be answered is made again with the newest wish. */
  function lost() {
    inFlight = false
    waiting ??= last
    sendWaiting()
  }

  function leave() {
    if (former !== null) post({ type: 'close', source: former })
    former = null
  }

  /** To the source before, if the current one has not shown itself. */
  function goBack(): boolean {
    if (former === null) return false
    post({ type: 'close', source })
    source = former
    former = null
    forget()
    return true
  }

  function receive(message: FromWorker) {
    watch.heard()
    const of = message.type === 'frame' ? message.frame.source : message.source
    if (of !== source) return
    switch (message.type) {
      case 'frame': {
        inFlight = false
        leave()
        for (const [id, view] of Object.entries(message.frame.views)) hold(id, view)
        listener?.frame(message.frame)
        sendWaiting()
        break
      }
      case 'no-frame':
        inFlight = false
        listener?.problem(message.message, false)
        sendWaiting()
        break
      case 'pong':
        // Everything that was asked before has been answered by now.
        if (inFlight && request <= message.ping) lost()
        break
      case 'scenario':
        listener?.scenario(message.scenario, message.revision)
        break
      case 'stopped':
        listener?.stopped(message.ended)
        break
      case 'hash':
        hashWaiters.shift()?.done({ hash: message.hash, ns: message.ns, events: message.events })
        break
      case 'refused':
        listener?.problem(message.message, false)
        break
      case 'problem':
        listener?.problem(message.message, goBack())
        break
    }
  }

  function start() {
    watch.renew()
    let own: WorkerLike
    try {
      own = makeWorker()
    } catch (error) {
      return died(error instanceof Error ? error.message : String(error))
    }
    worker = own
    own.onmessage = (event) => {
      if (worker === own) receive(event.data)
    }
    own.onerror = (event) => {
      if (worker === own) died(event.message || 'the simulation could not be loaded')
    }
    own.onmessageerror = () => {
      if (worker === own) died('a message could not be read')
    }
  }

  function restart() {
    worker?.terminate()
    worker = null
    source = 0
    former = null
    forget()
    start()
  }

  start()
  return {
    listen(next) {
      listener = next
      if (gone !== null) next.died(gone)
      gone = null
    },
    open(scenario, horizonNs, at) {
      if (watch.stuck()) restart()
      forget()
      if (former !== null) post({ type: 'close', source })
      else if (source > 0) {
        former = source
        post({ type: 'pause', source })
      }
      source = ++newest
      post({ type: 'open', source, scenario, horizonNs, at })
    },
    play: (speed, to) => post({ type: 'play', source, speed, ...(to && { to }) }),
    pause: () => post({ type: 'pause', source }),
    seek: (to) => post({ type: 'seek', source, to }),
    step: (steps) => post({ type: 'step', source, steps }),
    find: (what, back) => post({ type: 'find', source, what, back }),
    input: (path, value) => post({ type: 'input', source, path, value }),
    replaceInputs: (inputs) => post({ type: 'inputs', source, inputs }),
    requestFrame(wish) {
      if (!worker) return
      if (inFlight) waiting = wish
      else send(wish)
    },
    requests: () => request,
    busy: () => inFlight,
    hash: () =>
      new Promise((done, failed) => {
        if (!worker) return failed(new Error('the simulation has stopped'))
        hashWaiters.push({ done, failed })
        post({ type: 'hash', source })
      }),
    wait: watch.wait,
    restart,
    close() {
      worker?.terminate()
      worker = null
      listener = null
      forget()
    },
  }
}
