// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { playable } from '../tools/recordings.ts'
import { createRun } from './run.ts'
import { presets as all } from './scenario/presets.ts'

const presets = all.map(playable)

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['e220a76fa762086e', 4090, 764, 1501],
  'frames-4k': ['f65fc11800bd3416', 8180, 0, 0],
  pools: ['2dae2cd47f58d4b2', 11776, 0, 2603],
  halves: ['1cd5ad07d797b036', 28646, 27, 2084],
  pinhole: ['5401622b0a45b574', 253, 291, 189],
  'per-table': ['1a0ddc3311292229', 8186, 0, 0],
  'fine-coarse': ['5bba476d937ac788', 40954, 0, 0],
  'one-size': ['98f2e8dd33e6fab5', 4088, 1812, 2449],
  jumbo: ['3b85b18baed672e1', 4093, 284, 1092],
  tso: ['36fdc15a0ae39e7c', 384, 0, 0],
  'two-ports': ['cbefbad220184192', 4084, 1139, 2033],
  'real-1mib': ['37574d89a4960ef1', 253, 1, 20],
  'real-boot': ['27b042fb053707fa', 0, 0, 0],
  'one-lock': ['faf2efbf0b07045a', 1010, 0, 0],
  chunks: ['d0f1bd523aa1ca8f', 1017, 0, 0],
  magazines: ['ce47eb5e6d732951', 1018, 0, 0],
  'linear-wall': ['7818bc0b16656225', 12928, 0, 0],
  'producer-consumer': ['7baa0fd32f93abf9', 795, 0, 0],
  'greedy-cpu': ['eda509207a31c91b', 16380, 785, 0],
  'mask-32': ['79b70be32799afdb', 1049599, 143, 0],
  'nvme-mixed': ['a19479b8df79bc5d', 13881, 0, 0],
  strict: ['cc5c17003338da5c', 1984, 0, 0],
  batched: ['67ecf71a7f5e7c1c', 256, 0, 0],
  never: ['1164972ca26d2c0e', 65, 0, 0],
  'untrusted-device': ['568f46f190473c4e', 16, 0, 0],
  'hypervisor-2011': ['7e8deade3f3ad552', 17408, 0, 0],
  'iotlb-wall': ['dcd02d33a968eba5', 256, 0, 0],
  superpages: ['568692790e6e24ac', 16384, 0, 0],
  splitting: ['5cbf0e63fca3e3bd', 17408, 0, 0],
  'partial-unmap': ['cb16f9055db61921', 4608, 0, 0],
  'exact-size-flush': ['8fda14aa70cef4f7', 17408, 0, 0],
  'nvlink-flat': ['1a073f340d132f50', 0, 1024, 0],
  'nvlink-whole': ['71675f42ced4abaf', 524288, 0, 0],
  'nvlink-on-demand': ['8504f811f832ce8e', 524288, 0, 0],
  'real-mode': ['a80f181f83b2040d', 524288, 0, 0],
  'default-window': ['9187dd891bcfdeb3', 25596, 230, 3781],
  'ddw-direct': ['eba1a4b1c3c7db19', 262144, 0, 0],
  'ddw-indirect': ['588745febf8cc324', 2017, 0, 0],
  'hypervisor-64k': ['2e12411246a58773', 2016, 0, 0],
  'vfio-guest': ['cd4ece3ac19d4ec7', 32768, 896, 0],
  'vfs-256': ['9d46112f76635db2', 2016, 0, 0],
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
