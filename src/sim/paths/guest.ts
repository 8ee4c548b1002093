// A guest's memory in a table of several levels: mapped at the guest's own addresses by VFIO and KVM, and taken back. A device that
// the host has kept goes by the TCE code over the same table.
//
// Spec: spec/POWERPC.md C.3.
// Invariant: an entry has a TCE and a mapping record exactly while it is mapped.

import { createTceDomain } from '../dma/dma-ops.ts'
import { logEvent } from '../engine/log.ts'
import { NO_LOCK } from '../engine/meter.ts'
import { withCpus } from '../iova/geometry.ts'
import { allocatorById } from '../iova/index.ts'
import * as ev from '../machine/events.ts'
import { hostPs, noteHcalls } from '../machine/hypervisor.ts'
import { addMark, forgetMapping, recordMapping } from '../machine/ledger.ts'
import {
  type DmaTable,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_STRIDE,
  MAP_WHO,
  NO_MEMORY,
  NO_TABLE,
  OUTSIDE,
  SMALL_PIECES,
} from '../machine/state.ts'
import { readParams } from '../params.ts'
import { guestWindow, requestOf } from '../platform/guest-window.ts'
import { powernvParams, pseriesMachine } from '../scenario/platform-power.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { TCE_REFUSALS } from '../table/tce-multi-levels.ts'
import { absoluteOf, createTceWindow, mapForUser, tceWindow, unmapForUser } from '../table/tce-window.ts'
import { NO_ENTRY } from '../types.ts'
import { BY_IOCTL, OP_IOMMU_MAP } from '../workload/workload.ts'
import { forgetUnmapped, isOutside, noteChosen } from './chosen.ts'
import type { GuestState } from './path.ts'
import { noteRefused } from './refusal.ts'
import { tceWay } from './tce.ts'
import { allocates, callPs, type Ground, mappingOf, mapsNothing, type Way } from './way.ts'
import { type Ask, type Built, islandsOf } from './window.ts'

/** Direction of what a guest maps: both ways. No driver's buffer has it. */
const GUEST = 0

/** A guest's window, and its table as far as the host can make it. */
export function buildGuest({ device, settings, own, cpus }: Ask): Built {
  const { geometry: g, windowBytes } = guestWindow(settings, device.id)
  const geometry = withCpus(g, cpus)
  const allocator = allocatorById('rbtree')!
  const { size, resStart, resEnd, pageShift } = geometry
  const state: GuestState = {
    allocatorId: allocator.id,
    alloc: allocator.create(geometry, own),
    writesUnderLock: false,
    window: createTceWindow(requestOf(settings, device.id, pageShift), islandsOf(geometry)),
    multiTce: readParams(pseriesMachine, settings, 'm').multitce === 'on',
    realMode: readParams(powernvParams, own).realMode === 'on',
  }
  // A guest's addresses are its own, address 0 among them: only that is lost which is not there.
  const reserved = resStart < resEnd ? [{ start: size - (resEnd - resStart), end: size }] : []
  return { geometry, windowBytes, ddw: null, path: { kind: 'guest', state }, reserved, ownLocks: 0 }
}

/** VFIO and KVM over the levels of a window; and the TCE code of the host. */
export function connectGuest(m: Ground, table: DmaTable, p: GuestState): Way {
  const { state: s, meter } = m
  const { window: w } = p
  const { mappings, geometry } = table
  const d = createTceDomain({
    ...{ allocator: allocatorById(p.allocatorId)!, allocatorState: p.alloc, table: tceWindow, tableState: w },
    ...{ geometry, kernelPageShift: table.kernelPageShift, alignPages: true },
    ...{ mergeSegments: true, maxSegmentBytes: 65_536 },
  })
  const host = tceWay(m, table, d, () => hostPs(meter), p)

  /** Takes entries [first, first+npages) of the window back; the books are the caller's. */
  function take(first: number, npages: number): void {
    if (w.table) unmapForUser(w, absoluteOf(w, first), npages, meter)
  }

  return {
    ...host,
    tells: 'levels',
    usable: (kept) => geometry.size - kept,
    lock: (c, op) => (w.table ? host.lock(c, op) : NO_LOCK),
    map(c, by, cpu) {
      if (w.table) return host.map(c, by, cpu)
      table.maps++
      return mapsNothing(cpu.op)
    },
    mapList(c, by, cpu) {
      if (w.table) return host.mapList(c, by, cpu)
      table.maps++
      return mapsNothing(cpu.op)
    },
    mapAt(c, by, cpu) {
      const { op } = cpu
      table.maps++
      const first = op.sgAddress[0]!
      const npages = Math.floor(op.bytes * d.pageInverse)
      op.entry = NO_ENTRY
      op.mapping = -1
      let why = 0
      if (!w.table) why = NO_TABLE
      else if (isOutside(geometry.size, first, npages)) why = OUTSIDE
      else if (op.sgBytes[0]! < d.pageBytes) why = SMALL_PIECES
      else {
        const real = p.realMode && op.elements !== BY_IOCTL
        const rc = mapForUser(w, absoluteOf(w, first), npages, op.address, TCE_READ + TCE_WRITE, real, meter)
        if (rc !== 0) why = NO_MEMORY
      }
      if (why > 0) {
        noteChosen(m, table, by.device, op, npages, why)
        return false
      }
      op.direction = GUEST
      op.entry = first
      op.mapping = recordMapping(s, d, table, mappingOf(c, by, cpu, first, npages, op.address, op.bytes), meter)
      logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, by.device, first, npages)
      return true
    },
    unmapAt(c, by, op) {
      table.unmaps++
      const [first, npages] = [op.sgAddress[0]!, op.sgBytes[0]!]
      take(first, npages)
      logEvent(s.ops, s.nowNs, ev.STEP_UNMAP, c, by.device, first, npages)
      forgetUnmapped(s, table, d, first, npages)
    },
    unmap(c, by, op) {
      table.unmaps++
      const at = op.mapping * MAP_STRIDE
      const { data } = mappings.records
      logEvent(s.ops, s.nowNs, ev.STEP_UNMAP, c, by.device, data[at + MAP_ENTRY]!, data[at + MAP_NPAGES]!)
      this.release(c, op.mapping)
    },
    release(c, id) {
      const at = id * MAP_STRIDE
      const { data } = mappings.records
      if (data[at + MAP_WHO]! >> 16 !== GUEST) {
        host.release(c, id)
        return
      }
      take(data[at + MAP_ENTRY]!, data[at + MAP_NPAGES]!)
      forgetMapping(s, table, id)
    },
    // Who refused at a chosen address has said why.
    refuse(c, by, op) {
      if (op.kind !== OP_IOMMU_MAP) table.whyRefused = w.table ? 0 : NO_TABLE
      noteRefused(m, table, d, c, by.device, op, ev.SAYS_NOTHING)
    },
    price(op, isMap, locked, out) {
      if (allocates(op.kind) || op.elements === BY_IOCTL) {
        host.price(op, isMap, locked, out)
        return
      }
      out.workPs = 0
      out.underLockPs = 0
      out.restPs = noteHcalls(s, p.multiTce, isMap, meter) + callPs(op.kind)
    },
    announce(index) {
      if (w.refusal === null) return
      logEvent(s.log, s.nowNs, ev.LOG_NO_TABLE, 0, index, Object.keys(TCE_REFUSALS).indexOf(w.refusal), 0)
      addMark(s, s.nowNs, ev.MARK_NO_TABLE, index, 0, 0)
    },
  }
}
