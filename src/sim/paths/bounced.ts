// An untrusted device behind an IOMMU: a buffer that does not fill its pages is copied through the bounce pool, and what is mapped is
// the pages of its slots. The device never sees what else lies in the pages of the buffer.
//
// Spec: spec/SWIOTLB-IOTLB.md A.3, A.7, spec/EXTRAS.md 1.5, 4.2.
// What it does: a buffer that begins and ends with IOMMU pages is mapped where it lies, any other gets slots that do, and what of
//   their pages it does not fill is zeroed. A list goes element by element, each with a run of addresses of its own. An unmap takes
//   the mapping back, invalidation included, before it copies out. Coherent memory, and what is mapped at chosen addresses, is
//   whole pages.
// Assumed: zeroing a byte costs what copying one does.
// Not modelled: pools shared by several tables (each has one of its own); small buffers of devices that are not coherent.
// Invariant: a mapping that leads into the pool has its slots, and each slot that is taken has such a mapping.

import { alignUp, pow2 } from '../../lib/bits.ts'
import { SPENT_ALLOCATOR, SPENT_REST, spentAt } from '../dma/iommu-state.ts'
import { PRICES } from '../engine/cost.ts'
import { charge, dropLock, NO_LOCK, takeLock } from '../engine/meter.ts'
import { allocatorById } from '../iova/index.ts'
import * as ev from '../machine/events.ts'
import { pricedPs } from '../machine/ledger.ts'
import { type CpuState, type DmaTable, MAP_BYTES, MAP_STRIDE, MAP_WHO, NO_BOUNCE } from '../machine/state.ts'
import { readParams } from '../params.ts'
import { pcMemory, placeOf } from '../platform/pc-memory.ts'
import { commonParams } from '../scenario/platform.ts'
import { SLOT_BYTES, sizeEarly } from '../swiotlb/pool-size.ts'
import { NO_ENTRY } from '../types.ts'
import { OP_COHERENT, OP_MAP, OP_MAP_SG } from '../workload/workload.ts'
import { buildIommu, connectIommu } from './iommu.ts'
import { firstArea, type Held, heldAt } from './parts.ts'
import type { BouncedState } from './path.ts'
import { sayFull } from './pool.ts'
import { noteRefused } from './refusal.ts'
import { createBounce, createBouncer, noteAsked, noteDirect, offsetOf, REASON_NO_POOL, WENT_DIRECT } from './swiotlb.ts'
import { type Caller, callPs, type Ground, type Way } from './way.ts'
import type { Ask, Built } from './window.ts'

/** An address space as of any device, and the pool that the machine came up with. */
export function buildBounced(ask: Ask): Built {
  const built = buildIommu(ask)
  const bounce = createBounce(ask.settings, ask.minAlignMask, ask.boot ? ask.boot.pool : usualPool(ask))
  const state = { bounce, behind: built.path, zeroedBytes: 0 }
  return { ...built, path: { kind: 'bounced', state }, ownLocks: built.ownLocks + bounce.pool.geometry.areas }
}

/** Of a machine whose boot is not told: what a kernel makes by itself, as high as it may lie. */
function usualPool({ settings }: Ask) {
  const { slots, areas } = sizeEarly('', 0, readParams(commonParams, settings, 'm').cpus, true, 0)
  const bytes = slots * SLOT_BYTES
  return { start: pcMemory(settings).holeStart - bytes, bytes, slots, areas }
}

/** Through the pool where the buffer does not fill its pages, and then as every device behind the IOMMU. */
export function connectBounced(m: Ground, table: DmaTable, state: BouncedState): Way {
  const { state: s, meter } = m
  const { bounce: b, behind } = state
  const { pool } = b
  const { unit } = behind.state
  const inner = connectIommu(m, table, behind.state)
  const allocator = allocatorById(behind.state.allocatorId)!
  const { records } = table.mappings
  const firstLock = firstArea(table, b)
  const lastLock = firstLock + pool.geometry.areas
  const bouncer = createBouncer(s, b, meter, firstLock)
  const pageBytes = pow2(table.geometry.pageShift)
  /** The mapping that goes: its slots (-1: none), its bytes, and whose it is. */
  const held: Held = { slot: -1, slots: 0, address: 0 }
  let [bytes, who] = [0, 0]
  /** Of the operation that goes on: what bouncing cost, ps, and whether it was the pool that refused. */
  let bouncingPs = 0
  let poolRefused = false

  const fillsPages = (address: number, bytes: number): boolean => address % pageBytes === 0 && bytes % pageBytes === 0

  /** What is mapped begins under no lock: it comes after a bounce, or after another element of its list. */
  function mapBehind(c: number, by: Caller, cpu: CpuState): boolean {
    const lock = inner.lock(c, cpu.op)
    if (lock !== NO_LOCK) takeLock(meter, lock)
    const mapped = inner.map(c, by, cpu)
    if (!allocator.charges) {
      charge(meter, PRICES.alloc)
      charge(meter, PRICES.word, meter.bitmapWords)
      meter.bitmapWords = 0
    }
    dropLock(meter)
    return mapped
  }

  /** Copies the buffer of `cpu.op` into slots of whole pages and maps those. */
  function mapSlots(c: number, by: Caller, cpu: CpuState, real: number): boolean {
    const { op } = cpu
    const { device } = by
    const { address, bytes } = op
    const before = pricedPs(meter)
    const slot = bouncer.take(c, device, real, bytes, pageBytes - 1)
    // What it tried were areas of the pool.
    meter.tries = 0
    if (slot < 0) {
      const { reason } = b.last
      table.whyRefused = NO_BOUNCE + (reason === REASON_NO_POOL ? reason + 1 : reason)
      bouncingPs += pricedPs(meter) - before
      poolRefused = true
      op.entry = NO_ENTRY
      op.mapping = -1
      return false
    }
    const at = pool.geometry.startAddress + offsetOf(pool, slot, b.minAlignMask[device]!)
    const padding = alignUp((at % pageBytes) + bytes, pageBytes) - bytes
    charge(meter, PRICES.copy, padding)
    state.zeroedBytes += padding
    bouncingPs += pricedPs(meter) - before
    op.address = at
    const mapped = mapBehind(c, by, cpu)
    op.address = address
    if (mapped) return true
    const failed = pricedPs(meter)
    bouncer.giveBack(c, device, slot, bytes, op.direction, false)
    bouncingPs += pricedPs(meter) - failed
    return false
  }

  /** Maps the buffer of `cpu.op`; `isPart`: of a list, which begins under no lock. */
  function mapBuffer(c: number, by: Caller, cpu: CpuState, isPart: boolean): boolean {
    const { address, bytes } = cpu.op
    const fills = fillsPages(address, bytes)
    const real = placeOf(b.memory, address)
    noteAsked(b, by.device, real, bytes, !fills)
    if (!fills) return mapSlots(c, by, cpu, real)
    b.last.outcome = WENT_DIRECT
    if (!(isPart ? mapBehind(c, by, cpu) : inner.map(c, by, cpu))) return false
    b.direct++
    noteDirect(s, b, bytes)
    return true
  }

  /** Notes what mapping `id` holds of the pool, while there is a record of it. */
  function look(id: number): void {
    const at = id * MAP_STRIDE
    if (!heldAt(table, at, held)) held.slot = -1
    bytes = records.data[at + MAP_BYTES]!
    who = records.data[at + MAP_WHO]!
  }

  /** Gives the slots of the mapping that was looked at back, now that it is gone. `isUsed` false: the device has not had it. */
  function letGo(c: number, isUsed: boolean): void {
    if (held.slot < 0) return
    const before = pricedPs(meter)
    bouncer.giveBack(c, (who >> 8) & 0xff, held.slot, bytes, who >> 16, isUsed)
    bouncingPs += pricedPs(meter) - before
  }

  function begin(): void {
    bouncingPs = 0
    poolRefused = false
  }

  return {
    ...inner,
    tells: 'bounced',
    lockName: (lock) =>
      lock >= firstLock && lock < lastLock ? `bounce area ${lock - firstLock}` : inner.lockName?.(lock),
    lock(c, op) {
      if (op.kind === OP_MAP_SG || (op.kind === OP_MAP && !fillsPages(op.address, op.bytes))) return NO_LOCK
      return inner.lock(c, op)
    },
    map(c, by, cpu) {
      begin()
      if (cpu.op.kind === OP_COHERENT) return inner.map(c, by, cpu)
      if (mapBuffer(c, by, cpu, false)) return true
      if (poolRefused) table.maps++
      return false
    },
    // One by one; those before a refused one are taken back.
    mapList(c, by, cpu) {
      begin()
      const { op } = cpu
      const { kind, address } = op
      const length = op.bytes
      const calls = table.maps
      let n = 0
      op.kind = OP_MAP
      for (; n < op.elements; n++) {
        op.address = op.sgAddress[n]!
        op.bytes = op.sgBytes[n]!
        const mapped = mapBuffer(c, by, cpu, true)
        op.sgMapping[n] = op.mapping
        if (!mapped) break
      }
      const whole = n === op.elements
      if (!whole)
        while (n-- > 0) {
          look(op.sgMapping[n]!)
          inner.release(c, op.sgMapping[n]!)
          letGo(c, false)
        }
      op.kind = kind
      op.address = address
      op.bytes = length
      op.segments = whole ? op.elements : -1
      // However many it took, the driver called once.
      table.maps = calls + 1
      return whole
    },
    unmap(c, by, op) {
      begin()
      look(op.mapping)
      inner.unmap(c, by, op)
      letGo(c, true)
    },
    unmapList(c, by, op) {
      begin()
      const { mapping, descriptor } = op
      const calls = table.unmaps
      for (let i = 0; i < op.segments; i++) {
        op.mapping = op.sgMapping[i]!
        look(op.mapping)
        inner.unmap(c, by, op)
        letGo(c, true)
        // The device reads one for all of them.
        op.descriptor = -1
      }
      op.mapping = mapping
      op.descriptor = descriptor
      table.unmaps = calls + 1
    },
    sync(c, by, op) {
      begin()
      inner.sync(c, by, op)
      look(op.mapping)
      if (held.slot < 0) noteDirect(s, b, op.bytes)
      else bouncer.sync((who >> 8) & 0xff, held.slot, op.bytes, who >> 16)
    },
    release(c, id) {
      look(id)
      inner.release(c, id)
      letGo(c, true)
    },
    mapAt(c, by, cpu) {
      begin()
      return inner.mapAt(c, by, cpu)
    },
    unmapAt(c, by, op) {
      begin()
      inner.unmapAt(c, by, op)
    },
    refuse(c, by, op) {
      if (!poolRefused) {
        inner.refuse(c, by, op)
        return
      }
      noteRefused(m, table, inner.domain, c, by.device, op, ev.SAYS_NOTHING)
      sayFull(m, table, b, c, by.device)
    },
    // In the account of a flush mode the pool is no part of the allocator.
    price(op, isMap, locked, out) {
      inner.price(op, isMap, locked, out)
      if (bouncingPs === 0 || callPs(op.kind) === 0) return
      const { spentPs, mode } = unit
      const at = spentAt(mode)
      spentPs[at + SPENT_ALLOCATOR] = spentPs[at + SPENT_ALLOCATOR]! - bouncingPs
      spentPs[at + SPENT_REST] = spentPs[at + SPENT_REST]! + bouncingPs
      bouncingPs = 0
    },
  }
}
