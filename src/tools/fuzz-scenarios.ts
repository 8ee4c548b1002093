// Random scenarios: a preset with any settings, changed on the way, several at one moment. Each run goes in slices,
// back and forth, and is opened again from its own link; wherever it comes from, its hash is one.

import { createRng, nextU32 } from '../lib/rng.ts'
import { decodeLink, defaultView, encodeLink } from '../share/url.ts'
import { createRun } from '../sim/run.ts'
import { fieldsOf, withValue } from '../sim/scenario/fields.ts'
import { shownOnly } from '../sim/scenario/said.ts'
import type { FuzzCase, FuzzKind } from './fuzz-kind.ts'
import { presets } from './open-presets.ts'
import { loaded } from './recordings.ts'

const EVENTS = 2000

function run(seed: number, n: number): FuzzCase {
  const rng = createRng((seed ^ Math.imul(n + 1, 0x9e3779b1)) >>> 0)
  const draw = (k: number) => nextU32(rng) % k
  const preset = presets[draw(presets.length)]!
  let { scenario } = preset
  for (let i = draw(4); i > 0; i--) {
    const fields = fieldsOf(scenario)
    const { path, param } = fields[draw(fields.length)]!
    scenario = withValue(
      scenario,
      path,
      param.values ? param.values[draw(param.values.length)]!.value : (param.max ?? 0),
    )
  }
  const played = createRun(shownOnly(scenario, preset.scenario), preset.horizonNs)
  played.advance(Number.POSITIVE_INFINITY, EVENTS)
  const { nowNs: ns, events } = played.machine.state
  const link = encodeLink({ scenario: played.scenario(), position: { ns, events }, view: defaultView(preset) })
  const read = decodeLink(link)
  const again = createRun(loaded(read.scenario, preset), preset.horizonNs)
  again.seek(read.position)
  const what = read.problems.length > 0 ? JSON.stringify(read.problems) : 'the link that it wrote gives another state'
  const holds = read.problems.length === 0 && again.hash() === played.hash()
  return { name: link, failure: holds ? null : { what, input: link } }
}

export const kind: FuzzKind = { mostMs: 30_000, run }
