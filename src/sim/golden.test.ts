// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.

import { describe, expect, it } from 'vitest'
import { playable } from '../tools/recordings.ts'
import { createRun } from './run.ts'
import { presets as all } from './scenario/presets.ts'

const presets = all.map(playable)

const AT_NS = 8_000_000

/** State hash, mapped entries, refusals and spills of each preset after 8 ms. */
const GOLDEN: Readonly<Record<string, readonly [hash: string, mapped: number, refused: number, spills: number]>> = {
  'frames-64k': ['b8c8137fecd5cb8d', 4090, 764, 1501],
  'frames-4k': ['18434f62a46f2281', 8180, 0, 0],
  pools: ['9b3a8d0c28ed00fc', 11776, 0, 2603],
  halves: ['1fa0e27423fa8acc', 28646, 27, 2084],
  pinhole: ['6083f53272b04679', 253, 291, 189],
  'per-table': ['c999c58e15ced84a', 8186, 0, 0],
  'fine-coarse': ['1dcb37b4bf71407d', 40954, 0, 0],
  'one-size': ['bc6ee928023b78b6', 4088, 1812, 2449],
  jumbo: ['49d23ed9ab76b782', 4093, 284, 1092],
  tso: ['560bbeffd8a5d4a2', 384, 0, 0],
  'two-ports': ['48539d07bbee92f8', 4084, 1139, 2033],
  'real-1mib': ['0eb2a7d4d1db94d2', 253, 1, 20],
  'real-boot': ['676ccffdf0ffc529', 0, 0, 0],
  'one-lock': ['441d3cff3ffda042', 1010, 0, 0],
  chunks: ['5efca572c029ffe4', 1017, 0, 0],
  magazines: ['7784e0649f683a43', 1017, 0, 0],
  'linear-wall': ['c6e9a0d731edc411', 12992, 0, 0],
  'producer-consumer': ['d676ca62b755fa99', 945, 0, 0],
  'greedy-cpu': ['ebd47e94235f58ca', 7886, 0, 0],
  'mask-32': ['00a400a1db7d4596', 1049599, 157, 0],
  'nvme-mixed': ['3776e3151261f8a1', 13881, 0, 0],
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
