// What the menu of views promises is so: for every preset and every view of the dock.

import { describe, expect, it } from 'vitest'
import { buildFrame, createArrays, type Frame, type ProbeRequests } from '../sim/index.ts'
import { unmetText } from '../text/needs.ts'
import { at, presets } from '../tools/open-presets.ts'
import { modeOf } from './caches/caches.view.ts'
import { dockViews } from './index.ts'
import { hasTable } from './memory/memory.view.ts'
import { filling, insteadOf, isMet, type Now, whyUnmet } from './needs.ts'

const table = 0
const OF_TABLE = 'tce-pages regions caches locks iotlb queues commands ledger pool bounce'.split(' ')
const PROBES = {
  ...Object.fromEntries(OF_TABLE.map((id) => [id, { table }])),
  ...{ tables: {}, ddw: { table }, windows: { table }, hcalls: {}, budget: {}, boot: {} },
  ...{ radix: { table, entry: null }, memory: { table }, levels: { table, path: [] } },
} as ProbeRequests

/** Whether a view would draw anything of a frame. */
const DRAWS: Readonly<Record<string, (frame: Frame) => boolean>> = {
  'tce-pages': ({ views: v, summary }) => v['tce-pages']!.pages > 0 && summary.bounce === null,
  regions: ({ views: v }) => v.regions!.regions.some((r) => r.end - r.start > 2),
  tables: ({ views: v }) => v.tables!.tables.some((t) => t.windowBytes > 0),
  caches: ({ views: v }) => modeOf(v.caches!) !== 'none',
  locks: ({ views: v }) => v.regions!.regions.some((r) => r.end - r.start > 2) && v.locks!.locks.length > 0,
  iotlb: ({ views: v }) => v.iotlb!.sets > 0,
  queues: ({ views: v }) => v.queues!.rings > 0,
  commands: ({ views: v }) => v.commands!.total > 0,
  radix: ({ views: v }) => v.radix!.levels.length > 0,
  ledger: ({ summary }) => summary.exposure !== null,
  levels: ({ views: v }) => v.levels!.shape !== null || v.levels!.refusal !== null,
  memory: ({ views: v }) => v.memory !== undefined && hasTable(v.memory),
  islands: ({ views: v }) => (v.memory?.islands.length ?? 0) > 0,
  ddw: ({ views: v }) => v.ddw !== undefined,
  windows: ({ views: v }) => v.windows !== undefined,
  hcalls: ({ summary }) => summary.guest !== null || summary.partition !== null,
  budget: ({ views: v }) => v.budget !== undefined,
  boot: ({ views: v }) => v.boot !== undefined,
  pool: ({ views: v }) => v.pool !== undefined,
  bounce: ({ views: v }) => v.bounce !== undefined,
}

/** A preset a millisecond after it opens, when what it does has been done. */
function standing(id: string): { now: Now; frame: Frame } {
  const { openNs, horizonNs } = presets.find((p) => p.id === id)!
  const run = at(id, Math.min(openNs + 1e6, horizonNs))
  const wish = { table, inspect: null, logLines: 0, probes: PROBES }
  const frame = buildFrame(
    run.machine,
    wish,
    { mode: 'paused', underway: null },
    { source: 0, request: 0, revision: 0 },
    createArrays(),
  )
  return { now: { here: run.scenario(), table, summary: frame.summary }, frame }
}
const ofRun = dockViews.filter((view) => view.probe)

describe('what a view needs', () => {
  it.each(presets.map((p) => p.id))('%s: a view draws something if, and only if, the menu says so', (id) => {
    const { now, frame } = standing(id)
    const drawn: readonly string[] = ofRun.filter((view) => DRAWS[view.id]!(frame)).map((view) => view.id)
    expect(ofRun.filter((view) => isMet(view.needs, now)).map((view) => view.id)).toEqual(drawn)
    // A preset opens on a view that has something to show.
    const front = presets.find((p) => p.id === id)!.dock[0] ?? 'scaling'
    expect(front in DRAWS ? drawn : [front]).toContain(front)
    for (const { needs } of ofRun) {
      if (needs === null || isMet(needs, now)) continue
      expect(whyUnmet(needs, now)).toMatch(/\.$/)
      const instead = ofRun.find((view) => view.id === insteadOf(needs, now))
      if (instead) expect(drawn).toContain(instead.id)
    }
  })

  it.each(ofRun.map((view) => [view.id, view] as const))('%s: the preset that is offered fills it', (id, view) => {
    const preset = filling(id)!
    expect(isMet(view.needs, standing(preset.id).now)).toBe(true)
    expect(unmetText.needs[view.needs!].short).toMatch(/^needs /)
  })

  it('of what studies draw nothing is asked', () => {
    const studies = dockViews.filter((view) => !view.probe)
    expect(studies.length).toBe(4)
    expect(studies.map((view) => view.needs)).toEqual(studies.map(() => null))
  })
})
