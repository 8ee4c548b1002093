// Predictions of what the flush modes cost beside publications: a CPU-bound stream, fast drives on many CPUs, and how long
// what was unmapped can be reached.
//
// Equations 1 to 3 of a stream: a packet is its own work and two pairs of map and unmap; the allocator's part follows from
// the length of its searches, which the runs of two interfering rings count (see O5 in published.ts, whose one open choice,
// how often acknowledgements come, is theirs too). Prices are those of cost.ts, and none is chosen here.

import { PRICES } from '../engine/cost.ts'
import type { Settings } from '../params.ts'
import { flushFigures, flushPoint } from './flush.ts'
import type { Prediction } from './prediction.ts'
import type { PointResult, StudyPoint } from './study.ts'

type Point = (id: string) => PointResult

const GIB = 1_073_741_824
/** Ranges that share one flush. */
const RING = 255
/** Cycles a second and bytes of a frame of the machine that was measured. */
const CPU_GHZ = 3.1
const PACKET_CYCLES = 1816
const FRAME_BITS = 12_000
/** Rates at which the longest wait is looked for: the timer's, the edge, the ring's. */
const WAIT_RATES = [1e3, 2e4, 1e6] as const

/** ps of one packet: two maps and two unmaps around its own work. */
function packetPs(allocPs: number, findPs: number, freePs: number, flush: 'strict' | 'deferred'): number {
  const invalidation = PRICES.invQueue.ps + PRICES.invWait.ps
  const map = allocPs + PRICES.ptMap.ps + PRICES.map.ps
  const told = flush === 'strict' ? invalidation : PRICES.flushQueue.ps + invalidation / RING
  const unmap = findPs + freePs + PRICES.ptUnmap.ps + PRICES.map.ps + told
  return PRICES.packet.ps + 2 * (map + unmap)
}

/** The same against a packet without an IOMMU: of a tree with searches of `steps`, and of an allocator of constant time. */
const tree = (steps: number, flush: 'strict' | 'deferred'): number =>
  packetPs(PRICES.treeFixed.ps + steps * PRICES.treeStep.ps, PRICES.treeFind.ps, PRICES.treeFree.ps, flush) /
  PRICES.packet.ps
const constant = (flush: 'strict' | 'deferred'): number =>
  packetPs(PRICES.magazineGet.ps, PRICES.treeFindFull.ps, PRICES.magazinePut.ps, flush) / PRICES.packet.ps

/** Of magazines, which need no tree to take a range back. */
const withMagazines = (): number =>
  packetPs(PRICES.magazineGet.ps, 0, PRICES.magazinePut.ps, 'strict') / PRICES.packet.ps

/** Gbit/s of a CPU that needs `times` the cycles of a packet without an IOMMU. */
const gbps = (times: number): number => (FRAME_BITS * CPU_GHZ) / (PACKET_CYCLES * times)

const strictOf = (at: Point): number => tree(at('rings strict').stepsPerMap, 'strict')
const deferredOf = (at: Point): number => tree(at('rings deferred').stepsPerMap, 'deferred')

/** What each mode yields, Gbit/s, in the order that was published: fastest first. */
const ordered = (at: Point): readonly (readonly [string, number])[] => [
  ['no IOMMU', gbps(1)],
  ['deferred, constant time', gbps(constant('deferred'))],
  ['deferred', gbps(deferredOf(at))],
  ['strict, constant time', gbps(constant('strict'))],
  ['strict', gbps(strictOf(at))],
]

/** 64 CPUs that read 4K from eight drives as fast as these can, through one command queue. */
function drives(id: string, device: Settings): StudyPoint {
  return {
    id,
    series: id,
    x: 0,
    warmOps: 60_000,
    ops: 120_000,
    mostNs: 1e9,
    scenario: {
      preset: 'published',
      seed: 1,
      machine: { platform: 'arm', cpuPage: 4096, cpus: 64 },
      devices: [{ id: 'd0', name: 'dev0', settings: { window: 4 * GIB, allocator: 'rcache', ...device } }],
      workloads: [{ id: 'w0', type: 'nvme', device: 0, settings: { mix: '4k', writes: 0, drives: 8 } }],
      inputs: [],
    },
  }
}

/** Runs that these predictions need besides those of published.ts; none depends on the scenario at hand. */
export function flushPointsPublished(): readonly StudyPoint[] {
  return [
    drives('drives direct', { translation: 'off' }),
    drives('drives lazy', { flush: 'deferred' }),
    drives('drives strict', { flush: 'strict' }),
    ...WAIT_RATES.map((rate) => flushPoint('deferred', rate)),
  ]
}

const iops = (at: Point, id: string): number => (at(id).ns > 0 ? (at(id).delivered * 1e9) / at(id).ns : 0)
const million = (at: Point, id: string): string => `${(iops(at, id) / 1e6).toFixed(1)} M`
const waitId = (rate: number): string => flushPoint('deferred', rate).id

const RIOMMU = 'Malka et al., ASPLOS 2015, figure 7 (mlx, Netperf stream)'
const GRACE = 'NVIDIA/NV-Kernels, pull request 182: 16.5 M, 16.4 M and 2.8 M reads a second, two Grace, 8 drives'
const WINDOW = 'Markuze et al., EuroSys 2021: what is unmapped stays reachable for up to 10 ms'
const EQUATION = 'Packet + 2 × (map + unmap) at our prices'

/** The predictions, in the order of their ids. */
export const flushPredictions: readonly Prediction[] = [
  {
    id: 'O1',
    what: 'Time of a packet against one without IOMMU: strict',
    setup: `${EQUATION}, the search as long as found in two interfering rings`,
    unit: 'ratio',
    published: 9.8,
    source: RIOMMU,
    low: 9.8 * 0.93,
    high: 9.8 * 1.07,
    needs: ['rings strict'],
    figure: strictOf,
    note: (at) => `${at('rings strict').stepsPerMap.toFixed(0)} neighbours passed for each allocation`,
  },
  {
    id: 'O2',
    what: 'The same with an allocator of constant time',
    setup: `${EQUATION}; freed ranges stay in the tree, and finding one to unmap takes 418 cycles there`,
    unit: 'ratio',
    published: 5.5,
    source: RIOMMU,
    low: 5.5 * 0.92,
    high: 5.5 * 1.08,
    needs: [],
    figure: () => constant('strict'),
    note: () =>
      'With today’s magazines nothing is found in a tree, and a packet takes ' +
      withMagazines().toFixed(2) +
      ' times as long',
  },
  {
    id: 'O3',
    what: 'Time of a packet against one without IOMMU: deferred',
    setup: `${EQUATION}, one flush for ${RING} unmaps`,
    unit: 'ratio',
    published: 4.9,
    source: RIOMMU,
    low: 4.9 * 0.93,
    high: 4.9 * 1.07,
    needs: ['rings deferred'],
    figure: deferredOf,
    note: (at) => `${at('rings deferred').stepsPerMap.toFixed(0)} neighbours passed for each allocation; published 32`,
  },
  {
    id: 'O4',
    what: 'Throughput without IOMMU',
    setup: '1500 bytes for every 1816 cycles at 3.1 GHz',
    unit: 'gbps',
    published: 20.5,
    source: `${RIOMMU}, section 3.3`,
    low: 20.5 * 0.97,
    high: 20.5 * 1.03,
    needs: [],
    figure: () => (FRAME_BITS * 1e3) / PRICES.packet.ps,
    note: () => '',
  },
  {
    id: 'O4',
    what: 'Modes in the published order of throughput: neighbours that are',
    setup: 'No IOMMU, deferred and strict with constant time and without: four pairs of neighbours',
    unit: 'count',
    published: 4,
    source: RIOMMU,
    low: 4,
    high: 4,
    needs: ['rings strict', 'rings deferred'],
    figure: (at) => ordered(at).filter(([, rate], i, all) => i > 0 && rate < all[i - 1]![1]).length,
    note: (at) =>
      ordered(at)
        .map(([mode, rate]) => `${mode} ${rate.toFixed(1)}`)
        .join(', '),
  },
  {
    id: 'O15',
    what: 'Fast drives, 64 CPUs: lazy against no translation',
    setup: 'Reads of 4K from 8 drives, each of which moves 7 GB/s; a queue of 64 for each CPU',
    unit: 'ratio',
    published: 16.4 / 16.5,
    source: GRACE,
    low: 0.95,
    high: 1.05,
    needs: ['drives direct', 'drives lazy'],
    figure: (at) => iops(at, 'drives lazy') / iops(at, 'drives direct'),
    note: (at) => `${million(at, 'drives lazy')} against ${million(at, 'drives direct')} reads a second`,
  },
  {
    id: 'O15',
    what: 'The same: strict against no translation',
    setup: 'One command queue for all CPUs',
    unit: 'ratio',
    published: 2.8 / 16.5,
    source: GRACE,
    low: 0,
    high: 0.35,
    needs: ['drives direct', 'drives strict'],
    figure: (at) => iops(at, 'drives strict') / iops(at, 'drives direct'),
    note: (at) => `${million(at, 'drives strict')} reads a second`,
  },
  {
    id: 'O19',
    what: 'Deferred: the longest that an unmapped page stayed reachable',
    setup: 'Evenly spaced unmaps on one CPU, 1000 to a million a second',
    unit: 'ns',
    published: 10e6,
    source: WINDOW,
    low: 0,
    high: 10e6,
    needs: WAIT_RATES.map(waitId),
    figure: (at) => Math.max(...WAIT_RATES.map((rate) => at(waitId(rate)).staleWorstNs)),
    note: (at) =>
      flushFigures(WAIT_RATES.map((rate) => at(waitId(rate))))
        .map(({ rate, meanNs }) => `mean ${(meanNs / 1e6).toFixed(2)} ms at ${rate / 1000} k/s`)
        .join(', '),
  },
  {
    id: 'O19',
    what: 'Deferred: how long on average, at a million unmaps a second',
    setup: 'The same',
    unit: 'ns',
    published: 300_000,
    source: `${WINDOW}; half of the time in which 255 unmaps fill the ring`,
    low: 0,
    high: 300_000,
    needs: [waitId(1e6)],
    figure: (at) => at(waitId(1e6)).staleMeanNs,
    note: () => '',
  },
]
