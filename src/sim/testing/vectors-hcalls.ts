// Replays d_hcalls.txt: the hypervisor calls of an indirect table and of a direct window, call for call.

import {
  clearDirect,
  FRAME_SHIFT,
  H_SUCCESS,
  type HcallTable,
  mapDirect,
  mapIndirect,
  type TceHypervisor,
  unmapIndirect,
} from '../window/hcalls.ts'
import { expectText, pairs, records, toHex, toInt, unreadable, type VectorRecord } from './vector-text.ts'

const FRAME = BigInt(FRAME_SHIFT)
const DMA_TO_DEVICE = 1

interface Listener extends TceHypervisor {
  readonly calls: string[]
}

const busText = (frame: number): string => (BigInt(frame) << FRAME).toString(16)
const tceText = (frame: number, permission: number): string =>
  ((BigInt(frame) << FRAME) | BigInt(permission)).toString(16)

/** A hypervisor that writes down what it is asked, and answers `rc` to call `failAt` (from 0; -1 for none). */
function listener(failAt: number, rc: number): Listener {
  const calls: string[] = []
  const answer = (call: string): number => (calls.push(call) - 1 === failAt ? rc : H_SUCCESS)
  return {
    calls,
    put: (ioba, real, permission) => answer(`put:${busText(ioba)}:${tceText(real, permission)}`),
    putIndirect: (ioba, count, real, permission) =>
      answer(`ind:${busText(ioba)}:${count}:${count === 0 ? 0 : tceText(real, permission)}`),
    stuff: (ioba, count) => answer(`stuff:${busText(ioba)}:${count}`),
  }
}

function replayRecord(r: VectorRecord): string {
  const given = pairs(r)
  const int = (key: string) => toInt(r, given.get(key))
  const frame = (key: string) => Number(toHex(r, given.get(key)) >> FRAME)
  const feat = given.get('feat') ?? ''
  const table: HcallTable = { pageShift: int('shift'), putIndirect: feat.includes('I'), stuff: feat.includes('S') }
  const [failAt = '-1', failRc = '0'] = given.get('fail')?.split(':') ?? []
  const h = listener(toInt(r, failAt), toInt(r, failRc))
  let rc: number | undefined
  if (r.kind === 'B') {
    rc = mapIndirect(h, table, int('tcenum'), int('n'), frame('uaddr'), int('dir') === DMA_TO_DEVICE)
  } else if (r.kind === 'F') unmapIndirect(h, table, int('tcenum'), int('n'))
  else if (r.kind === 'R') rc = mapDirect(h, table, frame('base'), frame('start'), frame('bytes'))
  else if (r.kind === 'r') rc = clearDirect(h, table, frame('base'), frame('start'), frame('bytes'))
  else unreadable(r, 'no such operation')
  return [...h.calls, ...(rc === undefined ? [] : [`rc ${rc}`]), `calls ${h.calls.length}`].join(' ')
}

/** Replays the text of the file; throws Mismatch at the first difference. Returns the number of records. */
export function replayHcalls(text: string): number {
  const all = records(text)
  for (const r of all) {
    const arrow = r.text.indexOf(' -> ')
    if (arrow < 0) unreadable(r, 'no result')
    expectText(r, `${r.text.slice(0, arrow)} -> ${replayRecord(r)}`)
  }
  return all.length
}
