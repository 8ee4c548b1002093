// What a kernel log says about a dynamic window, as a scenario: the settings that the log states, and those that have to
// be assumed, each known by its path.

import { pow2 } from '../lib/bits.ts'
import {
  currentValue,
  fieldAt,
  formatParam,
  isAllowed,
  type Param,
  type ParamValue,
  type Preset,
  type Problem,
  pageShiftsOf,
  type Scenario,
  withValue,
} from '../sim/index.ts'
import { impliedBlock, impliedMemoryShift } from './ddw-implied.ts'
import type { DdwLog, LoggedCreate } from './ddw-log.ts'
import { asDriver, withDriver } from './device-name.ts'
import { isBefore } from './kernel-age.ts'

/** A scenario in which a device finds what its log says, and what is known of where its settings come from. */
export interface LoggedScenario {
  readonly device: string
  /** Line of the log at which it was asked for, from 1. */
  readonly line: number
  readonly scenario: Scenario
  /** Paths of the settings that the log states, and of those that it leaves open. */
  readonly stated: readonly string[]
  readonly assumed: readonly string[]
  /** Values of the log that no setting here can take, and what was taken for them. */
  readonly problems: readonly Problem[]
  /** False where no driver asked: the log states what is offered, and nothing was decided. */
  readonly asked: boolean
  /** The window that the log says was asked for, and whether it is direct; null where it says nothing. */
  readonly made: LoggedCreate | null
  readonly direct: boolean | null
}

/** A log tells nothing of traffic: a little of it shows where buffers go. */
const LIGHT_LOAD: readonly (readonly [path: string, value: ParamValue])[] = [
  ['w0.rate', 1],
  ['w0.ring', 256],
  ['w0.queues', 1],
]

/** A value that is wanted for a setting. */
interface Wish {
  readonly path: string
  readonly value: ParamValue
  readonly stated: boolean
  /** Of a value that the log gives, if no more than implied: told when it cannot be had. */
  readonly told?: true
}

/** Kernels from this one on use a window that is too small for all memory. */
const INDIRECT_SINCE = [5, 16] as const
/** log2 of the pages that kernels before that knew. */
const OLD_SHIFTS = [12, 16, 24]
const ALL_ONES = 64
/** 16 GiB, for a log from which no size of memory follows. */
const SOME_MEMORY_SHIFT = 34

function wishesOf(log: DdwLog): Wish[] {
  const { query, create, pmem, pageShift } = log
  const given = (path: string, value: ParamValue | null, otherwise: ParamValue): Wish =>
    value === null ? { path, value: otherwise, stated: false } : { path, value, stated: true }
  const memoryShift = impliedMemoryShift(log) ?? SOME_MEMORY_SHIFT
  const memory = pow2(memoryShift)
  // Enough for all of it, where nothing tells how many there are.
  const block = impliedBlock(log) ?? pow2(Math.max(20, memoryShift - (pageShift ?? 16)))
  return [
    { path: 'm.vfs', value: 0, stated: false },
    // A limit says where memory ends; a window only that it may end there.
    { path: 'm.maxRam', value: memory, stated: log.limitBytes !== null, told: true },
    { path: 'm.ram', value: memory, stated: false },
    given('m.pmem', pmem ? 'on' : null, 'off'),
    { path: 'd0.dmaMask', value: ALL_ONES, stated: false },
    { path: 'd0.ddw', value: 'on', stated: true },
    given('d0.kernel', kernelOf(log), 'today'),
    given('d0.windows', query?.windows ?? null, 1),
    given('d0.tces', query?.largestBlock ?? null, block),
    given('d0.pageSizes', query?.pageSizes ?? null, bitsUpTo(pageShift)),
    { path: 'd0.firmware', value: 'all', stated: false },
    given('d0.create', create === null ? null : create.rc === 0 ? 'works' : 'fails', 'works'),
  ]
}

/** Before or after the patches that use windows too small for all memory, and all page sizes: by what was done, else by
 *  the kernel's version or the wording of its messages; null where nothing tells it. */
function kernelOf({ direct, create, tooSmall, pageShift, query, kernel }: DdwLog): ParamValue | null {
  if (direct === false && create?.rc === 0) return 'today'
  if (tooSmall && create === null) return 'before'
  if (pageShift !== null && !OLD_SHIFTS.includes(pageShift)) return 'today'
  if (pageShift !== null && pageShift < largestOf(query?.pageSizes ?? 0)) return 'before'
  const { release, atLeast, atMost } = kernel
  if (release) return isBefore(release, INDIRECT_SINCE) ? 'before' : 'today'
  if (atLeast && !isBefore(atLeast, INDIRECT_SINCE)) return 'today'
  return atMost && isBefore(atMost, INDIRECT_SINCE) ? 'before' : null
}

const largestOf = (bits: number): number => Math.max(0, ...pageShiftsOf(bits))

/** Bits whose largest page is the one that was taken: 4K, 64K, and from 16M on all that are smaller; 2M was defined last.
 *  4K and 64K where nothing is known. */
function bitsUpTo(pageShift: number | null): number {
  if (pageShift === null) return 0x3
  if (pageShift === 21) return 0x103
  for (let bits = 0x1; bits <= 0xff; bits = 2 * bits + 1) if (largestOf(bits) === pageShift) return bits
  return 0x1
}

/** Of sets of page sizes the one that stands best for another: its largest page is the same, or else smaller, never
 *  larger; then the one with the most pages in common. */
function nearestPages(sets: readonly number[], bits: number): number {
  const most = largestOf(bits)
  const worth = (set: number): number => {
    const largest = largestOf(set)
    const shared = pageShiftsOf(set & bits).length - pageShiftsOf(set & ~bits).length
    return largest > most ? Number.NEGATIVE_INFINITY : largest * 64 + shared
  }
  return sets.reduce((best, set) => (worth(set) > worth(best) ? set : best))
}

/** The number that stands best for one that is not allowed: of page sizes see above, else the next. */
function nearest({ name, values, min, max }: Param, value: number): ParamValue {
  const numbers = (values ?? []).map((o) => o.value).filter((v) => typeof v === 'number')
  if (numbers.length === 0) return Math.max(min ?? 0, Math.min(max ?? value, value))
  if (name === 'pageSizes') return nearestPages(numbers, value)
  // The kernel rounds a block up to a power of two as well.
  return numbers.find((n) => n >= value) ?? numbers.at(-1)!
}

/** The preset whose devices and workload a log is shown with; null when there is none of a partition. */
export function ddwPreset(presets: readonly Preset[]): Preset | null {
  const partitions = presets.filter((p) => currentValue(p.scenario, 'm.platform') === 'pseries')
  return partitions.find((p) => p.scenario.devices.length === 1) ?? partitions[0] ?? null
}

/** The scenario that a log yields, on a preset of a partition. */
export function scenarioOfDdwLog(log: DdwLog, preset: Preset): LoggedScenario {
  const problems: Problem[] = []
  const stated: string[] = []
  const assumed: string[] = []
  let scenario: Scenario = { ...withDriver(preset.scenario, asDriver(log.device)), inputs: [] }
  for (const { path, value, told, ...wish } of wishesOf(log)) {
    const field = fieldAt(scenario, path)
    if (!field) continue
    let taken = value
    if (!isAllowed(field.param, value)) {
      taken = typeof value === 'number' ? nearest(field.param, value) : field.param.default
      if (wish.stated || told) problems.push(problemOf(field.param, path, value, taken))
    }
    scenario = withValue(scenario, path, taken)
    if (wish.stated) stated.push(path)
    else assumed.push(path)
  }
  for (const [path, value] of LIGHT_LOAD) scenario = withValue(scenario, path, value)
  const base = fieldAt(scenario, 'd0.window')
  if (base) assumed.push(base.path)
  const { device, line, asked, create, direct } = log
  return { device, line, scenario, stated, assumed, problems, asked, made: create, direct }
}

function problemOf(param: Param, field: string, value: ParamValue, taken: ParamValue): Problem {
  const given = typeof value === 'number' && param.unit !== 'bytes' ? `0x${value.toString(16)}` : String(value)
  return { field, given, allowed: `${formatParam(param, taken)} is taken for it` }
}
