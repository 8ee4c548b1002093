// Entry of the bundle that measures the core in Node: prints what the bench named by the first argument found, as JSON.

import { measureTraces } from './bench-iova.ts'
import { pairsInNode } from './bench-pairs.ts'
import { roundsInNode } from './bench-rounds.ts'

const BENCHES: Readonly<Record<string, () => unknown>> = {
  iova: measureTraces,
  pairs: pairsInNode,
  rounds: roundsInNode,
}

console.log(JSON.stringify(BENCHES[process.argv[2] ?? '']!()))
