// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { playable } from '../tools/recordings.ts'
import { createRun } from './run.ts'
import { presets as all } from './scenario/presets.ts'

const presets = all.map(playable)

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['0213ac1f39a0edfa', 4092, 800, 1547],
  'frames-4k': ['d5f8df7b85722940', 8180, 0, 0],
  pools: ['0872d34edb42c9d7', 11776, 0, 2603],
  halves: ['96922f15ed11bb49', 28646, 27, 2084],
  pinhole: ['5dea8cf55923faea', 253, 291, 189],
  'per-table': ['167c96e5f50e740e', 8186, 0, 0],
  'fine-coarse': ['5dd0bbd3abd67bca', 40954, 0, 0],
  'one-size': ['cba6d5af3b7e6ee3', 4090, 1867, 2426],
  jumbo: ['9e019255f9b6b6a0', 4093, 262, 1093],
  tso: ['02cf86514fabafda', 384, 0, 0],
  'two-ports': ['282dfaef01001e4c', 4086, 1128, 2070],
  'real-1mib': ['1252a23bb8191135', 253, 1, 20],
  'real-boot': ['d9ababa368e3f2c2', 0, 0, 0],
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
