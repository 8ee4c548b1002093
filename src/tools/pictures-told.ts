// What shows the story of each preset, and the figure that it is about. A preset that is not named here is drawn as address ×
// time at the end of its first axis, and its figure is what was refused.

import { createRun, type ExposureFigures, type Preset, type Summary, type TreeFigures } from '../sim/index.ts'
import { pictureText as text } from '../text/pictures.ts'
import { partsOf } from '../views/ledger/ledger.view.ts'
import type { Picture } from '../views/pictures/format.ts'
import * as draw from './pictures-draw.ts'
import { type Draw, type Moment, momentOf } from './pictures-sheet.ts'
import { playable } from './recordings.ts'

type Figure = (m: Moment, s: Summary) => string

interface Told {
  readonly draw?: Draw
  readonly figure?: Figure
  /** The figure tells of something that went wrong, if it is not nothing. */
  readonly failing?: true
  /** Where the horizon does not show it. */
  readonly ns?: number
}

const exposed = (s: Summary): ExposureFigures => s.exposure ?? fail('no IOTLB')
const tree = (s: Summary): TreeFigures => s.tree ?? fail('no tree')
const fail = (why: string): never => {
  throw new Error(why)
}

const refused: Figure = (_, s) => text.refused(s.refused)
const data: Figure = (_, s) => text.data(s.usefulBytes / s.mappedBytes)
const inLine: Figure = ({ run }) => {
  const { tables, nowNs, cpus } = run.machine.state
  const waited = tables.flatMap((t) => t?.locks ?? []).reduce((sum, lock) => sum + lock.waitNs, 0)
  return text.inLine(waited / nowNs / cpus.length)
}
const waiting: Figure = (m) => {
  const f = m.frame('ledger', { table: 0 })
  const row = f.rows.find(({ mode }) => mode === f.mode) ?? fail('no ledger')
  return text.waiting(row.invalidationPs / partsOf(row).reduce((sum, ps) => sum + ps, 0))
}
/** Leaves of the table by their size: as many as there are now of the smallest. */
const leaves: Figure = (m) => {
  const [lowest] = m.frame('radix', { table: 0 }).levels.filter(({ height }) => height === 0)
  return text.leaves((lowest ?? fail('no level')).leaves, 4096)
}
const callsPerBuffer: Figure = (_, s) => {
  const { calls: all, windowCalls } = s.partition ?? fail('no partition')
  return text.callsPerBuffer((2 * (all - windowCalls)) / (s.maps + s.unmaps))
}
const hits: Figure = (_, s) => text.hits(exposed(s).hits / exposed(s).lookups)
const answered = (s: Summary) => {
  const { byCpu, byDepot, byTree } = tree(s)
  return { byCpu, byDepot, byTree, all: byCpu + byDepot + byTree }
}
const tablesTake: Figure = (_, s) => text.tables(s.tableBytes)
const calls: Figure = (_, s) => text.calls((s.partition ?? fail('no partition')).calls)
const copied: Figure = (_, s) => {
  const { inBytes, outBytes } = s.bounce ?? fail('an IOMMU')
  return text.copied(inBytes + outBytes)
}

/** What one level takes, of one tree. */
const oneTree = (m: Moment) => {
  const { flatBytes, userCopy } = m.frame('memory', { table: 0 })
  return flatBytes / (userCopy ? 2 : 1)
}
const bootEnd = (m: Moment) => m.frame('boot', {}).steps.at(-1) ?? fail('no boot')

const told: Readonly<Record<string, Told>> = {
  pools: { figure: (_, s) => text.spills(s.spills) },
  halves: { figure: (_, s) => text.spills(s.spills) },
  pinhole: { draw: draw.map({ columns: 32 }), ns: 400_000 },
  'per-table': { draw: draw.overTime({ tables: [0, 1] }) },
  jumbo: { figure: data },
  tso: { figure: data },
  'two-ports': { draw: draw.map({ colourBy: 'device', columns: 128, maxRows: 32 }), ns: 12_000_000 },
  'real-1mib': { draw: draw.map({ columns: 32, colourBy: 'device' }) },
  'real-boot': {
    draw: draw.closeOverTime({ count: 5120, fromNs: 3_400_000_000 }),
    figure: (_, { prediction: p }) => text.foretold((p ?? fail('no recording')).predicted / p!.allocations),
  },
  'one-lock': { draw: draw.lanes, figure: inLine },
  chunks: {
    draw: draw.map({ colourBy: 'cpu' }),
    figure: ({ run }, s) => text.mapsPerSecond((s.maps * 1e9) / run.machine.state.nowNs),
  },
  magazines: {
    draw: draw.lanes,
    figure: (_, s) => text.fromMagazines(answered(s).byCpu / answered(s).all),
  },
  'linear-wall': {
    draw: draw.map({ columns: 32, maxRows: 10 }),
    figure: (_, s) => text.steps((tree(s).last ?? fail('no search')).steps),
  },
  'producer-consumer': { draw: draw.magazines, figure: (_, s) => text.fromDepot(tree(s).byDepot) },
  'greedy-cpu': {
    draw: draw.map({ colourBy: 'cpu' }),
    figure: (_, s) => text.missed(s.missed),
    failing: true,
    ns: 12_000_000,
  },
  'nvme-mixed': { figure: (_, s) => text.fromTree(answered(s).byTree / answered(s).all) },
  strict: { draw: draw.ledger, figure: waiting },
  batched: { draw: draw.map({ columns: 32 }), figure: (_, s) => text.stale(exposed(s).worstNs), ns: 19_000_000 },
  never: { draw: draw.map({ columns: 32 }), figure: (_, s) => text.wrongPage(exposed(s).wrongPage), failing: true },
  'untrusted-device': {
    draw: draw.exposed,
    ns: 20_000_000,
    figure: (_, s) => text.late(exposed(s).lateReached, exposed(s).lateTried),
    failing: true,
  },
  'hypervisor-2011': {
    draw: draw.exposed,
    ns: 20_000_000,
    figure: (_, s) => text.reached(exposed(s).lateReached),
    failing: true,
  },
  'iotlb-wall': { draw: draw.cached(32), figure: hits },
  superpages: { draw: draw.cached(32, { columns: 32, maxRows: 8 }), figure: hits },
  splitting: { draw: draw.radix(2), figure: leaves },
  'partial-unmap': { draw: draw.overTime(), figure: (_, s) => text.faults(exposed(s).faults), failing: true },
  'exact-size-flush': { draw: draw.commands, figure: (_, s) => text.commands(exposed(s).commands) },
  'nvlink-flat': {
    draw: draw.islands(32, 6),
    figure: (m) => text.noTable(oneTree(m)),
    failing: true,
  },
  'nvlink-whole': { draw: draw.levels, figure: tablesTake },
  'nvlink-on-demand': { draw: draw.levels, figure: tablesTake },
  'real-mode': {
    draw: draw.levels,
    figure: (m, s) => text.tooHard(m.frame('hcalls', {}).totals.tooHard, s.maps),
  },
  'ddw-direct': { draw: draw.windows, figure: calls },
  'ddw-indirect': { figure: callsPerBuffer },
  'hypervisor-64k': { figure: (_, s) => text.window(s.windowBytes) },
  'vfio-guest': { draw: draw.islands(32, 8) },
  'vfs-256': {
    draw: draw.budget,
    figure: (m) => text.direct(m.frame('budget', {}).counts.direct, m.frame('budget', {}).functions),
  },
  'iommu-fails': { draw: draw.boot, figure: copied },
  panic: { draw: draw.boot, figure: () => text.panic, failing: true },
  'late-4mb': { draw: draw.boot },
  'give-back': { draw: draw.boot, figure: (m) => text.givenBack(bootEnd(m).freedBytes) },
  'leak-64m': { draw: draw.boot, figure: (m) => text.lost(m.frame('boot', {}).leakedBytes) },
  nommu: { draw: draw.boot },
  'bounce-load': { draw: draw.arcs, figure: copied },
  'full-but-empty': { draw: draw.pool(32, 12) },
  'slot-leak': { draw: draw.pool(32, 12) },
  'one-area': { draw: draw.lanes, figure: inLine },
  areas: { draw: draw.pool(96, 4, true), figure: inLine },
}

/** Runs a preset to its telling moment and takes its picture. */
export function takePicture(preset: Preset): Picture {
  const { scenario, horizonNs } = playable(preset)
  const { draw: of = draw.overTime(), figure = refused, failing, ns = horizonNs } = told[preset.id] ?? {}
  const run = createRun(scenario, horizonNs)
  run.seek({ ns })
  const m = momentOf(run)
  const summary = m.summary()
  const { kind, panels, cells } = of(m)
  const words = figure(m, summary)
  const isFailing = failing === true || (figure === refused && summary.refused > 0)
  return { kind, atNs: ns, panels, figure: { text: words, failing: isFailing }, cells: Uint8Array.from(cells) }
}
