// What happens when a driver has its window: the firmware's calls in the log, all memory mapped where the window is direct,
// and why there is no table where it could not be made. Memory that is plugged in later is mapped here too.
//
// Spec: spec/POWERPC.md D.2 step 10, D.4 for a direct window, C.1 for a table of several levels.
// Invariant: a direct window maps the RAM of the partition, in whole IOMMU pages from address 0 on.
// Cost: a record for each 512 TCEs of RAM, once.

import { pow2 } from '../../lib/bits.ts'
import { bootLines } from '../boot/boot-log.ts'
import { logEvent } from '../engine/log.ts'
import { resetMeter } from '../engine/meter.ts'
import { directEntries, ramFrames } from '../platform/partition.ts'
import { bootInputOf } from '../platform/pc-boot.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { TCE_REFUSALS } from '../table/tce-multi-levels.ts'
import type { TceWindowState } from '../table/tce-window.ts'
import { entry, pages, type RealAddr } from '../types.ts'
import { countDirect, hcallsOf, noHcalls } from '../window/ddw-calls.ts'
import { callsFor, FRAME_SHIFT, TCES_PER_CALL } from '../window/hcalls.ts'
import { createOp } from '../workload/workload.ts'
import { bounces } from './build.ts'
import * as ev from './events.ts'
import { noteWindowCalls } from './hypervisor.ts'
import { addMark, forgetPart, recordMapping } from './ledger.ts'
import {
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  holderOf,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_STRIDE,
  NOBODY,
} from './state.ts'
import type { Machine } from './wiring.ts'

/** The kernel of the other stories, whose boot goes as it should. */
const TODAY = '6.12'

const op = createOp()

/** What the kernel printed while the machine came up: where its IOMMU did not, or a kernel is looked at that is not today's. */
export function announceBoot({ state: s }: Machine): void {
  if (!s.boot || (!bounces(s.boot) && s.settings['m.bootKernel'] === TODAY)) return
  const { length } = bootLines(bootInputOf(s.settings), s.boot)
  for (let line = 0; line < length; line++) logEvent(s.log, s.nowNs, ev.LOG_BOOT, 0, 0, line, s.inputs)
  if (s.boot.backend === 'panic') addMark(s, s.nowNs, ev.MARK_PANIC, 0, 0, 0)
}

/** Writes down how the new table of a device came about. */
export function announceTable(m: Machine, index: number): void {
  const { state: s } = m
  const table = s.tables[index]!
  const { ddw } = table
  if (table.tableId === 'tce-multi' && (table.tce as TceWindowState).refusal !== null) {
    const why = Object.keys(TCE_REFUSALS).indexOf((table.tce as TceWindowState).refusal!)
    logEvent(s.log, s.nowNs, ev.LOG_NO_TABLE, 0, index, why, 0)
    addMark(s, s.nowNs, ev.MARK_NO_TABLE, index, 0, 0)
  }
  if (!ddw) return
  for (let call = 0; call < ddw.rtas.length; call++) logEvent(s.log, s.nowNs, ev.LOG_RTAS, 0, index, call, 0)
  logEvent(s.log, s.nowNs, ev.LOG_WINDOW, 0, index, 0, 0)
  noteWindowCalls(s, ddw.hcalls)
  if (ddw.result === 'direct') mapRam(m, index, 0, directEntries(s.settings, table.geometry))
}

/** RAM of the partition, of `wasBytes` before, has another size: a direct window follows, call by call. */
export function plugMemory(m: Machine, index: number, wasBytes: number): void {
  const { state: s } = m
  const table = s.tables[index]!
  if (table.ddw?.result !== 'direct') return
  const { pageShift } = table.geometry
  const before = table.mapped
  const after = directEntries(s.settings, table.geometry)
  const [was, now] = [ramFrames(s.settings, wasBytes), ramFrames(s.settings)]
  const calls = noHcalls()
  // Less than a page is a call of no TCEs.
  if (now > was) {
    const start = before * pow2(pageShift - FRAME_SHIFT)
    countDirect(calls, { pageShift, putIndirect: table.multiTce, stuff: table.multiTce }, start, now - start, null)
    mapRam(m, index, before, after)
  } else if (now < was) {
    // Clearing goes by H_STUFF_TCE even where it is not offered for buffers.
    calls.stuff = callsFor(before - after)
    calls.tcesStuffed = before - after
    unmapRam(m, table, after, before)
  }
  noteWindowCalls(s, calls)
  logEvent(s.log, s.nowNs, ev.LOG_PLUGGED, 0, index, Number(s.settings['m.ram']), hcallsOf(calls))
}

/** Entries [from, to) of a direct window lead to the RAM that lies as far from address 0. */
function mapRam(m: Machine, index: number, from: number, to: number): void {
  const { state: s, meter } = m
  const table = s.tables[index]!
  const d = m.domains[index]!
  const pageBytes = pow2(table.geometry.pageShift)
  for (let first = from; first < to; ) {
    // What one call maps is one mapping; the next begins where its calls would.
    const n = Math.min(to, first - (first % TCES_PER_CALL) + TCES_PER_CALL) - first
    resetMeter(meter, s.nowNs)
    op.direction = 0
    op.slot = first / TCES_PER_CALL
    d.tces!.set(d.tableState, entry(first), pages(n), (first * pageBytes) as RealAddr, TCE_READ | TCE_WRITE, meter)
    s.cpus[0]!.requestNs = s.nowNs
    recordMapping(
      s,
      d,
      table,
      0,
      index,
      holderOf(NOBODY, 0, op.slot),
      op,
      first,
      n,
      first * pageBytes,
      n * pageBytes,
      meter,
      false,
    )
    first += n
  }
}

/** Takes RAM out of a direct window, from the end on: whole mappings, and the rest of one. */
function unmapRam(m: Machine, table: DmaTable, from: number, to: number): void {
  const d = m.domains[table.owner]!
  resetMeter(m.meter, m.state.nowNs)
  d.tces!.clear(d.tableState, entry(from), pages(to - from), m.meter)
  const { data } = table.mappings.records
  for (let e = from; e < to; ) {
    const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    const end = Math.min(to, data[id * MAP_STRIDE + MAP_ENTRY]! + data[id * MAP_STRIDE + MAP_NPAGES]!)
    forgetPart(m.state, table, id, e, end)
    e = end
  }
}
