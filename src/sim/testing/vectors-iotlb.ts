// Replays the recordings of iotlb/ that need no vendor's table but VT-d's: the choice of page sizes, the gather, the
// flush queue, VT-d's commands and its table.

import { blockOrder, pow2 } from '../../lib/bits.ts'
import { vtdDriver } from '../dma/vtd.ts'
import {
  createFlushQueue,
  type FlushQueue,
  type FlushSink,
  flushTimer,
  queuedIn,
  queueRange,
} from '../flush/flush-queue.ts'
import { createGather, type Gather, gatherFits, gatherRange, resetGather } from '../flush/gather.ts'
import { invalidateRange } from '../iotlb/commands-vtd.ts'
import { chooseRun, type PageRun } from '../table/split.ts'
import { createVtd, type VtdState } from '../table/vtd.ts'
import {
  bitmapText,
  byHeight,
  bytesAt,
  bytesText,
  createRig,
  expectResult,
  invText,
  pagesOf,
  type Rig,
  readBitmap,
  replayFlush,
  replayMap,
  replayUnmap,
  replayWalk,
} from './iotlb-text.ts'
import { int, records, toHex, unreadable, type VectorRecord } from './vector-text.ts'

const GRANULE_SHIFT = 12
const NS_PER_MS = 1_000_000

/** Compares every record's result with what `got` makes of it. Their number; throws Mismatch at the first difference. */
function replayEach(text: string, got: (r: VectorRecord) => string): number {
  const all = records(text)
  for (const r of all) expectResult(r, got(r))
  return all.length
}

/** Pages of 2^shift bytes as hexadecimal bytes without `0x`. */
function plain(pages: number, shift: number): string {
  return bytesText(pages, shift).slice(2)
}

/** Replays pgsize_*.txt. Returns the records met; throws Mismatch at the first that is not. */
export function replaySplit(text: string): number {
  return replayEach(text, (r) => {
    const { orders, shift } = readBitmap(bytesAt(r, 0))
    const values = r.words.slice(1, r.words.indexOf('=')).map((word) => toHex(r, word))
    const misaligned = values.some((v) => v % (1n << BigInt(shift)) !== 0n)
    const [pfn = 0, second = 0, third = 0] = values.map((v) => pagesOf(v, shift))
    if (r.kind === 'U') {
      if (misaligned) return '0'
      return [plain(second, shift), ...runsText(orders, shift, pfn, null, second).texts].join(' ')
    }
    if (r.kind !== 'M') unreadable(r, 'unknown record')
    if (misaligned) return '-22'
    const { texts, pages } = runsText(orders, shift, pfn, second, third)
    return ['0', ...texts, ';', 'calls612', texts.length, 'calls2011', pages].join(' ')
  })
}

/** The runs that a range is cut into, as text, and the pages in all of them. `page` null: an unmapping. */
function runsText(orders: readonly number[], shift: number, pfn: number, page: number | null, size: number) {
  const run: PageRun = { order: 0, count: 0 }
  const texts: string[] = []
  let pages = 0
  for (let done = 0; done < size; done += run.count * pow2(run.order)) {
    chooseRun(orders, pfn + done, (page ?? pfn) + done, size - done, run)
    const from = page === null ? [pfn + done] : [pfn + done, page + done]
    const addresses = from.map((at) => plain(at, shift))
    texts.push([...addresses, plain(pow2(run.order), shift), run.count].join(','))
    pages += run.count
  }
  return { texts, pages }
}

/** Replays gather.txt. Returns the records met; throws Mismatch at the first that is not. */
export function replayGather(text: string): number {
  return replayEach(text, (r) => {
    if (r.kind !== 'G') unreadable(r, 'unknown record')
    const g = createGather()
    const events: string[] = []
    for (const word of r.words.slice(0, r.words.indexOf('='))) {
      const [pfn = 0, pages = 0] = word.split(',').map((part) => pagesOf(toHex(r, part), GRANULE_SHIFT))
      const order = 31 - Math.clz32(pages)
      if (!gatherFits(g, pfn, pages, order)) {
        events.push(`sync:${pendingText(g)}`)
        resetGather(g)
      }
      gatherRange(g, pfn, pages, order)
    }
    return [...events, `pend:${pendingText(g)}`].join(' ')
  })
}

function pendingText(g: Gather): string {
  const end = (BigInt(g.last + 1) << BigInt(GRANULE_SHIFT)) - 1n
  return `${plain(g.first, GRANULE_SHIFT)}-${end.toString(16)}/${plain(g.size, GRANULE_SHIFT)}`
}

/** Replays vtd_pt_*.txt, misuse_vtd.txt, inval_vtd_psi.txt. The records met; throws Mismatch at the first other. */
export function replayVtd(text: string): number {
  let rig: Rig<VtdState> | null = null
  return replayEach(text, (r) => {
    if (r.kind === 'cfg') {
      rig = createRig(vtdDriver, readVtd(r))
      return `cfg ${bitmapText(rig.s)}`
    }
    return replayVtdRecord(rig ?? unreadable(r, 'no table yet'), r)
  })
}

function readVtd(r: VectorRecord): VtdState {
  return createVtd({
    levels: int(r, 0),
    orders: [0, 9, 18].slice(0, int(r, 1) + 1),
    width: int(r, 2),
    maxAddressMask: int(r, 3),
    pageSelective: int(r, 4) === 1,
    firstLevel: int(r, 5) === 1,
  })
}

function replayVtdRecord(rig: Rig<VtdState>, r: VectorRecord): string {
  const { s, io, walk, driver } = rig
  const { table } = driver
  switch (r.kind) {
    case 'm': {
      const error = replayMap(rig, r)
      return `${error} new ${io.tablesNew - io.tablesFreed} ${invText(rig)}`
    }
    case 'u': {
      const unmapped = replayUnmap(rig, r, false)
      return `${unmapped} freed ${io.tablesFreed} ${invText(rig)}`
    }
    case 'q': {
      const unmapped = replayUnmap(rig, r, true)
      return `${unmapped} detached ${io.tablesDetached} ${invText(rig)}`
    }
    case 'f':
      replayFlush(rig)
      return `freed ${io.tablesFreed} ${invText(rig)}`
    case 'c': {
      const tables = byHeight('tables', s.levels, (h) => table.tablesAt(s, h))
      const leaves = byHeight('leaves', s.levels, (h) => table.leavesAt(s, h))
      return `${tables} ${leaves} pending ${table.pending(s)}`
    }
    case 'w': {
      const found = replayWalk(rig, r)
      return `${found} level ${walk.height + 1} reads ${walk.reads}`
    }
    case 'i':
      return commandOf(rig, r)
    default:
      return unreadable(r, 'unknown record')
  }
}

/** `i <iova> <pages>`: the block that a page-selective command covers, and the command that is sent. */
function commandOf({ s, io, log }: Rig<VtdState>, r: VectorRecord): string {
  const pfn = pagesOf(bytesAt(r, 0), GRANULE_SHIFT)
  const pages = int(r, 1)
  const order = blockOrder(pfn, pfn + pages - 1)
  const block = pow2(order)
  invalidateRange(s, pfn, pages, false, io.sink)
  const address = bytesText(Math.floor(pfn / block) * block, GRANULE_SHIFT)
  return `am ${order} addr ${address} pages ${block} cmd ${log.take()}`
}

/** Replays flush_queue.txt. Returns the records met; throws Mismatch at the first that is not. */
export function replayFlushQueue(text: string): number {
  let rig: QueueRig | null = null
  return replayEach(text, (r) => {
    if (r.kind === 'cfg') {
      rig = createQueueRig(r)
      return 'ok'
    }
    return replayQueueRecord(rig ?? unreadable(r, 'no queue yet'), r)
  })
}

interface QueueRig {
  readonly q: FlushQueue
  readonly sink: FlushSink
  /** What happened since the last record. */
  events: string[]
  nowMs: number
}

function createQueueRig(r: VectorRecord): QueueRig {
  const q = createFlushQueue(int(r, 3), int(r, 0) === 1, int(r, 1))
  if (q.timeoutNs !== int(r, 2) * NS_PER_MS) unreadable(r, 'another timeout')
  const rig: QueueRig = {
    q,
    sink: {
      release: (_cpu, pfn, pages) => rig.events.push(`FREE:${pfn.toString(16)}/${pages}`),
      invalidateAll: () => rig.events.push('FLUSH'),
    },
    events: [],
    nowMs: 0,
  }
  return rig
}

function replayQueueRecord(rig: QueueRig, r: VectorRecord): string {
  const { q, sink } = rig
  rig.events = []
  switch (r.kind) {
    case 'q': {
      const due = q.dueNs
      queueRange(q, int(r, 0), Number(bytesAt(r, 1)), int(r, 2), rig.nowMs * NS_PER_MS, sink)
      if (q.dueNs !== due) rig.events.push(`ARM@${q.dueNs / NS_PER_MS}`)
      break
    }
    case 't':
      rig.nowMs = int(r, 0)
      if (q.dueNs <= rig.nowMs * NS_PER_MS) {
        rig.events.push(`TIMER@${q.dueNs / NS_PER_MS}`)
        flushTimer(q, q.dueNs, sink)
      }
      break
    case 'c': {
      const timer = q.dueNs === Infinity ? -1 : q.dueNs / NS_PER_MS
      const lengths = Array.from(q.head, (_, ring) => queuedIn(q, ring))
      return ['start', q.started, 'finish', q.finished, 'timer', timer, 'qlen', ...lengths].join(' ')
    }
    default:
      return unreadable(r, 'unknown record')
  }
  return rig.events.length === 0 ? '-' : rig.events.join(' ')
}
