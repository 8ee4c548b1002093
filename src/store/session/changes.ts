// Changes a person makes to a running scenario: posted at once, one at a time per field with the newest value
// waiting behind it, so that a dragged slider never floods the run.

import type { ParamValue } from '../../sim/index.ts'

/** What becomes of a change that was posted. */
export interface Fate {
  /** It is about to be part of the scenario, and nothing else is. */
  readonly taken: () => void
  readonly refused: () => void
}

export interface Changes {
  /** Values not confirmed yet, by path. */
  pending(): Readonly<Record<string, ParamValue>>
  /** Nothing was posted that the run has not answered. */
  settled(): boolean
  set(path: string, value: ParamValue, fate: Fate | null): void
  /** Something else was posted that the run answers with its scenario. */
  expect(): void
  /** The run has answered what was posted first; `taken`: with another revision. */
  answered(revision: number, taken: boolean): void
  /** Another run was opened, or there is none: what waits is dropped. */
  clear(): void
}

export interface ChangesHost {
  readonly post: (path: string, value: ParamValue) => void
  /** Called for every value that is posted; the answer gets the revision that holds it. */
  readonly mark: () => (revision: number) => void
}

interface Posted {
  readonly path: string | null
  readonly fates: readonly Fate[]
  readonly confirm: (revision: number) => void
}

interface Waiting {
  readonly value: ParamValue
  readonly fates: readonly Fate[]
}

export function createChanges(host: ChangesHost): Changes {
  let posted: Posted[] = []
  let waiting = new Map<string, Waiting>()
  let pending: Record<string, ParamValue> = {}

  function send(path: string, { value, fates }: Waiting) {
    pending = { ...pending, [path]: value }
    if (posted.some((p) => p.path === path)) {
      waiting.set(path, { value, fates: [...(waiting.get(path)?.fates ?? []), ...fates] })
      return
    }
    posted.push({ path, fates, confirm: host.mark() })
    host.post(path, value)
  }

  return {
    pending: () => pending,
    settled: () => posted.length === 0,
    set: (path, value, fate) => send(path, { value, fates: fate ? [fate] : [] }),
    expect: () => void posted.push({ path: null, fates: [], confirm: () => {} }),
    answered(revision, taken) {
      const first = posted.shift()
      if (!first) return
      const { path, fates } = first
      first.confirm(revision)
      if (path !== null) {
        const next = waiting.get(path)
        const { [path]: _, ...rest } = pending
        pending = rest
        waiting.delete(path)
        if (next) send(path, next)
      }
      for (const fate of fates) (taken ? fate.taken : fate.refused)()
    },
    clear() {
      posted = []
      waiting = new Map()
      pending = {}
    },
  }
}
