// Replays arm_pt_*.txt, misuse_arm.txt and inval_smmuv3.txt: the tables of Arm's IOMMUs and the commands of an SMMUv3.

import { smmuDriver } from '../dma/arm-smmu.ts'
import { CMD_ATS, type CommandSink } from '../iotlb/command.ts'
import { smmuAts, smmuRange } from '../iotlb/commands-smmu.ts'
import { ARM_LAST_LEVEL, type ArmState, armTable, createArm } from '../table/arm-lpae.ts'
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

/** An ATC_INV speaks of 4K pages, whatever the granule. */
const ATS_SHIFT = 12

function replayConfig(r: VectorRecord): { rig: Rig<ArmState>; got: string } {
  const { orders, shift: granuleShift } = readBitmap(bytesAt(r, 1))
  const stage = int(r, 0) === 2 ? 2 : 1
  const [inputBits, outputBits] = [int(r, 2), int(r, 3)]
  const s = createArm({ stage, granuleShift, orders, inputBits, outputBits, range: int(r, 4) === 1 })
  const [ias, oas] = [s.widthPages + granuleShift, s.outputPages + granuleShift]
  const start = ARM_LAST_LEVEL + 1 - s.levels
  const got = `cfg ${bitmapText(s)} ias ${ias} oas ${oas} start ${start} pgdents ${s.topEntries} bits ${s.bits}`
  return { rig: createRig(smmuDriver, s, 'SYNC'), got }
}

function changedText(rig: Rig<ArmState>): string {
  return `new ${rig.io.tablesNew - rig.io.tablesFreed} ${invText(rig)}`
}

/** `i <iova> <size> <granule> <leaf>`: the commands of one range. */
function replayRange({ s, log }: Rig<ArmState>, r: VectorRecord): string {
  const { granuleShift, range } = s
  const order = readBitmap(bytesAt(r, 2)).shift - granuleShift
  const [pfn, pages] = [pagesOf(bytesAt(r, 0), granuleShift), pagesOf(bytesAt(r, 1), granuleShift)]
  smmuRange(log, pfn, pages, order, int(r, 3) === 1, granuleShift, range)
  log.sync()
  return log.take()
}

/** `a <iova> <size>`: the one command for the caches of devices. */
function replayAts(r: VectorRecord): string {
  let got = ''
  const sink: CommandSink = {
    command(c) {
      if (c.kind === CMD_ATS) got += `${bytesText(c.pfn, ATS_SHIFT)} ${c.order}`
    },
    sync() {},
  }
  smmuAts(sink, pagesOf(bytesAt(r, 0), ATS_SHIFT), pagesOf(bytesAt(r, 1), ATS_SHIFT), ATS_SHIFT)
  return got
}

function replayRecord(rig: Rig<ArmState>, r: VectorRecord): string {
  const { s, walk } = rig
  switch (r.kind) {
    case 'm':
      return `${replayMap(rig, r)} ${changedText(rig)}`
    case 'u':
    case 'q':
      return `${replayUnmap(rig, r, r.kind === 'q')} ${changedText(rig)}`
    case 'w': {
      const found = replayWalk(rig, r)
      return `${found} level ${ARM_LAST_LEVEL - walk.height} reads ${walk.reads}`
    }
    case 'c': {
      const tables = byHeight('tables', s.levels, (height) => armTable.tablesAt(s, height))
      return `${tables} ${byHeight('leaves', s.levels, (height) => armTable.leavesAt(s, height))}`
    }
    case 'i':
      return replayRange(rig, r)
    case 'a':
      return replayAts(r)
    default:
      return unreadable(r, 'no such operation')
  }
}

/** Replays the text of a file; throws Mismatch at the first difference. Returns the number of checks. */
export function replayArm(text: string): number {
  let rig: Rig<ArmState> | undefined
  let checks = 0
  for (const r of records(text)) {
    if (r.kind === 'cfg') {
      const made = replayConfig(r)
      rig = made.rig
      expectResult(r, made.got)
    } else if (rig === undefined) unreadable(r, 'no cfg before')
    else expectResult(r, replayRecord(rig, r))
    checks++
  }
  return checks
}
