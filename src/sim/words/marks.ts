// The ticks of the time axis in words.

import * as ev from '../machine/events.ts'
import type { MarkState } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { changeWords } from './changes.ts'
import { builtAt, regionName } from './past.ts'

/** A tick of the time axis. */
export interface TimeMark {
  readonly ns: number
  readonly kind: 'change' | 'spill' | 'refusal' | 'hang'
  readonly text: string
}

type Words = readonly [kind: TimeMark['kind'], text: (m: Machine, mark: MarkState) => string]

const WORDS: Readonly<Record<number, Words>> = {
  [ev.MARK_CHANGE]: ['change', (m, { a }) => changeWords(m, a).tick],
  [ev.MARK_CLEARED]: ['change', () => 'table cleared'],
  [ev.MARK_SPILL]: [
    'spill',
    (m, { device, a, b, line }) => {
      const table = builtAt(m, device, line)
      return `${regionName(m, table, b)} full, spilling to ${regionName(m, table, a)}`
    },
  ],
  [ev.MARK_DAC]: ['spill', () => 'no room below 4 GiB'],
  [ev.MARK_REFUSAL]: ['refusal', (_, { a }) => `refused: npages ${a}`],
  [ev.MARK_NO_TABLE]: ['refusal', () => 'no table'],
  [ev.MARK_HANG]: ['hang', (_, { a }) => `CPU ${a} never returns`],
  [ev.MARK_PANIC]: ['hang', () => 'panic'],
}

const known = new WeakMap<MarkState, TimeMark>()

/** All ticks of a machine, in the order in which they were set. */
export function timeMarks(m: Machine): TimeMark[] {
  return m.state.marks.map((mark) => {
    let words = known.get(mark)
    if (!words) {
      const [kind, text] = WORDS[mark.kind]!
      words = { ns: mark.ns, kind, text: text(m, mark) }
      known.set(mark, words)
    }
    return words
  })
}
