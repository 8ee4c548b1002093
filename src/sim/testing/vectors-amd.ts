// Replays amd_pt_*.txt, misuse_amd.txt and inval_amd.txt: the table and the commands of AMD's IOMMU.

import { pow2 } from '../../lib/bits.ts'
import { amdDriver } from '../dma/amd-iommu.ts'
import { amdBlock, amdRange } from '../iotlb/commands-amd.ts'
import { type AmdState, amdTable, createAmd } from '../table/amd-v1.ts'
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
  replayMap,
  replayUnmap,
  replayWalk,
} from './iotlb-text.ts'
import { int, records, unreadable, type VectorRecord } from './vector-text.ts'

const WAIT = 'WAIT'
const PAGE_SHIFT = 12

function replayConfig(r: VectorRecord): Rig<AmdState> {
  const { orders } = readBitmap(bytesAt(r, 0))
  return createRig(amdDriver, createAmd({ orders, npCache: int(r, 1) === 1 }), WAIT)
}

/** Net change of table pages. */
function newText({ io }: Rig<AmdState>): string {
  return `new ${io.tablesNew - io.tablesFreed}`
}

/** `i <addr> <size>`: the word of the one block around it, and the commands. A range in bytes touches whole pages. */
function replayRange({ s, log }: Rig<AmdState>, r: VectorRecord): string {
  const [address, size] = [bytesAt(r, 0), bytesAt(r, 1)]
  const pfn = pagesOf(address, PAGE_SHIFT)
  const pages = pagesOf(address + size - 1n, PAGE_SHIFT) - pfn + 1
  amdBlock(log, pfn, pages)
  const word = log.take().replace('INV:', '')
  amdRange(log, pfn, pages, s.npCache)
  log.sync()
  return `${word} cmds ${log.take()}`
}

function replayRecord(rig: Rig<AmdState>, r: VectorRecord): string {
  const { s, io, walk } = rig
  switch (r.kind) {
    case 'm': {
      const error = replayMap(rig, r)
      return `${error} ${newText(rig)} freed ${io.tablesFreed} ${invText(rig)}`
    }
    case 'u': {
      const unmapped = replayUnmap(rig, r, false)
      return `${unmapped} ${newText(rig)} ${invText(rig)}`
    }
    case 'w': {
      const found = replayWalk(rig, r)
      return walk.found ? `${found} pgsize ${bytesText(pow2(walk.order), PAGE_SHIFT)} reads ${walk.reads}` : found
    }
    case 'c': {
      const tables = byHeight('tables', s.levels, (height) => amdTable.tablesAt(s, height))
      return `mode ${s.levels} ${tables} ${byHeight('ptes', s.levels, (height) => amdTable.leavesAt(s, height))}`
    }
    case 'i':
      return replayRange(rig, r)
    default:
      return unreadable(r, 'no such operation')
  }
}

/** Replays the text of a file; throws Mismatch at the first difference. Returns the number of checks. */
export function replayAmd(text: string): number {
  let rig: Rig<AmdState> | undefined
  let checks = 0
  for (const r of records(text)) {
    if (r.kind === 'cfg') {
      rig = replayConfig(r)
      expectResult(r, `cfg ${bitmapText(rig.s)}`)
    } else if (rig === undefined) unreadable(r, 'no cfg before')
    else expectResult(r, replayRecord(rig, r))
    checks++
  }
  return checks
}
