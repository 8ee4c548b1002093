// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { playable } from '../tools/recordings.ts'
import { createRun } from './run.ts'
import { presets as all } from './scenario/presets.ts'

const presets = all.map(playable)

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['3677e439fd7bd79f', 4090, 764, 1501],
  'frames-4k': ['0c5e0bb6c6dfc146', 8180, 0, 0],
  pools: ['02de7d96616d2760', 11776, 0, 2603],
  halves: ['e9e829d04092f17b', 28646, 27, 2084],
  pinhole: ['1393d323174eb12f', 253, 291, 189],
  'per-table': ['99bdc34b3f5bcce1', 8186, 0, 0],
  'fine-coarse': ['d405f2dec2916157', 40954, 0, 0],
  'one-size': ['c6f37b3b85220ce5', 4088, 1812, 2449],
  jumbo: ['5e8c833ae8c05f3f', 4093, 284, 1092],
  tso: ['b2552ff897bfde4d', 384, 0, 0],
  'two-ports': ['ac5b4c01808d14b1', 4084, 1139, 2033],
  'real-1mib': ['5dd6d41f322daab2', 253, 1, 20],
  'real-boot': ['f0319265bdfec18a', 0, 0, 0],
  'one-lock': ['b152ec480fcf3ac6', 1010, 0, 0],
  chunks: ['b9151d5c7fb59354', 1017, 0, 0],
  magazines: ['762e7f12e8adc6cc', 1017, 0, 0],
  'linear-wall': ['0cbab1605dbcfbe8', 12992, 0, 0],
  'producer-consumer': ['30f3bbacecb72ae2', 945, 0, 0],
  'greedy-cpu': ['3179a200163c15d9', 7886, 0, 0],
  'mask-32': ['4457a2923933343b', 1049599, 157, 0],
  'nvme-mixed': ['9f9376abce14889b', 13881, 0, 0],
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
