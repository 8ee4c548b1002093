// Replays iova-vec/1: the IOVA allocator of Linux 6.12 with its tree, magazines, flush queue and DMA limit.

import { log2Floor, pow2 } from '../../lib/bits.ts'
import { allocDma, chooseLimit, type Dma32First } from '../dma/dma-limit.ts'
import { type CostMeter, createMeter, resetMeter } from '../engine/meter.ts'
import { createFlushQueue, type FlushQueue, type FlushSink, flushTimer, queueRange } from '../flush/flush-queue.ts'
import { createTree, forEachNodeIn, treeAlloc, treeFree, treeReserve } from '../iova/iova-tree.ts'
import {
  createMagazines,
  depotWork,
  fastAlloc,
  fastFree,
  type Magazines,
  ORDERS,
  setCpuOnline,
} from '../iova/magazines.ts'
import { type BridgeWindow, reserveAll } from '../iova/reserved.ts'
import type { TreeShape } from '../iova/tree-shape.ts'
import { NO_ENTRY } from '../types.ts'
import { expectText, int, records, toHex, unreadable, type VectorRecord } from './vector-text.ts'
import { checkpointText, dumpTree, Fnv } from './vectors-iova-dump.ts'

const NS_PER_MS = 1_000_000
/** Freed ranges are listed one by one up to this many. */
const LISTED = 8

interface Header {
  readonly granule: number
  readonly start_pfn: number
  readonly ncpus: number
  readonly fq: 'none' | 'percpu' | 'single'
  readonly aperture_end?: string
  readonly force_aperture?: number
  readonly bus_limit?: string
  readonly pci32?: number
  readonly pci_windows?: readonly Triple[]
  readonly dma_ranges?: readonly Triple[]
  readonly resv?: readonly Triple[]
}
type Triple = readonly [string, string, string]

/** One domain as a file sets it up, and what the operation at hand has done. */
interface Domain extends FlushSink {
  readonly shift: number
  readonly mags: Magazines
  readonly queue: FlushQueue | null
  readonly device: Dma32First
  readonly bus: number | null
  readonly apertureEnd: number | null
  readonly meter: CostMeter
  nowNs: number
  flushes: number
  readonly freed: (readonly [pfn: number, pages: number])[]
}

const big = (text: string): bigint => BigInt(`0x${text}`)

function createDomain(header: Header): Domain {
  const shift = log2Floor(header.granule)
  const tree = createTree(header.start_pfn, pow2(32 - shift), true)
  const windows = (list: readonly Triple[] = []): BridgeWindow[] =>
    list.map(([start, end, offset]) => ({ start: big(start), end: big(end), offset: big(offset) }))
  const regions = (header.resv ?? []).map(([type, start, length]) => ({
    start: big(start),
    length: big(length),
    softwareMsi: type === '4',
  }))
  reserveAll(tree, shift, { windows: windows(header.pci_windows), inbound: windows(header.dma_ranges), regions })
  const mags = createMagazines(tree, header.ncpus)
  const pfn = (text: string): number => Number(big(text) >> BigInt(shift))
  const bus = header.bus_limit ?? '0'
  const domain: Domain = {
    shift,
    mags,
    queue: header.fq === 'none' ? null : createFlushQueue(header.ncpus, header.fq === 'single'),
    device: { dma32First: header.pci32 !== 0 },
    bus: big(bus) === 0n ? null : pfn(bus),
    apertureEnd: header.force_aperture === 0 ? null : pfn(header.aperture_end ?? 'ffffffffffffffff'),
    meter: createMeter(),
    nowNs: 0,
    flushes: 0,
    freed: [],
    release(onCpu, first, size) {
      domain.freed.push([first, size])
      fastFree(mags, onCpu, first, size, domain.meter)
    },
    invalidateAll() {
      domain.flushes++
    },
  }
  return domain
}

/** Number of records that were as recorded; throws Mismatch at the first that is not. */
export function replayIova(text: string): number {
  const [first, ...rest] = records(text)
  if (!first) return 0
  const domain = createDomain(JSON.parse(first.text) as Header)
  for (const r of rest) {
    const left = r.text.split(' = ')[0]!
    expectText(r, `${left} = ${perform(domain, r)}`)
  }
  return rest.length
}

const hex = (n: number): string => n.toString(16)
const pfnOf = (r: VectorRecord, i: number): number => Number(toHex(r, r.words[i]))

function shapeOf({ mags }: Domain): TreeShape {
  if (!mags.tree.shape) throw new Error('the shape is not kept')
  return mags.tree.shape
}

/** Queues a range, or frees it at once in a strict domain. */
function release(d: Domain, onCpu: number, pfn: number, size: number): void {
  if (d.queue) queueRange(d.queue, onCpu, pfn, size, d.nowNs, d)
  else d.release(onCpu, pfn, size)
}

function hashRanges(list: readonly (readonly [number, number])[]): string {
  const hash = new Fnv()
  for (const [pfn, size] of list) {
    hash.number(pfn)
    hash.number(size)
  }
  return list.length === 0 ? '00000000' : hash.text()
}

function freedText({ flushes, freed }: Domain): string {
  const listed = freed.length > 0 && freed.length <= LISTED
  const list = listed ? ` ${freed.map(([pfn, size]) => `${hex(pfn)}:${size}`).join(',')}` : ''
  return `${flushes} ${freed.length} ${hashRanges(freed)}${list}`
}

/** Does the operation and returns its result as the file writes it. */
function perform(d: Domain, r: VectorRecord): string {
  const { mags, meter } = d
  const { tree } = mags
  resetMeter(meter, d.nowNs)
  d.flushes = 0
  d.freed.length = 0
  switch (r.kind) {
    case 'a':
      return `${hex(fastAlloc(mags, int(r, 0), int(r, 1), pfnOf(r, 2), int(r, 3) === 1, meter))} ${meter.treeSteps}`
    case 'f':
      fastFree(mags, int(r, 0), pfnOf(r, 1), int(r, 2), meter)
      return '-'
    case 's':
      return `${hex(treeAlloc(tree, int(r, 0), pfnOf(r, 1), int(r, 2) === 1, meter))} ${meter.treeSteps}`
    case 'x':
      treeFree(tree, pfnOf(r, 0), meter)
      return '-'
    case 'r': {
      let range = ''
      const first = treeReserve(tree, pfnOf(r, 0), pfnOf(r, 1))
      forEachNodeIn(tree, first, first + 1, (lo, hi) => {
        range = `${hex(lo)} ${hex(hi)}`
      })
      return range
    }
    case 'w':
      return depotText(mags, int(r, 0), meter)
    case 'q':
      release(d, int(r, 0), pfnOf(r, 1), int(r, 2))
      return freedText(d)
    case 'B':
      return burst(d, r)
    case 'm': {
      const found = allocTop(d, r)
      const bytes = BigInt(found) << BigInt(d.shift)
      return `${bytes.toString(16)} ${d.device.dma32First ? 1 : 0} ${meter.treeSteps}`
    }
    case 'u':
    case 'U': {
      const pfn = Number(toHex(r, r.words[1]) >> BigInt(d.shift))
      const size = int(r, 2) / pow2(d.shift)
      if (r.kind === 'u') release(d, int(r, 0), pfn, size)
      else d.release(int(r, 0), pfn, size)
      return freedText(d)
    }
    case 't':
      return advance(d, d.nowNs + int(r, 0) * NS_PER_MS)
    case 'o':
      return String(setCpuOnline(mags, int(r, 0), false, meter))
    case 'O':
      setCpuOnline(mags, int(r, 0), true, meter)
      return '-'
    case 'G':
      mags.refuseMagazines = int(r, 0)
      tree.refuseNodes = int(r, 1)
      return '-'
    case 'T':
      return dumpTree(shapeOf(d))
    case 'c':
      return checkpointText(mags, shapeOf(d), d.queue, d.nowNs)
    default:
      return unreadable(r, 'unknown record')
  }
}

function depotText(mags: Magazines, order: number, meter: CostMeter): string {
  const freed = depotWork(mags, order, meter)
  return `${freed} ${mags.depotDueNs[order] === Infinity ? 0 : 1}`
}

function burst(d: Domain, r: VectorRecord): string {
  const [onCpu, size, limit] = [int(r, 1), int(r, 2), pfnOf(r, 3)]
  const all = new Fnv()
  let ok = 0
  for (let i = int(r, 0); i > 0; i--) {
    const pfn = fastAlloc(d.mags, onCpu, size, limit, true, d.meter)
    all.number(pfn)
    if (pfn === 0) continue
    ok++
    release(d, onCpu, pfn, size)
  }
  return `${freedText(d)} ok=${ok} ah=${all.text()}`
}

/** The first pfn, or 0. */
function allocTop(d: Domain, r: VectorRecord): number {
  const mask = toHex(r, r.words[2])
  const limit = chooseLimit(mask === 0n ? null : Number(mask >> BigInt(d.shift)), d.bus, d.apertureEnd)
  const request = {
    cpu: int(r, 0),
    npages: int(r, 1) / pow2(d.shift),
    alignOrder: 0,
    phase: 0,
    mask: 0,
    handle: 0,
    useHandle: false,
    emptyCaches: true,
  }
  const allocator = {
    alloc(s: Magazines, req: typeof request, meter: CostMeter) {
      const pfn = fastAlloc(s, req.cpu, req.npages, req.mask, req.emptyCaches, meter)
      return pfn === 0 ? NO_ENTRY : pfn
    },
  }
  const found = allocDma(d.device, allocator, d.mags, request, limit, d.shift, d.meter)
  return found === NO_ENTRY ? 0 : found
}

/** Lets the clock run to `untilNs`: the flush timer before depot work, lower orders first. */
function advance(d: Domain, untilNs: number): string {
  const events: string[] = []
  for (;;) {
    let dueNs = d.queue?.dueNs ?? Infinity
    let order = -1
    for (let o = 0; o < ORDERS; o++) {
      if (d.mags.depotDueNs[o]! >= dueNs) continue
      dueNs = d.mags.depotDueNs[o]!
      order = o
    }
    if (dueNs > untilNs) break
    d.nowNs = dueNs
    d.meter.nowNs = dueNs
    if (order >= 0) {
      events.push(`W@${dueNs / NS_PER_MS},${order},${depotText(d.mags, order, d.meter).replace(' ', ',')}`)
    } else if (d.queue) {
      const { timerCpu } = d.queue
      d.freed.length = 0
      flushTimer(d.queue, d.nowNs, d)
      events.push(`Q@${dueNs / NS_PER_MS},${timerCpu},${d.freed.length},${hashRanges(d.freed)}`)
    }
  }
  d.nowNs = untilNs
  return events.length === 0 ? '-' : events.join(';')
}
