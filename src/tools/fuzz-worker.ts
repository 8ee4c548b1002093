// The thread in which cases run. What it is at stands in shared memory, so that a case that never ends can be named.

import { parentPort, workerData } from 'node:worker_threads'
import { type FuzzResult, runCase } from './fuzz-kind.ts'
import { KINDS } from './fuzz-kinds.ts'

export interface FuzzTask {
  readonly kind: string
  readonly seed: number
  /** Cases from, from+step … below `end`. */
  readonly from: number
  readonly step: number
  readonly end: number
  /** [1] the case that runs now. */
  readonly now: Int32Array
}

/** ms between two reports. */
const REPORT_MS = 200

const { kind: name, seed, from, step, end, now } = workerData as FuzzTask
const { kind } = await KINDS[name]!()
let results: FuzzResult[] = []
let reported = Date.now()
for (let n = from; n < end; n += step) {
  Atomics.store(now, 0, n)
  results.push(await runCase(kind, seed, n))
  if (Date.now() - reported < REPORT_MS) continue
  parentPort!.postMessage(results)
  results = []
  reported = Date.now()
}
parentPort!.postMessage(results)
