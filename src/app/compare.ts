// Figures before a change beside those of now: which there are, and what the difference between two is. Only what is measured
// on both sides in the same way is compared.

import { bitRate, bytes, count, duration, percent } from '../lib/format.ts'
import type { Summary } from '../sim/index.ts'

/** A figure as it can be compared. `sort`: only one of the same sort is the same figure. */
export type Measure = { readonly sort: string } & (
  | {
      /** How it stands. */
      readonly kind: 'level'
      readonly shown: string
      /** What else tells the two apart. */
      readonly also?: string
    }
  /** What there was so far: begins anew with the driver, and goes on otherwise. */
  | { readonly kind: 'count'; readonly n: number; readonly show: (n: number) => string }
  /** Of what there was so far, a share or a mean. */
  | { readonly kind: 'ratio'; readonly n: number; readonly of: number; readonly show: (ratio: number) => string }
)

/** What was before; and since, where that is not what the figure itself says. */
export interface Beside {
  readonly before: string
  readonly since?: string
  readonly also?: readonly [before: string, now: string]
}

/** By the figure's id, those that a machine has. `ns`: when the summary was made. */
export function measuresOf(s: Summary, ns: number): Readonly<Record<string, Measure>> {
  const { guest, partition, prediction, bounce, exposure: e, tree } = s
  const level = (sort: string, shown: string, also?: string): Measure => ({
    ...{ kind: 'level', sort, shown },
    ...(also === undefined ? {} : { also }),
  })
  const counted = (sort: string, n: number, show = count): Measure => ({ kind: 'count', sort, n, show })
  const ratio = (sort: string, n: number, of: number, show: (ratio: number) => string): Measure => ({
    ...{ kind: 'ratio', sort, n, of, show },
  })
  const nothing = '–'
  return {
    'figure-mapped': level(s.called, count(s.mapped), bytes(s.mappedBytes)),
    'figure-useful': level('data', s.mappedBytes > 0 ? percent(s.usefulBytes / s.mappedBytes) : nothing),
    'figure-refused': counted('refused', s.refused),
    'figure-run': level(s.called, count(s.largestFreeRun)),
    'figure-delivered': level('delivered', bitRate(s.deliveredBps), ...(bounce ? [percent(s.lockWait)] : [])),
    ...(tree ? { 'figure-in-line': level('waiting', percent(s.lockWait)) } : {}),
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
      'figure-reachable': level('reachable', bytes(e.reachableBytes)),
      'figure-oldest': level('oldest', duration(e.oldestNs === null ? 0 : Math.max(0, ns - e.oldestNs))),
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
    return { before: before.shown, ...(was !== undefined && is !== undefined && was !== is ? { also: [was, is] } : {}) }
  }
  if (before.kind === 'count' && after.kind === 'count' && now.kind === 'count')
    return { before: before.show(before.n), since: `+${now.show(Math.max(0, now.n - after.n))}` }
  if (before.kind !== 'ratio' || after.kind !== 'ratio' || now.kind !== 'ratio' || before.of === 0) return null
  const of = now.of - after.of
  return {
    before: before.show(before.n / before.of),
    ...(of > 0 ? { since: now.show(Math.max(0, now.n - after.n) / of) } : {}),
  }
}
