// Whether what the page is told holds: no figure of any probe is negative, infinite or none at all, and where parts of
// something stand beside it they add up to it.

import { pow2 } from '../../lib/bits.ts'
import type { Machine } from '../machine/wiring.ts'
import type { Frame } from '../probes/frame.ts'
import { everyFrame } from './every-probe.ts'
import { badNumbers, nowhere } from './numbers.ts'

/** Figures that say by a number below 0 that there is none, or that are answers of kernel and firmware (`value`: of a step
 *  of the latter). */
const MAY_BE_NEGATIVE = new Set(['errno', 'rc', 'value', 'row', 'keeper', 'foretold'])

/** In words what does not hold of any frame of the machine as it stands; it changes nothing. */
export function figureFaults(m: Machine): readonly string[] {
  const faults: string[] = []
  const equal = (what: string, sum: number, whole: number) => {
    if (sum !== whole) faults.push(`${what}: ${sum} of ${whole}`)
  }
  const within = (what: string, part: number, whole: number) => equal(what, Math.min(part, whole), part)
  for (const frame of everyFrame(m)) {
    for (const { path, value } of badNumbers(frame, nowhere)) faults.push(`${path} is ${value}`)
    const { summary, views } = frame
    negatives(frame, '', '', faults)
    checkSummary(m, frame, equal, within)
    const map = views['iova-space']
    if (map) {
      const { mapped, free, reserved, cached, queued, reachable } = map.counts
      equal('states of entries', mapped + free + reserved + cached + queued + reachable, map.size)
      equal('mapped entries of the map', mapped, summary.mapped)
    }
    if (views.classes) equal('entries by class', sumOf(views.classes.counts), summary.mapped)
    const { regions, memory, iotlb } = views
    if (regions) {
      equal('entries by region', sumOf(regions.regions.map((r) => r.mapped)), summary.mapped)
      equal('entries by region and CPU', sumOf(regions.owned), summary.mapped)
      for (const { name, start, end, mapped, free, largestRun } of regions.regions) {
        within(`mapped and free of ${name}`, mapped + free, end - start)
        within(`largest free run of ${name}`, largestRun, free)
      }
    }
    if (memory) {
      // Where only buffers are mapped, none of the memory stands at its own addresses.
      equal('bytes of memory', memory.mappedBytes, memory.identity === false ? 0 : summary.mappedBytes)
      equal('bytes by island', sumOf(memory.islands.map((i) => i.mappedBytes)), memory.mappedBytes)
    }
    const entries = frame.filtered?.entries
    if (entries)
      within('mapped, reserved and free of a range', entries.mapped + entries.reserved + entries.free, entries.count)
    const pieces = frame.card?.fragmentation
    if (pieces && regions)
      equal('free of the region inspected', pieces.free, regions.regions.find((r) => r.name === pieces.name)!.free)
    if (iotlb && iotlb.hits > iotlb.lookups) faults.push(`${iotlb.hits} hits of ${iotlb.lookups} lookups`)
    for (const table of views.tables?.tables ?? []) {
      const { mapped, usefulBytes, geometry } = m.state.tables[table.table]!
      equal(`bytes of table ${table.table}`, table.mappedBytes, mapped * pow2(geometry.pageShift))
      equal(`useful bytes of table ${table.table}`, table.usefulBytes, usefulBytes)
    }
  }
  return faults
}

type Compare = (what: string, part: number, whole: number) => void

function checkSummary({ state: s }: Machine, { summary }: Frame, equal: Compare, within: Compare) {
  const { mapped, usable, freeEntries, size, usefulBytes, mappedBytes, largestFreeRun, lockWait, pageShift } = summary
  within('mapped', mapped, usable)
  within('usable', usable, size)
  within('useful bytes', usefulBytes, mappedBytes)
  within('largest free run', largestFreeRun, freeEntries)
  within('mapped and free', mapped + freeEntries, size)
  within('share of waiting', lockWait, 1)
  equal('mapped bytes', mappedBytes, mapped * pow2(pageShift))
  equal('refused', s.tables.reduce((sum, t) => sum + (t?.refused ?? 0), 0) <= s.refusedTotal ? 1 : 0, 1)
}

function sumOf(parts: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < parts.length; i++) sum += parts[i]!
  return sum
}

function negatives(value: unknown, path: string, name: string, faults: string[]): void {
  if (typeof value === 'number') {
    if (value < 0 && !MAY_BE_NEGATIVE.has(name)) faults.push(`${path} is ${value}`)
  } else if (value === null || typeof value !== 'object') return
  else if (ArrayBuffer.isView(value)) {
    const numbers = value as Int32Array | Float64Array
    if (numbers instanceof Uint8Array || MAY_BE_NEGATIVE.has(name)) return
    for (let i = 0; i < numbers.length; i++)
      if (numbers[i]! < 0) {
        faults.push(`${path}[${i}] is ${numbers[i]}`)
        return
      }
  } else if (Array.isArray(value)) for (const item of value) negatives(item, `${path}[]`, name, faults)
  else for (const [key, item] of Object.entries(value)) negatives(item, path ? `${path}.${key}` : key, key, faults)
}
