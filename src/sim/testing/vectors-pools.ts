// Replays a_*.txt: the pools allocator and the DMA API layer over it.

import {
  allocCoherent,
  createSgList,
  createTceDomain,
  freeCoherent,
  mapPage,
  mapSg,
  offsetInPage,
  SG_ERROR,
  type SgList,
  type TceDomain,
  unmapPage,
  unmapSg,
} from '../dma/dma-ops.ts'
import { createMeter } from '../engine/meter.ts'
import { createPools, inUse, type PoolsState, poolHash, tcePools } from '../iova/tce-pools.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { tceSingle } from '../table/tce-single.ts'
import { type FailingState, failingTable } from './failing-table.ts'
import {
  bitsText,
  boundaryOf,
  busText,
  expectText,
  int,
  maskOf,
  pairs,
  realOf,
  records,
  splitBus,
  toHex,
  toInt,
  unreadable,
  type VectorRecord,
} from './vector-text.ts'

const BOTH = TCE_READ | TCE_WRITE

interface Setup {
  readonly domain: TceDomain
  readonly pools: PoolsState
  readonly tces: FailingState
  readonly lists: SgList[]
}

/** Number of records that were as recorded; throws Mismatch at the first that is not. */
export function replayPools(text: string): number {
  const meter = createMeter()
  let setup: Setup | null = null
  let checks = 0
  for (const r of records(text)) {
    if (r.kind === 'T') {
      setup = readTable(r)
      continue
    }
    if (r.kind === 'H') {
      expectText(r, `H ${int(r, 0)} ${poolHash(int(r, 0))}`)
      checks++
      continue
    }
    if (!setup) unreadable(r, 'no table yet')
    const got = replayRecord(setup, r, meter)
    if (got !== null) {
      expectText(r, got)
      checks++
    }
  }
  return checks
}

function readTable(r: VectorRecord): Setup {
  const p = pairs(r)
  const pageShift = toInt(r, p.get('pgshift'))
  const [resStart, resEnd] = (p.get('res') ?? '').split(':')
  const geometry = {
    size: toInt(r, p.get('size')),
    offset: toInt(r, p.get('offset')),
    pageShift,
    blockSize: toInt(r, p.get('blocksize')),
    resStart: toInt(r, resStart),
    resEnd: toInt(r, resEnd),
    boundary: boundaryOf(toHex(r, p.get('segb')), pageShift),
  }
  const table = failingTable(tceSingle)
  const pools = createPools(geometry)
  const tces = table.create(geometry.size, pageShift)
  const domain = createTceDomain({
    allocator: tcePools,
    allocatorState: pools,
    table,
    tableState: tces,
    geometry,
    kernelPageShift: toInt(r, p.get('kps')),
    alignPages: true,
    mergeSegments: true,
    maxSegmentBytes: toInt(r, p.get('maxseg')),
  })
  return { domain, pools, tces, lists: [] }
}

/** The record as this implementation would have written it, or null when it records no result. */
function replayRecord(setup: Setup, r: VectorRecord, meter: ReturnType<typeof createMeter>): string | null {
  const { domain, pools, tces, lists } = setup
  const shift = domain.geometry.pageShift
  const deviceMask = (i: number) => maskOf(toHex(r, r.words[i]), shift)
  const bus = (i: number) => splitBus(toHex(r, r.words[i]), shift)
  switch (r.kind) {
    case 'I':
      return initText(pools)
    case 'K': {
      const hints = Array.from(pools.hints.subarray(0, pools.nrPools)).join(' ')
      return `K ${hints} L ${pools.hints[pools.nrPools]} ${bitsText(pools.bits)}`
    }
    case 'A': {
      const request = {
        cpu: int(r, 0),
        npages: int(r, 1),
        alignOrder: int(r, 2),
        mask: maskOf(toHex(r, r.words[3]), 0),
        handle: 0,
        useHandle: false,
        emptyCaches: true,
        phase: 0,
      }
      return withResult(r, 4, String(tcePools.alloc(pools, request, meter)))
    }
    case 'F': {
      const ok = tcePools.free(pools, int(r, 0), int(r, 1), meter, 0)
      return withResult(r, 2, ok ? 'ok' : 'bad')
    }
    case 'M': {
      const address = realOf(toHex(r, r.words[1]))
      const at = mapPage(domain, int(r, 0), address, int(r, 2), BOTH, deviceMask(3), meter)
      return withResult(r, 4, busText(at, offsetInPage(domain, address), shift))
    }
    case 'C': {
      const at = allocCoherent(domain, int(r, 0), 0, int(r, 1), BOTH, deviceMask(2), meter)
      return withResult(r, 3, busText(at, 0, shift))
    }
    case 'D': {
      const { entry: at, offset } = bus(0)
      unmapPage(domain, 0, at, offset, int(r, 1), meter)
      return null
    }
    case 'c':
      freeCoherent(domain, 0, bus(0).entry, int(r, 1), meter)
      return null
    case 'S': {
      const sg = readList(r)
      lists.push(sg)
      const n = mapSg(domain, int(r, 0), sg, BOTH, deviceMask(1), meter)
      return withResult(r, r.words.indexOf('='), `= ${sgText(sg, n, shift)}`)
    }
    case 'U': {
      const sg = lists[int(r, 0)] ?? unreadable(r, 'no such list')
      unmapSg(domain, 0, sg, meter)
      return null
    }
    case 'E':
      tces.failNext = true
      return null
    case 'e':
      tces.failNext = false
      return null
    default:
      return unreadable(r, 'unknown record')
  }
}

/** The first `inputs` words of the record, then `result`. */
function withResult(r: VectorRecord, inputs: number, result: string): string {
  return [r.kind, ...r.words.slice(0, inputs), result].join(' ')
}

function initText(s: PoolsState): string {
  const large = `${s.nrPools * s.poolSize}:${s.geometry.size}`
  const head = `I pools=${s.nrPools} poolsize=${s.poolSize} large=${large} res=${s.resStart}:${s.resEnd}`
  return `${head} ${bitsText(s.bits)} inuse=${inUse(s) ? 1 : 0}`
}

function readList(r: VectorRecord): SgList {
  const n = int(r, 2)
  const sg = createSgList(n)
  sg.n = n
  for (let i = 0; i < n; i++) {
    const [address, length] = (r.words[3 + i] ?? '').split(':')
    sg.address[i] = realOf(toHex(r, address))
    sg.length[i] = toInt(r, length)
  }
  if (r.words[3 + n] !== '=') unreadable(r, `not ${n} elements`)
  return sg
}

function sgText(sg: SgList, n: number, pageShift: number): string {
  if (n === SG_ERROR) return String(SG_ERROR)
  const segments = Array.from({ length: n }, (_, i) => {
    return `${busText(sg.dmaEntry[i]!, sg.dmaOffset[i]!, pageShift)}:${sg.dmaLength[i]}`
  })
  return [n, ...segments].join(' ')
}
