// Buffers mapped and unmapped over and over, on the same CPU or on two. Each queue keeps a number of buffers mapped; when
// it has more, the oldest is unmapped. Unmapped elsewhere, addresses travel: who maps runs dry, who unmaps is flooded.
//
// The shape of kernel/dma/map_benchmark.c, with the buffers held for a while; on two CPUs that of any driver whose
// completions are taken by another CPU than the one that submits.
// Where unmapping is another CPU's work a queue has room for twice the buffers that it keeps: the one side runs ahead of
// the other by as many, then it waits. Neither wakes the other; each looks again every 5 µs.
// Paced, a queue begins a round at each interval: it takes its oldest buffer back and maps a new one at once, so that
// unmaps are as evenly spaced as the rounds. A round that comes late, because something else had the CPU, moves those after
// it; who is late by a whole interval goes on at once until it has caught up.
// Not modelled: what the device does with a buffer; it has used it when its turn to be unmapped comes.
// Invariant: `live` slots of a queue from `take` on hold a mapping each, and `put` is the slot behind them.
// Cost: the chosen work for each buffer on either side.

import { alignUp, pow2 } from '../../lib/bits.ts'
import { type Chunked, chunked, touch } from '../../lib/chunked.ts'
import { createRng, deriveSeed, type Rng } from '../../lib/rng.ts'
import type { ParamsOf, ParamTable } from '../params.ts'
import { drawGap } from './exponential.ts'
import { count, time } from './nic.ts'
import { LOOK_NS, queuesParam, RETRY_NS, short, size, TURN, workParam } from './think.ts'
import {
  FROM_DEVICE,
  OP_MAP,
  OP_UNMAP,
  type Op,
  RUN,
  TO_DEVICE,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
  YIELD,
} from './workload.ts'

const SAME = 0
const NEXT = 1
const FIRST = 2
const KIB = 1024

export interface MapLoop {
  /** SAME, NEXT or FIRST: who unmaps. */
  readonly where: number
  readonly queues: number
  readonly bytes: number
  readonly direction: number
  /** Buffers that a queue keeps mapped, and slots that it has. */
  readonly depth: number
  readonly room: number
  readonly startNs: number
  readonly base: number
  readonly stride: number
  readonly random: boolean
  mapPs: number
  unmapPs: number
  /** Mean time between the maps of one queue, ns; 0 = none. */
  gapNs: number
  /** One buffer in so many is never taken back, 0 = none; buffers since the last. */
  leakEvery: number
  sinceLeak: number
  /** [tasks] */
  readonly rngs: readonly Rng[]
  /** [tasks] operations left in this turn. */
  readonly left: Int32Array
  /** [queues] slot mapped next, slot unmapped next, buffers mapped. */
  readonly put: Int32Array
  readonly take: Int32Array
  readonly live: Int32Array
  /** [queues] 1: the last map was refused, and nothing has been unmapped since. */
  readonly refused: Uint8Array
  /** [queues] the next round does not begin before this, ns. */
  readonly dueNs: Float64Array
  /** [queues] 1: a round has taken its buffer back, and maps the new one whatever the pace. */
  readonly begun: Uint8Array
  /** Queue that the one unmapping CPU looks at first. */
  cursor: number
  /** [queues*room] */
  readonly mapping: Chunked<Int32Array>
}

const params = [
  queuesParam('Queues that map. "All": one for each CPU, or for each pair of CPUs where another one unmaps.'),
  {
    name: 'unmapOn',
    label: 'Unmapped on',
    unit: 'choice',
    default: 'same',
    effect: 'restart',
    values: [
      { value: 'same', key: 'same', label: 'same CPU', help: 'Every CPU unmaps what it mapped.' },
      { value: 'next', key: 'next', label: 'next CPU', help: 'CPUs in pairs: one maps, the other unmaps.' },
      { value: 'first', key: 'first', label: 'one CPU', help: 'CPU 0 unmaps what all the others map.' },
    ],
    help: 'Which CPU takes a buffer back. Where it is another one, addresses have to find their way back.',
  },
  {
    name: 'size',
    label: 'Buffer size',
    unit: 'bytes',
    default: 4 * KIB,
    effect: 'restart',
    values: [4, 8, 16, 32, 64, 128, 256, 1024].map((n) => size(n * KIB)),
    help: 'Bytes of each buffer. Magazines hold ranges of up to 32 pages; larger ones go to the tree every time.',
  },
  {
    name: 'depth',
    label: 'Kept mapped',
    unit: 'count',
    default: 256,
    effect: 'restart',
    values: [1, 16, 64, 256, 1024, 4096].map(count),
    help: 'Buffers that each queue keeps mapped before the oldest is taken back.',
  },
  workParam('mapWork', 'Work to map', 'the mapping side spends on a buffer', 600),
  workParam('unmapWork', 'Work to unmap', 'the unmapping side spends on a buffer', 600),
  {
    name: 'interval',
    label: 'One every',
    unit: 'ns',
    default: 0,
    effect: 'live',
    advanced: true,
    values: [short(0, 'at once'), ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((us) => short(us * 1000)), time(1)],
    help: 'Mean time between two buffers of a queue. "At once": as fast as the CPUs can.',
  },
  {
    name: 'spread',
    label: 'Times vary',
    unit: 'choice',
    default: 'on',
    effect: 'restart',
    advanced: true,
    values: [
      { value: 'off', key: 'off', label: 'off', help: 'Every piece of work takes the same time.' },
      { value: 'on', key: 'on', label: 'on', help: 'Exponentially distributed around the chosen time.' },
    ],
    help: 'Whether work and pauses vary. Without it buffers come evenly spaced, and the CPUs fall into step.',
  },
  {
    name: 'leak',
    label: 'Forgets',
    unit: 'count',
    default: 0,
    effect: 'live',
    advanced: true,
    values: [
      { value: 0, key: 'no', label: 'no', help: 'Every buffer is taken back.' },
      ...[1000, 100, 10].map((n) => ({ value: n, key: String(n), label: `1 in ${n}` })),
    ],
    help: 'How many of its buffers the driver never takes back: a bug that fills whatever they lie in.',
  },
  {
    name: 'direction',
    label: 'Direction',
    unit: 'choice',
    default: 'from',
    effect: 'restart',
    advanced: true,
    values: [
      { value: 'from', key: 'from', label: 'from device', help: 'The device writes the buffers.' },
      { value: 'to', key: 'to', label: 'to device', help: 'The device reads the buffers.' },
    ],
    help: 'What the device may do with a buffer.',
  },
] as const satisfies ParamTable

const tasks = (s: MapLoop): number => (s.where === SAME ? s.queues : s.where === NEXT ? 2 * s.queues : s.queues + 1)

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function create(settings: Settings, env: WorkloadEnv): MapLoop {
  const where = settings.unmapOn === 'next' ? NEXT : settings.unmapOn === 'first' ? FIRST : SAME
  const most = where === NEXT ? Math.floor(env.cpus / 2) : where === FIRST ? env.cpus - 1 : env.cpus
  const queues = settings.queues || Math.max(1, most)
  const bytes = settings.size
  const depth = settings.depth
  const room = where === SAME ? depth : 2 * depth
  const stride = alignUp(bytes, pow2(env.cpuPageShift))
  const state: MapLoop = {
    where,
    queues,
    bytes,
    direction: settings.direction === 'to' ? TO_DEVICE : FROM_DEVICE,
    depth,
    room,
    startNs: env.nowNs,
    base: alignUp(env.base, stride),
    stride,
    random: settings.spread !== 'off',
    mapPs: 0,
    unmapPs: 0,
    gapNs: 0,
    leakEvery: 0,
    sinceLeak: 0,
    rngs: Array.from({ length: 2 * queues + 1 }, (_, t) => createRng(deriveSeed(env.seed, t))),
    left: new Int32Array(2 * queues + 1).fill(TURN),
    put: new Int32Array(queues),
    take: new Int32Array(queues),
    live: new Int32Array(queues),
    refused: new Uint8Array(queues),
    dueNs: new Float64Array(queues).fill(env.nowNs),
    begun: new Uint8Array(queues),
    cursor: 0,
    mapping: chunked(new Int32Array(queues * room)),
  }
  setLoad(state, settings)
  return state
}

function setLoad(s: MapLoop, settings: Settings): void {
  s.mapPs = settings.mapWork * 1000
  s.unmapPs = settings.unmapWork * 1000
  s.gapNs = settings.interval
  s.leakEvery = settings.leak
}

/** A time with the mean `mean`, in its unit. */
function vary(s: MapLoop, task: number, mean: number): number {
  return s.random && mean > 0 ? drawGap(s.rngs[task]!, mean) : mean
}

/** The queue that a task maps for, or -1 when it only unmaps. */
function mapsFor(s: MapLoop, task: number): number {
  if (s.where === SAME) return task
  if (s.where === FIRST) return task - 1
  return task % 2 === 0 ? task / 2 : -1
}

/** More is mapped than is kept, or room is needed for what was refused. */
function hasExcess(s: MapLoop, q: number): boolean {
  const live = s.live[q]!
  return live > 0 && (s.refused[q] === 1 || live >= s.depth + (s.where === SAME ? 0 : 1))
}

function next(s: MapLoop, task: number, nowNs: number, op: Op): number {
  op.missed = 0
  op.used = 0
  op.descriptor = -1
  if (s.left[task] === 0) {
    s.left[task] = TURN
    return YIELD
  }
  const q = mapsFor(s, task)
  if (s.where === SAME && s.begun[q] === 0 && hasExcess(s, q)) {
    return s.dueNs[q]! > nowNs ? s.dueNs[q]! : unmapOldest(s, task, q, op)
  }
  if (q >= 0) return mapNext(s, task, q, nowNs, op)
  const from = s.where === NEXT ? (task - 1) / 2 : s.cursor
  const n = s.where === NEXT ? 1 : s.queues
  for (let i = 0; i < n; i++) {
    const at = (from + i) % s.queues
    if (!hasExcess(s, at)) continue
    s.cursor = at
    return unmapOldest(s, task, at, op)
  }
  return nowNs + LOOK_NS
}

function unmapOldest(s: MapLoop, task: number, q: number, op: Op): number {
  const slot = q * s.room + s.take[q]!
  op.kind = OP_UNMAP
  op.used = 1
  op.slot = slot
  op.mapping = s.mapping.data[slot]!
  op.workPs = vary(s, task, s.unmapPs)
  op.delivered = s.bytes
  return RUN
}

function mapNext(s: MapLoop, task: number, q: number, nowNs: number, op: Op): number {
  if (s.live[q] === s.room || (s.refused[q] === 1 && s.live[q]! > 0)) return nowNs + LOOK_NS
  if (s.begun[q] === 0 && s.dueNs[q]! > nowNs) return s.dueNs[q]!
  op.kind = OP_MAP
  op.slot = q * s.room + s.put[q]!
  op.address = s.base + op.slot * s.stride
  op.bytes = s.bytes
  op.direction = s.direction
  op.workPs = vary(s, task, s.mapPs)
  op.delivered = 0
  return RUN
}

function done(s: MapLoop, task: number, op: Op, nowNs: number): void {
  const q = Math.floor(op.slot / s.room)
  s.left[task] = s.left[task]! - 1
  if (op.kind === OP_UNMAP) {
    s.take[q] = (s.take[q]! + 1) % s.room
    s.live[q] = s.live[q]! - 1
    s.refused[q] = 0
    s.cursor = (q + 1) % s.queues
    if (s.where !== SAME) return
    s.begun[q] = 1
    s.dueNs[q] = followNs(s, task, q, nowNs)
  } else if (op.mapping < 0) {
    s.refused[q] = 1
    s.begun[q] = 0
    if (s.live[q] === 0) s.dueNs[q] = nowNs + RETRY_NS
  } else {
    if (s.leakEvery > 0 && ++s.sinceLeak >= s.leakEvery) {
      // Nobody will ever take this one back.
      s.sinceLeak = 0
      if (s.begun[q] === 0) s.dueNs[q] = followNs(s, task, q, nowNs)
      s.begun[q] = 0
      return
    }
    s.mapping.data[op.slot] = op.mapping
    touch(s.mapping, op.slot)
    s.put[q] = (s.put[q]! + 1) % s.room
    s.live[q] = s.live[q]! + 1
    s.refused[q] = 0
    if (s.begun[q] === 0) s.dueNs[q] = followNs(s, task, q, nowNs)
    s.begun[q] = 0
  }
}

/** When the round after the one that began at `nowNs` is due, ns. */
function followNs(s: MapLoop, task: number, q: number, nowNs: number): number {
  const due = s.dueNs[q]!
  if (s.gapNs === 0) return nowNs
  if (s.random) return due + vary(s, task, s.gapNs)
  return (nowNs - due < s.gapNs ? nowNs : due) + s.gapNs
}

export const mapLoopInfo: WorkloadInfo<typeof params> = {
  id: 'map-loop',
  label: 'Map and unmap in a loop',
  params,
}

export const mapLoop = withCode<MapLoop, typeof params>(mapLoopInfo, {
  create,
  tasks,
  firstWakeNs: (s) => s.startNs,
  next,
  done,
  // `next` takes nothing that `done` does not.
  cancel: () => {},
  retune(s, settings, nowNs) {
    setLoad(s, settings)
    s.dueNs.fill(nowNs)
  },
  offeredBps: (s) => (s.gapNs > 0 ? (s.queues * s.bytes * 8 * 1e9) / s.gapNs : 0),
  owner: (s, _task, slot) => `loop ${Math.floor(slot / s.room)}, buffer ${slot % s.room}`,
})
