// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { playable } from '../tools/recordings.ts'
import { createRun } from './run.ts'
import { presets as all } from './scenario/presets.ts'

const presets = all.map(playable)

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['c262c9e1225d0d72', 4090, 764, 1501],
  'frames-4k': ['5ab4436902ff5fe6', 8180, 0, 0],
  pools: ['deba776eb2c59df9', 11776, 0, 2603],
  halves: ['8bbb5fa514f1a73b', 28646, 27, 2084],
  pinhole: ['6f00e5e749683582', 253, 291, 189],
  'per-table': ['ea42aa05eddb713e', 8186, 0, 0],
  'fine-coarse': ['1c1c43a68cd79944', 40954, 0, 0],
  'one-size': ['c43bce0ae0cfc404', 4088, 1812, 2449],
  jumbo: ['d69dcee5a9568aff', 4093, 284, 1092],
  tso: ['819efca143033073', 384, 0, 0],
  'two-ports': ['71ceb5782e1814b6', 4084, 1139, 2033],
  'real-1mib': ['9e5a30889f573401', 253, 1, 20],
  'real-boot': ['f21b9d83ec1603fd', 0, 0, 0],
  'one-lock': ['0e6733620658f19f', 1010, 0, 0],
  chunks: ['91715de070b04a1d', 1017, 0, 0],
  magazines: ['3a26c067976eace1', 1017, 0, 0],
  'linear-wall': ['d4a4197a8d87d7dc', 12992, 0, 0],
  'producer-consumer': ['2857835bdcf36358', 796, 0, 0],
  'greedy-cpu': ['8cfa07ff68370cd8', 16379, 765, 0],
  'mask-32': ['f9d4cc361a5e13c9', 1049599, 157, 0],
  'nvme-mixed': ['f5cd322366cdd131', 13881, 0, 0],
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
