// Pairs of map and unmap per second in Node, through the whole path: workload, allocator, table, log.

import { createRun, presets, type Scenario, withValue } from '../sim/index.ts'

/** The card of the first story, its rings sized to fit the window: packets are the work, nothing is refused. */
export const BUSY = {
  preset: 'frames-64k',
  settings: { 'w0.ring': 512, 'w0.queues': 4, 'w0.rate': 40, 'w0.moderation': 100_000 },
}
export const ROUNDS = 8
export const ROUND_MS = 1000

function busyScenario(): Scenario {
  const preset = presets.find((p) => p.id === BUSY.preset)
  if (!preset) throw new Error(`no preset ${BUSY.preset}`)
  return Object.entries(BUSY.settings).reduce((s, [path, value]) => withValue(s, path, value), preset.scenario)
}

/** The best of ROUNDS rounds, after one to warm up. */
export function pairsInNode(): number {
  const run = createRun(busyScenario(), 1_000_000_000)
  const unmaps = () => run.machine.state.tables[0]?.unmaps ?? 0
  const goOnFor = (ms: number): number => {
    const [start, before] = [performance.now(), unmaps()]
    while (performance.now() - start < ms) run.advance(run.machine.state.nowNs + 100_000)
    return ((unmaps() - before) * 1000) / (performance.now() - start)
  }
  goOnFor(ROUND_MS)
  return Math.max(...Array.from({ length: ROUNDS }, () => goOnFor(ROUND_MS)))
}
