// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { createRun } from './run.ts'
import { presets } from './scenario/presets.ts'

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['7464a729a466d9ce', 4092, 800, 1547],
  'frames-4k': ['85dcda06ed913d28', 8180, 0, 0],
  pools: ['937b8ed2e5781fcc', 11776, 0, 2603],
  halves: ['6e12a5ab7719183c', 28646, 27, 2084],
  pinhole: ['d51bcbc6af39261a', 253, 291, 189],
}

describe('golden', () => {
  it.each(presets.map((p) => p.id))('%s is where it was', (id) => {
    const preset = presets.find((p) => p.id === id)!
    const run = createRun(preset.scenario, preset.horizonNs)
    run.advance(AT_NS)
    const table = run.machine.state.tables[0]!
    expect([run.hash(), table.mapped, table.refused, table.spills]).toEqual(GOLDEN[id])
  })
})
