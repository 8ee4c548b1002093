// How many hypervisor calls a window costs when it is made, without making them one by one.
//
// Spec: spec/POWERPC.md D.2 step 10, D.3, D.4; the calls themselves are those of hcalls.ts.
// What it does: counts the calls that map RAM into a direct window and that clear a new table, up to the one that fails.
// Not modelled: a hypervisor whose calls fail more than once between two windows removed.
// Invariant: the counts are those that the sequences of hcalls.ts make through a hypervisor that fails at that call.
// Cost: constant, where a table of 2^39 entries would take 2^30 calls.

import { callsFor, directEntries, H_NOT_ENOUGH_RESOURCES, H_SUCCESS, type HcallTable, TCES_PER_CALL } from './hcalls.ts'

/** Hypervisor calls made, and the entries they asked for; calls that failed count. */
export interface HcallCounts {
  put: number
  putIndirect: number
  stuff: number
  /** Entries asked for by H_PUT_TCE and H_PUT_TCE_INDIRECT. */
  tcesPut: number
  /** Entries asked for by H_STUFF_TCE. */
  tcesStuffed: number
}

/** Counts from 0. */
export function noHcalls(): HcallCounts {
  return { put: 0, putIndirect: 0, stuff: 0, tcesPut: 0, tcesStuffed: 0 }
}

/** All calls together. */
export function hcallsOf(counts: HcallCounts): number {
  return counts.put + counts.putIndirect + counts.stuff
}

/** Call, from 0, that answers `rc`; null for none. */
export type HcallFailure = { readonly call: number; readonly rc: number } | null

/** Which of the next `calls` calls fails, from 0; -1 when none does. */
function failing(counts: HcallCounts, calls: number, failure: HcallFailure): number {
  if (failure === null || failure.rc === H_SUCCESS) return -1
  const at = failure.call - counts.put - counts.putIndirect - counts.stuff
  return at >= 0 && at < calls ? at : -1
}

/** Adds the calls of mapDirect for `frames` of RAM from the frame `start` on. Returns 0 or the error that stops them. */
export function countDirect(
  counts: HcallCounts,
  t: HcallTable,
  start: number,
  frames: number,
  failure: HcallFailure,
): number {
  const entries = directEntries(t, start, frames)
  const calls = t.putIndirect ? callsFor(entries) : entries
  const failed = failing(counts, calls, failure)
  const rc = failed < 0 ? H_SUCCESS : failure!.rc
  if (t.putIndirect) {
    counts.putIndirect += failed < 0 ? calls : failed + 1
    counts.tcesPut += failed < 0 ? entries : Math.min(entries, (failed + 1) * TCES_PER_CALL)
    return rc
  }
  // One by one, only a lack of resources stops; then what was put is taken back, one by one too.
  const stopped = rc === H_NOT_ENOUGH_RESOURCES
  const puts = stopped ? 2 * failed + 1 : entries
  counts.put += puts
  counts.tcesPut += puts
  return stopped ? rc : H_SUCCESS
}

/** Adds the calls of unmapIndirect for a table of `entries` that is cleared as a whole. An error only ends them. */
export function countClear(counts: HcallCounts, t: HcallTable, entries: number, failure: HcallFailure): void {
  if (!t.stuff) {
    counts.put += entries
    counts.tcesPut += entries
    return
  }
  const calls = callsFor(entries)
  const failed = failing(counts, calls, failure)
  counts.stuff += failed < 0 ? calls : failed + 1
  counts.tcesStuffed += failed < 0 ? entries : Math.min(entries, (failed + 1) * TCES_PER_CALL)
}
