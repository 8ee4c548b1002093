// Replays c_*: multi-level TCE tables. The JSON files record creations, the text files operations.

import { pow2 } from '../../lib/bits.ts'
import { createMeter } from '../engine/meter.ts'
import {
  buildTces,
  clearTces,
  createTceMulti,
  exchangeTce,
  freeTceMulti,
  getTce,
  permissionOfTce,
  type TceMultiState,
  type TceTree,
  tceBytesAllocated,
  treesOf,
  userAddress,
  vfioBuild,
  vfioClear,
} from '../table/tce-multi.ts'
import { TCE_REFUSALS, type TceEra, type TceRequest, tceAccounted } from '../table/tce-multi-levels.ts'
import {
  expectText,
  int,
  Mismatch,
  pairs,
  records,
  toHex,
  toInt,
  unreadable,
  type VectorRecord,
} from './vector-text.ts'

const ERAS: readonly string[] = ['full', '2018', '6.12']
/** DMA direction of the kernel (0 both, 1 to the device, 2 from it, 3 none) as permission bits, and back. */
const OTHER_FORM = [3, 1, 2, 0]
const meter = createMeter()

/** What every creation of the recordings shares. */
const UNLIMITED = { memoryBytes: Number.MAX_SAFE_INTEGER, backing: 'levels', clearAllocates: false } as const

const topFirst = (tree: TceTree) => tree.counts.toReversed()
const sum = (counts: readonly number[]) => counts.reduce((total, n) => total + n, 0)
const permissionOf = (r: VectorRecord, i: number) => OTHER_FORM[int(r, i)] ?? unreadable(r, 'no direction')
const hexNumber = (text: string | undefined) => Number(BigInt(text ?? ''))

/** Number of records that were as recorded; throws Mismatch at the first that is not. */
export function replayTceOps(text: string): number {
  let state: TceMultiState | null = null
  let checks = 0
  for (const r of records(text)) {
    if (r.kind === 'N') {
      const request = readRequest(r)
      const created = createTceMulti(request)
      state = typeof created === 'string' ? null : created
      expectText(r, creationText(r, request, created))
    } else {
      if (!state) unreadable(r, 'no table yet')
      expectText(r, replayRecord(state, r))
    }
    checks++
  }
  return checks
}

function readRequest(r: VectorRecord): TceRequest {
  const p = pairs(r)
  const era = r.words[0] ?? ''
  if (!ERAS.includes(era)) unreadable(r, 'unknown era')
  const pageShift = toInt(r, p.get('pgshift'))
  return {
    ...UNLIMITED,
    era: era as TceEra,
    windowBytes: hexNumber(p.get('window')),
    pageShift,
    levels: toInt(r, p.get('levels')),
    userCopy: toInt(r, p.get('uas')) === 1,
    offset: Number(BigInt(p.get('busoff') ?? '') >> BigInt(pageShift)),
    kernelPageShift: toInt(r, p.get('kps')),
    maxPageOrder: toInt(r, p.get('maxorder')),
  }
}

function creationText(r: VectorRecord, q: TceRequest, s: ReturnType<typeof createTceMulti>): string {
  const asked = `N ${r.words.slice(0, 8).join(' ')}`
  if (typeof s === 'string') return `${asked} rc=${TCE_REFUSALS[s].errno}`
  const { itSize, entryBits } = s.shape
  const sizes = `rc=0 itsize=${itSize} offset=${q.offset} levelentries=${pow2(entryBits)}`
  return `${asked} ${sizes} accounted=${tceAccounted(q)}${stateText(s)}`
}

function stateText(s: TceMultiState): string {
  const trees = treesOf(s).map((tree, i) => `${i === 0 ? 'hw' : 'us'} ${topFirst(tree).join(' ')}`)
  return ` | ${trees.join(' ')} b ${tceBytesAllocated(s)}`
}

/** The record as this implementation would have written it. */
function replayRecord(s: TceMultiState, r: VectorRecord): string {
  const hex = (i: number) => Number(toHex(r, r.words[i]))
  const e = r.kind === 'Z' ? 0 : int(r, 0)
  const asked = (n: number) => `${r.kind} ${r.words.slice(0, n).join(' ')}`
  switch (r.kind) {
    case 'B':
      buildTces(s, e, int(r, 1), hex(2), permissionOf(r, 3), meter)
      return asked(4) + stateText(s)
    case 'X': {
      const old = exchangeTce(s, e, hex(1), permissionOf(r, 2), true, meter)
      const permission = permissionOfTce(old)
      return `${asked(3)} = 0 ${(old - permission).toString(16)} ${OTHER_FORM[permission]}${stateText(s)}`
    }
    case 'C':
      clearTces(s, e, int(r, 1), meter)
      return asked(2) + stateText(s)
    case 'G':
      return `${asked(1)} = ${getTce(s, e).toString(16)}`
    case 'V': {
      const n = int(r, 2)
      const rc = vfioBuild(s, e, n, hex(1), hex(1), permissionOf(r, 3), meter)
      return `${asked(4)} = ${rc} m ${s.references}${stateText(s)}`
    }
    case 'W':
      vfioClear(s, e, int(r, 1), meter)
      return `${asked(2)} m ${s.references}${stateText(s)}`
    case 'P': {
      const address = userAddress(s, e, int(r, 1) === 1, meter)
      return `${asked(2)} = ${address < 0 ? 'null' : address.toString(16)}${stateText(s)}`
    }
    case 'Z':
      return `Z leaked ${freeTceMulti(s)}`
    default:
      return unreadable(r, 'unknown record')
  }
}

type LevelsRow = Pick<TceRequest, 'era' | 'pageShift' | 'levels' | 'userCopy'> & { readonly window: string } & {
  readonly [figure: string]: unknown
}

/** Number of figures that were as recorded; throws Mismatch at the first that is not. */
export function replayTceLevels(text: string): number {
  const file = JSON.parse(text) as { kernelPageShift: number; maxPageOrder: number; rows?: readonly LevelsRow[] }
  if (!Array.isArray(file.rows)) throw new Mismatch('no rows')
  let checks = 0
  file.rows.forEach((row: LevelsRow, i) => {
    const { era, window, pageShift, levels, userCopy, ...recorded } = row
    if (!ERAS.includes(era)) throw new Mismatch(`row ${i}: unknown era "${era}"`)
    const { kernelPageShift, maxPageOrder } = file
    const asked = { era, windowBytes: hexNumber(window), pageShift, levels, userCopy, offset: 0 }
    const figures = creationFigures({ ...UNLIMITED, ...asked, kernelPageShift, maxPageOrder })
    for (const field of new Set([...Object.keys(recorded), ...Object.keys(figures)])) {
      const was = JSON.stringify(recorded[field])
      const got = JSON.stringify(figures[field])
      if (got !== was) throw new Mismatch(`row ${i}, ${field}: recorded ${was}, got ${got}`)
      checks++
    }
  })
  return checks
}

function creationFigures(q: TceRequest): Record<string, unknown> {
  const accounted = tceAccounted(q)
  const s = createTceMulti(q)
  if (typeof s === 'string') return { accounted, rc: TCE_REFUSALS[s].errno, leaked: 0 }
  const figures = {
    accounted,
    rc: 0,
    itSize: s.shape.itSize,
    levelEntries: pow2(s.shape.entryBits),
    levelBytes: s.levelBytes,
    indirectLevels: s.shape.indirectLevels,
    tables: treesOf(s).reduce((tables, tree) => tables + sum(tree.counts), 0),
    bytes: tceBytesAllocated(s),
    hwPerLevel: topFirst(s.hw),
  }
  return { ...figures, freedAll: freeTceMulti(s) === 0 }
}
