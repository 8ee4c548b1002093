import { describe, expect, it } from 'vitest'
import { playable } from '../../tools/recordings.ts'
import { COLUMNS } from '../engine/recorder.ts'
import { createRun, type Run } from '../run/run.ts'
import { presets as all } from '../scenario/presets.ts'
import { CELL_FAILED, CELL_FREE, CELL_MAPPED, CELL_RESERVED } from './cells.ts'
import { inspect, summarise } from './figures.ts'
import { entryFigures, type filtered, timeFigures } from './filtered.ts'
import { buildFrame } from './frame.ts'
import { MINIMAP_CELLS, minimapProbe } from './minimap.ts'
import { createArrays } from './probe.ts'
import { timelineProbe } from './timeline.ts'

const presets = all.map(playable)
const presetById = (id: string) => presets.find((p) => p.id === id) ?? null

const MS = 1_000_000
/** A recording needs its file. */
const simulated = presets.filter((preset) => preset.recording === undefined)

function open(id: string, ns: number): Run {
  const run = createRun(presetById(id)!.scenario, 12 * MS)
  run.advance(ns)
  return run
}

/** Counted anew from the inspector's cards, entry by entry. */
function recount({ machine: m }: Run, first: number, count: number) {
  const sum = { mapped: 0, reserved: 0, free: 0, largestFreeRun: 0, usefulBytes: 0 }
  const mappings = new Set<number>()
  let run = 0
  for (let e = first; e < first + count; e++) {
    const card = inspect(m, 0, e)!
    run = card.state === CELL_FREE ? run + 1 : 0
    sum.largestFreeRun = Math.max(sum.largestFreeRun, run)
    if (card.state === CELL_FREE) sum.free++
    if (card.state === CELL_RESERVED) sum.reserved++
    const { mapping } = card
    if (!mapping) continue
    sum.mapped++
    mappings.add(mapping.firstEntry)
    const page = 2 ** card.pageShift
    const begins = (e - mapping.firstEntry) * page
    const ends = mapping.pageOffset + mapping.bytes
    sum.usefulBytes += Math.max(0, Math.min(ends, begins + page) - Math.max(mapping.pageOffset, begins))
  }
  return { ...sum, liveMappings: mappings.size }
}

describe('figures of a range of entries', () => {
  it.each(['frames-64k', 'pools', 'halves', 'pinhole'])('equal a count entry by entry: %s', (id) => {
    const run = open(id, 5 * MS)
    const { size } = summarise(run.machine, 0)
    for (const [first, count] of [
      [0, 64],
      [1, 1],
      [Math.floor(size / 3), Math.floor(size / 30)],
      [size - 33, 33],
    ] as const)
      expect(entryFigures(run.machine, 0, first, count)).toMatchObject({ first, count, ...recount(run, first, count) })
  })

  it('of the whole window are those of the summary', () => {
    for (const { id } of simulated) {
      const run = open(id, 3 * MS)
      const s = summarise(run.machine, 0)
      expect(entryFigures(run.machine, 0, 0, s.size)).toMatchObject({
        mapped: s.mapped,
        mappedBytes: s.mappedBytes,
        usefulBytes: s.usefulBytes,
        liveMappings: s.liveMappings,
        largestFreeRun: s.largestFreeRun,
      })
    }
  })

  it('are clipped to the table', () => {
    const run = open('frames-64k', MS)
    expect(entryFigures(run.machine, 0, 4000, 5000)).toMatchObject({ first: 4000, count: 96 })
    expect(entryFigures(run.machine, 0, 9000, 10)).toMatchObject({ count: 0, mapped: 0, free: 0, largestFreeRun: 0 })
  })
})

describe('figures of a range of time', () => {
  it('equal a sum over the columns of the time-line', () => {
    const run = open('frames-64k', 6 * MS)
    const t = timelineProbe.build(run.machine, {}, createArrays())
    const [from, to] = [220, 300]
    const got = timeFigures(run.machine, from * t.columnNs, to * t.columnNs)
    const of = (values: Float64Array | Float32Array) => Array.from(values.subarray(from, to))
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
    expect(got.refused).toBe(sum(of(t.refused)))
    expect(got.refused).toBeGreaterThan(0)
    expect(got.missed).toBe(sum(of(t.missed)))
    expect(got.meanMappedBytes).toBeCloseTo(sum(of(t.mappedBytes)) / 80, 3)
    expect(got.maxUsefulBytes).toBe(Math.max(...of(t.usefulBytes)))
    expect(got).toMatchObject({ fromNs: from * t.columnNs, toNs: to * t.columnNs, columns: 80 })
  })

  it('of the whole run are those of the summary, the column that grows included', () => {
    const run = open('frames-64k', 5 * MS + 1234)
    const s = summarise(run.machine, 0)
    const got = timeFigures(run.machine, 0, 12 * MS)
    expect(got).toMatchObject({ refused: s.refused, missed: s.missed, fromNs: 0, toNs: run.machine.state.nowNs })
    expect(got.maxMappedBytes).toBeGreaterThanOrEqual(s.mappedBytes)
  })

  it('count nothing where the run has not been', () => {
    const run = open('frames-64k', MS)
    expect(timeFigures(run.machine, 5 * MS, 6 * MS)).toMatchObject({ columns: 0, refused: 0, meanMappedBytes: 0 })
  })

  it('keep their sums when columns are merged', () => {
    const run = open('frames-64k', 6 * MS)
    const { columnNs } = run.machine.state.recorder
    const before = timeFigures(run.machine, 0, 6 * MS)
    run.advance(COLUMNS * columnNs + MS)
    expect(run.machine.state.recorder.columnNs).toBe(2 * columnNs)
    const after = timeFigures(run.machine, 0, before.toNs)
    expect(after.refused).toBeGreaterThanOrEqual(before.refused)
    expect(after.toNs - before.toNs).toBeLessThanOrEqual(2 * columnNs)
  })
})

describe('a frame asked for a brush', () => {
  const wish = { probes: {}, table: 0, inspect: null, logLines: 80 }
  const ids = { source: 0, request: 1, revision: 0 }
  const frame = (run: Run, filter: Parameters<typeof filtered>[2] | null) =>
    buildFrame(run.machine, { ...wish, filter }, { mode: 'paused', underway: null }, ids, createArrays())

  it('holds the log lines of its time alone', () => {
    const run = open('frames-64k', 5 * MS)
    const all = frame(run, null)
    const part = frame(run, { time: { fromNs: 3.7 * MS, toNs: 4 * MS }, entries: null })
    const inside = all.log.lines.filter((line) => line.ns >= 3.7 * MS && line.ns < 4 * MS)
    expect(inside.length).toBeGreaterThan(0)
    expect(inside.length).toBeLessThan(all.log.lines.length)
    expect(part.log.lines).toEqual(inside)
    expect(part.log.total).toBe(inside.length)
  })

  it('has figures for what is brushed and null for the rest', () => {
    const run = open('frames-64k', 5 * MS)
    expect(frame(run, null).filtered).toBeNull()
    const { filtered: some } = frame(run, { time: null, entries: { first: 0, count: 64 } })
    expect(some?.time).toBeNull()
    expect(some?.entries?.count).toBe(64)
  })
})

describe('the minimap', () => {
  it('loses no mapping and no refusal, whatever the size of the window', () => {
    for (const { id } of simulated) {
      const run = open(id, 3 * MS)
      const f = minimapProbe.build(run.machine, { table: 0 }, createArrays())
      const { size } = summarise(run.machine, 0)
      expect(f.cells).toBeLessThanOrEqual(MINIMAP_CELLS)
      expect(f.cells * f.entriesPerCell).toBeGreaterThanOrEqual(size)
      for (let cell = 0; cell < f.cells; cell++) {
        const first = cell * f.entriesPerCell
        const count = Math.min(f.entriesPerCell, size - first)
        const { mapped } = entryFigures(run.machine, 0, first, count)
        expect(f.used[cell]! > 0).toBe(mapped > 0)
        expect(f.used[cell] === 255).toBe(mapped === count)
        if (f.state[cell] !== CELL_FAILED) expect(f.state[cell]).toBe(mapped > 0 ? CELL_MAPPED : CELL_FREE)
      }
    }
  })

  it('marks the cell where a search found nothing', () => {
    const run = createRun(presetById('frames-64k')!.scenario, 12 * MS)
    while (summarise(run.machine, 0).refused === 0) run.stepForward()
    const f = minimapProbe.build(run.machine, { table: 0 }, createArrays())
    expect(f.state[f.cells - 1]).toBe(CELL_FAILED)
  })
})
