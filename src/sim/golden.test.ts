// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { playable } from '../tools/recordings.ts'
import { createRun } from './run.ts'
import { presets as all } from './scenario/presets.ts'

const presets = all.map(playable)

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['8ffe0a15bd384723', 4090, 764, 1501],
  'frames-4k': ['f366a70e7afe559d', 8180, 0, 0],
  pools: ['4bbaa7cf8e032160', 11776, 0, 2603],
  halves: ['8f2bd3f5df0c9b14', 28646, 27, 2084],
  pinhole: ['1393d323174eb12f', 253, 291, 189],
  'per-table': ['99b2af6920b4909b', 8186, 0, 0],
  'fine-coarse': ['b4214a2beab0a4f9', 40954, 0, 0],
  'one-size': ['d9ed10d765f4150f', 4088, 1812, 2449],
  jumbo: ['5e8c833ae8c05f3f', 4093, 284, 1092],
  tso: ['b2552ff897bfde4d', 384, 0, 0],
  'two-ports': ['cd7c0047e044a2c8', 4084, 1139, 2033],
  'real-1mib': ['5dd6d41f322daab2', 253, 1, 20],
  'real-boot': ['f0319265bdfec18a', 0, 0, 0],
  'one-lock': ['d37e0444acb64bb4', 1010, 0, 0],
  chunks: ['196b8c24d243443e', 1017, 0, 0],
  magazines: ['bfd5ef69e6014604', 1017, 0, 0],
  'linear-wall': ['45b34c7fc72ff7df', 12992, 0, 0],
  'producer-consumer': ['c7228d02de2f11c3', 796, 0, 0],
  'greedy-cpu': ['a60b8cdbd6fa5d86', 16379, 765, 0],
  'mask-32': ['c760e934acfce5bf', 1049599, 157, 0],
  'nvme-mixed': ['117dca7640efcfc0', 13881, 0, 0],
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
