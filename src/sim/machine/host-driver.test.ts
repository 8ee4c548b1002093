import { describe, expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import type { ParamValue } from '../params.ts'
import { levelsOf } from '../paths/parts.ts'
import { lastRefusal, summarise } from '../probes/figures.ts'
import { levelsProbe } from '../probes/levels.ts'
import { memoryProbe } from '../probes/memory.ts'
import { createArrays } from '../probes/probe.ts'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import { forEachTceTable } from '../table/tce-multi.ts'
import { bookFaults } from '../testing/books.ts'
import { figureFaults } from '../testing/figure-faults.ts'

// A powernv host that keeps the device: its own driver maps buffers in the table of several levels.

const MS = 1_000_000
const MIB = 1_048_576
const GIB = 1_073_741_824

function open(id: string, changes: Readonly<Record<string, ParamValue>> = {}): Run {
  const all = { 'm.platform': 'powernv', 'd0.window': 64 * GIB, ...changes }
  const { scenario, horizonNs } = presetById(id)!
  return createRun(
    Object.entries(all).reduce((s, [path, value]) => withValue(s, path, value), scenario),
    horizonNs,
  )
}

/** The books hold, and the level tables of the first table and what the page is told of them say the same. */
function expectConsistent(run: Run): void {
  const { state } = run.machine
  const table = state.tables[0]!
  expect(bookFaults(run.machine)).toEqual([])
  const { mapped } = table
  const page = pow2(table.geometry.pageShift)
  let set = 0
  const made = levelsOf(table)!.table!
  forEachTceTable(made, made.hw, 0, 0, Number.MAX_SAFE_INTEGER, (_, n) => {
    set += n
  })
  expect(set).toBe(mapped)
  const frame = memoryProbe.build(run.machine, { table: 0 }, createArrays())!
  expect(frame.mappedBytes).toBe(mapped * page)
  expect(frame.islands.reduce((sum, island) => sum + island.mappedBytes, 0)).toBe(mapped * page)
}

describe('the driver of the host itself', () => {
  const CASES: readonly (readonly [string, Readonly<Record<string, ParamValue>>])[] = [
    ['frames-64k', {}],
    ['frames-64k', { 'd0.levels': 3, 'm.cpuPage': 4096, 'd0.iommuPage': 4096, 'm.ram': GIB }],
    ['jumbo', { 'd0.userCopy': 'off', 'd0.era': 'full', 'm.ram': GIB }],
    ['tso', { 'd0.levels': 1, 'm.ram': GIB, 'm.far': GIB, 'm.farAt': 32 }],
    ['halves', { 'd0.era': '2018', 'm.ram': GIB }],
  ]

  it.each(CASES)('maps, unmaps and drains: %s %j', (id, changes) => {
    const run = open(id, { 'w0.bringUp': 100_000, 'w0.ring': 256, ...changes })
    const { state } = run.machine
    for (const ns of [0.4 * MS, 1.7 * MS, 4 * MS]) {
      run.advance(ns)
      expectConsistent(run)
    }
    const table = state.tables[0]!
    expect([table.path.kind, table.maps > 300, table.unmaps > 50]).toEqual(['guest', true, true])
    expect([table.refused, table.mapped > 0]).toEqual([0, true])
    expect(levelsProbe.build(run.machine, { table: 0, path: [] }, createArrays()).strips.length).toBeGreaterThan(0)
    // A driver that is unloaded gives everything back; the level tables stay as long as the window does.
    const made = [...levelsOf(table)!.table!.hw.counts]
    for (const { id: workload } of run.scenario().workloads) {
      const path = workload === 'w0' ? 'w0.ring' : `${workload}.depth`
      expect(run.input(path, workload === 'w0' ? 64 : 8)).toMatchObject({ path })
      if (run.scenario().workloads.length === 1) expect(state.tables[0]!.mapped).toBe(0)
      expectConsistent(run)
    }
    expect(levelsOf(state.tables[0]!)!.table!.hw.counts).toEqual(made)
    run.advance(6 * MS)
    expectConsistent(run)
  })

  it('writes its TCEs without a hypercall, and without real mode', () => {
    const run = open('jumbo', { 'd0.realMode': 'on', 'w0.bringUp': 100_000 })
    run.advance(4 * MS)
    expect(run.machine.state.tables[0]!.maps).toBeGreaterThan(1000)
    const { put, putIndirect, stuff, tooHard, ps } = run.machine.state.hcalls
    expect([put, putIndirect, stuff, tooHard, ps]).toEqual([0, 0, 0, 0, 0])
  })

  // Pages of 256 MiB: of RAM there is less than one, or one; or the window ends behind the first.
  it.each([
    ['frames-64k', { 'm.ram': 64 * MIB }, 0],
    ['frames-64k', { 'm.ram': 64 * MIB, 'm.far': 256 * MIB, 'm.farAt': 32 }, 1],
    ['jumbo', { 'm.ram': 256 * MIB }, 1],
    ['jumbo', { 'd0.window': 256 * MIB }, 1],
  ] as const)('gets nothing of what no memory stands behind: %s %j', (id, changes, there) => {
    const run = open(id, { 'm.far': 0, 'm.ram': GIB, 'd0.iommuPage': 256 * MIB, 'w0.bringUp': 0, ...changes })
    for (const ns of [0.4 * MS, 4 * MS]) {
      run.advance(ns)
      expectConsistent(run)
      expect(figureFaults(run.machine)).toEqual([])
    }
    const { maps, mapped, geometry, refused, reserved } = run.machine.state.tables[0]!
    expect([mapped <= there, maps > 0, refused > 0]).toEqual([true, true, true])
    expect(reserved).toEqual([{ start: there, end: geometry.size }])
    expect(summarise(run.machine, 0).usable).toBe(there)
  })

  it.each(['frames-64k', 'fine-coarse', 'tso', 'nvme-mixed'])(
    '%s: asks no allocator where there is no table, and goes on asking for one',
    (id) => {
      const run = open(id, { 'd0.window': 65_536 * GIB, 'd0.levels': 1 })
      run.advance(4 * MS)
      const { maps, refused, mapped, locks } = run.machine.state.tables[0]!
      expect([refused > 100, refused === maps, mapped, locks[0]!.taken]).toEqual([true, true, 0, 0])
      const { reason, tries } = lastRefusal(run.machine, 0)!
      expect([reason, tries]).toEqual(['there is no table: it could not be made', []])
      expect([bookFaults(run.machine), figureFaults(run.machine)]).toEqual([[], []])
    },
  )
})
