// Changes a person makes to a running scenario: posted at once, one at a time per field with the newest value
// waiting behind it, so that a dragged slider never floods the run; and the way back.

import type { ParamValue } from '../sim/index.ts'

export interface Change {
  readonly path: string
  readonly from: ParamValue
  readonly to: ParamValue
}

/** Changes of one field closer together than this are one step of undo: a drag. */
const ONE_GESTURE_MS = 600

export interface Changes {
  /** Values not confirmed yet, by path. */
  pending(): Readonly<Record<string, ParamValue>>
  /** Sets a value; `from` is what undo goes back to. */
  set(path: string, from: ParamValue, to: ParamValue): void
  undo(): Change | null
  redo(): Change | null
  canUndo(): boolean
  canRedo(): boolean
  /** The run has taken the oldest change that was posted. */
  confirmed(revision: number): void
  /** The run could not take it: what waits is dropped. */
  refused(): void
  /** Another run was opened. */
  clear(): void
}

export interface ChangesHost {
  readonly now: () => number
  readonly post: (path: string, value: ParamValue) => void
  /** Called for every value that is posted; the answer gets the revision that holds it. */
  readonly mark: () => (revision: number) => void
}

export function createChanges(host: ChangesHost): Changes {
  let past: Change[] = []
  let future: Change[] = []
  let lastSetMs = Number.NEGATIVE_INFINITY
  let posted: { readonly path: string; readonly confirm: (revision: number) => void }[] = []
  let waiting = new Map<string, ParamValue>()
  let pending: Record<string, ParamValue> = {}

  function send(path: string, value: ParamValue) {
    pending = { ...pending, [path]: value }
    if (posted.some((p) => p.path === path)) {
      waiting.set(path, value)
      return
    }
    posted.push({ path, confirm: host.mark() })
    host.post(path, value)
  }

  return {
    pending: () => pending,
    set(path, from, to) {
      const now = host.now()
      const last = past.at(-1)
      if (last && last.path === path && now - lastSetMs < ONE_GESTURE_MS) past[past.length - 1] = { ...last, to }
      else past.push({ path, from, to })
      future = []
      lastSetMs = now
      send(path, to)
    },
    undo() {
      const change = past.pop()
      if (!change) return null
      future.push(change)
      lastSetMs = Number.NEGATIVE_INFINITY
      send(change.path, change.from)
      return change
    },
    redo() {
      const change = future.pop()
      if (!change) return null
      past.push(change)
      lastSetMs = Number.NEGATIVE_INFINITY
      send(change.path, change.to)
      return change
    },
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
    confirmed(revision) {
      const first = posted.shift()
      if (!first) return
      first.confirm(revision)
      const next = waiting.get(first.path)
      if (next !== undefined) {
        waiting.delete(first.path)
        send(first.path, next)
        return
      }
      const { [first.path]: _, ...rest } = pending
      pending = rest
    },
    refused() {
      posted = []
      waiting = new Map()
      pending = {}
    },
    clear() {
      past = []
      future = []
      posted = []
      waiting = new Map()
      pending = {}
    },
  }
}
