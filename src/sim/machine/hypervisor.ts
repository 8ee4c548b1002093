// Calls of the hypervisor in the books: how many of which kind, how many TCEs, and what they cost.
//
// Spec: spec/POWERPC.md D.3. One TCE is put by H_PUT_TCE, several by H_PUT_TCE_INDIRECT, and H_STUFF_TCE clears them; where
// the partition may not use calls of several TCEs, each takes one H_PUT_TCE. In real mode a call that needs a level table
// is given up and done again in virtual mode.
// Not modelled: an answer that is an error, which the page shows of the making of a window only.

import { PRICES, TCES_PER_CALL, tablePs } from '../engine/cost.ts'
import type { CostMeter } from '../engine/meter.ts'
import { addToColumn } from '../engine/recorder.ts'
import { windowPs } from '../platform/partition.ts'
import { type HcallCounts, hcallsOf } from '../window/ddw-calls.ts'
import type { MachineState } from './state.ts'

/** Notes the calls by which an operation wrote its TCEs, several with one where `multiTce`. Returns what they cost, ps. */
export function noteHcalls(s: MachineState, multiTce: boolean, isMap: boolean, meter: CostMeter): number {
  const { tceWrites: n, tooHard, tablePages } = meter
  if (n === 0) return 0
  const tables = tablePages * PRICES.ptPage.ps
  const single = !multiTce || (n === 1 && isMap)
  const calls = single ? n : Math.ceil(n / TCES_PER_CALL)
  count(s, single ? 'put' : isMap ? 'putIndirect' : 'stuff', calls, n)
  if (tooHard > 0) {
    s.hcalls.tooHard += tooHard
    addToColumn(s.recorder, s.recorder.tooHard, tooHard)
  }
  const once = single ? n * PRICES.tceCall.ps : tablePs(n)
  const again = tooHard === 0 ? 0 : PRICES.virtualMode.ps + PRICES.tceCall.ps
  const ps = once + again + tables
  s.hcalls.ps += ps
  return ps
}

/** What it costs that the host's own kernel writes TCEs: its call is taken to cost what the guest's does. ps. */
export function hostPs({ tceWrites: n, tablePages }: CostMeter): number {
  return n === 0 ? 0 : PRICES.tceCall.ps + (n - 1) * PRICES.tceNext.ps + tablePages * PRICES.ptPage.ps
}

/** Notes the calls that made a window, in the column of this moment. */
export function noteWindowCalls(s: MachineState, counts: HcallCounts): void {
  count(s, 'put', counts.put, counts.putIndirect === 0 ? counts.tcesPut : 0)
  count(s, 'putIndirect', counts.putIndirect, counts.tcesPut)
  count(s, 'stuff', counts.stuff, counts.tcesStuffed)
  s.hcalls.ps += windowPs(counts)
}

function count(s: MachineState, kind: 'put' | 'putIndirect' | 'stuff', calls: number, tces: number): void {
  if (calls === 0) return
  const { hcalls, recorder } = s
  hcalls[kind] += calls
  if (kind === 'stuff') hcalls.tcesStuffed += tces
  else hcalls.tcesPut += tces
  addToColumn(recorder, recorder[kind], calls)
}

/** All calls so far. */
export function hcallsSoFar({ hcalls }: MachineState): number {
  return hcallsOf(hcalls)
}
