import { describe, expect, it } from 'vitest'
import { playable } from '../../tools/recordings.ts'
import { bounceOf as bounceIn, levelsOf } from '../paths/parts.ts'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presets as all } from '../scenario/presets.ts'
import { addressTimeProbe } from './address-time.ts'
import { CELL_FAILED, CELL_FREE, CELL_MAPPED, CELL_NONE, CELL_RESERVED } from './cells.ts'
import { inspect, lastRefusal, summarise } from './figures.ts'
import { buffersOf, buildFrame, probes } from './frame.ts'
import { iovaSpaceProbe } from './iova-space.ts'
import type { IovaSpaceRequest } from './map-frame.ts'
import { createArrays } from './probe.ts'
import { regionsProbe } from './regions.ts'
import { tcePagesProbe } from './tce-pages.ts'
import { timelineProbe } from './timeline.ts'

const presets = all.map(playable)
const presetById = (id: string) => presets.find((p) => p.id === id) ?? null

const MS = 1_000_000
const WHOLE: IovaSpaceRequest = {
  table: 0,
  first: 0,
  count: 0,
  columns: 128,
  maxRows: 64,
  colourBy: 'state',
  breaks: false,
}

function open(id: string, ns: number, changes: Record<string, number | string> = {}): Run {
  const scenario = Object.entries(changes).reduce((s, [p, v]) => withValue(s, p, v), presetById(id)!.scenario)
  const run = createRun(scenario, 12 * MS)
  run.advance(ns)
  return run
}

const map = (run: Run, change: Partial<IovaSpaceRequest> = {}) =>
  iovaSpaceProbe.build(run.machine, { ...WHOLE, ...change }, createArrays())

describe('probes', () => {
  it('change nothing, whatever is asked', () => {
    for (const { id } of presets) {
      const run = open(id, 3 * MS)
      const before = run.hash()
      const requests = { ...WHOLE, columns: 64, breaks: true, path: [] }
      const wish = {
        probes: Object.fromEntries(probes.map((p) => [p.id, requests])),
        table: 0,
        inspect: { table: 0, entry: 1 },
        logLines: 50,
      }
      const frame = buildFrame(
        run.machine,
        wish,
        { mode: 'paused', underway: null },
        { source: 0, request: 1, revision: 0 },
        createArrays(),
      )
      // What a machine has nothing of is left out.
      const { state } = run.machine
      const table = state.tables[0]!
      const absent = [
        ...(levelsOf(table) || table.ddw ? [] : ['memory']),
        ...(table.ddw ? [] : ['ddw', 'windows']),
        ...(Number(state.settings['m.vfs']) > 0 ? [] : ['budget']),
        ...(state.boot ? [] : ['boot']),
        ...(bounceIn(table)?.isThere ? [] : ['pool']),
        ...(bounceIn(table) ? [] : ['bounce']),
      ]
      const there = probes.map((p) => p.id).filter((name) => !absent.includes(name))
      expect([id, ...Object.keys(frame.views)]).toEqual([id, ...there])
      expect(run.hash()).toBe(before)
      // Every array has its own buffer, so that all of them can be transferred.
      expect(new Set(buffersOf(frame)).size).toBe(buffersOf(frame).length)
    }
  })

  it('give the same frame in returned buffers as in fresh ones', () => {
    const run = open('halves', 5 * MS)
    const fresh = map(run, { breaks: true })
    const dirty = Object.values(fresh)
      .filter((v) => ArrayBuffer.isView(v))
      .map((v) => new Uint8Array(v.byteLength).fill(170).buffer)
    expect(iovaSpaceProbe.build(run.machine, { ...WHOLE, breaks: true }, createArrays(dirty))).toEqual(fresh)
  })
})

describe('map of the IOVA space', () => {
  it('shows each TCE of the 256 MiB window as a cell of its own', () => {
    const frame = map(open('frames-64k', 1.9 * MS))
    expect([frame.rows, frame.columns, frame.entriesPerCell]).toEqual([32, 128, 1])
    expect(frame.state[0]).toBe(CELL_RESERVED)
    expect(frame.state[1]).toBe(CELL_MAPPED)
    expect(frame.state[4095]).toBe(CELL_FREE)
    // 1500 of 65536 bytes.
    expect(frame.useful[1]).toBe(1500)
    expect(frame.state.reduce((n, s) => n + (s === CELL_MAPPED ? 1 : 0), 0)).toBe(frame.counts.mapped)
  })

  it('adds the shares of coarser cells up to what is mapped', () => {
    const run = open('halves', 5 * MS)
    const frame = map(run)
    expect(frame.entriesPerCell).toBe(8)
    const entries = frame.used.reduce((sum, used) => sum + Math.round((used * 8) / 255), 0)
    expect(entries).toBe(run.machine.state.tables[0]!.mapped)
  })

  it('shows a part of the window, widened to whole rows', () => {
    const frame = map(open('frames-64k', 3 * MS), { first: 200, count: 200 })
    expect(frame.segments).toEqual([{ row: 0, rows: 3, firstEntry: 128, gapBefore: 0 }])
  })

  it('marks the end of what a refused request searched, for a while', () => {
    const run = open('frames-64k', 3 * MS)
    while (run.machine.state.refusedTotal === 0) run.stepForward()
    const frame = map(run)
    expect([frame.state[3071], frame.state[4095]]).toEqual([CELL_FAILED, CELL_FAILED])
    run.input('w0.ring', 256)
    run.advance(run.machine.state.nowNs + MS)
    expect(map(run).state[4095]).not.toBe(CELL_FAILED)
  })

  it('leaves out what was never used where that makes cells finer, and says how much', () => {
    const run = open('pools', 0.4 * MS, { 'w0.queues': 1, 'w0.greedy': 1, 'd0.window': 4 * 1024 ** 3 })
    const whole = map(run)
    const broken = map(run, { breaks: true })
    expect(broken.entriesPerCell).toBeLessThan(whole.entriesPerCell)
    const shown = broken.rows * 128 * broken.entriesPerCell
    const left = broken.segments.reduce((sum, s) => sum + s.gapBefore, 0) + broken.gapAfter
    expect(shown + left).toBe(broken.size)
    expect(map(open('frames-64k', 2 * MS), { breaks: true }).segments.length).toBe(1)
  })

  it('pads a window that is smaller than its last row', () => {
    const frame = map(open('pinhole', 0.1 * MS, { 'd0.iommuPage': 65_536 }))
    expect([frame.rows, frame.state[15] !== CELL_NONE, frame.state[16]]).toEqual([1, true, CELL_NONE])
  })

  it('colours by CPU, device, size and age', () => {
    const run = open('halves', 5 * MS)
    const cpus = map(run, { colourBy: 'cpu' }).value.filter((v) => v !== 255)
    expect(new Set(cpus)).toEqual(new Set([0, 1, 2, 3]))
    expect(new Set(map(run, { colourBy: 'device' }).value)).toEqual(new Set([0, 1, 255]))
    expect(new Set(map(run, { colourBy: 'size' }).value)).toEqual(new Set([0, 1, 4, 255]))
    expect(Math.max(...map(run, { colourBy: 'age' }).value.filter((v) => v !== 255))).toBeLessThan(8 * 23)
  })

  it('lets a new mapping fade within simulated time', () => {
    const run = open('frames-64k', 0.05 * MS, { 'w0.load': 0 })
    const fresh = map(run).fresh[1]!
    run.advance(0.17 * MS)
    const later = map(run).fresh[1]!
    expect(fresh).toBeGreaterThan(150)
    expect(later / fresh).toBeCloseTo(Math.exp(-1), 1)
  })
})

describe('history', () => {
  it('shows levels and new mappings by band, the growing column included', () => {
    const run = open('frames-64k', 2.5 * MS)
    const frame = addressTimeProbe.build(run.machine, { table: 0 }, createArrays())
    const now = frame.filled - 1
    expect(now).toBe(Math.floor((2.5 * MS) / frame.columnNs))
    const column = frame.mapped.subarray(now * frame.bands, frame.filled * frame.bands)
    expect([column[0], column[63]]).toEqual([251, 0])
    expect(frame.fresh.some((v) => v > 0)).toBe(true)
  })

  it('adds refusals and lock waiting up to their totals', () => {
    const run = open('frames-64k', 30 * MS)
    const frame = timelineProbe.build(run.machine, {}, createArrays())
    expect(frame.horizonNs).toBeGreaterThan(30 * MS)
    expect(frame.refused.reduce((a, b) => a + b, 0)).toBe(run.machine.state.refusedTotal)
    expect(frame.missed.reduce((a, b) => a + b, 0)).toBe(run.machine.state.missed)
    expect(frame.mappedBytes[frame.filled - 1]).toBe(run.machine.state.tables[0]!.mapped * 65_536)
    expect(frame.marks.map((m) => m.kind)).toContain('refusal')
  })
})

describe('lock waiting', () => {
  it('shows CPUs that wait for a lock which is never given up', () => {
    const changes = {
      'd0.allocator': 'tce-halves',
      'd0.dmaMask': 24,
      'w0.mtu': 9000,
      'w0.placement': 'packed',
      'w0.ring': 2048,
    }
    const run = open('frames-4k', 9 * MS, changes)
    expect(run.machine.state.hang).not.toBeNull()
    const { lockWaitNow } = timelineProbe.build(run.machine, {}, createArrays())
    expect(lockWaitNow.filter((share) => share > 0.9).length).toBeGreaterThan(3)
  })
})

describe('table pages and regions', () => {
  it('count the TCEs that are set, page by page', () => {
    const run = open('frames-4k', 4 * MS)
    const frame = tcePagesProbe.build(run.machine, { table: 0 }, createArrays())
    expect([frame.pages, frame.tableBytes]).toEqual([128, 524_288])
    expect(frame.set.reduce((a, b) => a + b, 0)).toBe(run.machine.state.tables[0]!.mapped)
    expect(frame.writes.reduce((a, b) => a + b, 0)).toBeGreaterThan(run.machine.state.tables[0]!.mapped)
  })

  it('show four bands, their CPUs, and where the greedy one spills', () => {
    const run = open('pools', 7 * MS)
    const frame = regionsProbe.build(run.machine, { table: 0 }, createArrays())
    expect(frame.regions.map((r) => r.name)).toEqual(['pool 0', 'pool 1', 'pool 2', 'pool 3', 'large pool'])
    // a_cpuhash: CPUs 0…7 belong to pools 0 1 3 0 2 3 1 2.
    expect([...frame.home]).toEqual([0, 1, 3, 0, 2, 3, 1, 2])
    expect(frame.regions[1]!.spillsIn).toBeGreaterThan(1000)
    expect(frame.owned[0 * 8 + 0]! + frame.owned[1 * 8 + 0]!).toBeGreaterThan(8000)
    expect(frame.regions.reduce((n, r) => n + r.mapped, 0)).toBe(run.machine.state.tables[0]!.mapped)
  })
})

describe('figures', () => {
  it('say how many buffers fitted and which one was refused', () => {
    const run = open('frames-64k', 2 * MS, { 'w0.load': 0, 'w0.bringUp': 0, 'w0.ring': 1024 })
    const summary = summarise(run.machine, 0)
    expect(summary).toMatchObject({ usable: 4093, mapped: 4093, liveMappings: 4093 })
    expect(summary.firstRefusal).toMatchObject({ fitted: 4093, nth: 4094, npages: 1 })
  })

  it('show the tries of a refused request in kernel order with nothing left in them', () => {
    const run = open('frames-64k', 3 * MS)
    while (run.machine.state.refusedTotal === 0) run.stepForward()
    const { tries } = lastRefusal(run.machine, 0)!
    expect(tries.map((t) => [t.region, t.from, t.freeEntries])).toEqual([
      ['small pool', 'hint', 0],
      ['small pool', 'start', 0],
      ['small pool', 'start', 0],
      ['large pool', 'start', 0],
    ])
  })

  it('know everything about a mapped page, and nothing of one outside', () => {
    const run = open('frames-64k', 3 * MS)
    const card = inspect(run.machine, 0, 17)!
    expect(card.mapping).toMatchObject({ device: 'eth0', npages: 1, bytes: 1500, direction: 'from device' })
    expect(card.tce - (card.tce % 65_536)).toBe(card.mapping!.realAddr - card.mapping!.pageOffset)
    expect(card.tce % 4).toBe(3)
    expect(card.generation).toBeGreaterThan(0)
    expect(inspect(run.machine, 0, 0)).toMatchObject({ state: CELL_RESERVED, mapping: null, tce: 0 })
    for (const e of [-1, 4096, 1.5, Number.NaN]) expect(inspect(run.machine, 0, e)).toBeNull()
  })
})
