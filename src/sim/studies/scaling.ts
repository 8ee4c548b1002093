// How throughput grows with CPUs, for every allocator that the machine at hand can run: each CPU maps a page and takes the
// oldest of its pages back, over and over, with some work of its own in between.

import { PRICES } from '../engine/cost.ts'
import type { AllocatorInfo } from '../iova/allocator.ts'
import { allocatorInfos } from '../iova/index.ts'
import { poolsParam } from '../iova/tce-pools.ts'
import type { Settings } from '../params.ts'
import { readParams } from '../params.ts'
import { fieldsOf } from '../scenario/fields.ts'
import { powerParams } from '../scenario/platform.ts'
import { FLUSH } from '../scenario/platform-iommu.ts'
import type { Scenario } from '../scenario/schema.ts'
import { lockThroughput } from './repairman.ts'
import type { PointResult, StudyPoint } from './study.ts'

export const SCALING_CPUS = [1, 2, 4, 8, 16, 32, 64] as const
/** The ends first, then what lies between: the first points already tell the shape. */
const ORDER = [1, 64, 8, 16, 4, 32, 2] as const
/** Work of each CPU after a map, and after an unmap, ns: the stack's part of a packet of 1816 cycles (see PRICES.packet). */
const WORK_NS = 600
const DEPTH = 64
/** Operations of each CPU before anything counts, and that count. */
const WARM_OPS = 200
const OPS = 600
/** The same where unmapped ranges wait in a queue of 255: several times through it. */
const WARM_OPS_QUEUED = 1600
const OPS_QUEUED = 1530
const GIB = 1073741824

/** A line of the plot. */
export interface ScalingSeries {
  readonly id: string
  readonly label: string
  /** Every operation takes one lock once, and all the same: the formula of one lock applies. */
  readonly oneLock: boolean
  readonly allocator: string
  /** Settings of the device that make it. */
  readonly settings: Settings
}

/** The lines of allocators. What hands out pages of two sizes has none: its pages are not those of the others. */
export function seriesOf(infos: readonly AllocatorInfo[]): readonly ScalingSeries[] {
  return infos
    .filter(({ mixed }) => !mixed)
    .flatMap(({ id: allocator, label, lines = [{}] }) =>
      lines.map((line) => ({ id: allocator, label, settings: {}, oneLock: false, ...line, allocator })),
    )
}

const SERIES = seriesOf(allocatorInfos)

/** The machine and the first device of a scenario as they are set now, alone; what a scaling study depends on. */
function bench(scenario: Scenario): Scenario {
  const { preset, seed } = scenario
  const fields = fieldsOf(scenario)
  const first = scenario.devices[0]!
  const chosen = fields.find((f) => f.path === `${first.id}.allocator`)?.value
  const ofAllocator = allocatorInfos.find((a) => a.id === chosen)?.params ?? []
  const own = (scope: string) =>
    Object.fromEntries(
      fields
        .filter((f) => f.path.startsWith(`${scope}.`) && !ofAllocator.includes(f.param))
        .map((f) => [f.param.name, f.value]),
    )
  const { offset, id, name } = first
  const device = { id, name, ...(offset === undefined ? {} : { offset }), settings: own(id) }
  return { preset, seed, machine: own('m'), devices: [device], workloads: [], inputs: [] }
}

/** The lines that a scenario has: the allocators that its platform offers. */
export function scalingSeries(scenario: Scenario): readonly ScalingSeries[] {
  const fields = fieldsOf(scenario)
  const at = (path: string) => fields.find((f) => f.path === path)
  const device = scenario.devices[0]!.id
  const field = at(`${device}.allocator`)
  const offered = (id: string) => field?.param.values?.some((o) => o.value === id && !field.refused[o.key])
  const power = at('m.platform')?.value === 'power'
  // Ranges that wait for a flush are freed by the hundred: then an operation does not take the lock once.
  const once = at(`${device}.flush`)?.value !== 'deferred'
  return SERIES.filter((s) => offered(s.allocator)).map((s) => ({
    ...s,
    oneLock: s.oneLock && once && (power || s.allocator === 'rbtree'),
  }))
}

/** Id of the line that the scenario as it stands is on, or null when its allocator has none. */
export function ownSeries(scenario: Scenario): string | null {
  const fields = fieldsOf(scenario)
  const value = (name: string) => fields.find((f) => f.path === `${scenario.devices[0]!.id}.${name}`)?.value
  const id = value('allocator')
  if (id !== 'tce-pools') return SERIES.find((s) => s.allocator === id)?.id ?? null
  const auto = Number(value('window')) < GIB ? 1 : 4
  const pools = value('pools') === 'auto' ? auto : value('pools')
  return SERIES.find((s) => s.settings[poolsParam.name] === pools)?.id ?? null
}

/** Text that is equal for scenarios with equal points. */
export function scalingKey(scenario: Scenario): string {
  const { machine, devices } = bench(scenario)
  const { cpus: _, ...rest } = machine
  const { allocator: __, ...settings } = devices[0]!.settings
  return JSON.stringify([scenario.seed, rest, settings, scalingSeries(scenario).map((s) => s.id)])
}

/** The points of every line, the ends of all lines first. */
export function scalingPoints(scenario: Scenario): readonly StudyPoint[] {
  const at = bench(scenario)
  const device = at.devices[0]!
  const series = scalingSeries(scenario)
  const queued = device.settings[FLUSH.name] === 'deferred'
  return ORDER.flatMap((cpus) =>
    series.map((line): StudyPoint => {
      // Room for 64 buffers of each CPU, and for 4 pools: a small window would measure refusals.
      const window = Math.max(GIB, readParams(powerParams, device.settings).window)
      const settings = { ...device.settings, window, allocator: line.allocator, ...line.settings }
      return {
        id: `${line.id} ${cpus}`,
        series: line.id,
        x: cpus,
        scenario: {
          ...at,
          machine: { ...at.machine, cpus },
          devices: [{ ...device, settings }],
          workloads: [
            {
              id: 'w0',
              type: 'map-loop',
              device: 0,
              settings: { size: 4096, depth: DEPTH, mapWork: WORK_NS, unmapWork: WORK_NS },
            },
          ],
        },
        warmOps: (queued ? WARM_OPS_QUEUED : WARM_OPS) * cpus,
        ops: (queued ? OPS_QUEUED : OPS) * cpus,
        mostNs: 1e9,
      }
    }),
  )
}

/**
 * The formula of one lock beside a line that has one: maps a second at each number of CPUs that `points` has, from the
 * work that one CPU alone does outside the lock and the searches that were seen. Empty where it does not apply.
 */
export function scalingFormula(
  line: ScalingSeries,
  points: readonly PointResult[],
): readonly { readonly x: number; readonly mapsPerSecond: number }[] {
  const alone = points.find((p) => p.x === 1)
  if (!line.oneLock || !alone?.mapsPerSecond) return []
  const thinkNs = 1e9 / (2 * alone.mapsPerSecond) - holdPs(line, alone.stepsPerMap) / 1000
  if (thinkNs <= 0) return []
  return points.map(({ x, stepsPerMap }) => ({
    x,
    mapsPerSecond: lockThroughput(x, thinkNs, holdPs(line, stepsPerMap) / 1000, PRICES.handover.ps / 1000) / 2,
  }))
}

/** How long the lock is held without contention, ps: the mean of a map and an unmap. */
function holdPs(line: ScalingSeries, stepsPerMap: number): number {
  if (line.allocator === 'rbtree') {
    const map = PRICES.treeFixed.ps + stepsPerMap * PRICES.treeStep.ps
    return PRICES.lock.ps + (map + PRICES.treeFind.ps + PRICES.treeFree.ps) / 2
  }
  const write = line.allocator === 'tce-halves' ? PRICES.tceCall.ps : 0
  return PRICES.lock.ps + (PRICES.alloc.ps + PRICES.word.ps + PRICES.free.ps) / 2 + write
}
