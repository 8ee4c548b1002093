// A driver's buffer on a machine without a working IOMMU: used where it lies, copied through the pool, or refused.
//
// Spec: spec/SWIOTLB-IOTLB.md A.3, A.6 to A.8.
// What it does: a buffer that ends within the device's mask is used directly. Another one gets slots in the pool and is
//   copied there, whatever its direction; at the unmap it is copied back if the device may have written. A mapping that stays is
//   synced: the part that the device wrote is copied back, and nothing goes in again.
// Memory that is coherent is taken to lie within the mask and never bounces, by force neither: the CPU and the device use it
//   at the same time.
// Invariant: a slot is taken exactly while a mapping record covers it.

import { log2Floor } from '../../lib/bits.ts'
import { createDomain } from '../dma/dma-ops.ts'
import { tablePs } from '../engine/cost.ts'
import { logEvent } from '../engine/log.ts'
import { NO_LOCK } from '../engine/meter.ts'
import * as ev from '../machine/events.ts'
import { forgetMapping, mayPrint, recordMapping } from '../machine/ledger.ts'
import {
  type CpuState,
  DIRECT_MAPPING,
  type DmaTable,
  MAP_BYTES,
  MAP_ENTRY,
  MAP_NPAGES,
  MAP_STRIDE,
  MAP_WHO,
  NO_BOUNCE,
} from '../machine/state.ts'
import { readParams } from '../params.ts'
import { placeOf } from '../platform/pc-memory.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import { bounceDirect } from '../swiotlb/bounce.ts'
import { SLOT_BYTES } from '../swiotlb/pool-size.ts'
import { NO_ENTRY } from '../types.ts'
import { OP_COHERENT } from '../workload/workload.ts'
import type { Bounce } from './path.ts'
import { poolRanges, poolReader } from './pool-ranges.ts'
import { noteRefused } from './refusal.ts'
import { createBounce, createBouncer, noteAsked, noteDirect, WENT_DIRECT } from './swiotlb.ts'
import { AT_HAND } from './tce.ts'
import { type Caller, callPs, type Ground, mappingOf, type Way } from './way.ts'
import type { Ask, Built } from './window.ts'

/** The bounce pool that the machine came up with, as a window: its slots. Where there is none, two that nobody gets. */
export function buildPool({ settings, boot, cpus, minAlignMask }: Ask): Built {
  const pool = boot?.pool ?? null
  const slots = pool?.slots ?? 2
  const geometry = {
    size: slots,
    offset: (pool?.start ?? 0) / SLOT_BYTES,
    pageShift: log2Floor(SLOT_BYTES),
    blockSize: 16,
    resStart: 0,
    resEnd: 0,
    boundary: Number.POSITIVE_INFINITY,
    cpus,
  }
  const state = createBounce(settings, minAlignMask, pool)
  return { geometry, windowBytes: pool?.bytes ?? 0, ddw: null, path: { kind: 'pool', state }, ownLocks: 0 }
}

/** Directly, else through the pool. */
export function connectPool(m: Ground, table: DmaTable, b: Bounce): Way {
  const { state: s, meter } = m
  const { pool } = b
  const { mappings } = table
  const bouncer = createBouncer(s, b, meter, 0)
  const d = createDomain({
    ...{ allocator: poolRanges, allocatorState: pool },
    // The slots themselves tell what stands behind them.
    ...{ table: poolReader, tableState: pool },
    ...{ geometry: table.geometry, kernelPageShift: table.kernelPageShift, isCopied: true },
  })

  /** Maps a buffer of `bytes` at the workload's `address`. Its mapping, DIRECT_MAPPING where none is needed, -1 when refused. */
  function mapBuffer(c: number, by: Caller, cpu: CpuState, address: number, bytes: number): number {
    const { device } = by
    const { op } = cpu
    const coherent = op.kind === OP_COHERENT
    const real = coherent ? 0 : placeOf(b.memory, address)
    // Coherent memory lies where the device reaches it.
    const why = coherent ? 'none' : bounceDirect(b.force, b.isThere, (by.mask + 1) * d.pageBytes - 1, real, bytes)
    noteAsked(b, device, real, bytes, why !== 'none' && !b.force)
    op.entry = 0
    if (why === 'none') {
      b.last.outcome = WENT_DIRECT
      b.direct++
      noteDirect(s, b, bytes)
      return DIRECT_MAPPING
    }
    const slot = bouncer.take(c, device, real, bytes, 0)
    if (slot < 0) {
      table.whyRefused = NO_BOUNCE + b.last.reason
      op.entry = NO_ENTRY
      return -1
    }
    const { slots } = b.last
    op.entry = slot
    const r = mappingOf(c, by, cpu, slot, slots, real, bytes)
    r.maySpill = true
    const id = recordMapping(s, d, table, r, meter)
    logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, device, slot, slots)
    return id
  }

  /** Takes a mapping back. A direct one needs nothing. `isUsed` false: the device has not had it, so nothing is copied back. */
  function unmapBuffer(c: number, id: number, isUsed: boolean): void {
    if (id === DIRECT_MAPPING) return
    const { data } = mappings.records
    const at = id * MAP_STRIDE
    const slot = data[at + MAP_ENTRY]!
    const who = data[at + MAP_WHO]!
    const device = (who >> 8) & 0xff
    logEvent(s.ops, s.nowNs, ev.STEP_UNMAP, c, device, slot, data[at + MAP_NPAGES]!)
    bouncer.giveBack(c, device, slot, data[at + MAP_BYTES]!, who >> 16, isUsed)
    forgetMapping(s, table, id)
  }

  return {
    domain: d,
    isIdle: false,
    called: 'slot',
    tells: 'copies',
    usable: () => Math.max(table.mapped, poolRanges.usable(pool)),
    // No entry is written: what the page says of it is what as many TCEs would take.
    writePs: (_first, npages) => tablePs(npages),
    // Where nothing is translated the mask alone says what a device reaches.
    reach: (mask) => mask,
    // The pool takes the locks of its areas itself.
    lock: () => NO_LOCK,
    map(c, by, cpu) {
      const { op } = cpu
      table.maps++
      op.mapping = mapBuffer(c, by, cpu, op.address, op.bytes)
      return op.mapping >= 0
    },
    // One by one; those before a refused one are taken back.
    mapList(c, by, cpu) {
      const { op } = cpu
      table.maps++
      for (let i = 0; i < op.elements; i++) {
        op.sgMapping[i] = mapBuffer(c, by, cpu, op.sgAddress[i]!, op.sgBytes[i]!)
        if (op.sgMapping[i]! >= 0) continue
        while (i-- > 0) unmapBuffer(c, op.sgMapping[i]!, false)
        op.segments = -1
        return false
      }
      op.segments = op.elements
      return true
    },
    // Without an IOMMU nobody chooses addresses.
    mapAt(_c, _by, { op }) {
      table.maps++
      op.entry = NO_ENTRY
      op.mapping = -1
      return true
    },
    unmap(c, _by, op) {
      table.unmaps++
      unmapBuffer(c, op.mapping, true)
    },
    unmapList(c, _by, op) {
      table.unmaps++
      for (let i = 0; i < op.segments; i++) unmapBuffer(c, op.sgMapping[i]!, true)
    },
    unmapAt() {
      table.unmaps++
    },
    sync(c, by, op) {
      // A buffer that is used where it lies has no record.
      if (op.mapping === DIRECT_MAPPING) {
        noteDirect(s, b, op.bytes)
        return
      }
      const { data } = mappings.records
      const at = op.mapping * MAP_STRIDE
      const [slot, who] = [data[at + MAP_ENTRY]!, data[at + MAP_WHO]!]
      logEvent(s.ops, s.nowNs, ev.STEP_SYNC, c, by.device, slot, data[at + MAP_NPAGES]!)
      bouncer.sync((who >> 8) & 0xff, slot, op.bytes, who >> 16)
    },
    release: (c, id) => unmapBuffer(c, id, true),
    // Who refused has said why.
    refuse(c, by, op) {
      noteRefused(m, table, d, c, by.device, op, ev.SAYS_NOTHING)
      sayFull(m, table, b, c, by.device)
    },
    // Slots are the pool's to choose: a record of them is looked at, and nothing is foretold.
    adopt: () => NO_ENTRY,
    keep() {},
    put() {},
    clear() {},
    access: () => AT_HAND,
    price(op, _isMap, _locked, out) {
      out.workPs = 0
      out.underLockPs = 0
      out.restPs = callPs(op.kind)
    },
  }
}

/** The kernel's line about a buffer that got no slots, as far as its rate limit lets it through. */
export function sayFull(m: Ground, table: DmaTable, b: Bounce, c: number, device: number): void {
  const { state: s } = m
  const { bootKernel: kernel } = readParams(bootParams, s.settings, 'm')
  // Without a pool today's kernel warns once in its life (dev_WARN_ONCE).
  const once = kernel === '6.12' && !b.isThere
  if (once ? table.refused > 1 : !mayPrint(s, s.nowNs, c, device, ev.SAYS_MAP_PAGE)) return
  const { address, bytes, used } = b.last
  const asked = b.isThere ? bytes + (address & b.minAlignMask[device]! & (SLOT_BYTES - 1)) : bytes
  logEvent(s.log, s.nowNs, ev.LOG_FULL, 0, device, address, asked * ev.FULL_SLOTS + used)
}
