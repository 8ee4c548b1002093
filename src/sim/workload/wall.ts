// A wall: long-lived ranges side by side, and above it short-lived buffers of two sizes in turn. The smaller one fits the
// gap above the wall, the larger one does not, and a search from the gap downwards passes every range of the wall.
//
// Spec: spec/IOVA.md section 9. The loop is: map the smaller, map the larger, unmap the smaller, unmap the larger.
// The wall is built first: one small buffer, the ranges below it, and then the small one is given back: the gap.
// Not modelled: what the buffers are for. The device uses a loop's buffers, and none of the wall's or the gap's.
// Invariant: a loop holds at most one buffer of each size.
// Cost: the chosen work for each buffer of a loop; the wall itself takes none besides its mappings.

import { alignUp, pow2 } from '../../lib/bits.ts'
import type { ParamsOf, ParamTable } from '../params.ts'
import { count } from './nic.ts'
import { LOOK_NS, RETRY_NS, size, TURN, workParam } from './think.ts'
import {
  FROM_DEVICE,
  OP_MAP,
  OP_UNMAP,
  type Op,
  RUN,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
  YIELD,
} from './workload.ts'

const KIB = 1024
const NONE = -1

export interface Wall {
  readonly ranges: number
  readonly loops: number
  readonly smallBytes: number
  readonly largeBytes: number
  readonly startNs: number
  readonly base: number
  readonly stride: number
  workPs: number
  /** Steps of the wall that are done: the gap mapped, each range, the gap unmapped; ranges + 2 = it stands. */
  built: number
  gap: number
  /** [loops] step of the loop: map small, map large, unmap small, unmap large. */
  readonly step: Int32Array
  /** [2 * loops] mapping held of the smaller and of the larger size, or -1. */
  readonly held: Int32Array
  /** [loops] no operation before this, ns. */
  readonly dueNs: Float64Array
  /** [loops] operations left in this turn. */
  readonly left: Int32Array
}

const params = [
  {
    name: 'ranges',
    label: 'Wall',
    unit: 'count',
    default: 200,
    effect: 'restart',
    values: [0, 50, 200, 1000, 10_000].map(count),
    help: 'Long-lived ranges side by side, each as large as the smaller buffer.',
  },
  {
    name: 'small',
    label: 'Smaller buffer',
    unit: 'bytes',
    default: 256 * KIB,
    effect: 'restart',
    values: [4, 16, 64, 128, 256].map((n) => size(n * KIB)),
    help: 'Bytes of every second buffer and of each range of the wall. Up to 128K, magazines keep the search away.',
  },
  {
    name: 'large',
    label: 'Larger buffer',
    unit: 'bytes',
    default: 512 * KIB,
    effect: 'restart',
    values: [8, 32, 128, 256, 512, 1024].map((n) => size(n * KIB)),
    help: 'Bytes of the buffers between: too large for the gap that the smaller one leaves.',
  },
  {
    name: 'loops',
    label: 'Loops',
    unit: 'count',
    default: 1,
    effect: 'restart',
    values: [1, 2, 4, 8, 16].map(count),
    help: 'CPUs that map and unmap above the wall; loop n runs on CPU n modulo the number of CPUs.',
  },
  workParam('work', 'Work per buffer', 'the driver spends on a buffer', 600),
] as const satisfies ParamTable

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function create(settings: Settings, env: WorkloadEnv): Wall {
  const loops = settings.loops
  const smallBytes = settings.small
  const largeBytes = settings.large
  const stride = alignUp(Math.max(smallBytes, largeBytes), pow2(env.cpuPageShift))
  return {
    ranges: settings.ranges,
    loops,
    smallBytes,
    largeBytes,
    startNs: env.nowNs,
    base: alignUp(env.base, stride),
    stride,
    workPs: settings.work * 1000,
    built: 0,
    gap: NONE,
    step: new Int32Array(loops),
    held: new Int32Array(2 * loops).fill(NONE),
    dueNs: new Float64Array(loops).fill(env.nowNs),
    left: new Int32Array(loops).fill(TURN),
  }
}

const stands = (s: Wall): boolean => s.built === s.ranges + 2

function mapping(s: Wall, slot: number, bytes: number, workPs: number, op: Op): number {
  op.kind = OP_MAP
  op.slot = slot
  op.address = s.base + slot * s.stride
  op.bytes = bytes
  op.direction = FROM_DEVICE
  op.workPs = workPs
  op.delivered = 0
  return RUN
}

function unmapping(slot: number, id: number, bytes: number, workPs: number, op: Op): number {
  op.kind = OP_UNMAP
  op.slot = slot
  op.mapping = id
  op.workPs = workPs
  op.delivered = bytes
  return RUN
}

/** Slots: the loops' buffers first, then the gap, then the wall. */
const gapSlot = (s: Wall): number => 2 * s.loops

function next(s: Wall, task: number, nowNs: number, op: Op): number {
  op.missed = 0
  op.used = 0
  op.descriptor = -1
  if (!stands(s)) {
    if (task > 0) return nowNs + LOOK_NS
    if (s.built <= s.ranges) return mapping(s, gapSlot(s) + s.built, s.smallBytes, 0, op)
    if (s.gap !== NONE) return unmapping(gapSlot(s), s.gap, 0, 0, op)
    s.built++
  }
  if (s.dueNs[task]! > nowNs) return s.dueNs[task]!
  if (s.left[task] === 0) {
    s.left[task] = TURN
    return YIELD
  }
  const step = s.step[task]!
  const large = step % 2
  const slot = 2 * task + large
  const bytes = large === 1 ? s.largeBytes : s.smallBytes
  if (step < 2) return mapping(s, slot, bytes, s.workPs, op)
  op.used = 1
  return unmapping(slot, s.held[slot]!, bytes, s.workPs, op)
}

function done(s: Wall, task: number, op: Op, nowNs: number): void {
  if (!stands(s)) {
    // A window that has no room for more keeps the wall that it has.
    if (op.kind === OP_MAP && op.mapping < 0) s.built = s.ranges + 1
    else if (op.kind === OP_UNMAP) {
      s.gap = NONE
      s.built++
    } else if (s.built++ === 0) s.gap = op.mapping
    return
  }
  s.left[task] = s.left[task]! - 1
  const step = s.step[task]!
  s.held[op.slot] = op.kind === OP_MAP ? op.mapping : NONE
  let follow = (step + 1) % 4
  if (follow === 2 && s.held[2 * task]! < 0) follow = 3
  if (follow === 3 && s.held[2 * task + 1]! < 0) follow = 0
  if (follow === 0 && op.kind === OP_MAP) s.dueNs[task] = nowNs + RETRY_NS
  s.step[task] = follow
}

export const wallInfo: WorkloadInfo<typeof params> = {
  id: 'wall',
  label: 'Short-lived buffers above a wall',
  params,
}

export const wall = withCode<Wall, typeof params>(wallInfo, {
  create,
  tasks: (s) => s.loops,
  firstWakeNs: (s) => s.startNs,
  next,
  done,
  // `next` takes nothing that `done` does not.
  cancel: () => {},
  retune(s, settings) {
    s.workPs = settings.work * 1000
  },
  offeredBps: () => 0,
  owner(s, task, slot) {
    if (slot < gapSlot(s)) return `loop ${task}, ${slot % 2 === 1 ? 'larger' : 'smaller'} buffer`
    return slot === gapSlot(s) ? 'gap above the wall' : `wall, range ${slot - gapSlot(s) - 1}`
  },
})
