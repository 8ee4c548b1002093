// Figures of one frame that speak of the same thing agree, in every preset at three moments; and no sentence, table or cell of
// a picture holds a number that is none.

import { describe, expect, it } from 'vitest'
import {
  presets as all,
  buildFrame,
  createArrays,
  createRun,
  type Frame,
  type ProbeId,
  type Run,
} from '../sim/index.ts'
import { playable } from '../tools/recordings.ts'
import { begunAt, regionShare } from './address-time/address-time.view.ts'
import type { HeatmapView } from './view.ts'

const presets = all.map(playable)
const modules = import.meta.glob<Record<string, unknown>>(['./*/*.view.ts', './*/*.tsx'], { eager: true })
const isView = (x: unknown): x is HeatmapView<ProbeId, never> =>
  typeof x === 'object' && x !== null && 'describe' in x && 'cellText' in x && 'table' in x && 'probe' in x
const views = [...new Set(Object.values(modules).flatMap((module) => Object.values(module).filter(isView)))]
/** Cells of a picture whose words are read, spread over it. */
const CELLS = 120
const WRONG =
  /NaN|\bof 0 B|undefined|null|Infinity|\[object|(^|[\s(])[-−]\d[\d.]*( |$)|\b[1-9]\d\d\.\d %|\b(?!100)[1-9]\d\d+ %/

const MAP = { first: 0, count: 0, columns: 64, maxRows: 32, colourBy: 'state' as const, breaks: true }

function frameOf(run: Run, table: number): Frame {
  const of = { table }
  const probes = {
    ...{ 'iova-space': { ...MAP, table }, 'address-time': of, timeline: {}, regions: of, tables: {} },
    classes: { table, colourBy: 'size' as const },
  }
  return built(run, table, probes)
}

function built(run: Run, table: number, probes: Parameters<typeof buildFrame>[1]['probes']): Frame {
  const wish = { table, inspect: null, logLines: 80, probes }
  const ids = { source: 0, request: 1, revision: 0 }
  return buildFrame(run.machine, wish, { mode: 'paused', underway: null }, ids, createArrays())
}

function agree({ summary: s, views }: Frame): void {
  const { counts, size } = views['iova-space']!
  const { mapped, free, reserved, cached, queued, reachable } = counts
  expect({ mapped, sum: mapped + free + reserved + cached + queued + reachable }).toEqual({
    mapped: s.mapped,
    sum: size,
  })
  expect(s.mappedBytes).toBe(s.mapped * 2 ** s.pageShift)
  expect(s.usefulBytes).toBeLessThanOrEqual(s.mappedBytes)
  expect(s.largestFreeRun).toBeLessThanOrEqual(s.freeEntries)
  expect(s.mapped).toBeLessThanOrEqual(s.usable)
  expect(views.classes!.counts.reduce((sum, n) => sum + n, 0)).toBe(s.mapped)
  // Entries by band, by region and by table.
  const history = views['address-time']!
  expect(history.now.reduce((sum, n) => sum + n, 0)).toBe(s.mapped)
  const { regions } = views.regions!
  expect(regions.reduce((sum, r) => sum + r.mapped, 0)).toBe(s.mapped)
  for (const r of regions) {
    const share = regionShare(history, r, history.filled - 1)
    const exact = r.mapped / Math.max(1, r.end - r.start)
    // A band at the border of two regions is told of both.
    expect(Math.abs(share - exact) * (r.end - r.start)).toBeLessThanOrEqual(2 * history.entriesPerBand)
    expect(share).toBeLessThanOrEqual(1)
  }
  const { tables } = views.tables!
  const line = views.timeline!
  const now = line.filled - 1
  expect(tables.reduce((sum, t) => sum + t.mappedBytes, 0)).toBe(line.mappedBytes[now])
  expect(tables.reduce((sum, t) => sum + t.usefulBytes, 0)).toBe(line.usefulBytes[now])
  expect(tables.reduce((sum, t) => sum + t.refused, 0)).toBe(line.refused.reduce((sum, n) => sum + n, 0))
  for (let c = 0; c < line.filled; c++) expect(line.mappedBytes[c]).toBeLessThanOrEqual(line.fullBytes)
  expect(begunAt(history)).toBe(0)
}

describe('what is said of one moment agrees', () => {
  it.each(presets.map((p) => [p.id, p] as const))('in %s', (_, { scenario, openNs, horizonNs }) => {
    const run = createRun(scenario, horizonNs)
    for (const ns of [0, Math.round(openNs / 3), openNs]) {
      run.advance(ns)
      for (const table of run.machine.state.tables.keys())
        if (run.machine.state.tables[table]) {
          const frame = frameOf(run, table)
          agree(frame)
          const { lines } = frame.log
          expect([frame.status.lastStep, ...lines.map(({ text }) => text)].filter((text) => WRONG.test(text))).toEqual(
            [],
          )
        }
    }
    const request = { ...MAP, table: 0, colourBy: 'size', path: [] }
    const asked = Object.fromEntries(views.map((view) => [view.probe, request]))
    const frame = built(run, 0, asked)
    for (const view of views) {
      const of = frame.views[view.probe]
      if (!of) continue
      const { columns, rows } = view.grid(of)
      const words = [view.describe(of), ...view.table(of).rows.flat()]
      const stride = Math.max(1, Math.floor((columns * rows) / CELLS))
      for (let cell = 0; cell < columns * rows; cell += stride) words.push(view.cellText(of, cell))
      expect([view.id, words.filter((text) => WRONG.test(text))]).toEqual([view.id, []])
    }
  })

  it('reads many pictures', () => expect(views.length).toBeGreaterThan(15))
})
