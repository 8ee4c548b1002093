// The log in words: refusals in the kernel's own message, everything else in the lab's.

import { pow2 } from '../../lib/bits.ts'
import { entryAddress } from '../../lib/format.ts'
import { deriveSeed } from '../../lib/rng.ts'
import { type EventLog, entryAt, firstKept, kindAt, rewriteEvent } from '../engine/log.ts'
import { absOf } from '../iova/geometry.ts'
import type { LogKind, LogLine } from '../probes/cards.ts'
import * as ev from './events.ts'
import { ENTRY_GENERATION, ENTRY_STRIDE, tableOf } from './state.ts'
import type { Machine } from './wiring.ts'

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

/** Lines whose words follow from a table as it stands: its addresses, its regions, its driver. */
const OF_TABLE: readonly number[] = [
  ev.LOG_REFUSAL,
  ev.LOG_SPILL,
  ev.LOG_SUPPRESSED,
  ev.LOG_FAULT,
  ev.LOG_LATE,
  ev.LOG_INSIDE,
]
const GONE_KINDS: readonly LogKind[] = ['refusal', 'spill', 'suppressed', 'fault', 'late']

/** Before tables go: puts down in words what the kept lines say of them, so that those of the next do not change it. */
export function settleLog(m: Machine): void {
  const { log, told } = m.state
  for (let n = firstKept(log); n < log.total; n++) {
    const number = kindAt(log, n)
    if (!OF_TABLE.includes(number)) continue
    const { device, cpu, a, b } = entryAt(log, n)
    const [kind, text] = words(m, number, device, cpu, a, b)
    told.push(text)
    rewriteEvent(log, n, ev.LOG_GONE, told.length - 1, GONE_KINDS.indexOf(kind))
  }
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
  const [kind, text] = words(m, number, device, cpu, a, b)
  const kernel = kind === 'refusal' || kind === 'suppressed' || kind === 'fault' || number === ev.LOG_RTAS
  return { ns, kind, cpu, text, kernel }
}

function words(m: Machine, kind: number, device: number, cpu: number, a: number, b: number): [LogKind, string] {
  const table = tableOf(m.state, device)
  const { driver } = m.scenario.devices[device]!
  switch (kind) {
    case ev.LOG_REFUSAL: {
      const tbl = kernelPointer(TABLE_ADDRESS + table * TABLE_BYTES)
      if (!driver) return ['refusal', `iommu_alloc failed, tbl ${tbl} vaddr ${kernelPointer(a)} npages ${b}`]
      const hashed = hashedPointer(TABLE_ADDRESS + table * TABLE_BYTES)
      return ['refusal', `${driver}: iommu_alloc failed, tbl ${hashed} vaddr ${hashedPointer(a)} npages ${b}`]
    }
    case ev.LOG_SUPPRESSED:
      if (m.state.tables[table]?.allocatorId === 'tce-halves')
        return ['suppressed', `printk: ${a} messages suppressed.`]
      if (m.state.tables[table]?.bounce) {
        const by = m.state.settings['m.bootKernel'] === '6.12' ? 'swiotlb_tbl_map_single' : '__ratelimit'
        return ['suppressed', `${by}: ${a} callbacks suppressed`]
      }
      return [
        'suppressed',
        `${b === ev.SAYS_MAP_SG ? 'ppc_iommu_map_sg' : 'iommu_map_page'}: ${a} callbacks suppressed`,
      ]
    case ev.LOG_DRIVER:
      return ['refusal', `${driver}: ${m.workloads[a]?.complaint}`]
    case ev.LOG_MISSED: {
      const { name } = m.scenario.devices[device]!
      return [
        'missed',
        `${name}, CPU ${cpu}: ${m.workloads[b]?.missing}, ${a === 1 ? '1 frame' : `${a} frames`} missed so far`,
      ]
    }
    case ev.LOG_DAC:
      return ['spill', `${driver ?? m.scenario.devices[device]!.name}: Using 64-bit DMA addresses`]
    case ev.LOG_FAULT:
      return faultWords(m, table, device, a, b === 1)
    case ev.LOG_LATE:
      return ['late', lateWords(m, table, device, a, b)]
    case ev.LOG_INSIDE:
      return ['late', insideWords(m, table, a, b)]
    case ev.LOG_RTAS:
      return ['change', m.state.told[a]!]
    case ev.LOG_WINDOW:
      return ['change', m.state.told[a]!]
    case ev.LOG_FULL:
      return ['refusal', m.state.told[a]!]
    case ev.LOG_NO_TABLE:
    case ev.LOG_OUTSIDE:
      return ['late', m.state.told[a]!]
    case ev.LOG_GONE:
      return [GONE_KINDS[b]!, m.state.told[a]!]
    case ev.LOG_CHANGE:
      return ['change', m.state.changes[a]!]
    case ev.LOG_CLEARED:
      return ['change', `the kernel empties the table: ${a} TCEs in ${b} hypercalls`]
    case ev.LOG_SPILL: {
      const d = m.domains[table]!
      const regions = d.allocator.regions(d.allocatorState)
      return ['spill', `CPU ${cpu}: ${regions[b]?.name} full, spilling to ${regions[a]?.name}`]
    }
    default:
      return ['hang', `CPU ${cpu} never returns from iommu_range_alloc, the table lock held`]
  }
}

/** What each driver prints when a device finds no translation; the SMMU's message has no address in it, ours tells it. */
function faultWords(m: Machine, table: number, device: number, pfn: number, write: boolean): [LogKind, string] {
  const { geometry, iommu } = m.state.tables[table]!
  const address = (pfn * pow2(geometry.pageShift)).toString(16)
  const at = `${(device + 2).toString(16).padStart(2, '0')}:00.0`
  if (iommu?.driver === 'amd')
    return [
      'fault',
      `AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:${at} domain=0x000${table + 1} address=0x${address} flags=0x00${write ? '2' : '0'}0]`,
    ]
  if (iommu?.driver === 'arm')
    return ['late', `${m.scenario.devices[device]!.name} finds no translation at 0x${address}: F_TRANSLATION`]
  const reason = write ? '0x05] PTE Write' : '0x06] PTE Read'
  return [
    'fault',
    `DMAR: [DMA ${write ? 'Write' : 'Read'} NO_PASID] Request device [${at}] fault addr 0x${address} [fault reason ${reason} access is not set`,
  ]
}

function insideWords(m: Machine, table: number, pfn: number, npages: number): string {
  const at = entryAddress(pfn, m.state.tables[table]!.geometry.pageShift)
  return `unmap of ${npages} pages at ${at} begins inside a large page: refused here; the kernel would take data for a table`
}

function lateWords(m: Machine, table: number, device: number, pfn: number, what: number): string {
  const { geometry } = m.state.tables[table]!
  const { name } = m.scenario.devices[device]!
  const at = entryAddress(pfn, geometry.pageShift)
  if (what === ev.WRONG_PAGE) return `${name} uses ${at}, and the IOTLB leads it to the page that this meant before`
  if (what === ev.LATE_OWNER) return `${name} still reaches ${at}, which was unmapped: a new owner’s data`
  return `${name} still reaches ${at}, which was unmapped`
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
