// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { playable } from '../tools/recordings.ts'
import { createRun } from './run/run.ts'
import { presets as all } from './scenario/presets.ts'

const presets = all.map(playable)

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['c5c1d4844f4f6a67', 4090, 764, 1501],
  'frames-4k': ['62a070d9343f304d', 8180, 0, 0],
  pools: ['6709622c26aba404', 11776, 0, 2603],
  halves: ['61bb4d358acbe451', 28646, 27, 2084],
  pinhole: ['300920a0030536d7', 253, 291, 189],
  'per-table': ['86d4681a7bb34fb1', 8186, 0, 0],
  'fine-coarse': ['758fccf886448d6e', 40954, 0, 0],
  'one-size': ['ee905d2047543aff', 4088, 1812, 2449],
  jumbo: ['2406264467b4a8f5', 4093, 284, 1092],
  tso: ['82375c0c3d371b4b', 384, 0, 0],
  'two-ports': ['a81f279a147e97f6', 4084, 1139, 2033],
  'real-1mib': ['23ff7b330d8fa4e7', 253, 1, 20],
  'real-boot': ['dae6104d59c015a6', 0, 0, 0],
  'one-lock': ['b334251ed485c71b', 1010, 0, 0],
  chunks: ['ebe5211f226b1b6a', 1017, 0, 0],
  magazines: ['5f7c8670c1583cee', 1018, 0, 0],
  'linear-wall': ['4a860878ab96f6e4', 12928, 0, 0],
  'producer-consumer': ['53dd8e80b0c72dae', 795, 0, 0],
  'greedy-cpu': ['c9256fe9e6d7d057', 16380, 785, 0],
  'mask-32': ['b5cda5938fef621b', 1049599, 143, 0],
  'nvme-mixed': ['d834a34b6593e137', 13881, 0, 0],
  strict: ['a6ab1cd3ff960b10', 1984, 0, 0],
  batched: ['e6c82708c2da242e', 256, 0, 0],
  never: ['39b9c35ec960ceea', 65, 0, 0],
  'untrusted-device': ['7a7514562acfd062', 16, 0, 0],
  'hypervisor-2011': ['589334a3dca73eba', 17408, 0, 0],
  'iotlb-wall': ['ef514764417c1fea', 256, 0, 0],
  superpages: ['8c7cd8b8d30ea365', 16384, 0, 0],
  splitting: ['0af57f3f7de227d0', 17408, 0, 0],
  'partial-unmap': ['944d8b7827bdbd76', 4608, 0, 0],
  'exact-size-flush': ['3dd06b757c52c7af', 17408, 0, 0],
  'nvlink-flat': ['bdde770b37d1c1a5', 0, 1080, 0],
  'nvlink-whole': ['bf44352faf904847', 524288, 0, 0],
  'nvlink-on-demand': ['86d9a10bc2748df3', 524288, 0, 0],
  'real-mode': ['e21c16d6e3c5cb4f', 524288, 0, 0],
  'default-window': ['acfa7e87d62ca2ca', 32255, 144, 1360],
  'ddw-direct': ['716323fc623e18bd', 262144, 0, 0],
  'ddw-indirect': ['54198cbe690c504b', 2017, 0, 0],
  'hypervisor-64k': ['c2f45da3a7337713', 2016, 0, 0],
  'vfio-guest': ['8dfac1c8951db0f6', 28672, 896, 0],
  'vfs-256': ['6817a49b84b56a3d', 2016, 0, 0],
  'iommu-fails': ['01d32321f7a13712', 1706, 0, 0],
  panic: ['604da6c48e9cb2a3', 0, 0, 0],
  'late-4mb': ['6f0926f524c2aebd', 2041, 891, 0],
  'give-back': ['408af9c2bd4618bf', 2044, 0, 0],
  'leak-64m': ['e9afc0e560618bb4', 2044, 0, 0],
  nommu: ['c96976035d454300', 0, 1162, 0],
  'bounce-load': ['e33347698978432d', 837, 0, 0],
  'full-but-empty': ['7b8664112ab55122', 896, 141, 0],
  'slot-leak': ['1cd669f8ab77d740', 2048, 675, 587],
  'one-area': ['20eede9e016b4cab', 244, 0, 0],
  areas: ['4969c6f98f6677f8', 1202, 0, 0],
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
