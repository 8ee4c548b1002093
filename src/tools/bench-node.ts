// Entry of the bundle that measures the core in Node: prints what the bench named by the first argument found, as JSON.

import { measureTraces } from './bench-iova.ts'
import { pairsInNode } from './bench-pairs.ts'

console.log(JSON.stringify(process.argv[2] === 'iova' ? measureTraces() : pairsInNode()))
