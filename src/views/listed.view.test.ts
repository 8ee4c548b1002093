// Where the listing of a window is limited, no figure, legend, gutter or sentence presents the limit as the window.

import { describe, expect, it } from 'vitest'
import { readDdwLog } from '../share/ddw-log.ts'
import { ddwPreset, scenarioOfDdwLog } from '../share/ddw-scenario.ts'
import {
  presets as all,
  buildFrame,
  createArrays,
  createRun,
  type Frame,
  type IovaSpaceFrame,
  listingOf,
  type Run,
  type Scenario,
  withValue,
} from '../sim/index.ts'
import { playable } from '../tools/recordings.ts'
import { regionShare } from './address-time/address-time.view.ts'
import { breakAfterText, breakText, iovaSpaceView } from './iova-space/iova-space.view.ts'
import { listedNote } from './listed.ts'
import { regionsView } from './regions/regions.view.ts'
import { tcePagesView } from './tce-pages/tce-pages.tsx'

const presets = all.map(playable)
const scenarioOf = (id: string, changes: Readonly<Record<string, number | string>> = {}): Scenario =>
  Object.entries(changes).reduce((s, [p, v]) => withValue(s, p, v), presets.find((p) => p.id === id)!.scenario)

const LOG = `[    2.204866] nvme 0121:50:00.0: ibm,query-pe-dma-windows(53) 500000 8000000 20000121 returned 0, lb=1000000 ps=3 wn=1
[    2.205058] nvme 0121:50:00.0: ibm,create-pe-dma-window(54) 500000 8000000 20000121 10 28 returned 0 (liobn = 0x70000121 starting addr = 8000000 0)
[    2.205100] nvme 0121:50:00.0: can't map partition max 0x8000000000000 with 16777216 65536-sized pages`
/** A window of 16M TCEs, of which 4M are listed. */
const logged = (): Scenario => {
  const [log] = readDdwLog(LOG).logs
  return scenarioOfDdwLog(log!, ddwPreset(presets)!).scenario
}

function runOf(scenario: Scenario, ns: number): Run {
  const run = createRun(scenario, 12_000_000)
  run.advance(ns)
  return run
}

function frameOf(run: Run, breaks = true): Frame {
  const map = { table: 0, first: 0, count: 0, columns: 64, maxRows: 32, colourBy: 'state' as const, breaks }
  const probes = { 'iova-space': map, 'address-time': { table: 0 }, regions: { table: 0 }, 'tce-pages': { table: 0 } }
  const wish = { table: 0, inspect: null, logLines: 0, probes }
  const ids = { source: 0, request: 1, revision: 0 }
  return buildFrame(run.machine, wish, { mode: 'paused', underway: null }, ids, createArrays())
}

/** Entries shown, left out, and pages that no entry stands for. */
function partsOf({ segments, columns, entriesPerCell, size, gapAfter, apartAfter = 0 }: IovaSpaceFrame) {
  const perRow = columns * entriesPerCell
  let listed = gapAfter
  let unlisted = apartAfter
  for (const { firstEntry, rows, gapBefore, apart = 0 } of segments) {
    listed += Math.min(size - firstEntry, rows * perRow) + gapBefore
    unlisted += apart
  }
  return { listed, unlisted }
}

describe('the parts of the map', () => {
  const scenarios: readonly (readonly [string, Scenario])[] = [
    ...presets.map(({ id, scenario }) => [id, scenario] as const),
    ['a logged window of 1 TiB', logged()],
    ['bitmap pools in 48 bits', scenarioOf('superpages', { 'd0.allocator': 'tce-pools', 'd0.window': 2 ** 48 })],
    ['far memory near', scenarioOf('nvlink-on-demand', { 'm.farAt': 1024 })],
  ]
  it.each(scenarios)('of %s add up to the window, with breaks and without', (_, scenario) => {
    const run = runOf(scenario, 50_000)
    const table = run.machine.state.tables[0]!
    for (const breaks of [true, false]) {
      const map = frameOf(run, breaks).views['iova-space']!
      const { listed, unlisted } = partsOf(map)
      expect(listed).toBe(table.geometry.size)
      const window = Math.max(table.geometry.size, Math.floor(table.windowBytes / 2 ** table.geometry.pageShift))
      expect(listed + unlisted).toBe(window)
      const listing = listingOf(map)
      expect(listing === null).toBe(unlisted === 0)
      if (listing)
        expect([listing.listedBytes, listing.windowBytes]).toEqual([listed, window].map((n) => n * 2 ** map.pageShift))
    }
  })
})

describe('a window that is listed in part', () => {
  it('says so in gutter, legend and sentences', () => {
    const frame = frameOf(runOf(logged(), 6_000_000))
    const map = frame.views['iova-space']!
    expect(breakAfterText(map, false)).toBe('1 TiB to the end of the window never mapped, only 256 GiB of it listed')
    expect(listedNote(frame.summary)).toBe('256 GiB of 1 TiB listed')
    for (const words of [
      iovaSpaceView.describe(map),
      regionsView.describe(frame.views.regions!),
      tcePagesView.describe(frame.views['tce-pages']!),
    ])
      expect(words).toContain('Of a window of 1 TiB these are the 256 GiB that are listed')
    // The hypervisor keeps 8 bytes for each of 16M TCEs.
    expect(frame.views['tce-pages']!.tableBytes).toBe(8 * 2 ** 24)
  })

  it('tells what lies between islands and behind them', () => {
    const map = frameOf(runOf(scenarioOf('iotlb-wall'), 1_000_000)).views['iova-space']!
    expect(breakAfterText(map, false)).toBe('256 TiB to the end of the window never mapped, only 4 GiB of it listed')
    const near = frameOf(runOf(scenarioOf('nvlink-on-demand', { 'm.farAt': 1024 }), 20_000_000)).views['iova-space']!
    expect(near.segments.map((s) => breakText(s, near.pageShift)).at(-1)).toBe(
      '1\u2009008 GiB not listed: nothing is placed in it',
    )
    expect(breakAfterText(near, false)).toBe('63 TiB to the end of the window not listed: nothing is placed in it')
  })

  it('counts the share of a region by the whole region, not by the bands that cover a part of it', () => {
    const frame = frameOf(runOf(scenarioOf('iotlb-wall'), 1_000_000))
    const history = frame.views['address-time']!
    const low = history.regions.find((r) => r.name === 'below 4 GiB')!
    expect(regionShare(history, low, history.filled - 1)).toBeCloseTo(2 ** 20 / 2 ** 32, 5)
  })
})
