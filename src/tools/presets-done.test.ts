// One run of each preset: whether a line that it prints finds one that prints it, and whether what its story says once the
// nudge is followed is so, where that is done where the page opens.

import { describe, expect, it } from 'vitest'
import { findPresets } from '../app/find-presets.ts'
import { logLines, type Run, type Summary, summarise } from '../sim/index.ts'
import { stories } from '../sim/scenario/stories.ts'
import { at, preset, presets } from './open-presets.ts'

/** Long enough for the rings to fill again, and for what follows from that; in no more events than that takes. */
const LATER_NS = 4_000_000
const ENOUGH = 100_000

/** So long after a change nobody wonders yet. */
const SOON_NS = 1_000_000
const SAYS_WHEN =
  /\b(From here on|once|soon|when|until|from (now|then|here|the next)|as soon as|for some milliseconds|grow)\b/

interface Seen {
  readonly before: Summary
  /** Right after the change: counts begin there. */
  readonly after: Summary
  readonly now: Summary
  /** Hypercalls since, and those of them that real mode gave up. */
  readonly hcalls: number
  readonly tooHard: number
}
type Holds = (seen: Seen) => boolean

const dataOf = ({ usefulBytes, mappedBytes }: Summary) => usefulBytes / Math.max(1, mappedBytes)
const since = (of: (s: Summary) => number | undefined): ((seen: Seen) => number) => {
  return ({ after, now }) => (of(now) ?? 0) - (of(after) ?? 0)
}
const refused = since((s) => s.refused)
const none: Holds = (seen) => refused(seen) === 0
const some: Holds = (seen) => refused(seen) > 0
const spills = since((s) => s.spills)
const fromTree = since((s) => s.tree?.byTree)
const fromCpu = since((s) => s.tree?.byCpu)
const fromDepot = since((s) => s.tree?.byDepot)
const steps = since((s) => s.tree?.steps)
const searches = since((s) => s.tree?.searches)
const copied = since((s) => (s.bounce ? s.bounce.inBytes + s.bounce.outBytes : 0))
const reached = since((s) => s.exposure?.lateReached)
const faults = since((s) => s.exposure?.faults)
const calls = since((s) => s.partition?.calls)
const misses: Holds = ({ before, now }) => now.missed - before.missed > before.missed
const closed: Holds = (seen) => seen.now.exposure?.reachableBytes === 0 && reached(seen) === 0
const direct: Holds = (seen) => none(seen) && seen.now.partition?.result === 'direct' && calls(seen) <= 512
const hitsOf = ({ after, now }: Seen) =>
  (now.exposure!.hits - after.exposure!.hits) / (now.exposure!.lookups - after.exposure!.lookups)

const HOLDS: Readonly<Record<string, Holds>> = {
  'frames-64k': (s) => none(s) && s.now.mappedBytes < s.now.windowBytes / 4 && dataOf(s.now) > 5 * dataOf(s.before),
  'frames-4k': (s) => some(s) && dataOf(s.now) < 0.05 && s.now.mappedBytes > s.now.windowBytes / 2,
  pools: (s) => spills(s) === 0,
  halves: (s) => none(s) && spills(s) === 0,
  pinhole: none,
  'per-table': some,
  'fine-coarse': (s) => spills(s) > 0,
  'one-size': (s) =>
    dataOf(s.now) > 0.8 && s.now.mapped > 5 * s.before.mapped && refused(s) > 0 && refused(s) < s.before.refused / 10,
  jumbo: (s) => none(s) && dataOf(s.now) > 0.6,
  tso: some,
  'two-ports': none,
  'real-1mib': none,
  'real-boot': ({ now }) => now.prediction!.predicted < now.prediction!.allocations,
  'one-lock': ({ before, now }) => now.lockWait < 0.02 && now.deliveredBps > 3 * before.deliveredBps,
  chunks: ({ before, now }) => now.lockWait > 0.5 && now.deliveredBps < before.deliveredBps / 2,
  magazines: (s) => fromCpu(s) === 0 && fromTree(s) > 0 && s.now.lockWait > 0.1,
  // The ranges of the wall themselves take a step each.
  'linear-wall': (s) => (steps(s) - 1000) / (searches(s) - 1000) > 300,
  'producer-consumer': (s) => fromDepot(s) / fromCpu(s) < s.before.tree!.byDepot / s.before.tree!.byCpu / 2,
  'greedy-cpu': ({ before, now }) => now.missed > 10 * before.missed,
  'mask-32': none,
  'nvme-mixed': (s) => fromTree(s) < fromCpu(s) / 10,
  strict: ({ before, now }) => now.deliveredBps > before.deliveredBps && now.exposure!.reachableBytes > 0,
  batched: ({ before, now }) => now.exposure!.worstNs > before.exposure!.worstNs,
  never: (s) => closed(s) && s.now.exposure!.wrongPage === s.after.exposure!.wrongPage,
  'untrusted-device': (s) => closed(s) && faults(s) > 0,
  'hypervisor-2011': (s) => closed(s) && faults(s) > 0,
  'iotlb-wall': (s) => hitsOf(s) > 0.95,
  superpages: (s) => hitsOf(s) < 0.1,
  splitting: ({ before, now }) => now.tableBytes < before.tableBytes,
  'partial-unmap': ({ before, now }) => now.exposure!.faults < before.exposure!.faults / 10,
  'exact-size-flush': (s) => reached(s) > 0,
  'nvlink-flat': ({ now }) => !now.guest!.refused && now.mapped > 0,
  'nvlink-whole': ({ before, now }) => now.mapped > 0 && now.guest!.tables < before.guest!.tables / 100,
  'nvlink-on-demand': ({ now }) => now.guest!.tables > 0 && now.tableBytes < now.guest!.wholeBytes,
  'real-mode': ({ now, hcalls, tooHard }) => now.tableBytes === now.guest!.wholeBytes && hcalls > 100 && tooHard === 0,
  'default-window': direct,
  'ddw-direct': (s) => s.now.partition!.result === 'default' && calls(s) > 512 && misses(s),
  'ddw-indirect': direct,
  'hypervisor-64k': direct,
  'vfio-guest': (s) => none(s) && s.now.mapped > s.before.mapped,
  'vfs-256': ({ now }) => now.partition!.result === 'default',
  'iommu-fails': some,
  panic: (s) => copied(s) > 0 && s.now.deliveredBps > 0,
  'late-4mb': none,
  'give-back': (s) => copied(s) > 0,
  'leak-64m': ({ before, now }) => now.bounce === null && now.deliveredBps > before.deliveredBps / 2,
  nommu: (s) => none(s) && copied(s) > 0,
  'bounce-load': (s) => copied(s) === 0 && s.now.deliveredBps > s.before.deliveredBps,
  'full-but-empty': (s) => none(s) && s.now.deliveredBps < s.before.deliveredBps / 5,
  'slot-leak': (s) => none(s) && s.now.mapped > 0 && copied(s) > 0,
  'one-area': ({ before, now }) => now.lockWait === 0 && now.deliveredBps > 3 * before.deliveredBps,
  areas: ({ before, now }) => now.lockWait > 0.5 && now.deliveredBps < before.deliveredBps / 3,
}

/** What runs have printed where their presets open, by preset: a line of each that has the same words but for numbers and names. */
const printed = new Map<string, Map<string, string>>()
const NAMES = /\b(?:eth|nic|nvme|scsi|gpu|vf)\d|0x[\da-f_]+|\b[\da-f]*\d[\da-f]*\b|\d+/g
const linesOf = (run: Run) => new Map(logLines(run.machine, 0).map(({ text }) => [text.replace(NAMES, '#'), text]))

describe('what is said once the nudge is followed', () => {
  it.each(presets)('$id: is so', ({ id, nudge, openNs, horizonNs }) => {
    const run = at(id, openNs)
    printed.set(id, linesOf(run))
    const before = summarise(run.machine, 0)
    expect(run.input(nudge!.path, nudge!.value)).toMatchObject({ path: nudge!.path })
    const after = summarise(run.machine, 0)
    const calls = () => {
      const { put, putIndirect, stuff, tooHard } = run.machine.state.hcalls
      return [put + putIndirect + stuff, tooHard] as const
    }
    const [callsAfter, hardAfter] = calls()
    const holds = (ns: number) => {
      run.advance(ns, ENOUGH)
      const now = summarise(run.machine, 0)
      const [callsNow, hardNow] = calls()
      return HOLDS[id]?.({ before, after, now, hcalls: callsNow - callsAfter, tooHard: hardNow - hardAfter })
    }
    // What is not so within a millisecond says when it is.
    if (!holds(openNs + SOON_NS)) expect(stories[id]!.done).toMatch(SAYS_WHEN)
    expect(holds(Math.max(openNs + LATER_NS, Math.min(horizonNs, 2 * openNs)))).toBe(true)
  })
})

/** What a machine says of itself, shown better by another one. */
const SHOWN_ELSEWHERE = [/^iommu: D/, /: Using 64-bit DMA addresses$/]
/** Presets that open before what is found by their lines. */
const OPEN_EARLY = ['frames-64k', 'untrusted-device']

describe('a line that a run prints', () => {
  it('finds a preset whose run prints it', () => {
    for (const id of OPEN_EARLY) printed.set(id, linesOf(at(id, preset(id).horizonNs)))
    const runs = new Map(presets.map(({ id, openNs }) => [id, printed.get(id) ?? linesOf(at(id, openNs))]))
    const lines = new Map([...runs.values()].flatMap((run) => [...run]))
    expect(lines.size).toBeGreaterThan(40)
    const wrong = [...lines].flatMap(([words, text]) => {
      if (SHOWN_ELSEWHERE.some((form) => form.test(text))) return []
      const [first = 'nothing'] = findPresets(`<4>[   12.345678] ${text}`)
      return runs.get(first)?.has(words) ? [] : [`${text} → ${first}`]
    })
    expect(wrong).toEqual([])
  })
})
