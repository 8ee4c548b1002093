// The page's end of the wire to one worker, whose sources share it: each message is taken to the source it speaks of, and
// whether the worker still answers is asked once for all.

import type { FromWorker, ToWorker } from './protocol.ts'
import { createSource, type SimSource, type SourceEnd, type Wire } from './source.ts'
import { createWatch, everyTick } from './watch.ts'

export { type SimSource, type SourceListener, viewBuffers } from './source.ts'

/** The part of a Worker that the client needs; tests give their own. */
export interface WorkerLike {
  postMessage(message: ToWorker, transfer: Transferable[]): void
  terminate(): void
  onmessage: ((event: { readonly data: FromWorker }) => void) | null
  onerror: ((event: { readonly message?: string }) => void) | null
  onmessageerror: ((event: unknown) => void) | null
}

export interface SimClient {
  /** One more run in this worker, of which nothing is open yet. */
  source(): SimSource
  /** Ends the worker and all its sources. */
  close(): void
}

export function createWorker(): WorkerLike {
  return new Worker(new URL('./entry.ts', import.meta.url), {
    type: 'module',
    name: 'dmascope simulation',
  }) as WorkerLike
}

/** `everySecond` calls back once a second of the page, until its answer is called. */
export function createSimClient(
  makeWorker: () => WorkerLike,
  everySecond: (tick: () => void) => () => void = everyTick,
): SimClient {
  let worker: WorkerLike | null = null
  let made = 0
  /** Why there is no worker. */
  let gone: string | null = null
  let sources = 0
  let requests = 0
  const ends = new Set<SourceEnd>()

  const watch = createWatch({
    waits: () => worker !== null && [...ends].some((end) => end.waits()),
    ping: () => post({ type: 'ping', ping: requests }),
    silent(silent) {
      for (const end of [...ends]) end.silent(silent)
    },
  })
  const leave = everySecond(watch.tick)

  function post(message: ToWorker, transfer: Transferable[] = []) {
    worker?.postMessage(message, transfer)
  }

  function died(message: string) {
    worker?.terminate()
    worker = null
    gone = message
    watch.renew()
    for (const end of [...ends]) end.died(message)
  }

  function receive(message: FromWorker) {
    watch.heard()
    for (const end of [...ends]) {
      if (message.type === 'pong') end.answered(message.ping)
      else end.receive(message)
    }
  }

  function start() {
    watch.renew()
    gone = null
    made++
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

  const wire: Wire = {
    post,
    worker: () => (worker ? made : 0),
    newSource: () => ++sources,
    newRequest: () => ++requests,
    stuck: watch.stuck,
    wait: watch.wait,
    gone: () => gone,
    replace(by) {
      worker?.terminate()
      worker = null
      by.lost()
      start()
      for (const end of [...ends]) if (end !== by && worker) end.replaced()
    },
    leave: (end) => void ends.delete(end),
  }

  start()
  return {
    source() {
      const end = createSource(wire)
      ends.add(end)
      return end.source
    },
    close() {
      leave()
      for (const end of [...ends]) end.source.close()
      worker?.terminate()
      worker = null
    },
  }
}
