import { describe, expect, it } from 'vitest'
import { createRun, type Run } from '../run/run.ts'
import { presetById } from '../scenario/presets.ts'
import { cachesProbe } from './caches.ts'
import { CELL_CACHED, CELL_FREE, CELL_MAPPED, CELL_QUEUED } from './cells.ts'
import { inspect, summarise } from './figures.ts'
import { iovaSpaceProbe } from './iova-space.ts'
import { locksProbe } from './locks.ts'
import { type IovaSpaceRequest, MARK_PASSED } from './map-frame.ts'
import { createArrays } from './probe.ts'
import { search } from './search.ts'
import { addressAt } from './space.ts'
import { timelineProbe } from './timeline.ts'

const MS = 1_000_000

function open(id: string, ns: number): Run {
  const { scenario, horizonNs } = presetById(id)!
  const run = createRun(scenario, horizonNs)
  run.advance(ns)
  return run
}

const map = (run: Run, change: Partial<IovaSpaceRequest> = {}) =>
  iovaSpaceProbe.build(
    run.machine,
    {
      ...{ table: 0, first: 0, count: 0, columns: 128, maxRows: 64, colourBy: 'state', breaks: true },
      ...change,
    } as IovaSpaceRequest,
    createArrays(),
  )

const cellsOf = (state: Uint8Array, of: number) => state.filter((s) => s === of).length

describe('magazines', () => {
  // By then both magazines of a size and the depot hold ranges.
  const run = open('producer-consumer', 3 * MS)
  const frame = cachesProbe.build(run.machine, { table: 0 }, createArrays())

  it('hold as many ranges as the allocator lists one by one', () => {
    let ranges = 0
    for (let i = 0; i < frame.cpus * frame.orders; i++) ranges += frame.loaded[i]! + frame.previous[i]!
    for (const full of frame.depot) ranges += full * frame.capacity
    const d = run.machine.domains[0]!
    let listed = 0
    d.allocator.forEachCached!(d.allocatorState, () => listed++)
    expect(ranges).toBe(listed)
    expect(ranges).toBeGreaterThan(127)
    expect(summarise(run.machine, 0).tree).toMatchObject({ cachedRanges: ranges })
  })

  it('and the flush queue are on the map page by page, and in the counts', () => {
    const whole = map(run)
    expect(whole.entriesPerCell).toBe(1)
    expect(cellsOf(whole.state, CELL_CACHED)).toBe(whole.counts.cached)
    expect(cellsOf(whole.state, CELL_QUEUED)).toBe(whole.counts.queued)
    expect(cellsOf(whole.state, CELL_MAPPED)).toBe(whole.counts.mapped)
  })

  it('give a cached page the colour of the CPU that keeps it, and the inspector its name', () => {
    const byCpu = map(run, { colourBy: 'cpu' })
    const first = byCpu.segments[0]!.firstEntry
    const cell = byCpu.state.findIndex((s, i) => s === CELL_CACHED && byCpu.value[i] !== 255)
    expect(cell).toBeGreaterThanOrEqual(0)
    expect(inspect(run.machine, 0, first + cell)).toMatchObject({ state: CELL_CACHED, keeper: byCpu.value[cell] })
    const queued = byCpu.state.indexOf(CELL_QUEUED)
    const card = queued < 0 ? null : inspect(run.machine, 0, first + queued)
    expect(card?.state ?? CELL_QUEUED).toBe(CELL_QUEUED)
    expect(card?.keeper).not.toBeNull()
  })
})

describe('chunks', () => {
  const run = open('chunks', 1 * MS)
  const frame = cachesProbe.build(run.machine, { table: 0 }, createArrays())

  it('are owned, counted as far as mapped, and bands on the map', () => {
    expect(frame.chunks).toBeGreaterThanOrEqual(frame.cpus)
    expect(frame.chunkMapped.reduce((a, b) => a + b, 0)).toBe(map(run).counts.mapped)
    const whole = map(run)
    expect(new Set(whole.owner)).toEqual(new Set([...Array.from({ length: frame.cpus }, (_, c) => c)]))
    expect(cellsOf(whole.state, CELL_FREE)).toBe(0)
    const card = inspect(run.machine, 0, frame.chunkFirst[0]!)!
    expect(card.chunk).toEqual({ ...card.chunk, owner: frame.chunkOwner[0], firstEntry: frame.chunkFirst[0] })
  })
})

describe('one tree', () => {
  const run = open('one-lock', 1 * MS)

  it('marks what its last search passed, and counts the moves', () => {
    // Right after a search: what it passed fades with simulated time.
    const { lastWalk, treeSearches } = run.machine.state.tables[0]!
    expect(treeSearches).toBeGreaterThan(100)
    expect(run.machine.state.nowNs - lastWalk.ns).toBeLessThan(50_000)
    const frame = map(run)
    expect(frame.walk).toEqual({ ns: lastWalk.ns, cpu: lastWalk.cpu, steps: lastWalk.steps })
    const passed = frame.marks!.filter((m) => (m & MARK_PASSED) !== 0).length
    expect(passed).toBeGreaterThan(0)
  })

  it('has one lock besides that of the IOMMU, for which CPUs wait as long as their lanes say', () => {
    const { locks: list } = locksProbe.build(run.machine, { table: 0 }, createArrays())
    expect(list.map((lock) => lock.name)).toEqual(['tree', 'IOMMU queue'])
    const r = run.machine.state.recorder
    const waited = r.lockWaitNs.data.reduce((a, b) => a + b, 0)
    expect(waited).toBe(list[0]!.waitNs + list[1]!.waitNs)
    expect(list[1]!.waitNs).toBeLessThan(list[0]!.waitNs / 10)
    // A wait lies in all the columns that it spans: none is longer than the column.
    expect(Math.max(...r.lockWaitNs.data)).toBeLessThanOrEqual(r.columnNs)
    const { lockWaitNow } = timelineProbe.build(run.machine, {}, createArrays())
    expect(lockWaitNow.some((share) => share > 0.5)).toBe(true)
    const mean = lockWaitNow.reduce((sum, share) => sum + share, 0) / lockWaitNow.length
    expect(summarise(run.machine, 0).lockWait).toBeCloseTo(mean, 6)
  })

  it('shows its islands apart, and finds addresses in both', () => {
    const whole = map(run, { breaks: false })
    expect(whole.segments.map(({ apart = 0 }) => apart)).toEqual([0, 2 ** 36 - 2 ** 21])
    for (const e of [5, 2 ** 20 + 7]) {
      const address = `0x${addressAt(whole, e).toString(16)}`
      expect(search(run.machine, 0, address, null)).toMatchObject({ count: 1, next: e })
    }
  })
})
