// What the menu of views promises is so: for every preset and every view of the dock.

import { describe, expect, it } from 'vitest'
import { buildFrame, createArrays, type Frame } from '../sim/index.ts'
import { probes } from '../sim/probes/frame.ts'
import type { AppState } from '../store/state.ts'
import { wish } from '../store/wish.ts'
import { at, presets } from '../tools/open-presets.ts'
import { modeOf } from './caches/caches.view.ts'
import { askedBy, type DockView, dockViews } from './index.ts'
import { hasTable } from './memory/memory.view.ts'
import { filling, insteadOf, isMet, type Now, needs, whyUnmet } from './needs.ts'

const table = 0
/** The wish of a page whose dock holds these views. */
const wishOf = (dock: readonly string[]) =>
  wish(
    {
      ...{ mapColumns: 64, mapMaxRows: 32, hovered: null, pinned: false },
      view: { table, first: 0, count: 0, colourBy: 'state', breaks: true, dock, selected: null, brush: null },
    } as unknown as AppState,
    true,
    askedBy,
  )

/** Whether a view would draw anything of a frame, where that is more than that the frame is there. */
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
  hcalls: ({ summary }) => summary.guest !== null || summary.partition !== null,
}

const draws = ({ id, asks = {} }: DockView, frame: Frame) =>
  (DRAWS[id] ?? (({ views }) => Object.keys(asks).every((probe) => probe in views)))(frame)

/** A preset a millisecond after it opens, when what it does has been done. */
function standing(id: string): { now: Now; frame: Frame } {
  const { openNs, horizonNs } = presets.find((p) => p.id === id)!
  const run = at(id, Math.min(openNs + 1e6, horizonNs))
  const frame = buildFrame(
    run.machine,
    wishOf(dockViews.map((view) => view.id)),
    { mode: 'paused', underway: null },
    { source: 0, request: 0, revision: 0 },
    createArrays(),
  )
  return { now: { here: run.scenario(), table, summary: frame.summary }, frame }
}
const ofRun = dockViews.filter((view) => view.asks)

describe('what a view needs', () => {
  it.each(presets.map((p) => p.id))('%s: a view draws something if, and only if, the menu says so', (id) => {
    const { now, frame } = standing(id)
    const drawn: readonly string[] = ofRun.filter((view) => draws(view, frame)).map((view) => view.id)
    expect(ofRun.filter((view) => isMet(view.id, now)).map((view) => view.id)).toEqual(drawn)
    // A preset opens on a view that has something to show.
    const front = presets.find((p) => p.id === id)!.dock[0] ?? 'scaling'
    expect(ofRun.some((view) => view.id === front) ? drawn : [front]).toContain(front)
    for (const { id } of ofRun) {
      if (isMet(id, now)) continue
      expect(whyUnmet(id, now)).toMatch(/\.$/)
      const instead = ofRun.find((view) => view.id === insteadOf(id, now))
      if (instead) expect(drawn).toContain(instead.id)
    }
  })

  const offered = ofRun.flatMap(({ id }) => {
    const preset = filling(id)
    return preset ? [[id, preset.id] as const] : []
  })
  it.each(offered)('%s: the preset %s, which is offered for it, fills it', (id, preset) => {
    expect(isMet(id, standing(preset).now)).toBe(true)
    expect(needs[id]?.short ?? 'needs nothing').toMatch(/^needs /)
  })

  it('of what studies draw nothing is asked', () => {
    const studies = dockViews.filter((view) => !view.asks)
    expect(studies.length).toBe(4)
    expect(studies.filter((view) => view.id in needs)).toEqual([])
  })
})

const ids: readonly string[] = probes.map(({ id }) => id)
const always = Object.keys(wishOf([]).probes)
const sources = import.meta.glob<string>(['./*/*.{ts,tsx}', '!./*/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Probes whose frames the files of a folder read. */
function readIn(folder: string): readonly string[] {
  const code = Object.entries(sources).flatMap(([path, text]) => (path.startsWith(`./${folder}/`) ? [text] : []))
  const read = /\bviews(?:\.(\w+)|\['([\w-]+)'\])|\bprobe: '([\w-]+)'/g
  const found = code.flatMap((text) => [...text.matchAll(read)].map(([, a, b, c]) => a ?? b ?? c ?? ''))
  return [...new Set(found)].filter((id) => ids.includes(id) && !always.includes(id)).sort()
}

describe('what a view asks for', () => {
  it.each(dockViews.map((view) => [view.id, view] as const))('%s: is what it reads of a frame', (id, { asks = {} }) => {
    expect(readIn(id)).toEqual(Object.keys(asks).sort())
    expect(Object.keys(wishOf([id]).probes).sort()).toEqual([...new Set([...always, ...readIn(id)])].sort())
  })
})
