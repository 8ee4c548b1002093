// Mutated links: texts that the lab wrote itself, or that once broke it, with characters, keys, values and changes of them
// moved, lost, doubled or replaced. Whatever the text: it is read in no time, what is read is lawful, and what is
// written of it is read as the same, without a problem.

import { createRng, nextU32 } from '../lib/rng.ts'
import { mostEvents } from '../share/link-text.ts'
import { type DecodedLink, decodeLink, encodeLink } from '../share/url.ts'
import { viewOf } from '../share/view-state.ts'
import { isAllowed } from '../sim/params.ts'
import { createRun } from '../sim/run/run.ts'
import { fieldAt, fieldsOf, reasonAgainst, settledBy, withValue } from '../sim/scenario/fields.ts'
import { presetById, presets } from '../sim/scenario/presets.ts'
import { shownOnly } from '../sim/scenario/said.ts'
import type { Scenario } from '../sim/scenario/schema.ts'
import { MAX_INPUTS } from '../sim/scenario/schema.ts'
import { randomScenario } from '../sim/testing/random-scenario.ts'
import type { FuzzCase, FuzzKind } from './fuzz-kind.ts'
import { loaded } from './recordings.ts'

/** One case of so many is run, this far. */
const RUN_ONE_IN = 64
const RUN_EVENTS = 2000
const MOST_MS = 1000

/** Numbers, words and characters that something may stumble over. */
const HOSTILE = [
  ...['0', '1', '-1', '1e9', '0x10', '1.5', '00', '007', '999999999999999', '9007199254740993', '4294967296', 'NaN'],
  ...['__proto__', 'constructor', 'm.__proto__', 'd0.constructor', 'toString', 'm', 'd0', 'w9.ring', 'undefined', ''],
  ...[
    '%',
    '%zz',
    '%00',
    '%26',
    '%3D',
    '%7E',
    '\u0000',
    '\ud83d',
    '😀',
    'é',
    '\u202e',
    '#',
    '&',
    '=',
    '~',
    '.',
    '~~',
    '..',
  ],
  ...[
    'v=2',
    'v=1',
    's=file',
    's=nowhere',
    'at=0.1000000000000',
    'file=a',
    'q=~110000~',
    'dock=none',
    'seed=0xffffffff',
  ],
]
const PLATFORMS = ['power', 'powernv', 'pseries', 'vtd', 'arm', 'amd']

/** Links that something once stumbled over. */
const SEEDS = [
  's=slot-leak&m.swiotlb=65536&m.platform=power&in=1000.5~m.platform~vtd',
  's=vfs-256&d0.pageSizes=64k&m.vfs=32&m.tceBudget=4g&d0.allocator=tce-pools&m.multitce=off&m.maxRam=4g&in=50101.738~m.platform~vtd~1756107.1888~d0.pools~2~1880666.3187~w0.recycle~on',
  's=nvlink-flat&m.ram=64m&m.platform=pseries',
  's=real-boot&d0.allocator=rbtree&in=5.3~d0.allocator~rcache',
  's=fine-coarse&in=3000000.3000~w0.queues~16~3000000.3000~w0.placement~slot&at=3500000',
  's=frames-64k&m.cpus=16&w0.ring=512&seed=0xbeef&in=2000000.5310~d0.iommuPage~4k~2500000.8000~w0.ring~1024&at=3000000.9001&zoom=128.1024&colour=cpu&breaks=off&dock=none&sel=513&speed=max',
  's=ddw-direct&driver=nvme~20~0001.00.01~2e~0&d0.create=fails&in=5.5~m.ram~64g',
  's=halves&d0.generation=1&d0.protect4gb=off&at=1200000&dock=tce-pages~regions&speed=0.0005&bt=1.5&ba=0.64&q=cpu.3~20~&off=mapped~cpu.3',
]

/** Random scenarios whose links are mutated: to make one costs more than to read it. */
const ORIGINS = 4096
const written = new Map<number, string>()

type Draw = (n: number) => number
const any = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)]!

/** A link as the lab could have written it, without `#v=1&`. */
function origin(draw: Draw): string {
  if (draw(8) === 0) return any(draw, SEEDS)
  if (draw(6) === 0) return `s=${any(draw, presets).id}`
  return writtenLink(draw(ORIGINS))
}

/** A link of a random scenario, by its number. */
function writtenLink(of: number): string {
  const known = written.get(of)
  if (known !== undefined) return known
  const draw = drawOf(of, ORIGINS)
  const { scenario, changes } = randomScenario(of)
  let at = { ns: 0, events: 0 }
  const inputs = changes.map(({ ns, events, path, value }) => {
    at = events === 0 ? at : { ns: at.ns + ns, events: at.events + events }
    return { ...at, path, value }
  })
  const position = draw(2) === 0 ? { ns: draw(2 ** 24) } : { ns: draw(2 ** 24), events: draw(2 ** 16) }
  const view = { ...viewOf(presetById(scenario.preset)!), selected: draw(3) === 0 ? draw(65536) : null }
  const link = encodeLink({ scenario: { ...scenario, inputs }, position, view }).slice('#v=1&'.length)
  written.set(of, link)
  return link
}

/** A key with a value that some scenario of the preset has. */
function anyPair(draw: Draw, preset: string, between: string): string {
  let { scenario } = presetById(preset) ?? presets[0]!
  if (draw(2) === 0) scenario = withValue(scenario, 'm.platform', any(draw, PLATFORMS))
  const { path, param } = any(draw, fieldsOf(scenario))
  const { values, min = 0, max = 1 } = param
  return `${path}${between}${values ? any(draw, values).key : min + draw(Math.min(2 ** 31, max - min + 1))}`
}

const cut = (draw: Draw, text: string): [number, number] => {
  const [a, b] = [draw(text.length + 1), draw(text.length + 1)]
  return [Math.min(a, b), Math.max(a, b)]
}

type Mutation = (text: string, draw: Draw) => string

const MUTATIONS: readonly Mutation[] = [
  // Characters.
  (text, draw) => text.slice(0, draw(text.length + 1)),
  (text, draw) => {
    const at = draw(text.length + 1)
    return text.slice(0, at) + any(draw, HOSTILE) + text.slice(at + draw(3))
  },
  (text, draw) => {
    const [from, to] = cut(draw, text)
    return text.slice(0, from) + text.slice(to)
  },
  (text, draw) => {
    const [from, to] = cut(draw, text)
    return text.slice(0, to) + text.slice(from)
  },
  (text, draw) => {
    const at = draw(text.length + 1)
    return text.slice(0, at) + String.fromCharCode(draw(4) === 0 ? draw(65536) : draw(128)) + text.slice(at + 1)
  },
  (text, draw) => {
    const [from, to] = cut(draw, text)
    return text.slice(0, from) + text.slice(from, to).toUpperCase() + text.slice(to)
  },
  (text, draw) => (draw(12) === 0 ? text + any(draw, HOSTILE).repeat(draw(20_000)) : text),
  // Keys and values.
  (text, draw) => {
    const pairs = text.split('&')
    const [a, b] = [draw(pairs.length), draw(pairs.length)]
    return pairs.with(a, pairs[b]!).with(b, pairs[a]!).join('&')
  },
  (text, draw) => {
    const pairs = text.split('&')
    const preset = /^s=(.*)/.exec(pairs[0]!)?.[1] ?? ''
    return pairs.toSpliced(1 + draw(pairs.length), 0, anyPair(draw, preset, '=')).join('&')
  },
  (text, draw) => `${text}&m.platform=${any(draw, PLATFORMS)}`,
  (text, draw) => text.replace(/s=[^&]*/, `s=${any(draw, presets).id}`),
  (text, draw) => {
    const pairs = text.split('&')
    const at = draw(pairs.length)
    return pairs.with(at, `${pairs[at]!.split('=')[0]}=${any(draw, HOSTILE)}`).join('&')
  },
  (text, draw) => `${text}&${origin(draw)}`,
  // Numbers, here and there.
  (text, draw) => text.replace(/\d+/g, (n) => (draw(4) === 0 ? any(draw, HOSTILE) : n)),
  (text, draw) => text.replace(/\d+/g, (n) => (draw(3) === 0 ? String(Number(n) + draw(3) - 1) : n)),
  // Changes.
  (text, draw) => {
    const preset = /^s=([^&]*)/.exec(text)?.[1] ?? ''
    const at = `${draw(2 ** 22)}.${draw(2 ** 12)}~`
    return /&in=/.test(text)
      ? text.replace(/&in=([^&]*)/, (_, list) => `&in=${draw(2) ? `${list}~` : ''}${at}${anyPair(draw, preset, '~')}`)
      : `${text}&in=${at}${anyPair(draw, preset, '~')}`
  },
  (text, draw) =>
    text.replace(/&in=([^&]*)/, (_, list: string) => {
      const parts = list.split('~')
      const at = 3 * draw(Math.ceil(parts.length / 3))
      const to = 3 * draw(Math.ceil(parts.length / 3))
      return `&in=${parts
        .toSpliced(at, 3)
        .toSpliced(to, 0, ...parts.slice(at, at + 3))
        .join('~')}`
    }),
  (text, draw) =>
    text.replace(/&in=([^&]*)/, (all, list: string) => (draw(8) === 0 ? `${all}${`~${list}`.repeat(draw(200))}` : all)),
]

/** The text of case `n` of a seed. */
export function mutatedLink(seed: number, n: number): string {
  const draw = drawOf(seed, n)
  let text = origin(draw)
  for (let left = draw(6); left > 0; left--) text = any(draw, MUTATIONS)(text, draw)
  return `#v=1&${text}`
}

function drawOf(seed: number, n: number): Draw {
  const rng = createRng((seed ^ Math.imul(n + 1, 0x9e3779b1)) >>> 0)
  return (k) => nextU32(rng) % k
}

/** What of a link that was read is not lawful, in words, or null. */
export function unlawful({ scenario, position, view, problems }: DecodedLink): string | null {
  const preset = presetById(scenario.preset)
  if (!preset) return `no preset ${scenario.preset}`
  const bare: Scenario = { ...scenario, inputs: [] }
  for (const { path, param, value } of fieldsOf(bare)) {
    if (!isAllowed(param, value)) return `${path}: ${value} is not allowed`
  }
  for (const field of fieldsOf(bare)) {
    const reason = reasonAgainst(field, field.value)
    if (reason !== null) return `${field.path}: ${field.value} is refused: ${reason}`
  }
  if (!isSame(shownOnly(scenario, preset.scenario), scenario)) return 'a setting that no field shows has a part'
  if (scenario.inputs.length > MAX_INPUTS) return `${scenario.inputs.length} changes`
  const settled = settledBy(scenario)
  let last = { ns: 0, events: 0 }
  for (const [i, { ns, events, path, value }] of scenario.inputs.entries()) {
    const field = fieldAt(settled.at(i), path)
    if (!field || !isAllowed(field.param, value)) return `change ${i} is not allowed`
    if (reasonAgainst(field, value) !== null) return `change ${i} is refused`
    if (ns < last.ns || events < last.events) return `change ${i} is out of order`
    if (events > mostEvents(ns)) return `change ${i} is never made`
    last = { ns, events }
  }
  for (const n of [position.ns, position.events ?? 0, view.first, view.count, view.selected ?? 0, scenario.seed])
    if (!Number.isSafeInteger(n) || n < 0) return `${n} is no whole number`
  if (view.table >= scenario.devices.length || view.dock.length > 3) return 'a view of nothing'
  for (const { given } of problems)
    if (given.length > 81 || /\p{Cc}/u.test(given)) return `a problem that cannot be shown: ${given}`
  return problems.length > 41 ? `${problems.length} problems` : null
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function hashOf(scenario: Scenario): string {
  const preset = presetById(scenario.preset)!
  const run = createRun(loaded(scenario, preset), preset.horizonNs)
  run.advance(Number.POSITIVE_INFINITY, RUN_EVENTS)
  return run.hash()
}

/** Reads a link, and what is written of it; null where all holds, otherwise what does not. */
export function linkFailure(text: string): string | null {
  const read = decodeLink(text)
  const wrong = unlawful(read)
  if (wrong !== null) return wrong
  const again = decodeLink(encodeLink(read))
  if (again.problems.length > 0) return `its own link has problems: ${JSON.stringify(again.problems)}`
  const { problems: _, ...before } = read
  const { problems: __, ...after } = again
  return isSame(after, before)
    ? null
    : `its own link is another: ${JSON.stringify(after)} for ${JSON.stringify(before)}`
}

function run(seed: number, n: number): FuzzCase {
  const begun = process.cpuUsage()
  const link = mutatedLink(seed, n)
  const made = process.cpuUsage(begun)
  const what = linkFailure(link)
  const name = link.length > 300 ? `${link.slice(0, 300)}… of ${link.length} characters` : link
  let failure = what === null ? null : { what, input: link }
  const read = process.cpuUsage()
  if (!failure && n % RUN_ONE_IN === 0) {
    const { scenario, position, view } = decodeLink(link)
    const again = decodeLink(encodeLink({ scenario, position, view })).scenario
    if (hashOf(again) !== hashOf(scenario)) failure = { what: 'its own link is another run', input: link }
  }
  const ran = process.cpuUsage(read)
  return { name, failure, outsideMs: (made.user + made.system + ran.user + ran.system) / 1000 }
}

export const kind: FuzzKind = { mostMs: MOST_MS, run }
