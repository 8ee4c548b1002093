// The driver's calls map nothing: no IOMMU is in the way (dma_ops_bypass), or a window maps all memory at once.
//
// Spec: spec/POWERPC.md D.2 step 10, D.4.
// What it does: a buffer is used as it lies, without a call of the allocator or of the table. A direct window of a partition maps
//   its RAM when it is made, and follows when memory is plugged in or out.
// Invariant: a direct window maps the RAM of the partition, in whole IOMMU pages from address 0 on.
// Cost: a record for each 512 TCEs of RAM, once.

import { pow2 } from '../../lib/bits.ts'
import { logEvent } from '../engine/log.ts'
import { NO_LOCK, resetMeter } from '../engine/meter.ts'
import * as ev from '../machine/events.ts'
import { noteWindowCalls } from '../machine/hypervisor.ts'
import { createNewMapping, forgetPart, noteSpent, recordMapping } from '../machine/ledger.ts'
import {
  type CpuState,
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  holderOf,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_STRIDE,
  NOBODY,
} from '../machine/state.ts'
import { readParams } from '../params.ts'
import { directEntries, ramFrames } from '../platform/partition.ts'
import { pseriesMachine } from '../scenario/platform-power.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { countDirect, hcallsOf, noHcalls } from '../window/ddw-calls.ts'
import { callsFor, FRAME_SHIFT, TCES_PER_CALL } from '../window/hcalls.ts'
import { OP_SYNC, type Op } from '../workload/workload.ts'
import { unitOf } from './parts.ts'
import { AT_HAND } from './tce.ts'
import type { Caller, Ground, Way } from './way.ts'

const fresh = createNewMapping()

function passThrough(op: Op): void {
  op.mapping = 0
  op.entry = 0
  op.segments = 0
}

const pass = (_c: number, _by: Caller, op: Op): void => passThrough(op)
const passOn = (_c: number, _by: Caller, { op }: CpuState): boolean => {
  passThrough(op)
  return true
}

/** No way at all; `behind` is what the window has nevertheless. `multiTce`: hypercalls write several TCEs. */
export function connectDirect(m: Ground, table: DmaTable, behind: Way, multiTce: boolean): Way {
  const { state: s, meter } = m
  const unit = unitOf(table)

  /** Entries [from, to) of a direct window lead to the RAM that lies as far from address 0. */
  function mapRam(index: number, from: number, to: number): void {
    const pageBytes = pow2(table.geometry.pageShift)
    for (let first = from; first < to; ) {
      // What one call maps is one mapping; the next begins where its calls would.
      const n = Math.min(to, first - (first % TCES_PER_CALL) + TCES_PER_CALL) - first
      resetMeter(meter, s.nowNs)
      behind.put(0, first, n, first * pageBytes, TCE_READ | TCE_WRITE)
      s.cpus[0]!.requestNs = s.nowNs
      Object.assign(fresh, { device: index, holder: holderOf(NOBODY, 0, first / TCES_PER_CALL), first, npages: n })
      fresh.address = first * pageBytes
      fresh.bytes = n * pageBytes
      recordMapping(s, behind.domain, table, fresh, meter)
      first += n
    }
  }

  /** Takes RAM out of a direct window, from the end on: whole mappings, and the rest of one. */
  function unmapRam(from: number, to: number): void {
    resetMeter(meter, s.nowNs)
    behind.clear(0, from, to - from)
    const { data } = table.mappings.records
    for (let e = from; e < to; ) {
      const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
      const end = Math.min(to, data[id * MAP_STRIDE + MAP_ENTRY]! + data[id * MAP_STRIDE + MAP_NPAGES]!)
      forgetPart(s, table, id, e, end)
      e = end
    }
  }

  return {
    ...behind,
    isIdle: true,
    lock: () => NO_LOCK,
    map: passOn,
    mapList: passOn,
    mapAt: passOn,
    unmap: pass,
    unmapList: pass,
    unmapAt: pass,
    sync: pass,
    access: () => AT_HAND,
    // An IOMMU's account counts what it was asked.
    price(op, isMap, locked, out) {
      out.workPs = 0
      out.underLockPs = 0
      out.restPs = 0
      if (unit && op.kind !== OP_SYNC) noteSpent(unit, meter, isMap, 0, 0, 0, locked)
    },
    announce(index) {
      if (table.ddw?.result === 'direct') mapRam(index, 0, directEntries(s.settings, table.geometry))
    },
    plug(wasBytes) {
      if (table.ddw?.result !== 'direct') return
      const { pageShift } = table.geometry
      const before = table.mapped
      const after = directEntries(s.settings, table.geometry)
      const [was, now] = [ramFrames(s.settings, wasBytes), ramFrames(s.settings)]
      const calls = noHcalls()
      // Less than a page is a call of no TCEs.
      if (now > was) {
        const start = before * pow2(pageShift - FRAME_SHIFT)
        countDirect(calls, { pageShift, putIndirect: multiTce, stuff: multiTce }, start, now - start, null)
        mapRam(table.owner, before, after)
      } else if (now < was) {
        // Clearing goes by H_STUFF_TCE even where it is not offered for buffers.
        calls.stuff = callsFor(before - after)
        calls.tcesStuffed = before - after
        unmapRam(after, before)
      }
      noteWindowCalls(s, calls)
      logEvent(
        s.log,
        s.nowNs,
        ev.LOG_PLUGGED,
        0,
        table.owner,
        readParams(pseriesMachine, s.settings, 'm').ram,
        hcallsOf(calls),
      )
    },
  }
}
