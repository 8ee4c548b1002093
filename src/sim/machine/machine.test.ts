import { describe, expect, it } from 'vitest'
import { playable } from '../../tools/recordings.ts'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presets as all } from '../scenario/presets.ts'
import type { Scenario } from '../scenario/schema.ts'
import { bookFaults } from '../testing/books.ts'
import { changeWords } from '../words/changes.ts'

const presets = all.map(playable)
const presetById = (id: string) => presets.find((p) => p.id === id) ?? null

const MS = 1_000_000

function scenarioOf(id: string, changes: Record<string, number | string> = {}): Scenario {
  return Object.entries(changes).reduce((s, [path, value]) => withValue(s, path, value), presetById(id)!.scenario)
}

function runTo(scenario: Scenario, ns: number): Run {
  const run = createRun(scenario, 12 * MS)
  run.advance(ns)
  return run
}

function expectBooks(run: Run): void {
  expect(bookFaults(run.machine)).toEqual([])
}

describe('machine', () => {
  it.each(presets.map((p) => p.id))('%s: allocator, table, records and history agree', (id) => {
    const run = createRun(presetById(id)!.scenario, 12 * MS)
    for (const ns of [0.3 * MS, 2 * MS, 5 * MS]) {
      run.advance(ns)
      expectBooks(run)
    }
  })

  it('drains a device and fills its rings again when its IOMMU page size changes', () => {
    const run = runTo(scenarioOf('frames-64k'), 6 * MS)
    expect(run.machine.state.tables[0]!.refused).toBeGreaterThan(0)
    run.input('d0.iommuPage', 4096)
    const table = run.machine.state.tables[0]!
    expect([table.mapped, table.refused, table.geometry.size]).toEqual([0, 0, 65_536])
    expect(changeWords(run.machine, 0).line).toMatch(
      /^eth0: IOMMU page 64K → 4K, 40\d\d mappings drained, driver reloaded$/,
    )
    run.advance(20 * MS)
    expect(run.machine.state.tables[0]!.refused).toBe(0)
    expect(run.machine.state.tables[0]!.mapped).toBeGreaterThan(8000)
    expectBooks(run)
  })

  it('keeps the mappings of the other driver of a shared table when one is reloaded', () => {
    const run = runTo(scenarioOf('halves'), 6 * MS)
    run.input('w0.ring', 256)
    expectBooks(run)
    expect(run.machine.state.tables[0]!.live).toBeGreaterThan(0)
    run.advance(9 * MS)
    expectBooks(run)
  })

  it('maps no buffer twice', () => {
    const run = runTo(scenarioOf('frames-64k'), 9 * MS)
    run.input('m.cpus', 4)
    run.input('w0.load', 50)
    run.advance(16 * MS)
    const table = run.machine.state.tables[0]!
    const pages = new Set<number>()
    for (let e = 0; e < table.geometry.size; e++) {
      const tce = run.machine.domains[0]!.table.walk(run.machine.domains[0]!.tableState, e)
      if (tce !== 0) pages.add(tce)
    }
    expect(pages.size).toBe(table.mapped)
  })

  it('changes the load of a link while it runs, mappings untouched', () => {
    const run = runTo(scenarioOf('frames-4k'), 12 * MS)
    run.input('w0.load', 0)
    const { frames } = run.machine.state
    run.advance(14 * MS)
    expect(run.machine.state.frames - frames).toBeLessThan(50)
    run.input('w0.load', 100)
    run.advance(16 * MS)
    expect(run.machine.state.frames - frames).toBeGreaterThan(1000)
    expectBooks(run)
  })

  it('delivers the offered frames within 2 % when nothing is refused', () => {
    const run = runTo(scenarioOf('frames-4k'), 10 * MS)
    const before = run.machine.state.frames
    run.advance(30 * MS)
    // 10 Gbit/s of 1538 bytes on the wire.
    const offered = (0.02 * 10e9) / (1538 * 8)
    expect(Math.abs(run.machine.state.frames - before - offered) / offered).toBeLessThan(0.02)
    expect(run.machine.state.missed).toBe(0)
  })

  it('misses frames when a ring cannot be filled', () => {
    const run = runTo(scenarioOf('frames-64k', { 'w0.rate': 40 }), 20 * MS)
    expect(run.machine.state.missed).toBeGreaterThan(100)
  })

  it('shows the livelock of generation 1 as a CPU that never returns', () => {
    const changes = {
      'd0.allocator': 'tce-halves',
      'd0.dmaMask': 24,
      'w0.mtu': 9000,
      'w0.placement': 'packed',
      'w0.ring': 2048,
    }
    const run = runTo(scenarioOf('frames-4k', changes), 20 * MS)
    const { hang, cpus } = run.machine.state
    expect(hang).not.toBeNull()
    expect(cpus[hang!.cpu]!.hung).toBe(true)
    const { steps } = run.machine.state
    run.advance(40 * MS)
    expect(run.machine.state.steps).toBe(steps)
    const second = runTo(scenarioOf('frames-4k', { ...changes, 'd0.generation': 2 }), 20 * MS)
    expect(second.machine.state.hang).toBeNull()
    expect(second.machine.state.tables[0]!.refused).toBeGreaterThan(0)
  })

  it('makes CPUs wait for the one lock of a small window, and hardly for four', () => {
    const waited = (window: number) => {
      const run = runTo(
        scenarioOf('pools', { 'd0.window': window, 'w0.rate': 100, 'w0.greedy': 1, 'w0.ring': 256 }),
        6 * MS,
      )
      return run.machine.state.tables[0]!.locks.reduce((sum, lock) => sum + lock.waitNs, 0)
    }
    expect(waited(512 * 1024 * 1024)).toBeGreaterThan(2 * waited(2048 * 1024 * 1024))
  })
})

describe('how many buffers fit (the debate of 2006)', () => {
  const rows = [
    ['tce-halves', 1, 64, 'page', 1500, 4094],
    ['tce-halves', 2, 64, 'page', 1500, 4094],
    ['tce-pools', 1, 64, 'page', 1500, 4093],
    ['tce-halves', 1, 4, 'page', 1500, 65_534],
    ['tce-halves', 2, 4, 'slot', 1500, 65_534],
    ['tce-pools', 1, 4, 'page', 1500, 65_533],
    ['tce-halves', 1, 64, 'packed', 1500, 4031],
    ['tce-pools', 1, 64, 'packed', 1500, 4030],
    ['tce-halves', 2, 4, 'packed', 1500, 52_427],
    ['tce-pools', 1, 4, 'packed', 1500, 52_426],
    ['tce-pools', 1, 4, 'slot', 9000, 20_821],
    ['tce-halves', 1, 4, 'slot', 9000, 20_821],
  ] as const
  it.each(rows)(
    '%s generation %i, %iK IOMMU pages, buffers by %s of %i bytes: %i',
    (allocator, generation, page, placement, mtu, fit) => {
      const scenario = scenarioOf('frames-64k', {
        ...{ 'd0.allocator': allocator, 'd0.iommuPage': page * 1024, 'w0.placement': placement, 'w0.mtu': mtu },
        ...{ 'w0.load': 0, 'w0.ring': 8192, 'w0.queues': 16, 'w0.bringUp': 0 },
      })
      const run = createRun(withValue(scenario, 'd0.generation', generation), 12 * MS)
      while (run.machine.state.refusedTotal === 0) run.stepForward()
      expect(run.machine.state.tables[0]!.firstRefusal).toMatchObject({ fitted: fit, nth: fit + 1 })
    },
  )
})
