// What one operation did, in the units of the real algorithm. Mechanisms report work; the machine turns it into
// simulated time with the prices of cost.ts. One meter object is reused for every operation (no allocation).
//
// An operation goes through stages: work before any lock, then work under one lock after the other. A stage ends when
// the next lock is taken.

import type { Price } from './cost.ts'

/** Room for the tries of one request: a table with 4 pools makes 7. */
export const MAX_TRIES = 16

export const FROM_HINT = 0
export const FROM_START = 1
export const FROM_HANDLE = 2

/** In the place of a lock: none is held, only what belongs to this CPU is touched. */
export const NO_LOCK = -1
/** In `lockOrder`: a stage after a lock was dropped, in which none is held. */
export const LOCAL_STAGE = 255
/** A tree is walked at most this often in one operation: two passes for each of two limits, and again after emptying. */
export const MAX_WALKS = 8
/** Stages under a lock that are told apart; what comes after belongs to the last. */
export const MAX_STAGES = 32

export interface CostMeter {
  /** When the operation happens: for work that is put off. */
  nowNs: number
  /** Lock held now: the one known beforehand, or the last taken; NO_LOCK if none. */
  held: number
  /** The lock of the stage that goes on has been dropped: what is charged now belongs to a stage without one. */
  dropped: boolean
  /** Priced work of the stage that goes on, ps. */
  ps: number
  /** [MAX_STAGES] priced work of the stages that ended: 0 = before `lockOrder[0]`, i = under `lockOrder[i - 1]`. */
  readonly stagePs: Float64Array
  /** Flushes of the whole IOTLB, and invalidations that were waited for. */
  flushes: number
  invalidations: number
  /** Moves to a predecessor in the tree, all walks together. */
  treeSteps: number
  /** Walks of the tree in this operation, in order: from the range at `walkFrom` down to `walkTo` (absolute entries). */
  walks: number
  readonly walkFrom: Float64Array
  readonly walkTo: Float64Array
  /** 64-bit words of bitmap that the kernel's search would have read. */
  bitmapWords: number
  /** Entries whose TCE was written (set or cleared). */
  tceWrites: number
  /** Calls of an IOMMU driver that set or cleared entries. */
  tableCalls: number
  /** Table pages that were newly allocated. */
  tablePages: number
  /** Hypercalls that real mode could not finish: each was done again in virtual mode. */
  tooHard: number
  /** The part of the priced work that is invalidation: commands, waits, the flush queue; ps. */
  invalidationPs: number
  /** Locks taken after the first, in order: `lockOrder[0 … locks-1]`; the first is known beforehand. */
  locks: number
  readonly lockOrder: Uint8Array
  /** Searches of this request, in order. */
  tries: number
  /** [MAX_TRIES] region index searched. */
  readonly tryRegion: Uint8Array
  /** [MAX_TRIES] FROM_HINT, FROM_START or FROM_HANDLE. */
  readonly tryFrom: Uint8Array
  /** [MAX_TRIES] first entry searched. */
  readonly tryStart: Float64Array
  /** [MAX_TRIES] end of the search, exclusive. */
  readonly tryLimit: Float64Array
  /** The request never returns: generation 1's livelock with the table lock held. */
  hang: boolean
}

export function createMeter(): CostMeter {
  return {
    nowNs: 0,
    held: NO_LOCK,
    dropped: false,
    ps: 0,
    stagePs: new Float64Array(MAX_STAGES),
    flushes: 0,
    invalidations: 0,
    treeSteps: 0,
    walks: 0,
    walkFrom: new Float64Array(MAX_WALKS),
    walkTo: new Float64Array(MAX_WALKS),
    bitmapWords: 0,
    tceWrites: 0,
    tableCalls: 0,
    tablePages: 0,
    tooHard: 0,
    invalidationPs: 0,
    locks: 0,
    lockOrder: new Uint8Array(MAX_STAGES),
    tries: 0,
    tryRegion: new Uint8Array(MAX_TRIES),
    tryFrom: new Uint8Array(MAX_TRIES),
    tryStart: new Float64Array(MAX_TRIES),
    tryLimit: new Float64Array(MAX_TRIES),
    hang: false,
  }
}

/** Empties the meter for an operation at `nowNs` that begins with lock `held`. */
export function resetMeter(m: CostMeter, nowNs = 0, held = NO_LOCK): void {
  m.nowNs = nowNs
  m.held = held
  m.dropped = false
  m.ps = 0
  m.flushes = 0
  m.invalidations = 0
  m.treeSteps = 0
  m.walks = 0
  m.bitmapWords = 0
  m.tceWrites = 0
  m.tableCalls = 0
  m.tablePages = 0
  m.tooHard = 0
  m.invalidationPs = 0
  m.locks = 0
  m.tries = 0
  m.hang = false
}

/** Notes one search of [start, limit) in `region`; beyond MAX_TRIES the count goes on but nothing is kept. */
export function noteTry(m: CostMeter, region: number, from: number, start: number, limit: number): void {
  const i = m.tries++
  if (i >= MAX_TRIES) return
  m.tryRegion[i] = region
  m.tryFrom[i] = from
  m.tryStart[i] = start
  m.tryLimit[i] = limit
}

/** Notes that the lock with this index was taken after another one was dropped. */
export function noteLock(m: CostMeter, lock: number): void {
  if (m.locks < MAX_STAGES) {
    m.lockOrder[m.locks] = lock
    m.stagePs[m.locks] = m.ps
    m.ps = 0
  }
  m.held = lock
  m.dropped = false
  m.locks++
}

/** Drops the lock that is held, if any: what comes next is no longer under it, and the same lock is taken anew. */
export function dropLock(m: CostMeter): void {
  if (m.held === NO_LOCK) return
  m.held = NO_LOCK
  m.dropped = true
}

/** Takes a lock unless it is the one already held. */
export function takeLock(m: CostMeter, lock: number): void {
  if (m.held !== lock) noteLock(m, lock)
}

/** Adds `times` the price to the stage that goes on. */
export function charge(m: CostMeter, price: Price, times = 1): void {
  // Where stages are no longer told apart, the last one is under a lock.
  if (m.dropped && m.locks < MAX_STAGES - 1) {
    noteLock(m, LOCAL_STAGE)
    m.held = NO_LOCK
  }
  m.ps += price.ps * times
}

/** Notes a walk of the tree from the range at `from` down to `to` in `steps` moves; beyond MAX_WALKS only the steps count. */
export function noteWalk(m: CostMeter, from: number, to: number, steps: number): void {
  m.treeSteps += steps
  const i = m.walks++
  if (i >= MAX_WALKS) return
  m.walkFrom[i] = from
  m.walkTo[i] = to
}
