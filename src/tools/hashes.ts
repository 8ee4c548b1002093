// One hash everywhere: links, and what Node makes of them.

import { decodeLink, encodeLink } from '../share/url.ts'
import { viewOf } from '../share/view-state.ts'
import { createRun, type Position, presetById, presets } from '../sim/index.ts'
import { makeChanges, randomScenario } from '../sim/testing/random-scenario.ts'
import { loaded } from './recordings.ts'

/** A link, positions to go to one after the other, and the state hash at its own position and at each of them. */
export interface Hashed {
  readonly link: string
  readonly moments: readonly Position[]
  readonly hashes: readonly string[]
}

/** How far a random run goes beyond its last change. */
const BEYOND = { ns: 2_000_000, events: 20_000 }

/** Every preset where it opens, and so many random runs; those of `seed` to `seed + count - 1`. */
export function linksToHash(count: number, seed = 1): string[] {
  const random = Array.from({ length: count }, (_, i) => randomLink(seed + i))
  return [...presets.map(({ id }) => `#s=${id}`), ...random]
}

function randomLink(seed: number): string {
  const { scenario, changes } = randomScenario(seed)
  const preset = presetById(scenario.preset)!
  const run = createRun(loaded(scenario, preset), preset.horizonNs)
  makeChanges(run, changes)
  const { state } = run.machine
  run.advance(state.nowNs + BEYOND.ns, BEYOND.events)
  const position = { ns: state.nowNs, events: state.events }
  return encodeLink({ scenario: run.scenario(), position, view: viewOf(preset) })
}

/** Node's hashes where a link stands, where half of its events have happened, and back again. */
export function hashedInNode(link: string): Hashed {
  const { scenario, position } = decodeLink(link)
  const preset = presetById(scenario.preset)
  const run = createRun(loaded(scenario, preset), preset?.horizonNs ?? 0)
  const { state } = run.machine
  const here = () => ({ ns: state.nowNs, events: state.events })
  run.seek(position)
  const end = here()
  const hash = run.hash()
  run.seek({ ns: 0, events: 0 })
  while (state.events < end.events >> 1 && run.advance(end.ns, (end.events >> 1) - state.events) > 0);
  return { link, moments: [here(), end], hashes: [hash, run.hash(), hash] }
}
