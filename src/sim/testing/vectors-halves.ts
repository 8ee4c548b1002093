// Replays b_*.txt: the two-region allocator, both generations.

import { createMeter, resetMeter } from '../engine/meter.ts'
import { type HalvesState, tceHalves } from '../iova/tce-halves.ts'
import { NO_ENTRY } from '../types.ts'
import {
  bitsText,
  boundaryOf,
  expectText,
  int,
  maskOf,
  pairs,
  records,
  toHex,
  toInt,
  unreadable,
  type VectorRecord,
} from './vector-text.ts'

/** Number of records that were as recorded; throws Mismatch at the first that is not. */
export function replayHalves(text: string): number {
  let state: HalvesState | null = null
  let checks = 0
  for (const r of records(text)) {
    if (r.kind === 'T') {
      state = readTable(r)
      continue
    }
    if (!state) unreadable(r, 'no table yet')
    expectText(r, replayRecord(state, r))
    checks++
  }
  return checks
}

function readTable(r: VectorRecord): HalvesState {
  const p = pairs(r)
  const pageShift = toInt(r, p.get('pgshift'))
  const geometry = {
    size: toInt(r, p.get('size')),
    offset: toInt(r, p.get('offset')),
    pageShift,
    blockSize: toInt(r, p.get('blocksize')),
    resStart: 0,
    resEnd: 0,
    boundary: boundaryOf(toHex(r, p.get('segb')), pageShift),
  }
  const protect4gb = toInt(r, p.get('protect4gb')) === 1 ? 'on' : 'off'
  return tceHalves.create(geometry, { generation: toInt(r, p.get('gen')), protect4gb })
}

/** The record as this implementation would have written it. */
function replayRecord(s: HalvesState, r: VectorRecord): string {
  const meter = createMeter()
  const request = {
    cpu: 0,
    npages: 0,
    alignOrder: 0,
    mask: maskOf(0n, 0),
    handle: 0,
    useHandle: false,
    emptyCaches: true,
    phase: 0,
  }
  switch (r.kind) {
    case 'I':
      return `I halfpoint=${s.half} ${bitsText(s.bits)}`
    case 'K':
      return `K ${s.hint} L ${s.largeHint} ${bitsText(s.bits)}`
    case 'A': {
      request.npages = int(r, 0)
      request.alignOrder = int(r, 1)
      request.mask = maskOf(toHex(r, r.words[2]), 0)
      const found = tceHalves.alloc(s, request, meter)
      return `A ${r.words.slice(0, 3).join(' ')} ${meter.hang ? 'HANG' : found}`
    }
    case 'F': {
      const ok = tceHalves.free(s, int(r, 0), int(r, 1), meter, 0)
      return `F ${r.words.slice(0, 2).join(' ')} ${ok ? 'ok' : 'bad'}`
    }
    case 'G': {
      request.mask = maskOf(toHex(r, r.words[0]), 0)
      request.useHandle = true
      const n = int(r, 1)
      const results: string[] = []
      for (let i = 0; i < n; i++) {
        request.npages = int(r, 2 + i)
        resetMeter(meter)
        const found = tceHalves.alloc(s, request, meter)
        results.push(meter.hang ? 'HANG' : String(found))
        if (found === NO_ENTRY) break
      }
      return ['G', ...r.words.slice(0, 2 + n), '=', ...results].join(' ')
    }
    default:
      return unreadable(r, 'unknown record')
  }
}
