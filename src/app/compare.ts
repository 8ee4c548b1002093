// Figures before a change beside those of now: which there are, and what the difference between two is. Only what is measured
// on both sides in the same way is compared.

import { pow2 } from '../lib/bits.ts'
import { bitRate, bytes, count, duration, many, percent } from '../lib/format.ts'
import type { Summary } from '../sim/index.ts'

/** A figure as it can be compared. `sort`: only one of the same sort is the same figure. `ns`: when it was taken. */
export type Measure = { readonly sort: string; readonly ns: number } & (
  | {
      /** How it stands. */
      readonly kind: 'level'
      readonly shown: string
      /** What else tells the two apart. */
      readonly also?: string
      /** What it is counted in: counts of other units are compared as bytes. */
      readonly unit?: number
      /** It is of so long a time, which must have passed since the change, ns. */
      readonly latelyNs?: number
    }
  /** What there was so far: begins anew with the driver, and goes on otherwise. */
  | { readonly kind: 'count'; readonly n: number; readonly show: (n: number) => string }
  /** Of what there was so far, a share or a mean. `stands`: it has a value of its own while no time has passed. */
  | {
      readonly kind: 'ratio'
      readonly n: number
      readonly of: number
      readonly show: (ratio: number) => string
      readonly stands?: true
    }
  /** The longest so far, ns; `sum`: grows with whatever could be as long. */
  | { readonly kind: 'longest'; readonly n: number; readonly sum: number }
)

/** What was before; and what has come since, where that is not what the figure itself says. */
export interface Beside {
  readonly before: string
  readonly since?: string
  /** Nothing has come since. */
  readonly none?: true
  /** Both are told in another unit than the figure. */
  readonly inBytes?: true
  readonly also?: readonly [before: string, now: string]
}

/** As long as what happens lately has to be of the time after a change alone, ns. */
const DELIVERED_NS = 500_000
const WAITED_NS = 1_000_000
export const NOTHING = '–'

/** By the figure's id, those that a machine has. `ns`: when the summary was made. */
export function measuresOf(s: Summary, ns: number): Readonly<Record<string, Measure>> {
  const { guest, partition, prediction, bounce, exposure: e, tree } = s
  const level = (
    sort: string,
    shown: string,
    more: { also?: string; unit?: number; latelyNs?: number } = {},
  ): Measure => ({ kind: 'level', sort, ns, shown, ...more })
  const counted = (sort: string, n: number, show = count): Measure => ({ kind: 'count', sort, ns, n, show })
  const ratio = (sort: string, n: number, of: number, show: (ratio: number) => string): Measure => ({
    ...{ kind: 'ratio', sort, ns, n, of, show },
  })
  const page = pow2(s.pageShift)
  const us = ns / 1000
  return {
    'figure-mapped': level(s.called, count(s.mapped), { also: bytes(s.mappedBytes), unit: page }),
    'figure-useful': level('data', s.mappedBytes > 0 ? percent(s.usefulBytes / s.mappedBytes) : NOTHING),
    'figure-refused': counted('refused', s.refused),
    'figure-run': level(s.called, count(s.largestFreeRun), { also: bytes(s.largestFreeRun * page), unit: page }),
    'figure-delivered': level('delivered', bitRate(s.deliveredBps), {
      latelyNs: DELIVERED_NS,
      ...(bounce && { also: percent(s.lockWait) }),
    }),
    ...(tree && {
      'figure-in-line': level('waiting', percent(s.lockWait), { latelyNs: WAITED_NS }),
      'figure-maps': ratio('maps', s.maps, s.mapsForNs / 1e9, many),
    }),
    ...(guest && {
      'figure-tables': level('tables', bytes(s.tableBytes)),
      'figure-charged': level('charged', bytes(guest.accountedBytes)),
    }),
    ...(partition && { 'figure-hcalls': counted('hcalls', partition.calls) }),
    ...(prediction && {
      'figure-predicted': ratio('predicted', prediction.predicted, prediction.allocations, percent),
    }),
    ...(bounce && { 'figure-copied': counted('copied', bounce.inBytes + bounce.outBytes, bytes) }),
    ...(e && {
      // What goes up and down between two flushes tells nothing as it stands: on average, and at its longest.
      'figure-reachable': {
        ...{ kind: 'ratio', sort: 'reachable', ns, n: e.byteUs, of: us, stands: true },
        show: (mean) => bytes(Math.round(mean)),
      },
      'figure-oldest': { kind: 'longest', sort: 'oldest', ns, n: e.worstNs, sum: e.byteUs },
      'figure-flushes': ratio('flushes', e.waits, e.unmaps, (share) => perThousand(1000 * share)),
      'figure-late': counted('late', e.lateReached + e.wrongPage),
      'figure-hits': ratio('hits', e.hits, e.lookups, percent),
      'figure-reads': ratio('reads', e.reads, e.lookups, (mean) => mean.toFixed(2)),
    }),
  }
}

const perThousand = (n: number) => (n === 0 || n >= 100 ? count(n) : n.toFixed(1))

/** `after`: right after the change, from where on is counted. Null when it is another figure now. */
export function beside(before: Measure, after: Measure, now: Measure): Beside | null {
  if (before.sort !== now.sort || after.sort !== now.sort) return null
  if (before.kind === 'level' && now.kind === 'level') {
    const [was, is] = [before.also, now.also]
    if (before.unit !== now.unit && was !== undefined && is !== undefined)
      return { before: was, since: is, inBytes: true }
    const early = now.ns < after.ns + (now.latelyNs ?? 0)
    return {
      before: before.shown,
      ...(early && { since: NOTHING }),
      ...(was !== undefined && is !== undefined && was !== is && !early && { also: [was, is] }),
    }
  }
  if (before.kind === 'count' && after.kind === 'count' && now.kind === 'count') {
    const n = Math.max(0, now.n - after.n)
    return { before: before.show(before.n), since: `+${now.show(n)}`, ...(n === 0 && { none: true }) }
  }
  if (before.kind === 'longest' && after.kind === 'longest' && now.kind === 'longest') {
    // Of what was no longer than the longest before is known that alone.
    const [none, longer] = [now.sum <= after.sum, now.n > after.n]
    const since = none ? duration(0) : longer ? duration(now.n) : `≤ ${duration(now.n)}`
    return { before: duration(before.n), since, ...(none && { none }) }
  }
  if (before.kind !== 'ratio' || after.kind !== 'ratio' || now.kind !== 'ratio' || before.of === 0) return null
  const [n, of] = [Math.max(0, now.n - after.n), now.of - after.of]
  if (of <= 0 && now.stands) return { before: before.show(before.n / before.of) }
  return {
    before: before.show(before.n / before.of),
    since: of > 0 ? now.show(n / of) : NOTHING,
    ...(n === 0 && { none: true }),
  }
}
