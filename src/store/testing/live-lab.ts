// A lab with the worker's own host behind it, in one thread: nothing happens between two calls but what they ask for.

import { decodeLink, encodeLink } from '../../share/url.ts'
import { createRun, currentValue, type Preset } from '../../sim/index.ts'
import { createSimClient, type WorkerLike } from '../../worker/client.ts'
import { createHost } from '../../worker/host.ts'
import type { ToWorker } from '../../worker/protocol.ts'
import { createSessions } from '../sessions.ts'
import type { Walk } from '../url-sync.ts'

export function liveLab(presets: readonly Preset[], start = '') {
  let nowMs = 0
  let fragment = start
  let onAddress: (walk?: Walk) => void = () => {}
  let animations: (() => void)[] = []
  let tasks: (() => void)[] = []
  const entries: string[] = []

  /** Workers made so far, the newest last. */
  const workers: { readonly sent: ToWorker[]; readonly worker: WorkerLike; ended: boolean }[] = []

  function makeWorker(): WorkerLike {
    const worker: WorkerLike = {
      postMessage(message) {
        own.sent.push(message)
        tasks.push(() => own.ended || host.receive(structuredClone(message)))
      },
      terminate() {
        own.ended = true
      },
      onmessage: null,
      onerror: null,
      onmessageerror: null,
    }
    const own = { sent: [] as ToWorker[], worker, ended: false }
    workers.push(own)
    const host = createHost({
      post(message) {
        const data = structuredClone(message)
        tasks.push(() => worker.onmessage?.({ data }))
      },
      // Time passes with every look at the clock, so that slices are short and much comes between.
      nowMs: () => nowMs++,
      later: (callback) => void tasks.push(callback),
      restMs: 0,
    })
    return worker
  }

  const sessions = createSessions({
    makeClient: () => createSimClient(makeWorker, () => () => {}),
    presets,
    valueOf: currentValue,
    codec: { encodeLink, decodeLink },
    dockViews: ['regions', 'ddw'],
    askedBy: (view, { table }) => ({ [view]: { table } }),
    address: {
      read: () => fragment,
      push(next) {
        fragment = next
        entries.push(next)
      },
      replace(next) {
        fragment = next
        entries[Math.max(0, entries.length - 1)] = next
      },
      later: () => {},
      onChange: (listener) => {
        onAddress = listener
      },
    },
    now: () => nowMs,
    animate: (callback) => void animations.push(callback),
    afterPaint: (callback) => callback(),
    say: (notice) => notice.kind,
  })

  /** Everything that is due now: messages one way and the other, slices, animation frames. */
  function turn(): boolean {
    const due = [...tasks, ...animations]
    tasks = []
    animations = []
    for (const task of due) task()
    return due.length > 0
  }

  const lab = sessions.active()
  return {
    sessions,
    workers,
    lab,
    entries,
    turn,
    pass(ms: number) {
      nowMs += ms
    },
    /** Until nothing is under way; a run that plays is not waited for. */
    settle() {
      for (let i = 0; i < 200_000; i++) if (!turn()) return
      throw new Error('it does not come to rest')
    },
    /** The address changes by other means than the page's own. */
    visit(next: string, walk?: Walk) {
      fragment = next
      onAddress(walk)
    },
    /** The hash of the run that is open in a session, where it stands. */
    async hash(of = lab) {
      const told = of.hash()
      while (turn());
      return told
    },
    /** The hash that a run made anew has where this one stands. */
    anew(position = lab.frames.latest()!.status, of = lab) {
      const { scenario } = of.getState()
      const run = createRun(scenario, presets.find((p) => p.id === scenario.preset)?.horizonNs ?? 1)
      run.seek({ ns: position.ns, ...('events' in position ? { events: position.events } : {}) })
      return run.hash()
    },
  }
}
