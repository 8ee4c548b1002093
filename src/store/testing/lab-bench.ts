// A lab whose worker, clock and animation frames a test holds in its hand.

import type { LinkCodec } from '../../share/codec.ts'
import type { Frame, Preset, Scenario } from '../../sim/index.ts'
import { createSimClient, type WorkerLike } from '../../worker/client.ts'
import type { FrameRequest, FromWorker, ToWorker } from '../../worker/protocol.ts'
import type { LabOptions } from '../options.ts'
import { createSessions } from '../sessions.ts'
import { createStats } from '../stats.ts'

export const scenario: Scenario = {
  preset: 'one',
  seed: 1,
  machine: { cpus: 8 },
  devices: [],
  workloads: [],
  inputs: [],
}
export const preset: Preset = {
  id: 'one',
  title: '',
  nudge: null,
  scenario,
  openNs: 1000,
  horizonNs: 9000,
  dock: [],
}

interface Answer {
  readonly ns: number
  readonly mode: 'paused' | 'playing' | 'seeking'
  readonly revision: number
  readonly source: number
  /** What the frame holds. */
  readonly probes: readonly string[]
}

const timelineArrays = () => ({ mappedBytes: new Float64Array(2), usefulBytes: new Float64Array(2) })

/** A worker that answers only when told to, and an animation clock that ticks only when told to. */
export function bench(start = '', more: Partial<Pick<LabOptions, 'presets' | 'fetchRecording'>> = {}) {
  const sent: ToWorker[] = []
  let worker: WorkerLike | null = null
  let now = 0
  let queue: (() => void)[] = []
  let fragment = start
  const entries: string[] = []
  const due: (() => void)[] = []
  let history = true
  const allowed = () => {
    if (!history) throw new DOMException('too many', 'SecurityError')
  }
  let onAddress = () => {}
  const codec: LinkCodec = {
    encodeLink: ({ scenario, position }) =>
      `#at=${position.ns}&in=${scenario.inputs.length}${scenario.preset === 'one' ? '' : `&s=${scenario.preset}`}`,
    decodeLink: (text) => ({
      scenario: { ...scenario, preset: /s=(\w+)/.exec(text)?.[1] ?? 'one' },
      position: { ns: Number(/at=(\d+)/.exec(text)?.[1] ?? 1000) },
      view: { table: 0, first: 0, count: 0, colourBy: 'state', breaks: true, dock: [], selected: null, brush: null },
      speed: null,
      problems: text.includes('bad') ? [{ field: 'bad', given: '1', allowed: 'nothing' }] : [],
    }),
  }
  let made = 0
  let tickSecond = () => {}
  const second = {
    set: (callback: () => void) => {
      tickSecond = callback
      return () => {}
    },
  }
  const makeClient = () =>
    createSimClient(() => {
      made++
      worker = {
        postMessage: (message) => void sent.push(message),
        terminate: () => {},
        onmessage: null,
        onerror: null,
        onmessageerror: null,
      }
      return worker
    }, second.set)
  const stats = createStats(() => now)
  const sessions = createSessions({
    makeClient,
    presets: [preset],
    valueOf: (s, path) => (path === 'm.cpus' ? ((s.inputs.at(-1)?.value ?? s.machine.cpus) as number) : null),
    codec,
    dockViews: ['regions'],
    askedBy: (view, { table }) => ({ [view]: { table } }),
    address: {
      read: () => fragment,
      push: (next) => {
        allowed()
        fragment = next
        entries.push(`push ${next}`)
      },
      replace: (next) => {
        allowed()
        fragment = next
        entries.push(`replace ${next}`)
      },
      later: (callback) => void due.push(callback),
      onChange: (listener) => {
        onAddress = listener
      },
    },
    now: () => now,
    animate: (callback) => void queue.push(callback),
    afterPaint: (callback) => callback(),
    say: (notice) => notice.kind,
    stats,
    ...more,
  })
  const say = (message: FromWorker) => worker?.onmessage?.({ data: message })
  return {
    sessions,
    lab: sessions.active(),
    sent,
    stats,
    entries,
    made: () => made,
    /** A second of the page's own ticks. */
    second: () => tickSecond(),
    pass: (ms: number) => {
      now += ms
    },
    say,
    crash: () => worker?.onerror?.({ message: 'out of memory' }),
    /** The browser takes addresses, or refuses them. */
    allow: (on: boolean) => {
      history = on
    },
    /** What was put off is due. */
    later: () => {
      for (const callback of due.splice(0)) callback()
    },
    visit: (next: string) => {
      fragment = next
      onAddress()
    },
    /** One animation frame. */
    tick() {
      const due = queue
      queue = []
      for (const callback of due) callback()
    },
    types: () => sent.map((m) => m.type).join(' '),
    requests: () => sent.filter((m): m is FrameRequest => m.type === 'frame'),
    answer(part: Partial<Answer> = {}) {
      const last = sent.filter((m) => m.type === 'frame').at(-1) as FrameRequest
      const { ns = 1000, mode = 'paused', revision = 0, source = last.source, probes = ['timeline'] } = part
      const frame = {
        source,
        request: last.request,
        revision,
        status: { ns, events: ns, steps: 0, nextNs: null, mode, underway: null, lastStep: '' },
        views: Object.fromEntries(probes.map((id) => [id, timelineArrays()])),
      } as unknown as Frame
      say({ type: 'frame', frame })
      return frame
    },
    accept(source: number, inputs: number) {
      const list = Array.from({ length: inputs }, (_, i) => ({ ns: 1, events: i, path: 'm.cpus', value: 4 }))
      say({ type: 'scenario', source, revision: inputs, scenario: { ...scenario, inputs: list } })
    },
  }
}

/** One whose worker has opened the first preset and painted a frame of it. */
export function opened() {
  const b = bench()
  b.lab.actions.openLink('')
  b.accept(1, 0)
  b.tick()
  b.answer()
  b.tick()
  b.sent.length = 0
  return b
}
