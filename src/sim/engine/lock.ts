// A spinlock with a first-come queue. Plain data; the machine schedules the moment of granting. A CPU that waits does
// nothing else. Passing a contended lock on costs more the more CPUs wait (see PRICES.handover).

import { PRICES } from './cost.ts'

export interface Lock {
  /** The lock is held until here, ns. Infinity when its holder never returns. */
  heldUntil: number
  /** CPUs that wait, in order of arrival: queue[head … head+waiting-1 mod length]. */
  readonly queue: Int32Array
  head: number
  waiting: number
  /** What it costs besides that a CPU which waits has to be woken, ps; 0 where CPUs spin. */
  readonly wakePs: number
  /** Counters since creation. */
  taken: number
  contended: number
  waitNs: number
}

export function createLock(cpus: number, wakePs = 0): Lock {
  return { heldUntil: 0, queue: new Int32Array(cpus), head: 0, waiting: 0, wakePs, taken: 0, contended: 0, waitNs: 0 }
}

/** True when a CPU that asks at `nowNs` gets the lock at once. */
export function isFree(lock: Lock, nowNs: number): boolean {
  return lock.waiting === 0 && lock.heldUntil <= nowNs
}

/** Puts a CPU at the end of the queue. */
export function enqueue(lock: Lock, cpu: number): void {
  const { queue } = lock
  queue[(lock.head + lock.waiting) % queue.length] = cpu
  lock.waiting++
  lock.contended++
}

/** Takes the first CPU out of the queue; the queue must not be empty. */
export function dequeue(lock: Lock): number {
  const { queue } = lock
  const cpu = queue[lock.head]!
  lock.head = (lock.head + 1) % queue.length
  lock.waiting--
  return cpu
}

/** When the first waiter gets the lock, ns. */
export function grantNs(lock: Lock): number {
  return lock.heldUntil + Math.round((PRICES.handover.ps * lock.waiting + lock.wakePs) / 1000)
}
