// What one operation did, in the units of the real algorithm. Mechanisms report work; the machine turns it into
// simulated time with the prices of cost.ts. One meter object is reused for every operation (no allocation).

/** Room for the tries of one request: a table with 4 pools makes 7. */
export const MAX_TRIES = 16

export const FROM_HINT = 0
export const FROM_START = 1
export const FROM_HANDLE = 2

export interface CostMeter {
  /** 64-bit words of bitmap that the kernel's search would have read. */
  bitmapWords: number
  /** Entries whose TCE was written (set or cleared). */
  tceWrites: number
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
    bitmapWords: 0,
    tceWrites: 0,
    locks: 0,
    lockOrder: new Uint8Array(MAX_TRIES),
    tries: 0,
    tryRegion: new Uint8Array(MAX_TRIES),
    tryFrom: new Uint8Array(MAX_TRIES),
    tryStart: new Float64Array(MAX_TRIES),
    tryLimit: new Float64Array(MAX_TRIES),
    hang: false,
  }
}

export function resetMeter(m: CostMeter): void {
  m.bitmapWords = 0
  m.tceWrites = 0
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
  if (m.locks < MAX_TRIES) m.lockOrder[m.locks] = lock
  m.locks++
}
