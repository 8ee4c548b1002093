// Rounds of map, device access and unmap per second in Node, through the whole path: workload, allocator, radix table,
// IOTLB, flush queue, log.

import { createRun, type Scenario } from '../sim/index.ts'

const ROUNDS = 8
const ROUND_MS = 1000
const GIB = 1_073_741_824

/** One CPU that maps and unmaps as fast as it can, by VT-d and magazines with deferred flushing; an IOTLB of 64. */
const LOOP: Scenario = {
  preset: 'bench-rounds',
  seed: 1,
  machine: { platform: 'vtd', cpuPage: 4096, cpus: 1 },
  devices: [{ id: 'd0', name: 'dev0', settings: { window: 4 * GIB, allocator: 'rcache', flush: 'deferred' } }],
  workloads: [{ id: 'w0', type: 'map-loop', device: 0, settings: { size: 4096, depth: 16, spread: 'off' } }],
  inputs: [],
}

/** The best of ROUNDS rounds, after one to warm up. Throws where the device did not look up what was unmapped. */
export function roundsInNode(): number {
  const run = createRun(LOOP, 1_000_000_000)
  const { state } = run.machine
  const unmaps = () => state.tables[0]?.unmaps ?? 0
  const goOnFor = (ms: number): number => {
    const [start, before] = [performance.now(), unmaps()]
    while (performance.now() - start < ms) run.advance(state.nowNs + 100_000)
    return ((unmaps() - before) * 1000) / (performance.now() - start)
  }
  goOnFor(ROUND_MS)
  const best = Math.max(...Array.from({ length: ROUNDS }, () => goOnFor(ROUND_MS)))
  if (state.iotlbs[0]?.lookups !== unmaps()) throw new Error('not every buffer was used')
  return best
}
