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
  'one-lock': ['a5a8a0655845e5af', 1010, 0, 0],
  chunks: ['f6de97c580b2868d', 1017, 0, 0],
  magazines: ['09f771c7246609b5', 1018, 0, 0],
  'linear-wall': ['2dbd42eb33dff9aa', 12928, 0, 0],
  'producer-consumer': ['15b1b8c05132efc4', 795, 0, 0],
  'greedy-cpu': ['6816392769fc94d3', 16380, 785, 0],
  'mask-32': ['4b9cf22b0ccd6776', 1049599, 143, 0],
  'nvme-mixed': ['7a851bbb064eb79e', 13881, 0, 0],
  strict: ['fc09e26568063061', 1984, 0, 0],
  batched: ['838743252f828096', 256, 0, 0],
  never: ['873953bba6943f66', 65, 0, 0],
  'untrusted-device': ['1f3780c7bd18132a', 16, 0, 0],
  'hypervisor-2011': ['958902bd504bfd96', 17408, 0, 0],
  'iotlb-wall': ['90ae622329d7d3f5', 256, 0, 0],
  superpages: ['7706b250e11fd2bd', 16384, 0, 0],
  splitting: ['e9b64644b720c1d5', 17408, 0, 0],
  'partial-unmap': ['cb6be6f337cbb19e', 4608, 0, 0],
  'exact-size-flush': ['5e7ad776a7a6a607', 17408, 0, 0],
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
