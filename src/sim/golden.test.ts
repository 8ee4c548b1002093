// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { playable } from '../tools/recordings.ts'
import { createRun } from './run.ts'
import { presets as all } from './scenario/presets.ts'

const presets = all.map(playable)

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['8bdb3d5d22cdac3a', 4092, 800, 1547],
  'frames-4k': ['330f18b269341e4f', 8180, 0, 0],
  pools: ['0419f8b076b41080', 11776, 0, 2603],
  halves: ['96922f15ed11bb49', 28646, 27, 2084],
  pinhole: ['cf9122e07ca80a63', 253, 291, 189],
  'per-table': ['407e06b0dde6125d', 8186, 0, 0],
  'fine-coarse': ['5dd0bbd3abd67bca', 40954, 0, 0],
  'one-size': ['5bfad4276802478c', 4090, 1867, 2426],
  jumbo: ['cb1ba3686aefb35f', 4093, 262, 1093],
  tso: ['4b8d46d5f7d0860a', 384, 0, 0],
  'two-ports': ['76f3b785a7412b75', 4086, 1128, 2070],
  'real-1mib': ['d3d67b8036831e54', 253, 1, 20],
  'real-boot': ['5a9b3e9065384f30', 0, 0, 0],
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
