// What the common IOMMU layer of Linux tells of its page tables: the events iommu:map and iommu:unmap, as ftrace, trace-cmd and perf
// print them. Every IOMMU driver of x86 and Arm has them, so the file does not say whose table it was: VT-d is assumed, and the
// opened scenario offers the others. Grammar: spec/FORMATS.md 1 to 3, 11.
//
// The trap: a record of a map is one piece of memory, not one mapping: a list comes as many, and goes as one. An unmap that closes
// several pieces of one task tells that they were one run of addresses.
// Not modelled: devices and domains, which these records do not tell: all of them are drawn as one; addresses from 4 GiB on.

import { pow2 } from '../../lib/bits.ts'
import { MAX_NS, REC_MAP, REC_MORE, REC_UNMAP, type RecordedOps } from '../../sim/index.ts'
import { BrokenLines, Column, type TraceImporter, type TraceReader, type TraceResult } from './trace.ts'

const ENVELOPE =
  /^\s*(\S.{0,31}?)[- ]\s*(\d{1,10})\s+(?:\(\s*(?:-+|\d+)\)\s+)?\[(\d{1,5})\]\s+(?:[a-zA-Z.#0-9]{4,8}\s+)?(\d{1,9})\.(\d{1,9}):\s+(?:[a-z_0-9]{1,64}:)?(map|unmap|qi_submit):\s*(.*)$/
const HEX = '0x([0-9a-f]{1,16})'
/** The end of the range is printed since 5.17; trace-cmd without a format prints neither it nor `IOMMU:`. */
const RANGE = `^(?:IOMMU: )?iova=${HEX}(?: - ${HEX})?`
const MAP = new RegExp(`${RANGE} paddr=${HEX} size=(0x[0-9a-f]{1,16}|\\d{1,16})$`)
const UNMAP = new RegExp(`${RANGE} size=(0x[0-9a-f]{1,16}|\\d{1,16})(?: unmapped_size=(\\d{1,16}))?$`)
/** An invalidation of an IOTLB: bits 4 and 5 of its first word say of how much. */
const INVALIDATION = /^iotlb_inv \S{1,32}: 0x[0-9a-f]{0,14}?([0-9a-f])[0-9a-f] /
const OF_PAGES = 3
const ALLOWED = {
  map: 'map: IOMMU: iova=0x… - 0x… paddr=0x… size=…',
  unmap: 'unmap: IOMMU: iova=0x… - 0x… size=… unmapped_size=…',
}

const PAGE_SHIFT = 12
const PAGE = 4096
/** Pages below 4 GiB. */
const SIZE = pow2(32 - PAGE_SHIFT)
/** Memory ends here: as bytes, addresses are exact numbers. */
const MOST_MEMORY = pow2(53)
const CPUS = 64

/** Records of maps and unmaps in the order of the file, pages counted from address 0. */
class Records {
  readonly problems = new BrokenLines()
  readonly ns = new Column()
  readonly page = new Column()
  readonly npages = new Column()
  /** Bytes; -1 = an unmap. */
  readonly memory = new Column()
  readonly cpu = new Column()
  readonly task = new Column()
  readonly line = new Column()
  readonly tasks = new Map<string, number>()
  above = 0
  disordered = 0
  /** Invalidations of pages, and of more than that. */
  ofPages = 0
  ofMore = 0
}

function createReader(): TraceReader {
  const records = new Records()
  const { problems } = records
  let firstSec = -1
  let firstNanos = 0
  let lastNs = 0

  /** Nanoseconds since the first record, never fewer than the record before had; null where no run is so long. */
  function time(sec: number, fraction: string): number | null {
    const nanos = Number(fraction.padEnd(9, '0'))
    if (firstSec < 0) {
      firstSec = sec
      firstNanos = nanos
    }
    const ns = (sec - firstSec) * 1e9 + nanos - firstNanos
    if (ns > MAX_NS) return null
    if (ns < lastNs) records.disordered++
    else lastNs = ns
    return lastNs
  }

  /** Takes a record. Returns what would have been allowed when it cannot be used, else the empty string. */
  function take(
    event: 'map' | 'unmap',
    body: string,
    task: string,
    cpu: number,
    at: () => number | null,
    number: number,
  ) {
    const match = (event === 'map' ? MAP : UNMAP).exec(body.trimEnd())
    if (!match) return ALLOWED[event]
    const iova = Number.parseInt(match[1]!, 16)
    const size = Number(match[event === 'map' ? 4 : 3])
    const memory = event === 'map' ? Number.parseInt(match[3]!, 16) : -1
    if (size === 0 || size % PAGE !== 0 || iova % PAGE !== 0) return 'whole pages of 4096 bytes'
    if (memory >= MOST_MEMORY) return 'a real address below 2^53'
    if (iova / PAGE + size / PAGE > SIZE) {
      records.above++
      return ''
    }
    const ns = at()
    if (ns === null) return 'a time within an hour of the first record'
    records.ns.push(ns)
    records.page.push(iova / PAGE)
    records.npages.push(size / PAGE)
    records.memory.push(memory)
    records.cpu.push(cpu % CPUS)
    if (!records.tasks.has(task)) records.tasks.set(task, records.tasks.size)
    records.task.push(records.tasks.get(task)!)
    records.line.push(number)
    return ''
  }

  return {
    problems,
    line(text, number) {
      const envelope = ENVELOPE.exec(text)
      if (!envelope) return
      const [, comm, pid, cpu, sec, fraction = '', event = '', body = ''] = envelope
      if (event === 'qi_submit') {
        const granularity = INVALIDATION.exec(body)?.[1]
        if (granularity === undefined) return
        if (Number.parseInt(granularity, 16) % 4 === OF_PAGES) records.ofPages++
        else records.ofMore++
        return
      }
      const at = () => time(Number(sec), fraction)
      const allowed = take(event as 'map' | 'unmap', body, `${comm}-${pid}`, Number(cpu), at, number)
      if (allowed !== '') problems.add(number, text, allowed)
    },
    end: (name) => recordingOf(name, records),
  }
}

/** Of each record of a map, the one whose run it goes on, or -1; found by the unmaps. */
function* runsOf(r: Records): Generator<undefined, Int32Array> {
  const before = new Int32Array(r.page.length).fill(-1)
  /** What stands mapped, by its first page. */
  const live = new Map<number, number>()
  for (let i = 0; i < r.page.length; i++) {
    if (i % TURN === TURN - 1) yield
    const page = r.page.at(i)
    if (r.memory.at(i) >= 0) {
      live.set(page, i)
      continue
    }
    let last = -1
    for (let p = page, end = page + r.npages.at(i); p < end; ) {
      const piece = live.get(p)
      if (piece === undefined) {
        last = -1
        p++
        continue
      }
      live.delete(p)
      if (last >= 0 && r.task.at(last) === r.task.at(piece) && last < piece) before[piece] = last
      last = piece
      p += r.npages.at(piece)
    }
  }
  return before
}

/** Records between two turns of others. */
const TURN = 100_000

/** Records as rows: a map with all that goes on its run, where the run began. */
function* rowsOf(r: Records): Generator<undefined, RecordedOps> {
  const before = yield* runsOf(r)
  const after = new Int32Array(before.length).fill(-1)
  before.forEach((b, i) => {
    if (b >= 0) after[b] = i
  })
  const n = r.page.length
  const ops = {
    count: n,
    kind: new Uint8Array(n),
    ns: new Float64Array(n),
    entry: new Float64Array(n),
    npages: new Int32Array(n),
    address: new Float64Array(n),
    permission: new Uint8Array(n),
    line: new Int32Array(n),
    cpu: new Uint8Array(n),
  }
  let at = 0
  for (let i = 0; i < n; i++) {
    if (before[i]! >= 0) continue
    for (let k = i; k >= 0; k = after[k]!) {
      const isMap = r.memory.at(k) >= 0
      ops.kind[at] = !isMap ? REC_UNMAP : k === i ? REC_MAP : REC_MORE
      ops.ns[at] = r.ns.at(i) - r.ns.at(0)
      ops.entry[at] = r.page.at(k)
      ops.npages[at] = r.npages.at(k)
      ops.address[at] = r.memory.at(k)
      ops.permission[at] = 3
      ops.line[at] = r.line.at(k)
      ops.cpu[at] = r.cpu.at(k)
      at++
    }
  }
  return ops
}

const nothing = (message: string): TraceResult => ({ recording: null, message })

function* recordingOf(name: string, r: Records): Generator<undefined, TraceResult> {
  if (r.page.length === 0)
    return nothing(
      r.above > 0
        ? 'all of its addresses lie above 4 GiB: those below can be played'
        : 'the file has the right events, but none of them could be used',
    )
  const ops = yield* rowsOf(r)
  if (!ops.kind.includes(REC_MAP)) return nothing('all that its events do is to unmap: nothing is ever mapped')
  const told = r.ofPages + r.ofMore > 0
  const assumed = [
    'VT-d: events of the common IOMMU layer do not tell whose table it is.',
    'one domain: nor do they tell devices.',
    'IOMMU pages of 4K, and a device that may write: nor page sizes, nor directions.',
    ...(told ? [] : ['a deferred flush: no invalidations are in the file.']),
    ...(r.above > 0 ? [`${r.above} records of addresses above 4 GiB are left out.`] : []),
    ...(r.disordered > 0
      ? [`${r.disordered} records are earlier than the one before; each follows that at once.`]
      : []),
  ]
  return {
    recording: {
      name,
      format: ftraceIommu.id,
      way: 'vtd',
      space: 'all domains',
      pageShift: PAGE_SHIFT,
      offset: 0,
      size: SIZE,
      ops,
      cpus: ops.cpu!.reduce((most, c) => Math.max(most, c), 0) + 1,
      ...(told && { settings: { flush: r.ofPages > r.ofMore ? 'strict' : 'deferred' } }),
      records: r.page.length,
      endNs: ops.ns[ops.count - 1]!,
      assumed,
      broken: r.problems.count,
      problems: r.problems.first,
    },
    message: '',
  }
}

export const ftraceIommu: TraceImporter = {
  id: 'ftrace-iommu',
  label: 'a trace of iommu:map and iommu:unmap (ftrace, trace-cmd, perf)',
  recognises: (line) => line.includes('iova=') && /^(?:un)?map$/.test(ENVELOPE.exec(line)?.[6] ?? ''),
  begin: createReader,
}
