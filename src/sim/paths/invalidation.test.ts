import { describe, expect, it } from 'vitest'
import { PRICES } from '../engine/cost.ts'
import { entryAt } from '../engine/log.ts'
import { LOCAL_STAGE, resetMeter } from '../engine/meter.ts'
import { CMD_AMD, CMD_DSI, CMD_DTE, CMD_PSI, type Command, createCommand } from '../iotlb/command.ts'
import { insertEntry } from '../iotlb/entries.ts'
import { becomeStale } from '../iotlb/exposure.ts'
import type { IotlbState } from '../iotlb/iotlb-state.ts'
import { createMachine } from '../machine/load.ts'
import { advance } from '../machine/machine.ts'
import type { Settings } from '../params.ts'
import { createRun } from '../run/run.ts'
import { device, KIB, MIB, MS, scenario, workload } from '../scenario/make.ts'
import type { Scenario } from '../scenario/schema.ts'
import { createSink } from './invalidation.ts'
import { unitOf } from './parts.ts'

/** Two devices, the second with a table of its own unless it says otherwise. */
function two(m: Settings, own: Settings, load: Settings = {}): Scenario {
  return scenario(
    'test',
    { platform: 'vtd', cpuPage: 4 * KIB, cpus: 4, iotlb: 64, iotlbShare: 'device', ...m },
    [device(0, 'dev0', { window: 16 * MIB, ...own }), device(1, 'dev1', { window: 16 * MIB, ...own })],
    [workload(0, 'map-loop', 0, { depth: 16, ...load }), workload(1, 'map-loop', 1, { depth: 16, ...load })],
  )
}

/** The way of commands of the first of two tables, in a machine in which nothing has happened. */
function rig(m: Settings = {}) {
  const machine = createMachine(two(m, { flush: 'strict' }), 4 * MS)
  const { state, meter } = machine
  const table = state.tables[0]!
  const sink = createSink(state, table, unitOf(table)!, meter)
  const send = (...commands: readonly Partial<Command>[]) => {
    resetMeter(meter, state.nowNs)
    for (const c of commands) sink.command({ ...createCommand(), kind: CMD_PSI, pages: 1, ...c })
    sink.sync()
  }
  return { state, meter, table, iommu: unitOf(table)!, sink, send }
}

/** Puts a page of a domain into an IOTLB; its slot. */
const put = (iotlb: IotlbState, domain: number, pfn: number) => insertEntry(iotlb, domain, pfn, 7, 0, 3, 0)
const holds = (iotlb: IotlbState) => [...iotlb.domain].filter((domain) => domain !== 255).length

describe('a submission', () => {
  it('costs the queue under its lock, each further command there, and the rest of the wait without it', () => {
    for (const n of [1, 2, 16]) {
      const { meter, table, iommu, send } = rig()
      send(...Array.from({ length: n }, (_, pfn) => ({ pfn })))
      const queue = PRICES.invQueue.ps + (n - 1) * PRICES.invNext.ps
      expect([...meter.lockOrder.subarray(0, meter.locks)]).toEqual([table.locks.length - 1, LOCAL_STAGE])
      expect([meter.stagePs[0], meter.stagePs[1], meter.ps]).toEqual([0, queue, PRICES.invWait.ps])
      expect([meter.invalidationPs, meter.invalidations, iommu.waits]).toEqual([queue + PRICES.invWait.ps, 1, 1])
    }
  })

  it('without commands is none, and while muted nothing is sent', () => {
    const { meter, iommu, sink, send } = rig()
    send()
    sink.muted = true
    send({ pfn: 1 })
    sink.muted = false
    send()
    expect([meter.locks, meter.ps, iommu.waits, iommu.commands.total, iommu.byKind[CMD_PSI]]).toEqual([0, 0, 0, 0, 0])
  })

  it('that flushes everything is counted as a flush, with its column, and not as one of an unmap', () => {
    const { state, meter, sink, send } = rig()
    sink.flushing = true
    send({ kind: CMD_DSI, pages: 0 })
    expect([meter.invalidations, state.recorder.flushes.data[0]]).toEqual([0, 1])
  })

  it('waits for no device table entry, now or later', () => {
    const { meter, iommu, send } = rig()
    send({ kind: CMD_DTE, pages: 0 })
    expect([meter.locks, iommu.waits, iommu.byKind[CMD_DTE]]).toEqual([0, 0, 1])
    send({ kind: CMD_AMD })
    expect(meter.invalidationPs).toBe(PRICES.invQueue.ps + PRICES.invWait.ps)
  })
})

describe('a command', () => {
  it('is written down with its CPU, its size and whether only leaves have changed', () => {
    const { iommu, sink, send } = rig()
    sink.cpu = 3
    send({ pfn: 512, pages: 512, order: 9, leaf: true }, { kind: CMD_DSI, pages: 0, order: -1, leaf: false })
    expect(entryAt(iommu.commands, 0)).toMatchObject({ kind: CMD_PSI, cpu: 3, device: 21, a: 512, b: 512 })
    expect(entryAt(iommu.commands, 1)).toMatchObject({ kind: CMD_DSI, cpu: 3, device: 0, a: 0, b: 0 })
    // A flush of everything names no pages.
    expect([iommu.named, iommu.byKind[CMD_PSI], iommu.byKind[CMD_DSI]]).toEqual([512, 1, 1])
  })

  it('reaches the IOTLB of every device, and there only what is of its table', () => {
    for (const command of [
      { pfn: 40, pages: 8 },
      { kind: CMD_DSI, pages: 0 },
    ]) {
      const { state, iommu, send } = rig()
      expect(state.iotlbs).toHaveLength(2)
      for (const iotlb of state.iotlbs) {
        put(iotlb, 1, 42)
        becomeStale(iotlb, put(iotlb, 0, 42), 0)
        put(iotlb, 0, 43)
      }
      send(command)
      expect(state.iotlbs.map((iotlb) => [holds(iotlb), iotlb.stale, iotlb.domain.includes(1)])).toEqual([
        [1, 0, true],
        [1, 0, true],
      ])
      expect([iommu.dropped, iommu.droppedLive]).toEqual([4, 2])
    }
  })

  it('leaves alone what it does not name', () => {
    const { state, iommu, send } = rig({ iotlbShare: 'shared' })
    const [iotlb] = state.iotlbs
    for (const pfn of [39, 40, 47, 48]) put(iotlb!, 0, pfn)
    send({ pfn: 40, pages: 8 })
    expect([holds(iotlb!), iommu.dropped]).toEqual([2, 2])
  })
})

describe('in a machine', () => {
  it('an unmap takes longer by exactly a lock, a submission and its wait', () => {
    const pairNs = (flush: string) => {
      const load = { depth: 1, spread: 'off', queues: 1 }
      const s = two({ cpus: 1 }, { flush, allocator: 'rcache' }, load)
      const m = createMachine({ ...s, workloads: s.workloads.slice(0, 1) }, 4 * MS)
      const unmaps = () => m.state.tables[0]!.unmaps
      // Once addresses come from the magazine every pair takes the same time.
      const times: number[] = []
      while (times.length < 6) {
        const before = unmaps()
        advance(m, Number.POSITIVE_INFINITY, 1, null)
        if (unmaps() > before) times.push(m.state.nowNs)
      }
      return times[5]! - times[4]!
    }
    const ps = PRICES.lock.ps + PRICES.invQueue.ps + PRICES.invWait.ps
    expect(pairNs('strict') - pairNs('none')).toBe(ps / 1000)
  })

  it('CPUs queue for the lock of their table’s queue and for no other', () => {
    const m = createMachine(two({}, { flush: 'strict', allocator: 'rcache' }), 4 * MS)
    advance(m, 1 * MS, Number.POSITIVE_INFINITY, null)
    for (const table of m.state.tables) {
      const queue = table!.locks[table!.locks.length - 1]!
      expect([queue.taken, queue.waitNs > 0]).toEqual([unitOf(table!)!.waits, true])
    }
  })

  it('a table that goes takes its translations along, whether another comes in its place or none', () => {
    for (const [path, value] of [['d1.superpages', 'off'] as const, ['d1.table', 'shared'] as const]) {
      const run = createRun(two({ iotlbShare: 'shared' }, { flush: 'deferred' }), 4 * MS)
      run.advance(0.5 * MS)
      const [iotlb] = run.machine.state.iotlbs
      const of = (domain: number) => iotlb!.domain.filter((d) => d === domain).length
      expect([of(0) > 0, of(1) > 0]).toEqual([true, true])
      run.input(path, value)
      expect([of(0) > 0, of(1)]).toEqual([true, 0])
    }
  })
})
