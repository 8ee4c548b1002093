import { beforeEach, describe, expect, it } from 'vitest'
import { LATE_KEPT } from '../dma/iommu-state.ts'
import { entryAt } from '../engine/log.ts'
import { ACCESS_FAULT, ACCESS_HIT, ACCESS_WALKED } from '../iotlb/iotlb.ts'
import { EV_LATE, KIND_BITS, LATE_MEMORY, LATE_OWNER, LOG_FAULT, LOG_LATE, WRONG_PAGE } from '../machine/events.ts'
import { createMachine } from '../machine/load.ts'
import { advance } from '../machine/machine.ts'
import type { DmaTable } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import type { Settings } from '../params.ts'
import { device, KIB, MIB, MS, scenario, workload } from '../scenario/make.ts'
import { iommuIn } from '../testing/ways.ts'
import { FROM_DEVICE, OP_IOMMU_MAP, OP_MAP, TO_DEVICE } from '../workload/workload.ts'
import { armLate, bufferUsed, deviceAccess, fireLate, rememberLate } from './device-access.ts'
import { unitOf } from './parts.ts'

const PAGE = 4 * KIB
const MEMORY = 0x4000_0000

/** A machine whose drivers do nothing by themselves: two devices with one table. */
function idle(own: Settings, m: Settings = {}): Machine {
  const d = { window: 64 * MIB, allocator: 'rbtree', superpages: 'off', late: 1, ...own }
  return createMachine(
    scenario(
      'test',
      { platform: 'vtd', cpuPage: PAGE, cpus: 2, iotlb: 64, ...m },
      [device(0, 'dev0', d), device(1, 'dev1', { table: 'shared' })],
      [workload(0, 'long-lived', 0, { buffers: 0 }), workload(1, 'long-lived', 1, { buffers: 0 })],
    ),
    4 * MS,
  )
}

const tableIn = (m: Machine): DmaTable => m.state.tables[0]!

/** Maps `pages` pages of memory from `address` on, for the device of task `task`. Id of the mapping. */
function map(m: Machine, pages: number, address: number, direction = FROM_DEVICE, task = 0): number {
  const owner = m.state.cpus[0]!
  owner.task = task
  const { op } = owner
  op.kind = OP_MAP
  op.address = address
  op.bytes = pages * PAGE
  op.direction = direction
  expect(m.bindings[task]!.way.map(0, m.bindings[task]!, owner)).toBe(true)
  return op.mapping
}

/** The same at an entry of the caller's choosing. */
function mapHere(m: Machine, e: number, pages: number, address: number): void {
  const owner = m.state.cpus[0]!
  const { op } = owner
  op.kind = OP_IOMMU_MAP
  op.sgAddress[0] = e
  op.address = address
  op.bytes = pages * PAGE
  op.direction = FROM_DEVICE
  expect(m.ways[0]!.mapAt(0, m.bindings[0]!, owner)).toBe(true)
}

function unmapHere(m: Machine, e: number, pages: number): void {
  const { op } = m.state.cpus[0]!
  op.sgAddress[0] = e
  op.sgBytes[0] = pages
  m.ways[0]!.unmapAt(0, m.bindings[0]!, op)
}

const unmap = (m: Machine, id: number) => m.ways[0]!.release(0, id)
const reach = (m: Machine, e: number, write = true, from = 0) =>
  deviceAccess(m.state, tableIn(m), iommuIn(tableIn(m)), from, e, write)
const counted = (m: Machine) => {
  const { lateTried, lateReached, lateNewOwner, wrongPage, faults } = unitOf(tableIn(m))!
  return { lateTried, lateReached, lateNewOwner, wrongPage, faults }
}
/** Kinds of the lines of the log, with what was reached. */
const lines = ({ state: { log } }: Machine) =>
  Array.from({ length: log.total }, (_, i) => [entryAt(log, i).kind, entryAt(log, i).b])

describe('an access', () => {
  it('is walked once and then at hand, and is no business of the books while the page is mapped', () => {
    const m = idle({ flush: 'strict' })
    mapHere(m, 100, 2, MEMORY)
    expect(reach(m, 101).outcome).toBe(ACCESS_WALKED)
    expect(reach(m, 101)).toMatchObject({ outcome: ACCESS_HIT, page: MEMORY / PAGE + 1 })
    expect(counted(m)).toEqual({ lateTried: 0, lateReached: 0, lateNewOwner: 0, wrongPage: 0, faults: 0 })
  })

  it('to a page that the device may only read is a fault when it writes', () => {
    const m = idle({ flush: 'strict' })
    map(m, 1, MEMORY, TO_DEVICE)
    const { newest } = unitOf(tableIn(m))!
    expect([reach(m, newest, false).outcome, reach(m, newest, true).outcome]).toEqual([ACCESS_WALKED, ACCESS_FAULT])
    expect(counted(m)).toMatchObject({ lateTried: 0, faults: 1 })
  })

  it('after the unmap reaches nothing where the hardware was told', () => {
    const m = idle({ flush: 'strict' })
    mapHere(m, 100, 1, MEMORY)
    reach(m, 100)
    unmapHere(m, 100, 1)
    expect(reach(m, 100).outcome).toBe(ACCESS_FAULT)
    expect(counted(m)).toMatchObject({ lateTried: 1, lateReached: 0, faults: 1 })
  })

  it('after the unmap reaches memory, then that of a new owner, then another page than the one it asks for', () => {
    const m = idle({ flush: 'none' })
    mapHere(m, 100, 1, MEMORY)
    reach(m, 100)
    unmapHere(m, 100, 1)
    reach(m, 100)
    expect(counted(m)).toMatchObject({ lateTried: 1, lateReached: 1, lateNewOwner: 0, wrongPage: 0 })
    mapHere(m, 200, 1, MEMORY)
    reach(m, 100)
    expect(counted(m)).toMatchObject({ lateTried: 2, lateReached: 2, lateNewOwner: 1, wrongPage: 0 })
    mapHere(m, 100, 1, MEMORY + PAGE)
    expect(reach(m, 100).page).toBe(MEMORY / PAGE)
    expect(counted(m)).toEqual({ lateTried: 2, lateReached: 2, lateNewOwner: 1, wrongPage: 1, faults: 0 })
  })

  it('to an address that leads to the same page as before its unmap is none to a wrong page', () => {
    const m = idle({ flush: 'none' })
    mapHere(m, 100, 1, MEMORY)
    reach(m, 100)
    unmapHere(m, 100, 1)
    mapHere(m, 100, 1, MEMORY)
    expect(reach(m, 100).staleNs).toBe(0)
    expect(counted(m)).toMatchObject({ lateTried: 0, wrongPage: 0 })
  })

  it('of another device with an IOTLB of its own is walked anew', () => {
    for (const [iotlbShare, outcome] of [['shared', ACCESS_HIT] as const, ['device', ACCESS_WALKED] as const]) {
      const m = idle({ flush: 'strict' }, { iotlbShare })
      mapHere(m, 100, 1, MEMORY)
      reach(m, 100, true, 0)
      expect(reach(m, 100, true, 1).outcome).toBe(outcome)
    }
  })

  it('by way of a table that waits for its flush succeeds, and is exposed from then on', () => {
    const m = idle({ flush: 'deferred' }, { iotlb: 16 })
    const id = map(m, 1024, MEMORY)
    const first = unitOf(tableIn(m))!.newest
    bufferUsed(m.state, tableIn(m), iommuIn(tableIn(m)), 0, id)
    unmap(m, id)
    const { exposure } = m.state.iotlbs[0]!
    const { entries } = exposure
    expect(reach(m, first).outcome).toBe(ACCESS_WALKED)
    expect([exposure.pages, exposure.entries, counted(m).lateReached]).toEqual([16, entries + 1, 1])
    m.ways[0]!.flush!()
    expect([reach(m, first).outcome, exposure.pages]).toEqual([ACCESS_FAULT, 0])
  })

  it('leaves one line for each run of its kind', () => {
    const m = idle({ flush: 'none' })
    mapHere(m, 100, 1, MEMORY)
    reach(m, 100)
    unmapHere(m, 100, 1)
    for (const ns of [0, 400_000, 800_000, 1_300_001]) {
      m.state.nowNs = ns
      reach(m, 100)
      reach(m, 5000)
    }
    const four = [LOG_LATE, LATE_MEMORY]
    expect(lines(m)).toEqual([four, [LOG_FAULT, 1], four, [LOG_FAULT, 1]])
    m.state.nowNs = 2_000_000
    mapHere(m, 200, 1, MEMORY)
    reach(m, 100)
    m.state.nowNs = 3_000_000
    mapHere(m, 100, 1, MEMORY + PAGE)
    reach(m, 100)
    expect(lines(m).slice(4)).toEqual([
      [LOG_LATE, LATE_OWNER],
      [LOG_LATE, WRONG_PAGE],
    ])
  })
})

describe('a buffer', () => {
  it('is used page by page, for writing unless it is for the device alone', () => {
    const m = idle({ flush: 'strict' })
    for (const direction of [FROM_DEVICE, TO_DEVICE]) {
      const id = map(m, 5, MEMORY, direction)
      const { lookups } = m.state.iotlbs[0]!
      bufferUsed(m.state, tableIn(m), iommuIn(tableIn(m)), 0, id)
      expect(m.state.iotlbs[0]!.lookups - lookups).toBe(5)
    }
    expect(counted(m).faults).toBe(0)
  })
})

describe('a device that misbehaves', () => {
  let m: Machine
  beforeEach(() => {
    m = idle({ flush: 'none', late: 1, lateAfter: 10_000 })
  })
  const late = () => unitOf(tableIn(m))!.late

  it('comes back to each buffer at its time, to the first page, as the device that had it', () => {
    for (const [task, ns] of [[0, 0] as const, [1, 3000] as const]) {
      m.state.nowNs = ns
      const id = map(m, 2, MEMORY + task * MIB, FROM_DEVICE, task)
      bufferUsed(m.state, tableIn(m), iommuIn(tableIn(m)), task, id)
      unmap(m, id)
    }
    expect([late().length, late().who[0]! >> 1, late().who[1]! >> 1]).toEqual([2, 0, 1])
    advance(m, 9999, 10, null)
    expect(counted(m).lateTried).toBe(0)
    advance(m, 10_000, 10, null)
    expect(counted(m)).toMatchObject({ lateTried: 1, lateReached: 1 })
    advance(m, 13_000, 10, null)
    expect([counted(m).lateReached, late().length, tableIn(m).lateNs]).toEqual([2, 0, Number.POSITIVE_INFINITY])
  })

  it('writes what it wrote before, and reads what it read', () => {
    for (const direction of [FROM_DEVICE, TO_DEVICE]) unmap(m, map(m, 1, MEMORY, direction))
    expect([late().who[0]! & 1, late().who[1]! & 1]).toEqual([1, 0])
  })

  it('comes back to every so manieth only', () => {
    late().every = 10
    late().left = 10
    for (let i = 0; i < 35; i++) unmap(m, map(m, 1, MEMORY))
    expect(late().length).toBe(3)
    late().every = 0
    for (let i = 0; i < 35; i++) unmap(m, map(m, 1, MEMORY))
    expect(late().length).toBe(3)
  })

  it('remembers so many buffers at most, and the next one once it has been back', () => {
    for (let e = 0; e < LATE_KEPT + 5; e++) {
      m.state.nowNs = e
      rememberLate(m.state, tableIn(m), unitOf(tableIn(m))!, 0, e, true)
    }
    expect(late().length).toBe(LATE_KEPT)
    advance(m, 10_000 + 2, 10, null)
    expect([counted(m).lateTried, late().length]).toEqual([3, LATE_KEPT - 3])
    for (let e = 0; e < 5; e++) rememberLate(m.state, tableIn(m), unitOf(tableIn(m))!, 0, 3000 + e, true)
    expect([late().length, late().entry[2], late().entry[3]]).toEqual([LATE_KEPT, 3002, 3])
    advance(m, 30_000, Number.POSITIVE_INFINITY, null)
    expect([counted(m).lateTried, late().length]).toEqual([LATE_KEPT + 3, 0])
  })

  it('has one event in the heap while it remembers any, and a stale one does nothing', () => {
    rememberLate(m.state, tableIn(m), unitOf(tableIn(m))!, 0, 1, true)
    rememberLate(m.state, tableIn(m), unitOf(tableIn(m))!, 0, 2, true)
    const { heap } = m.state
    const events = () =>
      Array.from(heap.payloads.subarray(0, heap.size)).filter((p) => p % (1 << KIND_BITS) === EV_LATE)
    expect(events()).toHaveLength(1)
    fireLate(m.state, tableIn(m), iommuIn(tableIn(m)), 9000)
    expect(counted(m).lateTried).toBe(0)
    armLate(m.state, tableIn(m), unitOf(tableIn(m))!)
    advance(m, 10_000, 10, null)
    expect(counted(m).lateTried).toBe(2)
  })
})
