// What an input changed, in words.

import type { ChangeState } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { fieldAt } from '../scenario/fields.ts'
import { scenarioAfter } from './past.ts'

/** A change in words: as a tick of the time axis has room for, and as a line of the log. */
export interface ChangeWords {
  readonly tick: string
  readonly line: string
}

const known = new WeakMap<ChangeState, ChangeWords>()

/** Change `index` of a machine, from 0. */
export function changeWords(m: Machine, index: number): ChangeWords {
  const change = m.state.changes[index]!
  let words = known.get(change)
  if (!words) {
    words = wordsOf(m, index, change)
    known.set(change, words)
  }
  return words
}

function wordsOf(m: Machine, index: number, { path, drained }: ChangeState): ChangeWords {
  const field = fieldAt(scenarioAfter(m, index), path)
  const now = fieldAt(scenarioAfter(m, index + 1), path)?.value
  const label = (value: unknown) => field?.param.values?.find((o) => o.value === value)?.label ?? String(value)
  const tick = `${field?.param.label ?? path} ${label(field?.value)} → ${label(now)}`
  const owner = field?.owner ? `${field.owner}: ` : ''
  return { tick, line: owner + tick + (drained < 0 ? '' : `, ${drained} mappings drained, driver reloaded`) }
}
