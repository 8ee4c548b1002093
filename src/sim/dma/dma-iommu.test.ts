// The DMA API over an IOMMU driver in a whole machine: tables that say what the ledger says, the commands of an unmap, and
// flush modes that change while mappings stand.

import { describe, expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { entryAt } from '../engine/log.ts'
import { forEachQueued } from '../flush/flush-queue.ts'
import { CMD_AMD, CMD_EXACT, CMD_PSI, CMD_RANGE } from '../iotlb/command.ts'
import { absOf } from '../iova/geometry.ts'
import { createMachine } from '../machine/load.ts'
import { advance } from '../machine/machine.ts'
import { type DmaTable, ENTRY_MAPPING, ENTRY_STRIDE, MAP_ADDRESS, MAP_ENTRY, MAP_STRIDE } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import type { Settings } from '../params.ts'
import { unitOf } from '../paths/parts.ts'
import { createRun, type Run } from '../run/run.ts'
import { device, KIB, MIB, MS, scenario, workload } from '../scenario/make.ts'
import type { Scenario } from '../scenario/schema.ts'
import { createWalk } from '../table/page-table.ts'
import { iommuDomain } from '../testing/ways.ts'
import { mapEntries, mapIommu, runFlushTimer, unmapEntries, unmapIommu } from './dma-iommu.ts'
import type { DmaDomain } from './dma-ops.ts'
import { driverOf } from './iommu-state.ts'

const PLATFORMS = ['vtd', 'arm', 'amd'] as const

function machine(m: Settings, own: Settings, type: string, load: Settings): Scenario {
  return scenario(
    'test',
    { platform: 'vtd', cpuPage: 4 * KIB, cpus: 2, iotlb: 256, ...m },
    [device(0, 'dev0', { window: 64 * MIB, allocator: 'rcache', late: 1, lateAfter: 10_000, ...own })],
    [workload(0, type, 0, load)],
  )
}

const walk = createWalk()

/** Page of memory that the table leads to from an entry, or -1. */
function leadsTo(table: DmaTable, e: number): number {
  const { driver, page } = unitOf(table)!
  driverOf(driver).table.walk(page, absOf(table.geometry, e), -1, 0, walk)
  return walk.found ? walk.page : -1
}

/** Entries whose table entry is not what the ledger has for them. */
function astray(table: DmaTable): number[] {
  const { data } = table.mappings.records
  const found: number[] = []
  for (let e = 0; e < table.geometry.size; e++) {
    const at = (table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1) * MAP_STRIDE
    const memory = at < 0 ? -1 : Math.floor(data[at + MAP_ADDRESS]! / pow2(table.geometry.pageShift))
    const expected = at < 0 ? -1 : memory + e - data[at + MAP_ENTRY]!
    if (leadsTo(table, e) !== expected) found.push(e)
  }
  return found
}

/** Pages that wait for a flush. */
function waiting(table: DmaTable): number {
  let sum = 0
  if (table.flush) forEachQueued(table.flush, (_, n) => (sum += n))
  return sum
}

/** Pages that the allocator has handed out. */
function taken({ allocator, allocatorState }: DmaDomain): number {
  let sum = 0
  allocator.forEachRange(allocatorState, (_, n, kind) => {
    if (kind === 'used') sum += n
  })
  return sum
}

function expectInOrder({ machine: m }: Pick<Run, 'machine'>): void {
  const table = m.state.tables[0]!
  expect(astray(table)).toEqual([])
  expect(taken(m.domains[0]!)).toBe(table.mapped + waiting(table))
}

const leaves = (of: DmaTable) => {
  const { driver, page } = unitOf(of)!
  const { table } = driverOf(driver)
  return Array.from({ length: 6 }, (_, height) => table.leavesAt(page, height)).reduce((a, b) => a + b)
}

/** Takes back whatever is mapped, and flushes. */
function unmapAll(m: Machine): void {
  const table = m.state.tables[0]!
  const d = iommuDomain(m)
  for (let e = 0; e < table.geometry.size; e++) {
    const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    if (id >= 0) m.ways[0]!.release(0, id)
  }
  if (table.flush) runFlushTimer(d, m.meter)
}

describe('tables', () => {
  const LOADS: readonly (readonly [string, Settings])[] = [
    ['map-loop', { depth: 16, size: 64 * KIB }],
    ['nic-rx', { ring: 64, queues: 2, rate: 10, bringUp: 0, placement: 'packed' }],
    ['nvme', { depth: 4, service: 10_000 }],
    ['long-lived', { buffers: 6, size: 4 * MIB, lifetime: 1 * MS }],
    ['guest', { ram: 64 * MIB, interval: 100_000, away: 20_000, balloon: 16 * MIB }],
  ]

  it.each(PLATFORMS)('%s: lead where the ledger says after any run, and nowhere once all is taken back', (platform) => {
    const rng = createRng(3)
    const pick = <T>(...of: readonly T[]): T => of[nextU32(rng) % of.length]!
    for (const [type, load] of LOADS)
      for (const flush of ['strict', 'deferred', 'none']) {
        const own = {
          ...{
            flush,
            window: (type === 'guest' ? 128 : 64) * MIB,
            allocator: pick('rcache', 'rbtree'),
            superpages: pick('all', '2m', 'off'),
          },
          ...{ split: pick('runs', 'single'), sync: pick('end', 'each'), hardware: pick('mask', 'exact', 'blind') },
        }
        const m = createMachine(machine({ platform }, own, type, load), 4 * MS)
        const table = m.state.tables[0]!
        const told = JSON.stringify([type, own])
        advance(m, Number.POSITIVE_INFINITY, 800, null)
        expect(astray(table), told).toEqual([])
        expect([table.maps > 10, leaves(table) > 0], told).toEqual([true, table.mapped > 0])
        unmapAll(m)
        const { page } = unitOf(table)!
        const { table: reader } = driverOf(platform)
        expect([table.mapped, leaves(table), reader.pending(page), waiting(table)], told).toEqual([0, 0, 0, 0])
        expect([astray(table), taken(m.domains[0]!)], told).toEqual([[], 0])
      }
  })
})

describe('an unmap', () => {
  const idle = (platform: string, own: Settings) =>
    createMachine(machine({ platform }, { window: 64 * MIB, ...own }, 'long-lived', { buffers: 0 }), 4 * MS)

  /** Maps 1027 pages from 5 pages below a large one on, and takes them back: kinds of the commands, and the waits. */
  function commands(platform: string, own: Settings): [number[], number] {
    const m = idle(platform, { flush: 'strict', ...own })
    const d = iommuDomain(m)
    const iommu = unitOf(m.state.tables[0]!)!
    mapEntries(d, 507, 1029, (4096 + 507) * 4096, 3, m.meter)
    unmapEntries(d, 507, 1029, false, m.meter)
    const kinds = Array.from({ length: iommu.commands.total }, (_, i) => entryAt(iommu.commands, i).kind)
    return [kinds, iommu.waits]
  }

  it('is cut into pages of each size, and VT-d is told of each run apart', () => {
    expect(commands('vtd', {})).toEqual([[CMD_PSI, CMD_PSI], 2])
    expect(commands('vtd', { superpages: 'off' })).toEqual([[CMD_PSI], 1])
  })

  it('is told to AMD in one command, to Arm in one for each size', () => {
    expect(commands('amd', {})).toEqual([[CMD_AMD], 1])
    // 5 pages of 4K; 2 of 2M: 1024 pages are one range.
    expect(commands('arm', {})).toEqual([[CMD_RANGE, CMD_RANGE], 2])
  })

  it('waits in each call where it is synced in each, and calls for each page where it is split by pages', () => {
    expect(commands('vtd', { sync: 'each' })[1]).toBe(2)
    expect(commands('vtd', { sync: 'each', split: 'single' })[1]).toBe(7)
    expect(commands('vtd', { sync: 'end', split: 'single', superpages: 'off' })).toEqual([[CMD_PSI], 1])
  })

  it('tells exact hardware each page as it was mapped, or blindly all that there could be', () => {
    expect(commands('vtd', { hardware: 'exact' })).toEqual([new Array(7).fill(CMD_EXACT), 1])
    expect(commands('vtd', { hardware: 'blind' })[1]).toBe(1)
  })

  it('sends nothing where nobody tells the hardware, nor where it queues', () => {
    expect(commands('vtd', { flush: 'none' })).toEqual([[], 0])
    const m = idle('vtd', { flush: 'deferred' })
    const d = iommuDomain(m)
    const table = m.state.tables[0]!
    const e = mapIommu(d, 0, 0, 0x10000000, 8 * 4096, 3, 0xfffff, m.meter)
    unmapIommu(d, 1, e, 8, m.meter)
    expect([unitOf(table)!.commands.total, waiting(table), taken(d), leadsTo(table, e)]).toEqual([0, 8, 8, -1])
    expect(runFlushTimer(d, m.meter)).toBe(1)
    expect([unitOf(table)!.commands.total, waiting(table), taken(d)]).toEqual([1, 0, 0])
  })

  it('keeps tables that it takes out until the flush', () => {
    const m = idle('vtd', { flush: 'deferred', superpages: 'off' })
    const d = iommuDomain(m)
    const { page } = unitOf(m.state.tables[0]!)!
    const { table } = driverOf('vtd')
    const e = mapIommu(d, 0, 0, 0x10000000, 1024 * 4096, 3, 0xfffff, m.meter)
    const { live } = page.nodes
    unmapIommu(d, 0, e, 1024, m.meter)
    expect([table.pending(page), page.nodes.live]).toEqual([2, live])
    runFlushTimer(d, m.meter)
    expect([table.pending(page), page.nodes.live]).toEqual([0, live - 2])
  })
})

describe('a flush mode that changes while mappings stand', () => {
  const loops = (platform: string, flush: string) =>
    createRun(machine({ platform }, { flush, superpages: 'off' }, 'map-loop', { depth: 64, unmapOn: 'next' }), 4 * MS)

  it.each(PLATFORMS)(
    '%s: begins to be strict with nothing left of before, also when the old timer runs out',
    (platform) => {
      for (const before of ['deferred', 'none']) {
        const run = loops(platform, before)
        run.advance(0.5 * MS)
        const { state: s } = run.machine
        const table = s.tables[0]!
        const iommu = unitOf(table)!
        expect([s.iotlbs[0]!.stale > 20, waiting(table) > 20]).toEqual([true, before === 'deferred'])
        run.input('d0.flush', 'strict')
        expect([table.flush, s.iotlbs[0]!.stale]).toEqual([null, 0])
        expectInOrder(run)
        const { flushes } = table
        const [lateTried, lateReached, wrongPage] = [iommu.lateTried, iommu.lateReached, iommu.wrongPage]
        const { pageNs } = s.iotlbs[0]!.exposure
        run.input('w0.interval', 20_000)
        run.advance(11 * MS)
        expect(iommu).toMatchObject({ lateReached, wrongPage })
        expect([table.flushes, s.iotlbs[0]!.exposure.pageNs]).toEqual([flushes, pageNs])
        expect(iommu.lateTried).toBeGreaterThan(lateTried + 100)
      }
    },
  )

  it.each(PLATFORMS)('%s: leaves table and allocator in order on every way round', (platform) => {
    const run = loops(platform, 'strict')
    for (const mode of ['deferred', 'none', 'strict', 'none', 'deferred', 'strict']) {
      run.advance(run.machine.state.nowNs + 0.2 * MS)
      run.input('d0.flush', mode)
      expect(unitOf(run.machine.state.tables[0]!)!.mode).toBe(mode)
      expectInOrder(run)
    }
  })

  it('gives a new queue a timer of its own, ten milliseconds after its first range', () => {
    const run = createRun(machine({}, { flush: 'deferred' }, 'map-loop', { depth: 16, interval: 100_000 }), 4 * MS)
    run.advance(5 * MS)
    run.input('d0.flush', 'strict')
    run.advance(8 * MS)
    run.input('d0.flush', 'deferred')
    const { flushes } = run.machine.state.tables[0]!
    run.advance(17.9 * MS)
    expect(run.machine.state.tables[0]!.flushes).toBe(flushes)
    run.advance(18.2 * MS)
    expect(run.machine.state.tables[0]!.flushes).toBe(flushes + 1)
  })

  it('finds a timer that has run out already, but whose CPU is at work', () => {
    const run = loops('vtd', 'deferred')
    const { state: s } = run.machine
    run.advance(10 * MS)
    while (!s.cpus.some((cpu) => cpu.works > 0)) run.advance(Number.POSITIVE_INFINITY, 1)
    run.input('d0.flush', 'strict')
    const { flushes } = s.tables[0]!
    run.advance(s.nowNs + 0.1 * MS)
    expect(s.tables[0]!.flushes).toBe(flushes)
    expectInOrder(run)
  })
})
