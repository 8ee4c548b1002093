// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { playable } from '../tools/recordings.ts'
import { createRun } from './run.ts'
import { presets as all } from './scenario/presets.ts'

const presets = all.map(playable)

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['ed4859802247626c', 4090, 764, 1501],
  'frames-4k': ['cda8fb85ee22c309', 8180, 0, 0],
  pools: ['37649b1b5455429f', 11776, 0, 2603],
  halves: ['9056dfdc7f14ac5f', 28646, 27, 2084],
  pinhole: ['362657dd5ca24a70', 253, 291, 189],
  'per-table': ['92ccceb631fcec61', 8186, 0, 0],
  'fine-coarse': ['618fdef609818671', 40954, 0, 0],
  'one-size': ['56da8a4b9c190a5d', 4088, 1812, 2449],
  jumbo: ['992111956e3c1781', 4093, 284, 1092],
  tso: ['fc08b2d12cf42b54', 384, 0, 0],
  'two-ports': ['8b77c389dcf78469', 4084, 1139, 2033],
  'real-1mib': ['fec07f73ed4fdcdc', 253, 1, 20],
  'real-boot': ['0057536a4e7df9dd', 0, 0, 0],
  'one-lock': ['3daa101f0357bffe', 1010, 0, 0],
  chunks: ['392748097ea64add', 1017, 0, 0],
  magazines: ['1b3172684777bc53', 1018, 0, 0],
  'linear-wall': ['b387e0d1ff26b095', 12928, 0, 0],
  'producer-consumer': ['37f910fe84e79faf', 795, 0, 0],
  'greedy-cpu': ['2b7145addd0b0834', 16380, 785, 0],
  'mask-32': ['94740963d25fecce', 1049599, 143, 0],
  'nvme-mixed': ['93956264fbf538e9', 13881, 0, 0],
  strict: ['b3cd1493303546a2', 1984, 0, 0],
  batched: ['2ac65ebd4dccd041', 256, 0, 0],
  never: ['47d21d31d64b6ea3', 65, 0, 0],
  'untrusted-device': ['78a1fd8aa9dc6734', 16, 0, 0],
  'hypervisor-2011': ['44b83ef41d340ff2', 17408, 0, 0],
  'iotlb-wall': ['c9d920194cce1137', 256, 0, 0],
  superpages: ['432186fbb294ddcb', 16384, 0, 0],
  splitting: ['34b33e3d07dfe5c9', 17408, 0, 0],
  'exact-size-flush': ['4f427c6207a451c2', 17408, 0, 0],
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
