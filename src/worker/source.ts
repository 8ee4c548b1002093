// One source of a worker, as the page sees it: at most one frame request in flight, stale answers dropped, and the source
// before kept until a new one has shown itself. Whose worker it is, the client knows.

import type { Frame, FrameWish, HappeningId, Input, ParamValue, Position, Scenario, Speed } from '../sim/public.ts'
import type { Ended, FromSource, Goal, SourceId, ToWorker } from './protocol.ts'

/** What the worker tells. All but `died`, `replaced` and `silent` speak of what was opened last only. */
export interface SourceListener {
  frame(frame: Frame): void
  scenario(scenario: Scenario, revision: number): void
  stopped(ended: Ended): void
  /** `unopened`: what was opened last is not there, and what was open before is there again. */
  problem(message: string, unopened: boolean): void
  /** The worker is gone, or could not be made; nothing more comes until `restart`. */
  died(message: string): void
  /** Another source of it had the worker replaced: nothing is open in the new one. */
  replaced(): void
  /** The worker has not answered for some seconds, or does again. */
  silent(silent: boolean): void
}

export interface StateHash {
  readonly hash: string
  readonly ns: number
  readonly events: number
}

export interface SimSource {
  listen(listener: SourceListener): void
  /** Opens a run in place of the one that is open, which is closed when the new one has shown itself; answers about the old one
   *  are dropped. */
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
  /** Has a new worker in place of the one that this was open in, unless there is one already; nothing is open in it. */
  restart(): void
  /** Nothing is open any more, and nobody is told of anything. */
  close(): void
}

/** The wire that the sources of one worker share. */
export interface Wire {
  post(message: ToWorker, transfer?: Transferable[]): void
  /** Which worker it is, counted from 1; 0: there is none. */
  worker(): number
  newSource(): SourceId
  newRequest(): number
  /** The worker does not answer. */
  stuck(): boolean
  wait(): void
  /** Ends the worker, if there is one, and makes another. */
  replace(by: SourceEnd): void
  /** Why there is no worker, or null. */
  gone(): string | null
  leave(end: SourceEnd): void
}

/** A source, as the client sees it. */
export interface SourceEnd {
  readonly source: SimSource
  /** Takes an answer, if it is about what is open. */
  receive(message: FromSource): void
  /** Something is under way that the worker answers. */
  waits(): boolean
  /** Everything that was asked up to request number `upTo` has been answered. */
  answered(upTo: number): void
  died(message: string): void
  /** Nothing of it is open any more in the worker that comes. */
  lost(): void
  /** The worker is another one, for the sake of another source. */
  replaced(): void
  silent(silent: boolean): void
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

export function createSource(wire: Wire): SourceEnd {
  let listener: SourceListener | null = null
  let closed = false
  /** The worker that it is open in; 0: none yet. */
  let worker = 0
  let current: SourceId = 0
  /** The one before, while nothing is known of the current one. */
  let former: SourceId | null = null
  let request = 0
  let inFlight = false
  let waiting: FrameWish | null = null
  let last: FrameWish | null = null
  // A picture may still be on screen, or in the state of a component that renders less often than frames come, when its
  // successors arrive: its buffers go back only when HELD more have come.
  let held = new Map<string, object[]>()
  let spare = new Map<string, ArrayBuffer[]>()
  let hashWaiters: { done: (hash: StateHash) => void; failed: (error: Error) => void }[] = []

  /** Whoever still acts on a source that is closed must not touch the worker, which others share. */
  const post: Wire['post'] = (message, transfer) => {
    if (!closed) wire.post(message, transfer)
  }

  function forget() {
    inFlight = false
    waiting = null
    held = new Map()
    spare = new Map()
    for (const waiter of hashWaiters) waiter.failed(new Error('the run was closed'))
    hashWaiters = []
  }

  /** Nothing of it is open in the worker that there is now. */
  function lose() {
    current = 0
    former = null
    forget()
  }

  function send(wish: FrameWish) {
    inFlight = true
    last = wish
    // Only what this frame can use: what the worker leaves over is lost.
    const probes = Object.keys(wish.probes)
    const recycle = probes.flatMap((id) => spare.get(id) ?? [])
    for (const id of probes) spare.delete(id)
    request = wire.newRequest()
    post({ type: 'frame', source: current, request, recycle, ...wish }, recycle)
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

  function leave() {
    if (former !== null) post({ type: 'close', source: former })
    former = null
  }

  /** To the source before, if the current one has not shown itself. */
  function goBack(): boolean {
    if (former === null) return false
    post({ type: 'close', source: current })
    current = former
    former = null
    forget()
    return true
  }

  function restart() {
    if (closed) return
    // The one that it was open in may have been replaced already.
    if (wire.worker() > 0 && wire.worker() !== worker) lose()
    else wire.replace(end)
  }

  const source: SimSource = {
    listen(next) {
      listener = next
      const gone = wire.gone()
      if (gone !== null) next.died(gone)
    },
    open(scenario, horizonNs, at) {
      if (wire.stuck()) restart()
      forget()
      if (former !== null) post({ type: 'close', source: current })
      else if (current > 0) {
        former = current
        post({ type: 'pause', source: current })
      }
      worker = wire.worker()
      current = wire.newSource()
      post({ type: 'open', source: current, scenario, horizonNs, at })
    },
    play: (speed, to) => post({ type: 'play', source: current, speed, ...(to && { to }) }),
    pause: () => post({ type: 'pause', source: current }),
    seek: (to) => post({ type: 'seek', source: current, to }),
    step: (steps) => post({ type: 'step', source: current, steps }),
    find: (what, back) => post({ type: 'find', source: current, what, back }),
    input: (path, value) => post({ type: 'input', source: current, path, value }),
    replaceInputs: (inputs) => post({ type: 'inputs', source: current, inputs }),
    requestFrame(wish) {
      if (closed || wire.worker() === 0) return
      if (inFlight) waiting = wish
      else send(wish)
    },
    requests: () => request,
    busy: () => inFlight,
    hash: () =>
      new Promise((done, failed) => {
        if (closed || wire.worker() === 0) return failed(new Error('the simulation has stopped'))
        hashWaiters.push({ done, failed })
        post({ type: 'hash', source: current })
      }),
    wait: wire.wait,
    restart,
    close() {
      leave()
      if (current > 0) post({ type: 'close', source: current })
      closed = true
      listener = null
      lose()
      wire.leave(end)
    },
  }

  const end: SourceEnd = {
    source,
    receive(message) {
      if ((message.type === 'frame' ? message.frame.source : message.source) !== current) return
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
    },
    waits: () => inFlight || hashWaiters.length > 0,
    answered(upTo) {
      // A request that will not be answered is made again with the newest wish.
      if (!inFlight || request > upTo) return
      inFlight = false
      waiting ??= last
      sendWaiting()
    },
    died(message) {
      forget()
      listener?.died(message)
    },
    lost: lose,
    replaced() {
      lose()
      listener?.replaced()
    },
    silent: (silent) => listener?.silent(silent),
  }
  return end
}
