import { describe, expect, it } from 'vitest'
import { entryOf } from '../iova/geometry.ts'
import { exposedBytes } from '../machine/state.ts'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById, presets } from '../scenario/presets.ts'
import { CELL_FAILED, CELL_MAPPED, CELL_REACHABLE } from './cells.ts'
import { exposureOf, iotlbsOf } from './exposure.ts'
import { inspect, summarise } from './figures.ts'
import { iovaSpaceProbe } from './iova-space.ts'
import { entriesIn, overlap, reachableIn } from './kept.ts'
import { markReachable } from './map-marks.ts'
import { createArrays } from './probe.ts'
import { timelineProbe } from './timeline.ts'

const MS = 1_000_000
const PAGE = 4096
const MAP = { table: 0, first: 0, count: 0, columns: 128, maxRows: 64, colourBy: 'state', breaks: true } as const

function open(id: string, changes: Record<string, string | number> = {}, ns = 3 * MS): Run {
  const scenario = Object.entries(changes).reduce((s, [p, v]) => withValue(s, p, v), presetById(id)!.scenario)
  const run = createRun(scenario, 12 * MS)
  run.advance(ns)
  return run
}

/** The pages of the table that a stale slot of its IOTLB leads to, slot by slot. */
function staleSlots(run: Run): { pfn: number; pages: number; since: number; reused: boolean }[] {
  return iotlbsOf(run.machine.state, 0).flatMap((t) =>
    Array.from(t.staleNs)
      .map((since, slot) => ({
        pfn: t.pfn.data[slot]!,
        pages: 2 ** t.order[slot]!,
        since,
        reused: t.reusedNs[slot]! >= 0,
      }))
      .filter(({ since }, slot) => since >= 0 && t.domain[slot] === 0),
  )
}

describe('the figures of what was unmapped', () => {
  it('are those of the stale entries, one by one', () => {
    const run = open('one-lock', { 'd0.flush': 'none' }, 5 * MS)
    const slots = staleSlots(run)
    expect(slots.length).toBeGreaterThan(10)
    const figures = exposureOf(run.machine, 0)!
    expect(figures.reachableBytes).toBe(slots.reduce((sum, slot) => sum + slot.pages, 0) * PAGE)
    expect(figures.oldestNs).toBe(Math.min(...slots.map((slot) => slot.since)))
    expect(figures.reusedPages).toBe(slots.filter((slot) => slot.reused).length)
    expect(figures.worstNs).toBeGreaterThanOrEqual(run.machine.state.nowNs - figures.oldestNs!)
    expect(exposedBytes(run.machine.state)).toBe(figures.reachableBytes)
    expect(summarise(run.machine, 0).exposure).toEqual(figures)
  })

  it('say that a strict unmap leaves nothing and waits each time, a deferred one seldom, and none never', () => {
    const of = (flush: string) => exposureOf(open('producer-consumer', { 'd0.flush': flush }).machine, 0)!
    const [strict, deferred, none] = [of('strict'), of('deferred'), of('none')]
    expect([strict.reachableBytes, strict.oldestNs, strict.byteUs, strict.worstNs]).toEqual([0, null, 0, 0])
    expect([strict.waits, strict.flushes]).toEqual([strict.unmaps, 0])
    expect(deferred.flushes).toBeGreaterThan(0)
    expect(deferred.waits).toBe(deferred.flushes)
    expect(deferred.queueWorstNs).toBeGreaterThanOrEqual(deferred.worstNs)
    expect([none.commands, none.waits]).toEqual([0, 0])
    expect(none.byteUs).toBeGreaterThan(0)
  })

  it('are not there where TCEs are cleared in the table that the hypervisor reads', () => {
    const run = open('frames-64k')
    expect(exposureOf(run.machine, 0)).toBeNull()
    expect(timelineProbe.build(run.machine, {}, createArrays()).exposedBytes).toBeNull()
  })

  it('are in every preset what the map counts as reachable, and what it counts as mapped and an IOTLB leads elsewhere', () => {
    const behind: string[] = []
    for (const { id, openNs, recording } of presets) {
      if (recording) continue
      const run = open(id, {}, 0)
      if (run.machine.state.iotlbs.length === 0) continue
      run.advance(openNs)
      for (const [table, of] of run.machine.state.tables.entries()) {
        if (!of) continue
        const { counts } = iovaSpaceProbe.build(run.machine, { ...MAP, table }, createArrays())
        const figures = exposureOf(run.machine, table)
        const said = [figures?.reachableBytes ?? 0, figures?.behindMappedBytes ?? 0]
        const pages = [counts.reachable + counts.behindMapped, counts.behindMapped]
        expect(said, id).toEqual(pages.map((n) => n * 2 ** of.geometry.pageShift))
        if (counts.behindMapped > 0) behind.push(id)
      }
    }
    expect(behind).toContain('hypervisor-2011')
  })

  it('end the track of the time-line', () => {
    const run = open('one-lock', { 'd0.flush': 'none' }, 5 * MS)
    const { exposedBytes, filled } = timelineProbe.build(run.machine, {}, createArrays())
    expect(exposedBytes![filled - 1]).toBe(exposureOf(run.machine, 0)!.reachableBytes)
  })
})

describe('a page that a device still reaches', () => {
  const run = open('one-lock', { 'd0.flush': 'deferred' }, 5 * MS)
  const { state } = run.machine
  const table = state.tables[0]!
  const reachable = reachableIn(state, table)

  it('is one that a stale entry covers and nobody has mapped', () => {
    const covered = new Set(
      staleSlots(run).flatMap(({ pfn, pages }) =>
        Array.from({ length: pages }, (_, i) => entryOf(table.geometry, pfn + i)),
      ),
    )
    const listed = []
    for (let i = 0; i < reachable.length; i += 2) for (let e = reachable[i]!; e < reachable[i + 1]!; e++) listed.push(e)
    const expected = [...covered].filter((e) => inspect(run.machine, 0, e)!.mapping === null)
    expect(listed).toEqual(expected.toSorted((a, b) => a - b))
    expect(listed.length).toBeGreaterThan(10)
    expect(entriesIn(reachable)).toBe(listed.length)
    expect(overlap(reachable, listed[3]!, listed[7]! + 1)).toBe(5)
    expect(overlap(reachable, 0, reachable[0]!)).toBe(0)
  })

  it('is on the map and in the counts as that, whatever else it is', () => {
    const frame = iovaSpaceProbe.build(run.machine, MAP, createArrays())
    expect(frame.entriesPerCell).toBe(1)
    expect(frame.state.filter((s) => s === CELL_REACHABLE)).toHaveLength(entriesIn(reachable))
    expect(frame.state.filter((s) => s === CELL_MAPPED)).toHaveLength(table.mapped)
    const { counts } = frame
    expect(counts.reachable).toBe(entriesIn(reachable))
    const { mapped, free, reserved, cached, queued } = counts
    expect(mapped + free + reserved + cached + queued + counts.reachable).toBe(table.geometry.size)
    // A refusal's mark outranks it.
    const cell = frame.state.indexOf(CELL_REACHABLE)
    frame.state[cell] = CELL_FAILED
    markReachable(reachable, frame)
    expect(frame.state[cell]).toBe(CELL_FAILED)
  })

  it('tells the inspector since when, what lies behind it and where the translation stands', () => {
    const e = reachable[0]!
    const card = inspect(run.machine, 0, e)!
    expect(card.state).toBe(CELL_REACHABLE)
    const [iotlb] = iotlbsOf(state, 0)
    const slot = card.reach!.set * iotlb!.ways + card.reach!.way
    expect(entryOf(table.geometry, iotlb!.pfn.data[slot]!)).toBe(e)
    expect(card.reach).toMatchObject({
      sinceNs: iotlb!.staleNs[slot],
      untilNs: table.flush!.dueNs,
      realAddr: iotlb!.page.data[slot]! * PAGE,
    })
    expect(card.path?.at(-1)).toMatchObject({ height: 0, kind: 0 })
  })

  it('stays so for ever where nobody tells the IOTLB', () => {
    const never = open('one-lock', { 'd0.flush': 'none' }, 5 * MS)
    const [e] = reachableIn(never.machine.state, never.machine.state.tables[0]!)
    expect(inspect(never.machine, 0, e!)!.reach).toMatchObject({ untilNs: null })
  })
})
