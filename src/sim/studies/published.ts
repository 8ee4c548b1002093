// Predictions beside publications: what the mechanisms yield at prices that were not fitted to it, next to the figure that
// was published. Only what a publication leaves open about its scenario was chosen; a miss is shown as a miss. A row to
// whose figure a price was fitted says so: it is a check, and no prediction.

import { PRICES } from '../engine/cost.ts'
import { createMeter, resetMeter } from '../engine/meter.ts'
import { allocatorById } from '../iova/index.ts'
import { readParams, type Settings } from '../params.ts'
import { commonParams } from '../scenario/platform.ts'
import type { Scenario, WorkloadSpec } from '../scenario/schema.ts'
import { NO_ENTRY } from '../types.ts'
import type { Point, Prediction, PublishedFigure } from './prediction.ts'
import { bouncePointsPublished, bouncePredictions } from './published-bounce.ts'
import { flushPointsPublished, flushPredictions } from './published-flush.ts'
import { iotlbPoints, iotlbPredictions } from './published-iotlb.ts'
import { directPoint, type PointResult, type StudyPoint } from './study.ts'

const GIB = 1073741824
const KIB = 1024

function scenario(cpus: number, vtd: boolean, device: Settings, workloads: readonly WorkloadSpec[]): Scenario {
  return {
    preset: 'published',
    seed: 1,
    machine: { platform: vtd ? 'vtd' : 'power', cpuPage: vtd ? 4 * KIB : 64 * KIB, cpus },
    devices: [{ id: 'd0', name: 'dev0', settings: { iommuPage: 4 * KIB, ...device } }],
    workloads,
    inputs: [],
  }
}

function point(id: string, scenario: Scenario, warmOps: number, ops: number): StudyPoint {
  return { id, series: id, x: 0, scenario, warmOps, ops, mostNs: 60e9 }
}

const workload = (index: number, type: string, settings: Settings): WorkloadSpec => ({
  id: `w${index}`,
  type,
  device: 0,
  settings,
})

/** Interrupts are this far apart, ns: well over a hundred unmaps come together, as in the publication, which says 200. */
const BURST_NS = 400_000

/** A CPU-bound stream out of one card, and two rings that receive its acknowledgements: 12 288 buffers that stay. */
const sends = workload(0, 'nic-tx', {
  rate: 40,
  ring: 4096,
  queues: 1,
  tso: 'off',
  frame: 'split',
  flight: 4 * KIB * KIB,
  completion: BURST_NS,
})
const receives = (index: number, ring: number, load: number) =>
  workload(index, 'nic-rx', { rate: 1, load, ring, queues: 1, bringUp: 0, moderation: BURST_NS })
const stream = (flush: string, load: readonly WorkloadSpec[]) =>
  scenario(1, true, { window: 4 * GIB, allocator: 'rbtree', flush }, load)
/** `load` percent of a link of 1 Gbit/s for each ring: as many acknowledgements. */
const bothWays = (load: number) => [sends, receives(1, 8192, load), receives(2, 4096, load)]
/** One for every 5 packets, at the pace of each mode. */
const STRICT_LOAD = 20
const DEFERRED_LOAD = 45

/** A TCE table of 2 GiB that all CPUs map and unmap in, with this work between two calls, ns. */
const tces = (cpus: number, mapWork: number, unmapWork: number, device: Settings) =>
  scenario(cpus, false, { window: 2 * GIB, allocator: 'tce-pools', ...device }, [
    workload(0, 'map-loop', { size: 4 * KIB, depth: 64, mapWork, unmapWork }),
  ])

/** 16 queues of a disk controller, 5 µs for a request on its way down and 5 on its way up. */
const disks = (size: number, depth: number) =>
  scenario(16, true, { window: 4 * GIB, allocator: 'rcache', flush: 'strict' }, [
    workload(0, 'map-loop', { size, depth, mapWork: 5000, unmapWork: 5000 }),
  ])

const looped = (id: string, s: Scenario) => {
  const { cpus } = readParams(commonParams, s.machine)
  return point(id, s, 200 * cpus, 600 * cpus)
}

/** Every run that the predictions need; none depends on the scenario at hand. */
export function publishedPoints(): readonly StudyPoint[] {
  return [
    looped('pools 1', tces(16, 600, 1000, { pools: 1 })),
    looped('pools 4', tces(16, 600, 1000, { pools: 4 })),
    looped('pools 1 near', tces(16, 600, 600, { pools: 1 })),
    looped('pools 4 near', tces(16, 600, 600, { pools: 4 })),
    looped('pools 1 far', tces(16, 1000, 1000, { pools: 1 })),
    looped('pools 4 far', tces(16, 1000, 1000, { pools: 4 })),
    looped('tces inside', tces(64, 600, 600, { pools: 1, tceWrite: 'inside' })),
    looped('tces outside', tces(64, 600, 600, { pools: 1 })),
    looped('disk cached', disks(128 * KIB, 16)),
    looped('disk uncached', disks(256 * KIB, 16)),
    looped('disk deep', disks(256 * KIB, 64)),
    point('one ring', stream('strict', [sends]), 30_000, 60_000),
    point('rings strict', stream('strict', bothWays(STRICT_LOAD)), 30_000, 90_000),
    point('rings deferred', stream('deferred', bothWays(DEFERRED_LOAD)), 30_000, 90_000),
    directPoint('one CPU keeps', keptPages),
    ...iotlbPoints(),
    ...flushPointsPublished(),
    ...bouncePointsPublished(),
  ]
}

const EIOVAR = 'Malka et al., FAST 2015, table 2 (mlx, Netperf stream)'

const predictions: readonly Prediction[] = [
  {
    id: 'O5',
    what: 'One tree, two directions: neighbours passed per allocation, strict',
    setup:
      'One CPU sends as fast as it can while two rings of 12 288 buffers take acknowledgements, one for every 5 packets; interrupts every 400 µs',
    unit: 'steps',
    published: 153,
    source: EIOVAR,
    low: 75,
    high: 300,
    needs: ['rings strict'],
    figure: (at) => at('rings strict').stepsPerMap,
    note: (at) =>
      `Longest search ${at('rings strict').longestSearch} of ${at('rings strict').mapped} live; published: up to about 3000 of 12 000`,
  },
  {
    id: 'O5',
    what: 'The same with one ring alone',
    setup: 'The same card, nothing received',
    unit: 'steps',
    published: 1,
    source: 'Malka et al., FAST 2015, figure 3: long searches come from two rings that interfere',
    low: 0,
    high: 2,
    needs: ['one ring'],
    figure: (at) => at('one ring').stepsPerMap,
    note: (at) => `Longest search ${at('one ring').longestSearch}`,
  },
  {
    id: 'O6',
    what: 'Deferred flushing shortens the search: strict over deferred',
    setup: 'The same two directions; unmapped ranges are freed 255 at a time',
    unit: 'ratio',
    published: 153 / 32,
    source: EIOVAR,
    low: 2.5,
    high: 10,
    needs: ['rings strict', 'rings deferred'],
    figure: (at) => at('rings strict').stepsPerMap / at('rings deferred').stepsPerMap,
    note: (at) => `${at('rings deferred').stepsPerMap.toFixed(0)} neighbours in deferred mode; published 32`,
  },
  {
    id: 'O7',
    what: 'An allocator of constant time in strict mode: packets per second',
    setup:
      'Packet + 2 × (map + unmap) at our prices, the search as long as found above; a range is still found in the tree to free it',
    unit: 'gain',
    published: 2.37,
    source: EIOVAR,
    low: 2.37 * 0.85,
    high: 2.37 * 1.15,
    needs: ['rings strict'],
    figure: (at) => {
      const { stepsPerMap } = at('rings strict')
      const tree = packetPs(
        PRICES.treeFixed.ps + stepsPerMap * PRICES.treeStep.ps,
        PRICES.treeFind.ps + PRICES.treeFree.ps,
      )
      return tree / packetPs(PRICES.magazineGet.ps, PRICES.treeFind.ps + PRICES.magazinePut.ps)
    },
    note: (at) => {
      const tree = (steps: number) =>
        packetPs(PRICES.treeFixed.ps + steps * PRICES.treeStep.ps, PRICES.treeFind.ps + PRICES.treeFree.ps)
      const magazines = packetPs(PRICES.magazineGet.ps, PRICES.magazinePut.ps)
      return `×${(tree(at('rings strict').stepsPerMap) / magazines).toFixed(2)} with today's magazines, which find nothing in a tree`
    },
  },
  {
    id: 'O13',
    what: 'Four pools instead of one, 16 CPUs: throughput',
    setup: '600 ns of work after a map and 1 µs after an unmap',
    unit: 'gain',
    published: 1.69,
    source: 'Blanchard 2012, powerpc/iommu: commit b4c3a8729ae5',
    low: 1.4,
    high: 3,
    needs: ['pools 1', 'pools 4', 'pools 1 near', 'pools 4 near', 'pools 1 far', 'pools 4 far'],
    figure: (at) => at('pools 4').mapsPerSecond / at('pools 1').mapsPerSecond,
    note(at) {
      const gain = (which: string) =>
        (at(`pools 4 ${which}`).mapsPerSecond / at(`pools 1 ${which}`).mapsPerSecond).toFixed(2)
      return `Steep here: ×${gain('near')} with 600 ns of work after each call, ×${gain('far')} with 1 µs`
    },
  },
  {
    id: 'O14',
    what: 'TCEs written after the lock is dropped: throughput',
    setup: '64 CPUs and one pool; each hold of the lock is as long as the queue makes it',
    unit: 'gain',
    published: 1.32,
    source: 'Blanchard 2012, powerpc/iommu: commit 0e4bc95d8739',
    low: 1.15,
    high: 1.6,
    needs: ['tces inside', 'tces outside'],
    figure: (at) => at('tces outside').mapsPerSecond / at('tces inside').mapsPerSecond,
    note: () => `Writing them is ${Math.round(100 * tceShare(64))} % of a hold when all wait`,
  },
  {
    id: 'O16',
    what: 'Requests of 64 pages, too long for magazines, against 32: requests per second, strict',
    setup: '16 CPUs with 16 requests each and 10 µs of work for each request',
    unit: 'ratio',
    published: 600 / 1300,
    source: 'linux-iommu 2021, SAS disks on Hi1620: 600 k and 1300 k IOPS',
    low: 0.35,
    high: 0.65,
    needs: ['disk cached', 'disk uncached', 'disk deep'],
    figure: (at) => at('disk uncached').mapsPerSecond / at('disk cached').mapsPerSecond,
    note(at) {
      const k = (id: string) => `${Math.round(at(id).mapsPerSecond / 1000)} k`
      const deep = (at('disk deep').mapsPerSecond / at('disk cached').mapsPerSecond).toFixed(2)
      return `${k('disk uncached')} against ${k('disk cached')}; ${deep} with 64 requests for each CPU`
    },
  },
  {
    id: 'O18',
    what: 'Address space that one CPU can keep in its magazines',
    setup: 'Filled until the first magazine goes to the depot: 6 sizes, 2 magazines each, of 127 ranges since 2022',
    unit: 'bytes',
    published: 2 * 128 * 63 * 4 * KIB,
    source: 'Linux v4.7, commit 9257b4a206fc: magazines of 128, about 32 MiB for each of two sets',
    low: 2 * 127 * 63 * 4 * KIB,
    high: 2 * 127 * 63 * 4 * KIB,
    needs: ['one CPU keeps'],
    figure: (at) => at('one CPU keeps').mapped * 4 * KIB,
    note: () => '127 of 128 parts of what was published',
  },
]

/** Time of one packet of a stream in strict mode, ps: two maps and two unmaps with these parts of the allocator's. */
function packetPs(allocPs: number, freePs: number): number {
  const map = allocPs + PRICES.ptMap.ps + PRICES.map.ps
  const unmap = freePs + PRICES.ptUnmap.ps + PRICES.map.ps + PRICES.invQueue.ps + PRICES.invWait.ps
  return PRICES.packet.ps + 2 * (map + unmap)
}

/** Share of a hold of the lock that a hypercall inside it takes when all of `cpus` CPUs are at the lock. */
function tceShare(cpus: number): number {
  const work = PRICES.lock.ps + (PRICES.alloc.ps + PRICES.free.ps) / 2 + PRICES.handover.ps * (cpus - 1)
  return PRICES.tceCall.ps / (work + PRICES.tceCall.ps)
}

/** Pages that CPU 0 keeps when no size has a magazine in the depot and the next range of each would send one there. */
function keptPages(): number {
  const rcache = allocatorById('rcache')!
  const size = 1048576
  const s = rcache.create(
    { size, offset: 0, pageShift: 12, blockSize: 16, resStart: 0, resEnd: 0, boundary: size, cpus: 1 },
    {},
  )
  const meter = createMeter()
  const orders = rcache.caches!(s).orders
  let kept = 0
  for (let order = 0; order < orders; order++) {
    const npages = 1 << order
    const taken: number[] = []
    const { capacity } = rcache.caches!(s)
    for (let i = 0; i < 3 * capacity; i++) {
      resetMeter(meter)
      const request = {
        cpu: 0,
        npages,
        alignOrder: 0,
        phase: 0,
        mask: size - 1,
        handle: 0,
        useHandle: false,
        emptyCaches: false,
      }
      const first = rcache.alloc(s, request, meter)
      if (first !== NO_ENTRY) taken.push(first)
    }
    for (const first of taken) {
      resetMeter(meter)
      const { loaded, previous } = rcache.caches!(s)
      const before = loaded[order]! + previous[order]!
      rcache.free(s, first, npages, meter, 0)
      if (rcache.caches!(s).depot[order]! === 0) continue
      kept += before * npages
      break
    }
  }
  return kept
}

const number = ({ id }: Prediction): number => Number(id.slice(1))
const all = [...predictions, ...flushPredictions, ...iotlbPredictions, ...bouncePredictions].sort(
  (a, b) => number(a) - number(b),
)

/** Every prediction with what the runs so far say to it. */
export function publishedFigures(results: readonly PointResult[]): readonly PublishedFigure[] {
  const find = (id: string) => results.find((r) => r.id === id)
  const at: Point = (id) => find(id)!
  return all.map(({ needs, figure, note, ...row }) => {
    const known = needs.every((id) => find(id))
    if (!known) return { ...row, figure: null, holds: null, note: '' }
    const found = figure(at)
    return { ...row, figure: found, holds: found >= row.low && found <= row.high, note: note(at) }
  })
}
