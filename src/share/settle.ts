// Settings and changes that come as text, from a link or a file, made into a scenario. Which settings there are follows
// from the others, so they are taken one after the other, and whatever has no place beside the rest is told and left out.

import {
  allowedText,
  type Field,
  type Input,
  type Param,
  type ParamValue,
  reasonAgainst,
  type Scenario,
} from '../sim/index.ts'
import { positionProblem } from './link-text.ts'

/** What reading must know of the simulation; given in, so that a test can bring a small one. */
export interface SettingsWorld {
  /** Every settable value of the scenario, inputs taken into account. */
  readonly fieldsOf: (scenario: Scenario) => readonly Field[]
  /** The one of them at `path`, or null. */
  readonly fieldAt: (scenario: Scenario, path: string) => Field | null
  /** The scenario with another initial value for the field at `path`. */
  readonly withValue: (scenario: Scenario, path: string, value: ParamValue) => Scenario
}

/** How values are written: in a link as text, in a file as they are or as in a link. */
export interface Writing<T> {
  /** The value that is meant, or null when the param does not allow it. */
  readonly meaning: (param: Param, given: T) => ParamValue | null
  readonly tell: (path: string, given: T, allowed: string) => void
}

/**
 * `start` with every given value that has a place there, in whichever order they come. What is told and left out: a
 * setting that no field shows once all are set, a value that is not allowed beside the others, one that they refuse. The
 * rest is then set from the start again, so that nothing which was left out has a part in the scenario.
 */
export function readSettings<T>(
  world: SettingsWorld,
  start: Scenario,
  given: ReadonlyMap<string, T>,
  { meaning, tell }: Writing<T>,
): Scenario {
  const wanted = new Map(given)
  for (;;) {
    const scenario = setAll(world, start, wanted, meaning)
    const fields = new Map(world.fieldsOf(scenario).map((field) => [field.path, field]))
    const left = wanted.size
    for (const [path, value] of wanted) {
      const field = fields.get(path)
      if (field && meaning(field.param, value) === field.value) continue
      tell(path, value, field ? allowedText(field.param) : keysNear(path, [...fields.keys()]))
      wanted.delete(path)
    }
    if (wanted.size < left) continue
    const refused = [...fields.values()].find((f) => wanted.has(f.path) && reasonAgainst(f, f.value) !== null)
    if (!refused) return scenario
    tell(refused.path, wanted.get(refused.path)!, reasonAgainst(refused, refused.value)!)
    wanted.delete(refused.path)
  }
}

/** Sets what there are fields for, the first of them first, until nothing that is left is allowed. */
function setAll<T>(
  { fieldsOf, withValue }: SettingsWorld,
  start: Scenario,
  given: ReadonlyMap<string, T>,
  meaning: Writing<T>['meaning'],
): Scenario {
  const left = new Map(given)
  let scenario = start
  for (let next: Field | undefined, value: ParamValue | null = null; left.size > 0; ) {
    // What is not allowed may be once another field has its value: the platform comes after fields that it governs.
    next = fieldsOf(scenario).find(({ path, param }) => {
      value = left.has(path) ? meaning(param, left.get(path)!) : null
      return value !== null
    })
    if (!next || value === null) break
    left.delete(next.path)
    scenario = withValue(scenario, next.path, value)
  }
  return scenario
}

/** A change as it is written. */
export interface GivenInput<T> {
  readonly ns: number
  readonly events: number
  readonly path: string
  readonly value: T
}

/**
 * The changes that can be made to `start` (which has none), each beside those before it. Costs each change alone, not those
 * before it. `tell` gets a change that is left out, and what would be allowed.
 */
export function readInputs<T, G extends GivenInput<T>>(
  { fieldsOf, fieldAt, withValue }: SettingsWorld,
  start: Scenario,
  given: readonly G[],
  meaning: Writing<T>['meaning'],
  tell: (input: G, allowed: string) => void,
): readonly Input[] {
  const inputs: Input[] = []
  let scenario = start
  let known: readonly string[] | null = null
  /** The value of a change that can be made, or what would be allowed. */
  const read = ({ ns, events, path, value: written }: G): { value: ParamValue } | { allowed: string } => {
    const last = inputs.at(-1)
    const problem = positionProblem({ ns, events })
    if (problem !== null) return { allowed: problem }
    if (last && (events < last.events || ns < last.ns)) return { allowed: 'changes in the order of their times' }
    const field = fieldAt(scenario, path)
    if (!field) {
      known ??= fieldsOf(scenario).map((f) => f.path)
      return { allowed: keysNear(path, known) }
    }
    const value = meaning(field.param, written)
    if (value === null) return { allowed: allowedText(field.param) }
    const reason = reasonAgainst(field, value)
    return reason === null ? { value } : { allowed: reason }
  }
  for (const input of given) {
    const got = read(input)
    if ('allowed' in got) {
      tell(input, got.allowed)
      continue
    }
    inputs.push({ ns: input.ns, events: input.events, path: input.path, value: got.value })
    scenario = withValue(scenario, input.path, got.value)
    known = null
  }
  return inputs
}

/** The keys a person may have meant: those of the same namespace, or those that stand alone. */
function keysNear(key: string, known: readonly string[]): string {
  const namespace = key.split('.')[0]
  const near = known.filter((path) => path.split('.')[0] === namespace)
  return near.length > 0
    ? near.join(', ')
    : 's, driver, seed, in, at, table, zoom, colour, breaks, dock, sel, bt, ba, q, off, speed'
}
