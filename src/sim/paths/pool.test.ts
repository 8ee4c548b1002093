import { describe, expect, it } from 'vitest'
import { PRICES } from '../engine/cost.ts'
import { LOCAL_STAGE } from '../engine/meter.ts'
import { DIRECT_MAPPING, MAP_BYTES, MAP_ENTRY, MAP_NPAGES, MAP_WHO } from '../machine/state.ts'
import { placeOf } from '../platform/pc-memory.ts'
import { forEachLive } from '../probes/live.ts'
import { createRun, type Run } from '../run/run.ts'
import { NO_BUFFER } from '../swiotlb/pool.ts'
import { bench, bounceOf, bouncing, midst, slotsOf, tableOf } from '../testing/bouncing.ts'
import { watchOps } from '../testing/watch.ts'
import {
  COHERENT,
  FROM_DEVICE,
  OP_COHERENT,
  OP_MAP,
  OP_MAP_SG,
  OP_UNMAP,
  OP_UNMAP_SG,
  TO_DEVICE,
} from '../workload/workload.ts'
import { bounceOf as bounceIn } from './parts.ts'
import { WENT_REFUSED } from './swiotlb.ts'

const KIB = 1024
const MS = 1_000_000
const SLOT = 2048
const BOTH = TO_DEVICE | FROM_DEVICE

const LOOP = { size: 64 * KIB, depth: 16, mapWork: 0, unmapWork: 0, spread: 'off' }

/** Slots that live mappings cover must be those that are taken, each once; the areas count them. */
function expectSlotsAgree(run: Run): void {
  const table = tableOf(run)
  const pool = slotsOf(run)
  const covered = new Uint8Array(pool.geometry.slots)
  let sum = 0
  forEachLive(table, (_, at) => {
    const { data } = table.mappings.records
    for (let i = 0; i < data[at + MAP_NPAGES]!; i++) {
      const slot = data[at + MAP_ENTRY]! + i
      covered[slot] = covered[slot]! + 1
      sum++
    }
  })
  const taken = pool.list.data.map((free) => (free === 0 ? 1 : 0))
  expect(Buffer.compare(Buffer.from(covered), Buffer.from(taken))).toBe(0)
  expect([pool.usedSlots, pool.used.reduce((a, b) => a + b, 0), table.mapped]).toEqual([sum, sum, sum])
}

describe('copies', () => {
  it.each([
    ['from device', FROM_DEVICE, 1],
    ['to device', TO_DEVICE, 0],
    ['both ways', BOTH, 1],
  ] as const)('%s: in at every map, out where the device may write', (_, direction, out) => {
    const { map, unmap, table } = bench()
    const id = map(0, 0, 5000, direction)
    expect([bounceIn(table)!.copiedInBytes, bounceIn(table)!.copiedOutBytes]).toEqual([5000, 0])
    unmap(0, id)
    expect([bounceIn(table)!.copiedInBytes, bounceIn(table)!.copiedOutBytes]).toEqual([5000, 5000 * out])
  })

  it.each([
    ['map-loop', { ...LOOP, direction: 'to' }, {}],
    ['map-loop', { ...LOOP, queues: 2, unmapOn: 'next' }, { cpus: 4 }],
    ['nvme', { queues: 4, depth: 64, mix: 'small', writes: 30 }, { cpus: 4 }],
    ['nic-rx', { rate: 10, ring: 64, queues: 2, bringUp: 0 }, { cpus: 2, force: 'auto', comesUp: 'absent' }],
    ['nic-tx', { queues: 2 }, { cpus: 2 }],
    ['disk-sg', { io: 262_144, depth: 8, service: 200_000 }, { cpus: 2 }],
  ] as const)('%s %o: the counters are those of an independent tally', (type, load, machine) => {
    const run = createRun(bouncing(type, load, machine), 10 * MS)
    const table = tableOf(run)
    let [copiedIn, copiedOut, direct, bounced] = [0, 0, 0, 0]
    const live = new Map<number, { bytes: number; direction: number }>()
    const came = (id: number, bytes: number, direction: number) => {
      if (id === DIRECT_MAPPING) direct++
      if (id < 0 || id === DIRECT_MAPPING) return
      bounced++
      copiedIn += bytes
      live.set(id, { bytes, direction })
    }
    const went = (id: number) => {
      const mapping = live.get(id)
      live.delete(id)
      if (mapping && mapping.direction !== TO_DEVICE) copiedOut += mapping.bytes
    }
    const writes = new Set<number>()
    watchOps(run.machine, (op) => {
      if (op.kind === OP_MAP) came(op.mapping, op.bytes, op.direction)
      else if (op.kind === OP_UNMAP) went(op.mapping)
      else if (op.kind === OP_MAP_SG) {
        for (let i = 0; i < op.segments; i++) came(op.sgMapping[i]!, op.sgBytes[i]!, op.direction)
      } else if (op.kind === OP_UNMAP_SG) for (let i = 0; i < op.segments; i++) went(op.sgMapping[i]!)
      writes.add(op.direction)
    })
    run.advance(1 * MS)
    const b = bounceOf(run)
    expect(copiedIn).toBeGreaterThan(100_000)
    expect([b.copiedInBytes, b.copiedOutBytes, b.direct, b.bounced]).toEqual([copiedIn, copiedOut, direct, bounced])
    expect([table.refused, table.live]).toEqual([0, live.size])
    const { copied } = run.machine.state.recorder
    expect(copied.data.reduce((a, n) => a + n, 0)).toBeCloseTo(copiedIn + copiedOut, -2)
    expectSlotsAgree(run)
  })

  it.each([
    ['from device', FROM_DEVICE, 0, 1500],
    ['to device', TO_DEVICE, 1500, 0],
    ['both ways', BOTH, 1500, 1500],
  ] as const)('%s: a sync copies its part where one side has something to learn', (_, direction, into, out) => {
    const { map, unmap, sync, table, ps, locks, record } = bench('nvme')
    // Behind 0x634 bytes of its page: it begins inside a slot.
    const id = map(0, 0x634, 9000, direction)
    const before = [...record(id)]
    const b = bounceIn(table)
    const [inBefore, outBefore] = [b!.copiedInBytes, b!.copiedOutBytes]
    sync(id, 1500)
    expect([b!.copiedInBytes - inBefore, b!.copiedOutBytes - outBefore]).toEqual([into, out])
    expect(ps()).toBe((into + out) * PRICES.copy.ps)
    expect(locks()).toEqual([])
    expect([...record(id)]).toEqual(before)
    // More than there is: what there is.
    sync(id, 10_000)
    expect(b!.copiedInBytes - inBefore + (b!.copiedOutBytes - outBefore)).toBe((into + out) * 7)
    unmap(0, id)
  })

  it('of a card that recycles its buffers: whole pages in once, of each frame its own bytes out', () => {
    const load = { rate: 10, ring: 64, queues: 2, bringUp: 0, recycle: 'on' }
    const run = createRun(bouncing('nic-rx', load, { cpus: 2 }), 10 * MS)
    run.advance(2 * MS)
    const { frames, missed } = run.machine.state
    const { copiedInBytes, copiedOutBytes } = bounceOf(run)
    expect([frames > 1000, missed]).toEqual([true, 0])
    expect([tableOf(run).maps, tableOf(run).unmaps]).toEqual([128, 0])
    expect([copiedInBytes, copiedOutBytes]).toEqual([128 * 4096, frames * 1500])
    expectSlotsAgree(run)
  })

  it('of a recycled buffer within reach: each frame counts as direct', () => {
    const load = { rate: 10, ring: 64, queues: 1, bringUp: 0, recycle: 'on' }
    const run = createRun(bouncing('nic-rx', load, { force: 'auto', ram: 2 ** 31 }), 10 * MS)
    run.advance(1 * MS)
    const { direct, directBytes, copiedInBytes, copiedOutBytes } = bounceOf(run)
    const { frames } = run.machine.state
    expect(frames).toBeGreaterThan(500)
    expect([direct, directBytes]).toEqual([64, 64 * 4096 + frames * 1500])
    expect([copiedInBytes, copiedOutBytes]).toEqual([0, 0])
  })

  it('leaves coherent memory alone, forced or out of reach', () => {
    for (const force of ['force', 'auto']) {
      const { map, unmap, table } = bench('map-loop', { force })
      const id = map(0, 0x1_0000_0000, 16 * KIB, COHERENT, OP_COHERENT)
      unmap(0, id)
      expect([id, table.live, bounceIn(table)!.copiedInBytes]).toEqual([DIRECT_MAPPING, 0, 0])
    }
    const rings = createRun(bouncing('nic-rx', { rate: 10, ring: 64, queues: 1, rings: 'on' }), 10 * MS)
    rings.advance(0.2 * MS)
    expect([bounceOf(rings).direct, bounceOf(rings).bounced > 50]).toEqual([1, true])
  })
})

describe('what bouncing costs', () => {
  it('is the price of each piece of work, and no other', () => {
    const { run, map, unmap, ps, locks } = bench('map-loop', { swiotlbAreas: 4 })
    const { copy, slotLook, slotWrite, lineMove } = PRICES
    // 64 KiB are 32 slots from the start of a set on: nothing before them is counted anew.
    const first = map(1, 0, 64 * KIB)
    expect(ps()).toBe(64 * KIB * copy.ps + slotLook.ps + 32 * slotWrite.ps)
    expect(locks()).toEqual([1, LOCAL_STAGE])
    // 10 slots come behind the 32. The search looks on from where the last run ended.
    const second = map(1, 0x10000, 20 * KIB)
    expect(ps()).toBe(20 * KIB * copy.ps + slotLook.ps + 10 * slotWrite.ps)
    unmap(1, first)
    expect(ps()).toBe(64 * KIB * copy.ps + 32 * slotWrite.ps)
    expect(locks()).toEqual([1])
    // The 32 before it are free and counted anew too; 42 * 24 bytes are 16 cache lines, which CPU 3 has to fetch.
    unmap(3, second)
    expect(ps()).toBe(20 * KIB * copy.ps + 42 * slotWrite.ps + 16 * lineMove.ps)
    expect(slotsOf(run).usedSlots).toBe(0)
  })

  it('moves the cache lines of a slot set only from one CPU to another', () => {
    const { run, map, unmap, ps } = bench('map-loop', { swiotlbAreas: 1 })
    const moved = () => {
      const rest = ps() - 4 * KIB * PRICES.copy.ps - 2 * PRICES.slotWrite.ps
      return Math.round((rest % 1_000_000) / PRICES.lineMove.ps)
    }
    const ids = [map(0, 0, 4 * KIB)]
    // Nobody had it, then the same CPU, then another one, and back.
    expect(moved()).toBe(0)
    ids.push(map(0, 0x10000, 4 * KIB))
    expect(moved()).toBe(0)
    ids.push(map(2, 0x20000, 4 * KIB))
    expect(moved()).toBe(1)
    ids.push(map(0, 0x30000, 4 * KIB))
    expect(moved()).toBe(1)
    ids.push(map(0, 0x40000, 4 * KIB))
    expect(moved()).toBe(0)
    expect(Array.from(bounceOf(run).lastCpu.subarray(0, 3))).toEqual([0, 255, 255])
    unmap(2, ids[4]!)
    expect(bounceOf(run).lastCpu[0]).toBe(2)
  })

  it.each([32, 64, 128].map((kib) => kib * KIB))('copies 10 GB/s, in buffers of %i bytes', (size) => {
    const run = createRun(bouncing('map-loop', { ...LOOP, size, queues: 1 }), 10 * MS)
    const { machine } = run
    const pool = slotsOf(run)
    const b = bounceOf(run)
    // What every operation is charged besides its copy and its locks, counted here: free slots before a run, in its set.
    let [others, maps, unmaps, last] = [0, 0, 0, 0]
    watchOps(machine, (op, _, atNs) => {
      last = atNs
      const slots = size / SLOT
      let before = 0
      while ((op.entry - before) % 128 !== 0 && pool.list.data[op.entry - before - 1]! > 0) before++
      if (op.kind === OP_MAP) {
        maps++
        others += PRICES.slotLook.ps + (slots + before) * PRICES.slotWrite.ps
      } else {
        unmaps++
        // Of an unmap the entry is not told: the oldest run goes, and all before it in its set went earlier.
        const at = ((unmaps - 1) * slots) % pool.areaSlots
        others += (slots + (at % 128)) * PRICES.slotWrite.ps
      }
      others += PRICES.lock.ps + PRICES.map.ps
    })
    run.advance(9 * MS)
    // The clock stands at the start of the last operation, which is paid for later.
    const copiedBefore = b.copiedInBytes + b.copiedOutBytes - size
    const lastPs = Math.round(others / (maps + unmaps))
    const copyNs = last - (others - lastPs) / 1000
    expect([pool.usedSlots / (size / SLOT), maps - unmaps]).toEqual([maps - unmaps, maps - unmaps])
    expect(copiedBefore / copyNs / 10).toBeGreaterThan(0.99)
    expect(copiedBefore / copyNs / 10).toBeLessThan(1.01)
    expect(1000 / PRICES.copy.ps).toBe(10)
    // Nothing else takes time: the whole of it is copies and the prices above, to a tenth of a percent.
    expect((copiedBefore * PRICES.copy.ps + others) / (last * 1000)).toBeCloseTo(1, 2)
    expect(tableOf(run).locks.every((lock) => lock.contended === 0)).toBe(true)
  })

  it('holds the lock of an area for the books, not for the copies: two CPUs copy at once', () => {
    const run = createRun(
      bouncing('map-loop', { ...LOOP, size: 128 * KIB, queues: 2 }, { cpus: 2, swiotlbAreas: 1 }),
      10 * MS,
    )
    expect(slotsOf(run).geometry.areas).toBe(1)
    run.advance(9 * MS)
    const { copiedInBytes, copiedOutBytes } = bounceOf(run)
    const copyNs = ((copiedInBytes + copiedOutBytes) * PRICES.copy.ps) / 1000
    expect(copyNs / (9 * MS)).toBeGreaterThan(1.8)
    const [lock] = tableOf(run).locks
    expect([lock!.contended > 0, lock!.waitNs < 0.05 * copyNs]).toEqual([true, true])
  })
})

describe('slots', () => {
  it.each([
    ['nvme', { queues: 4, depth: 256, mix: 'mixed' }, { cpus: 4 }],
    ['map-loop', { size: 32 * KIB, depth: 4096, unmapOn: 'first' }, { cpus: 4, swiotlb: 8192 }],
    ['nic-rx', { rate: 40, ring: 256, queues: 2, bringUp: 0 }, { cpus: 2, force: 'auto', swiotlb: 512 }],
    ['disk-sg', { io: 1_048_576, depth: 128, service: 200_000 }, { cpus: 2, swiotlb: 2048 }],
  ] as const)('%s %o: are taken exactly while mapped, and all free after the driver is unloaded', (type, load, pc) => {
    const run = createRun(bouncing(type, load, pc), 10 * MS)
    for (const ns of [0.05 * MS, 0.4 * MS, 1 * MS, 2 * MS]) {
      run.advance(ns)
      expectSlotsAgree(run)
    }
    expect(slotsOf(run).usedSlots).toBeGreaterThan(100)
    const pool = slotsOf(run)
    run.input('w0.depth' in run.machine.state.settings ? 'w0.depth' : 'w0.ring', type === 'nic-rx' ? 64 : 1)
    // The driver was loaded anew, the machine was not.
    expect([slotsOf(run) === pool, pool.usedSlots, tableOf(run).live]).toEqual([true, 0, 0])
    const free = Array.from(pool.list.data)
    expect(free).toEqual(free.map((_, i) => Math.min(128 - (i % 128), free.length - i)))
    expect(pool.orig.data.every((at) => at === NO_BUFFER)).toBe(true)
    run.advance(3 * MS)
    expectSlotsAgree(run)
  })

  it('that a driver forgets come back when it is unloaded', () => {
    const run = createRun(bouncing('map-loop', { depth: 16, leak: 10 }, { swiotlb: 2048 }), 10 * MS)
    let forgotten = 0
    let maps = 0
    watchOps(run.machine, (op) => {
      if (op.kind === OP_MAP && op.mapping >= 0 && ++maps % 10 === 0) forgotten++
    })
    run.advance(3 * MS)
    expect(forgotten).toBeGreaterThan(50)
    expect([tableOf(run).live - forgotten <= 16, tableOf(run).live >= forgotten]).toEqual([true, true])
    run.input('w0.depth', 64)
    expect([slotsOf(run).usedSlots, tableOf(run).live]).toEqual([0, 0])
  })

  it('of an NVMe drive keep the low 12 bits of the address, with slots of padding before them', () => {
    const { run, map, unmap, record, table } = bench('nvme')
    expect(Array.from(bounceIn(table)!.minAlignMask)).toEqual([4095])
    const pool = slotsOf(run)
    const start = pool.geometry.startAddress
    for (const offset of [0, 1, 0x234, 0x7ff, 0x800, 0x9c3, 0xfff]) {
      const address = 0x40000 + offset
      const real = placeOf(bounceIn(table)!.memory, address)
      const id = map(0, address, 4096)
      const [first, slots] = [record(id)[MAP_ENTRY]!, record(id)[MAP_NPAGES]!]
      // Within the first slot only bits below 2 KiB are kept by an offset; the higher ones choose the slot.
      expect(slots).toBe(Math.ceil((4096 + (offset & 2047)) / SLOT))
      const data = start + first * SLOT + (offset & 2047)
      expect([data & 4095, real & 4095]).toEqual([offset, offset])
      expect(pool.orig.data[first]).toBe(real)
      unmap(0, id)
    }
    expect([pool.usedSlots, table.live]).toEqual([0, 0])
    // Without the wish a buffer of less than a page may begin in any slot.
    const other = bench('map-loop')
    const ids = [other.map(0, 0x234, 1500), other.map(0, 0x10234, 1500)]
    expect(ids.map((id) => other.record(id)[MAP_ENTRY]! % 128)).toEqual([0, 1])
  })
})

describe('a list', () => {
  it('is bounced whole or not at all', () => {
    // 16 pieces of 64 KiB are half of the pool; each command has its own.
    const load = { io: 1_048_576, depth: 8, queues: 1, service: 2_000_000 }
    const run = createRun(bouncing('disk-sg', load, { swiotlb: 1024 }), 10 * MS)
    const table = tableOf(run)
    const b = bounceOf(run)
    let [whole, none] = [0, 0]
    watchOps(run.machine, (op) => {
      if (op.kind !== OP_MAP_SG) return
      if (op.segments < 0) none++
      else if (op.segments === op.elements) whole++
    })
    run.advance(1 * MS)
    expect([whole >= 2, none > 3, table.live % 16, slotsOf(run).usedSlots]).toEqual([true, true, 0, table.live * 32])
    expect(table.live).toBeGreaterThan(0)
    expect(table.refused).toBe(none)
    expectSlotsAgree(run)
    expect(b.copiedOutBytes).toBe((whole * 16 - table.live) * 64 * KIB)
  })

  it('that fails in its midst gives back what it had, without a copy: the device has not had it', () => {
    const run = createRun(midst(), 10 * MS)
    run.advance(0.05 * MS)
    const table = tableOf(run)
    expect([table.live, slotsOf(run).usedSlots, table.refused]).toEqual([6, 192, 1])
    const { copiedInBytes, copiedOutBytes, last } = bounceOf(run)
    expect([copiedInBytes, copiedOutBytes, last.outcome, last.used]).toEqual([16 * 64 * KIB, 0, WENT_REFUSED, 512])
    expectSlotsAgree(run)
  })
})

describe('records', () => {
  it('tell who mapped what, and lie in the area of the CPU', () => {
    const { run, map, record } = bench('map-loop', { swiotlbAreas: 4 })
    const areas = [0, 1, 2, 3].map((c) => {
      const id = map(c, c * 0x10000, 3000, c % 2 === 0 ? TO_DEVICE : FROM_DEVICE)
      const [slot, bytes, who] = [record(id)[MAP_ENTRY]!, record(id)[MAP_BYTES]!, record(id)[MAP_WHO]!]
      expect([bytes, who & 0xff, who >> 16]).toEqual([3000, c, c % 2 === 0 ? TO_DEVICE : FROM_DEVICE])
      return Math.floor(slot / slotsOf(run).areaSlots)
    })
    expect(areas).toEqual([0, 1, 2, 3])
  })
})
