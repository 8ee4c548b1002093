// Unmaps that wait, on the CPUs of a whole machine.

import { describe, expect, it } from 'vitest'
import { unitOf } from '../paths/parts.ts'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import type { Scenario } from '../scenario/schema.ts'
import { changeWords } from '../words/changes.ts'
import { logLines } from '../words/log.ts'
import { KIND_BITS } from './events.ts'

const MS = 1_000_000

function changed(preset: string, settings: Readonly<Record<string, number | string>>): Scenario {
  return Object.entries(settings).reduce((s, [path, value]) => {
    const next = withValue(s, path, value)
    expect(next, path).not.toBe(s)
    return next
  }, presetById(preset)!.scenario)
}

/** Two CPUs that map a buffer every 100 µs: the rings do not fill before the timer runs. */
const slowly = (settings: Readonly<Record<string, number | string>> = {}): Scenario =>
  changed('magazines', { 'm.cpus': 2, 'w0.depth': 16, 'w0.interval': 100_000, ...settings })

function keepers(run: Run): Set<number> {
  const found = new Set<number>()
  const { allocator, allocatorState } = run.machine.domains[0]!
  allocator.forEachCached!(allocatorState, (_start, _npages, keeper) => found.add(keeper))
  return found
}

describe('the flush queue in a machine', () => {
  it('holds what was unmapped until its timer runs, and gives all of it to the CPU that armed it', () => {
    const run = createRun(slowly(), 20 * MS)
    run.advance(9 * MS)
    const table = run.machine.state.tables[0]!
    const { flush } = table
    expect([table.unmaps > 100, table.flushes, keepers(run).size]).toEqual([true, 0, 0])
    expect(flush!.tail[0]).toBeGreaterThan(0)
    expect(flush!.tail[1]).toBeGreaterThan(0)
    const due = flush!.dueNs
    const armedBy = flush!.timerCpu
    const { unmaps } = table
    run.advance(due + 2000)
    expect(table.flushes).toBe(1)
    expect([...keepers(run)]).toEqual([armedBy])
    expect(flush!.worstNs).toBeGreaterThan(9.9 * MS)
    expect(table.unmaps).toBeLessThan(unmaps + 60)
  })

  it('takes the time of the CPU that runs the timer', () => {
    const run = createRun(slowly(), 20 * MS)
    run.advance(9 * MS)
    const { dueNs, timerCpu } = run.machine.state.tables[0]!.flush!
    run.advance(dueNs)
    const busy = () => run.machine.state.heap.payloads.indexOf(timerCpu << KIND_BITS)
    while (run.machine.state.tables[0]!.flushes === 0) run.advance(Number.POSITIVE_INFINITY, 1)
    const at = busy()
    const { stage, stages, stageNs } = run.machine.state.cpus[timerCpu]!
    const later = stageNs.subarray(stage, stages).reduce((sum, ns) => sum + ns, 0)
    expect(at).toBeGreaterThanOrEqual(0)
    // The flush alone takes 686 ns, and some hundred ranges are put into magazines.
    expect(run.machine.state.heap.times[at]! - run.machine.state.nowNs + later).toBeGreaterThan(686 + 100 * 19)
  })

  it('flushes for a full ring without the timer', () => {
    const run = createRun(presetById('magazines')!.scenario, 12 * MS)
    run.advance(4 * MS)
    const table = run.machine.state.tables[0]!
    expect(table.flushes).toBeGreaterThan(0)
    expect(table.flush!.worstNs).toBeLessThan(4 * MS)
  })

  it('is not there when every unmap waits for its own invalidation', () => {
    const run = createRun(slowly({ 'd0.flush': 'strict' }), 20 * MS)
    run.advance(12 * MS)
    const table = run.machine.state.tables[0]!
    expect([table.flush, table.flushes, table.invalidations]).toEqual([null, 0, table.unmaps])
  })

  it('goes on after another device’s driver is reloaded, and is empty after its own is', () => {
    const run = createRun(slowly(), 30 * MS)
    run.advance(9 * MS)
    run.input('w0.depth', 64)
    run.advance(25 * MS)
    expect(run.machine.state.tables[0]!.flushes).toBeGreaterThan(1)
    run.input('d0.flush', 'strict')
    expect(run.machine.state.tables[0]!.flush).toBe(null)
    run.input('d0.flush', 'deferred')
    const { flush } = run.machine.state.tables[0]!
    expect([flush!.head, flush!.tail]).toEqual([new Int32Array(2), new Int32Array(2)])
    run.advance(60 * MS)
    expect(run.machine.state.tables[0]!.flushes).toBeGreaterThan(1)
  })
})

describe('the depot in a machine', () => {
  it('gives a magazine back to the tree every 100 ms while it holds more than there are CPUs', () => {
    // CPU 0 frees what seven others map and then stop mapping.
    const run = createRun(
      changed('producer-consumer', { 'm.cpus': 4, 'w0.unmapOn': 'first', 'w0.depth': 4096 }),
      12 * MS,
    )
    run.advance(30 * MS)
    const { allocator, allocatorState } = run.machine.domains[0]!
    const depot = () => allocator.caches!(allocatorState).depot[0]!
    run.input('w0.interval', 100_000)
    run.advance(200 * MS)
    const before = depot()
    expect(allocator.workDueNs!(allocatorState)).toBeLessThan(Number.POSITIVE_INFINITY)
    expect(before).toBeGreaterThan(4)
    run.advance(200 * MS + 350 * MS)
    expect(depot()).toBeLessThan(before)
  })
})

describe('low addresses first', () => {
  it('ends for ever at the first refusal, with the kernel’s line', () => {
    const run = createRun(presetById('mask-32')!.scenario, 12 * MS)
    run.advance(5 * MS)
    expect(unitOf(run.machine.state.tables[0]!)!.lowFirst.map((d) => d.dma32First)).toEqual([false, true])
    const lines = logLines(run.machine, 0).map((line) => line.text)
    expect(lines.filter((text) => text.includes('64-bit'))).toEqual(['gpu0: Using 64-bit DMA addresses'])
    expect(lines).toContain('e1000e 0000:02:00.0: Rx DMA map failed')
  })

  it('does not begin with forcedac: the other device finds room', () => {
    const run = createRun(changed('mask-32', { 'd0.lowFirst': 'off' }), 12 * MS)
    run.advance(12 * MS)
    expect(run.machine.state.tables[0]!.refused).toBe(0)
  })
})

describe('CPUs that go offline', () => {
  it('give their magazines back to the tree, and their work to the others; nothing that is mapped is lost', () => {
    const run = createRun(presetById('magazines')!.scenario, 12 * MS)
    run.advance(4 * MS)
    const table = run.machine.state.tables[0]!
    const [live, maps] = [table.live, table.maps]
    expect(Math.max(...keepers(run))).toBeGreaterThan(3)
    run.input('m.online', 4)
    expect([table.live, Math.max(...keepers(run)) < 4]).toEqual([live, true])
    expect(run.machine.state.changes).toEqual([{ path: 'm.online', value: 4, drained: -1 }])
    expect(changeWords(run.machine, 0).line).toBe('CPUs online all → 4')
    run.advance(30 * MS)
    expect(run.machine.state.tables[0]!.maps).toBeGreaterThan(maps + 1000)
    expect(Math.max(...keepers(run))).toBeLessThan(4)
    expect(run.machine.state.cpus.slice(4).every((cpu) => cpu.idle)).toBe(true)
    run.input('m.online', 0)
    run.advance(45 * MS)
    expect(Math.max(...keepers(run))).toBeGreaterThan(3)
  })

  it('leave the same state whether one goes there or comes back', () => {
    const run = createRun(presetById('magazines')!.scenario, 12 * MS)
    run.advance(3 * MS)
    run.input('m.online', 2)
    run.advance(20 * MS)
    const hash = run.hash()
    run.seek({ ns: 1 * MS })
    run.seek({ ns: 20 * MS })
    expect(run.hash()).toBe(hash)
  })
})
