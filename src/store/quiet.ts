// Dead stretches: what a person would wait for longer than a moment, at the speed that a run plays at.

import type { RunStatus, Speed } from '../sim/index.ts'

/** Wall ns that are waited for. */
const MOMENT_NS = 1e9

/** How long nothing happens from here on, simulated ns; 0 where that is soon over, or for ever. */
export function quietNs({ ns, nextNs, mode }: RunStatus, speed: Speed): number {
  if (nextNs === null || mode === 'seeking' || speed === 'max') return 0
  return nextNs - ns > speed * MOMENT_NS ? nextNs - ns : 0
}
