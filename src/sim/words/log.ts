// The log in words: refusals in the kernel's own message, everything else in the lab's.

import { pow2 } from '../../lib/bits.ts'
import { entryAddress } from '../../lib/format.ts'
import { deriveSeed } from '../../lib/rng.ts'
import { bootLines, refusedLine } from '../boot/boot-log.ts'
import { type EventLog, entryAt, firstKept } from '../engine/log.ts'
import { absOf } from '../iova/geometry.ts'
import * as ev from '../machine/events.ts'
import { type BuiltState, ENTRY_GENERATION, ENTRY_STRIDE, tableOf } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { readParam, readParams } from '../params.ts'
import { bootInputOf, bootOf } from '../platform/pc-boot.ts'
import { maskParam } from '../scenario/platform.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import { TCE_REFUSALS } from '../table/tce-multi-levels.ts'
import { DECIDED } from '../window/ddw-decided.ts'
import { rtasText } from '../window/rtas-text.ts'
import { changeWords } from './changes.ts'
import { builtAt, regionName, settingsAfter, windowRunOf } from './past.ts'
import { MAP_REFUSALS } from './refusals.ts'

const GIB = 1_073_741_824

export type LogKind = 'refusal' | 'suppressed' | 'change' | 'spill' | 'missed' | 'hang' | 'fault' | 'late'

export interface LogLine {
  readonly ns: number
  readonly kind: LogKind
  readonly cpu: number
  readonly text: string
  /** The kernel's own words, as opposed to the lab's. */
  readonly kernel: boolean
}

/** Where the simulated kernel keeps the iommu_table of device 0; the next ones follow at this distance. */
const TABLE_ADDRESS = 0x10d5c48
const TABLE_BYTES = 0x100
const POINTER_KEY = 0x415

/** Text of a kernel pointer into the linear map: c000000000000000 + address. */
export function kernelPointer(address: number): string {
  return `c${address.toString(16).padStart(15, '0')}`
}

/** Text of a kernel pointer as Linux prints it since 4.15: a number that stands for it as long as the machine is up. */
function hashedPointer(address: number): string {
  const high = Math.floor(address / pow2(32))
  return deriveSeed(deriveSeed(POINTER_KEY, high), address % pow2(32))
    .toString(16)
    .padStart(16, '0')
}

/** Lines `from` (number since the start) up to the end that the ring still holds. */
export function logLines(m: Machine, from: number): LogLine[] {
  const { log } = m.state
  const lines: LogLine[] = []
  for (let n = Math.max(from, firstKept(log)); n < log.total; n++) lines.push(lineAt(m, log, n))
  return lines
}

/** Lines of the time [fromNs, toNs) that the ring still holds: how many, and the newest `most` of them. */
export function logLinesIn(
  m: Machine,
  fromNs: number,
  toNs: number,
  most: number,
): { total: number; lines: LogLine[] } {
  const { log } = m.state
  const first = lineFrom(log, fromNs)
  const end = lineFrom(log, toNs)
  const lines: LogLine[] = []
  for (let n = Math.max(first, end - most); n < end; n++) lines.push(lineAt(m, log, n))
  return { total: end - first, lines }
}

/** First kept line at or after a time; they stand in the order of time. */
function lineFrom(log: EventLog, ns: number): number {
  let low = firstKept(log)
  let high = log.total
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (entryAt(log, middle).ns < ns) low = middle + 1
    else high = middle
  }
  return low
}

function lineAt(m: Machine, log: EventLog, n: number): LogLine {
  const { ns, kind: number, cpu, device, a, b } = entryAt(log, n)
  const words = WORDS[number]!
  const { kind, text, kernel } = words({ m, n, cpu, device, a, b, table: builtAt(m, device, n) })
  return { ns, kind, cpu, text, kernel: kernel ?? false }
}

/** A line before it is put in words. `table`: that of its device then. */
interface Line {
  readonly m: Machine
  readonly n: number
  readonly cpu: number
  readonly device: number
  readonly a: number
  readonly b: number
  readonly table: BuiltState
}

/** Said by the kernel itself where `kernel` is true. */
interface Words {
  readonly kind: LogKind
  readonly text: string
  readonly kernel?: boolean
}

const nameOf = ({ m, device }: Line): string => m.scenario.devices[device]!.name
/** As the kernel names a device whose driver prints, else as the lab does. */
const driverOf = (line: Line): string => line.m.scenario.devices[line.device]!.driver ?? nameOf(line)
/** The page `pfn` (absolute) of a table. */
const at = (pfn: number, { geometry }: BuiltState): string => entryAddress(pfn, geometry.pageShift)

const WORDS: Readonly<Record<number, (line: Line) => Words>> = {
  [ev.LOG_REFUSAL]: ({ m, device, a, b, table }) => {
    const { driver } = m.scenario.devices[device]!
    const address = TABLE_ADDRESS + table.device * TABLE_BYTES
    const [who, tbl, vaddr] = driver
      ? [`${driver}: `, hashedPointer(address), hashedPointer(a)]
      : ['', kernelPointer(address), kernelPointer(a)]
    return { kind: 'refusal', text: `${who}iommu_alloc failed, tbl ${tbl} vaddr ${vaddr} npages ${b}`, kernel: true }
  },
  [ev.LOG_SUPPRESSED]: (line) => ({ kind: 'suppressed', text: suppressedWords(line), kernel: true }),
  [ev.LOG_DRIVER]: ({ m, device, a }) => ({
    kind: 'refusal',
    text: `${m.scenario.devices[device]!.driver}: ${m.workloads[a]?.complaint}`,
    kernel: true,
  }),
  [ev.LOG_MISSED]: (line) => {
    const { m, cpu, a, b } = line
    const frames = a === 1 ? '1 frame' : `${a} frames`
    return { kind: 'missed', text: `${nameOf(line)}, CPU ${cpu}: ${m.workloads[b]?.missing}, ${frames} missed so far` }
  },
  [ev.LOG_DAC]: (line) => ({ kind: 'spill', text: `${driverOf(line)}: Using 64-bit DMA addresses` }),
  [ev.LOG_FAULT]: faultWords,
  [ev.LOG_LATE]: (line) => ({ kind: 'late', text: lateWords(line) }),
  [ev.LOG_INSIDE]: ({ a, b, table }) => ({
    kind: 'late',
    text: `unmap of ${b} pages at ${at(a, table)} begins inside a large page: refused here; the kernel would take data for a table`,
  }),
  [ev.LOG_BOOT]: ({ m, a, b }) => ({ kind: 'change', text: bootLinesAfter(m, b)[a]!, kernel: true }),
  [ev.LOG_RTAS]: (line) => ({
    kind: 'change',
    text: `${driverOf(line)}: ${rtasText(windowRunOf(line.m, line.table).rtas[line.a]!)}`,
    kernel: true,
  }),
  [ev.LOG_WINDOW]: (line) => ({
    kind: 'change',
    text: `${nameOf(line)}: ${DECIDED[windowRunOf(line.m, line.table).steps.at(-1)!.id]}`,
  }),
  [ev.LOG_PLUGGED]: ({ a, b }) => ({
    kind: 'change',
    text: `memory is now ${a / GIB} GiB: the direct window follows with ${b} hypercalls`,
  }),
  [ev.LOG_NO_TABLE]: (line) => {
    const { errno, why } = Object.values(TCE_REFUSALS)[line.a]!
    return { kind: 'late', text: `${nameOf(line)}: no table (${errno}). ${why}` }
  },
  [ev.LOG_OUTSIDE]: (line) => {
    const { a, b, table } = line
    const npages = Math.floor(b / ev.OUTSIDE_WHYS)
    const why = MAP_REFUSALS[b % ev.OUTSIDE_WHYS]
    return { kind: 'late', text: `${nameOf(line)}: ${npages} pages at ${at(a, table)} not mapped: ${why}` }
  },
  [ev.LOG_FULL]: (line) => ({ kind: 'refusal', text: fullWords(line), kernel: true }),
  [ev.LOG_CHANGE]: ({ m, a }) => ({ kind: 'change', text: changeWords(m, a).line }),
  [ev.LOG_CLEARED]: ({ a, b }) => ({
    kind: 'change',
    text: `the kernel empties the table: ${a} TCEs in ${b} hypercalls`,
  }),
  [ev.LOG_SPILL]: ({ m, cpu, a, b, table }) => ({
    kind: 'spill',
    text: `CPU ${cpu}: ${regionName(m, table, b)} full, spilling to ${regionName(m, table, a)}`,
  }),
  [ev.LOG_HANG]: ({ cpu }) => ({
    kind: 'hang',
    text: `CPU ${cpu} never returns from iommu_range_alloc, the table lock held`,
  }),
}

/** The function that the kernel's rate limit names, or the words of the one of 2005. */
function suppressedWords({ m, a, b, table }: Line): string {
  if (table.allocatorId === 'tce-halves') return `printk: ${a} messages suppressed.`
  if (table.poolSlots === null)
    return `${b === ev.SAYS_MAP_SG ? 'ppc_iommu_map_sg' : 'iommu_map_page'}: ${a} callbacks suppressed`
  const today = readParams(bootParams, settingsAfter(m, table.inputs), 'm').bootKernel === '6.12'
  return `${today ? 'swiotlb_tbl_map_single' : '__ratelimit'}: ${a} callbacks suppressed`
}

/** The kernel's line about a buffer that got no slots of the bounce pool. */
function fullWords(line: Line): string {
  const { m, device, a, b, table } = line
  const settings = settingsAfter(m, table.inputs)
  return refusedLine(readParams(bootParams, settings, 'm').bootKernel, {
    device: driverOf(line),
    bytes: Math.floor(b / ev.FULL_SLOTS),
    total: table.poolSlots ?? 0,
    used: b % ev.FULL_SLOTS,
    address: a,
    isUnaligned: table.driver !== null,
    mask: (pow2(readParam(maskParam, settings, m.scenario.devices[device]!.id)) - 1).toString(16),
  })
}

/** What the kernel prints while a machine with these settings comes up; none where nothing is told of it. */
function bootLinesAfter(m: Machine, inputs: number): readonly string[] {
  const settings = settingsAfter(m, inputs)
  const boot = bootOf(settings)
  return boot ? bootLines(bootInputOf(settings), boot) : []
}

/** What each driver prints when a device finds no translation; the SMMU's message has no address in it, ours tells it. */
function faultWords(line: Line): Words {
  const { device, a: pfn, b, table } = line
  const write = b === 1
  const address = (pfn * pow2(table.geometry.pageShift)).toString(16)
  const id = `${(device + 2).toString(16).padStart(2, '0')}:00.0`
  if (table.driver === 'amd') {
    const domain = `0x000${table.device + 1}`
    const text = `AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:${id} domain=${domain} address=0x${address} flags=0x00${write ? '2' : '0'}0]`
    return { kind: 'fault', text, kernel: true }
  }
  if (table.driver === 'arm')
    return { kind: 'late', text: `${nameOf(line)} finds no translation at 0x${address}: F_TRANSLATION` }
  const reason = write ? '0x05] PTE Write' : '0x06] PTE Read'
  const text = `DMAR: [DMA ${write ? 'Write' : 'Read'} NO_PASID] Request device [${id}] fault addr 0x${address} [fault reason ${reason} access is not set`
  return { kind: 'fault', text, kernel: true }
}

function lateWords(line: Line): string {
  const { a, b: what, table } = line
  const page = at(a, table)
  if (what === ev.WRONG_PAGE)
    return `${nameOf(line)} uses ${page}, and the IOTLB leads it to the page that this meant before`
  const owner = what === ev.LATE_OWNER ? ': a new owner’s data' : ''
  return `${nameOf(line)} still reaches ${page}, which was unmapped${owner}`
}

/** `0x003f_0000#7`: the address of an entry of a device's table and which of its lives the last one is. */
function life(m: Machine, device: number, first: number): string {
  const table = m.state.tables[tableOf(m.state, device)]
  if (!table || first < 0) return ''
  return `${entryAddress(absOf(table.geometry, first), table.geometry.pageShift)}#${table.entries.data[first * ENTRY_STRIDE + ENTRY_GENERATION]}`
}

/** The last operation in words, empty before the first. */
export function lastStep(m: Machine): string {
  const { ops } = m.state
  if (ops.total === 0) return ''
  const { kind, cpu, device, a: first, b: npages } = entryAt(ops, ops.total - 1)
  const where = `${life(m, device, first)}, npages ${npages}, CPU ${cpu}`
  switch (kind) {
    case ev.STEP_MAP:
      return `map ${where}`
    case ev.STEP_UNMAP:
      return `unmap ${where}`
    case ev.STEP_SYNC:
      return `sync ${where}`
    case ev.STEP_MAP_SG:
      return `map list at ${where}`
    case ev.STEP_UNMAP_SG:
      return `unmap list at ${where}`
    case ev.STEP_REFUSED:
      return `refused, npages ${npages}, CPU ${cpu}`
    case ev.STEP_FLUSH:
      return `flush timer, ${npages} ranges free, CPU ${cpu}`
    case ev.STEP_LATE:
      return `late access at ${life(m, device, first)}`
    case ev.STEP_DEPOT:
      return `depot gives ${npages} ranges back, CPU ${cpu}`
    default:
      return 'setting changed'
  }
}
