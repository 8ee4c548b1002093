// The books hold whatever is changed, and the checker would tell if they did not.

import { describe, expect, it } from 'vitest'
import { touch } from '../../lib/chunked.ts'
import { at, open, presets } from '../../tools/open-presets.ts'
import type { TceDomain } from '../dma/dma-ops.ts'
import {
  type DmaTable,
  ENTRY_STRIDE,
  holderOf,
  MAP_ADDRESS,
  MAP_HOLDER,
  MAP_NPAGES,
  MAP_STRIDE,
} from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { lastRefusal } from '../probes/figures.ts'
import { createRun, type Run } from '../run/run.ts'
import { fieldsOf, withValue } from '../scenario/fields.ts'
import { workloadInfoById } from '../workload/index.ts'
import { bookFaults, eventFaults } from './books.ts'
import { figureFaults } from './figure-faults.ts'

const MS = 1_000_000
const OUTSIDE = 'the addresses lie outside of the window'

/** A live mapping of a table: its id, and where its record stands. */
function someMapping({ entries }: DmaTable): { readonly id: number; readonly at: number; readonly first: number } {
  const first = entries.data.findIndex((value, i) => i % ENTRY_STRIDE === 0 && value > 0) / ENTRY_STRIDE
  const id = entries.data[first * ENTRY_STRIDE]! - 1
  return { id, at: id * MAP_STRIDE, first }
}

const LIES: Readonly<Record<string, readonly [lie: (m: Machine, t: DmaTable) => void, told: RegExp]>> = {
  'one page more is mapped': [(_, t) => t.mapped++, /pages of records \d+, mapped/],
  'one mapping less lives': [(_, t) => t.live--, /records \d+, live mappings/],
  'bytes nobody asked for': [(_, t) => (t.usefulBytes += 1), /bytes of records/],
  'pages of another CPU': [(_, t) => (t.ownedByRegionCpu[0] = t.ownedByRegionCpu[0]! + 1), /ownedByRegionCpu/],
  'an entry of nobody': [
    (_, t) => (t.entries.data[someMapping(t).first * ENTRY_STRIDE] = -1),
    /entry \d+ is not its|entries with a mapping/,
  ],
  'a longer record': [
    (_, t) => (t.mappings.records.data[someMapping(t).at + MAP_NPAGES] = 2),
    /is not its|was not handed out|leads nowhere/,
  ],
  'a buffer elsewhere': [
    (_, t) => (t.mappings.records.data[someMapping(t).at + MAP_ADDRESS] = 0x10000),
    /leads to page \d+, its buffer lies in/,
  ],
  'a holder that is none': [
    (_, t) => (t.mappings.records.data[someMapping(t).at + MAP_HOLDER] = holderOf(7, 0, 0)),
    /is held by workload 7/,
  ],
  'an id that is free twice': [(_, t) => (t.mappings.freeIds.data[0] = t.mappings.freeIds.data[1]!), /is free twice/],
  'a run that the allocator has again': [
    ({ domains: [d], meter }, t) =>
      (d as TceDomain).allocator.free(d!.allocatorState, someMapping(t).first, 1, meter, 0),
    /was not handed out once/,
  ],
  'a TCE that is gone': [({ ways: [way] }, t) => way!.clear(0, someMapping(t).first, 1), /leads nowhere/],
  'a history of more': [
    ({ state }) => (state.recorder.bands[0]!.level[3] = state.recorder.bands[0]!.level[3]! + 1),
    /levels of the history/,
  ],
  'an event of the past': [({ state }) => (state.heap.times[0] = state.nowNs - 1), /the heap has/],
  'no number': [
    ({ state: { recorder } }) => {
      recorder.delivered.data[5] = Number.NaN
      touch(recorder.delivered, 5)
    },
    /recorder.delivered\[\] is NaN/,
  ],
}

describe('the checker', () => {
  it.each(Object.entries(LIES))('tells of %s', (_, [lie, told]) => {
    const { machine } = at('frames-4k', MS)
    expect(bookFaults(machine)).toEqual([])
    lie(machine, machine.state.tables[0]!)
    expect(bookFaults(machine).join('\n')).toMatch(told)
  })

  it('tells after an operation that its entry leads nowhere, and of sums out of bounds', () => {
    const run = open('frames-4k')
    const watch = { ops: 0 }
    const { state, ways } = run.machine
    const table = state.tables[0]!
    while (table.live < 5) {
      run.advance(MS, 1)
      expect(eventFaults(run.machine, watch)).toEqual([])
    }
    watch.ops = state.ops.total - 1
    for (let e = 0; e < table.geometry.size; e++) ways[0]!.clear(0, e, 1)
    expect(eventFaults(run.machine, watch).join()).toMatch(/books after/)
    table.mapped = -1367
    expect(eventFaults(run.machine, watch).join()).toMatch(/-1367/)
    expect(figureFaults(run.machine).join()).toMatch(/-1367/)
  })
})

describe('figures of a bounce pool', () => {
  it.each(['bounce-load', 'nommu'])('%s: hold of a part of it as of the whole', (id) => {
    const { machine } = at(id, MS)
    expect([bookFaults(machine), figureFaults(machine)]).toEqual([[], []])
  })
})

describe('a full window', () => {
  it('has in each region what is mapped there, where a mapping crosses the border of two', () => {
    const { scenario, horizonNs } = presets.find(({ id }) => id === 'nvlink-on-demand')!
    const run = createRun(withValue(scenario, 'd0.iommuPage', 16 * 1_048_576), horizonNs)
    run.advance(Number.POSITIVE_INFINITY, 1000)
    expect(run.machine.state.tables[0]!.mapped).toBeGreaterThan(512)
    expect(figureFaults(run.machine)).toEqual([])
  })

  it('is not said to have more mapped than is usable where requests of several pages fill the end of a pool', () => {
    const { scenario, horizonNs } = presets.find(({ id }) => id === 'real-1mib')!
    const run = createRun(withValue(scenario, 'm.platform', 'vtd'), horizonNs)
    run.advance(Number.POSITIVE_INFINITY, 10_000)
    const { allocator, allocatorState } = run.machine.domains[0]!
    expect(run.machine.state.tables[0]!.mapped).toBeGreaterThan(allocator.usable(allocatorState))
    expect(figureFaults(run.machine)).toEqual([])
  })
})

/** Every value of a field but its own. */
const others = (run: Run, path: string) => {
  const { param, value } = fieldsOf(run.scenario()).find((f) => f.path === path)!
  return (param.values ?? []).map((o) => o.value).filter((v) => v !== value)
}

describe('a driver that is loaded anew', () => {
  // The largest has a million entries: many looks at it take long, and find nothing that the others do not have.
  const shared = presets.filter((p) => p.scenario.workloads.length > 1 && p.id !== 'mask-32')

  it.each(shared.map((p) => p.id))('%s: gives back what it holds itself, however often in a moment', (id) => {
    for (const workload of presets.find((p) => p.id === id)!.scenario.workloads) {
      const paths = fieldsOf(open(id).scenario())
        .filter(({ path, param }) => path.startsWith(`${workload.id}.`) && param.effect === 'restart' && param.values)
        .map(({ path }) => path)
      const run = at(id, MS)
      for (let i = 0; i < paths.length; i++) {
        // Two at one moment: the first one shifts the tasks of the workloads behind it.
        run.input(paths[i]!, others(run, paths[i]!).at(-1)!)
        run.input(paths[(i + 1) % paths.length]!, others(run, paths[(i + 1) % paths.length]!)[0]!)
        expect([run.machine.state.changes.slice(-2), bookFaults(run.machine)]).toEqual([expect.anything(), []])
        run.advance(run.machine.state.nowNs + MS / 5)
      }
      expect(bookFaults(run.machine)).toEqual([])
    }
  })
})

describe('who chooses addresses', () => {
  const choosing = presets.filter(({ scenario }) =>
    scenario.workloads.some((w) => workloadInfoById(w.type).choosesAddresses),
  )

  it.each(choosing.map((p) => p.id))('%s: gets nothing outside of the window, whatever its size', (id) => {
    const { scenario, horizonNs } = presets.find((p) => p.id === id)!
    const windows = fieldsOf(scenario).find((f) => f.path === 'd0.window')!.param.values!
    // The smallest have no room for what is asked; the largest are those of other tests.
    for (const { value, key } of windows.slice(0, 4)) {
      const run = createRun(withValue(scenario, 'd0.window', value), horizonNs)
      run.advance(Number.POSITIVE_INFINITY, 2000)
      const { mapped, geometry, refused } = run.machine.state.tables[0]!
      expect([key, bookFaults(run.machine), mapped <= geometry.size]).toEqual([key, [], true])
      // Address 0, which allocators keep back, is mapped too.
      expect([key, figureFaults(run.machine)]).toEqual([key, []])
      if (value === windows[0]!.value)
        expect([refused > 0, lastRefusal(run.machine, 0)!.reason]).toEqual([true, OUTSIDE])
    }
  })

  const behindIommu = ['splitting', 'partial-unmap'].flatMap((id) => [
    [id, 'deferred'] as const,
    [id, 'strict'] as const,
  ])

  it.each(behindIommu)('%s, flush %s: gives nothing to an allocator that it was not given', (id, flush) => {
    const { scenario, horizonNs } = presets.find((p) => p.id === id)!
    const [first, ...rest] = fieldsOf(scenario).filter(
      ({ path, param }) => path.startsWith('w0.') && param.effect === 'restart' && param.values,
    )
    const run = createRun(withValue(scenario, 'd0.flush', flush), horizonNs)
    let drained = 0
    for (const { path } of [first!, ...rest]) {
      run.advance(run.machine.state.nowNs + 30 * MS, 500)
      const before = run.machine.state.tables[0]!.mapped
      run.input(path, others(run, path).at(-1)!)
      drained += before - run.machine.state.tables[0]!.mapped
      expect([path, bookFaults(run.machine)]).toEqual([path, []])
    }
    expect(drained).toBeGreaterThan(0)
  })
})
