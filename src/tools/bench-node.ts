// Entry of the bundle that measures the core in Node: prints pairs per second.

import { pairsInNode } from './bench-pairs.ts'

console.log(pairsInNode())
