// Scenarios of every kind, from a number: any preset, any seed, settings changed at the start and on the way, several at
// one moment. What is drawn hangs on nothing but the number, so that a failure is told by it.

import { createRng, nextU32, type Rng } from '../../lib/rng.ts'
import { formatParam, type Param, type ParamValue } from '../params.ts'
import type { Run } from '../run/run.ts'
import { fieldsOf, withValue } from '../scenario/fields.ts'
import { presets } from '../scenario/presets.ts'
import { shownOnly } from '../scenario/said.ts'
import type { Field, Scenario } from '../scenario/schema.ts'

/** A change on the way: made when the run is `ns` ns or `events` events further than at the change before it, whichever
 *  comes first; at that same moment when either is 0. */
export interface RandomChange {
  readonly ns: number
  readonly events: number
  readonly path: string
  readonly value: ParamValue
}

export interface RandomScenario {
  /** What the run begins with; without inputs, and without the recording that its preset may play. */
  readonly scenario: Scenario
  readonly changes: readonly RandomChange[]
}

const MOST_AT_START = 6
const MOST_ON_THE_WAY = 8
/** Longest stretches between two changes, as powers of two: 67 ms, 4096 events. */
const NS_BITS = 26
const EVENT_BITS = 12

/** `seed`: uint32. Every value that is set was allowed and not refused when its turn came. */
export function randomScenario(seed: number): RandomScenario {
  const rng = createRng(seed)
  const preset = presets[below(rng, presets.length)]!
  let now: Scenario = preset.scenario
  // Where the preset decides, the seed it comes with is as good as any.
  if (oneIn(rng, 2)) now = { ...now, seed: nextU32(rng) }

  let known = fieldsOf(now)

  function change(): { path: string; value: ParamValue } | null {
    const fields = fieldsOf(now)
    // A choice brings fields of its own, the platform most of all: such are set more often than one in dozens, and so is
    // what they have just brought.
    const before = known
    const lists = [
      () => fields.filter((f) => f.path === 'm.platform'),
      () => fields.filter((f) => f.param.unit === 'choice'),
      () => fields.filter((f) => !before.some(({ path }) => path === f.path)),
    ]
    known = fields
    const list = lists[below(rng, 6)]?.() ?? fields
    const field = list[below(rng, list.length)] ?? fields[below(rng, fields.length)]
    const value = field ? chosen(rng, field) : null
    if (!field || value === null) return null
    now = withValue(now, field.path, value)
    return { path: field.path, value }
  }

  for (let left = below(rng, MOST_AT_START + 1); left > 0; left--) change()
  // What a change of platform has hidden is in no link.
  const scenario = shownOnly(now, preset.scenario)
  now = scenario
  const changes: RandomChange[] = []
  for (let left = below(rng, MOST_ON_THE_WAY + 1); left > 0; left--) {
    const isSameMoment = oneIn(rng, 3)
    const ns = isSameMoment ? 0 : magnitude(rng, NS_BITS)
    const events = isSameMoment ? 0 : magnitude(rng, EVENT_BITS)
    const changed = change()
    if (changed) changes.push({ ns, events, ...changed })
  }
  return { scenario, changes }
}

/** Takes a run of `scenario` on its way through `changes`; it stands at the last one, and `run.scenario()` has them all as inputs.
 *  Throws an Error when one is refused. */
export function makeChanges(run: Run, changes: readonly RandomChange[]): void {
  for (const { ns, events, path, value } of changes) {
    if (events > 0) run.advance(run.machine.state.nowNs + ns, events)
    const done = run.input(path, value)
    if (typeof done === 'string') throw new Error(done)
  }
}

/** One of the options that are not refused; of a range its ends, one beside an end, or anything between. */
function chosen(rng: Rng, { param, refused }: Field): ParamValue | null {
  const { min, max } = rangeOf(param)
  if (!param.values) return [min, max, Math.min(min + 1, max), min + below(rng, max - min + 1)][below(rng, 4)]!
  const open = param.values.filter(({ value }) => refused[formatParam(param, value)] === undefined)
  return open[below(rng, open.length)]?.value ?? null
}

function rangeOf({ min = 0, max = Number.MAX_SAFE_INTEGER }: Param): { min: number; max: number } {
  return { min, max }
}

/** 1 to 2^bits, every power of two as likely as the next. */
function magnitude(rng: Rng, bits: number): number {
  return 1 + below(rng, 1 << (1 + below(rng, bits)))
}

/** 0 to n − 1, for n up to 2^53. */
function below(rng: Rng, n: number): number {
  return n > 0x1_0000_0000 ? (nextU32(rng) * 0x20_0000 + (nextU32(rng) >>> 11)) % n : nextU32(rng) % Math.max(1, n)
}

function oneIn(rng: Rng, n: number): boolean {
  return nextU32(rng) % n === 0
}
