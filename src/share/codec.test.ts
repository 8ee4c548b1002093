import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Field, isAllowed, type Param, type ParamValue, type Preset, type Scenario } from '../sim/index.ts'
import { type Link, linkCodec } from './codec.ts'
import { viewOf } from './view-state.ts'

// A small world with everything that makes reading hard: a field that exists only beside another one's value, a
// value that the combination refuses, a changed setting that later changes must be read against.
const choice = (name: string, keys: readonly string[]): Param => ({
  ...{ name, label: name, unit: 'choice', default: keys[0] ?? '', help: '', effect: 'live' },
  values: keys.map((key) => ({ value: `${key}!`, key, label: key })),
})
const count = (name: string, min: number, max: number): Param => ({
  ...{ name, label: name, unit: 'count', default: min, help: '', effect: 'live' },
  ...{ min, max },
})
const PARAMS: Record<string, Param> = {
  'm.page': choice('page', ['4k', '64k']),
  'm.cpus': count('cpus', 1, 64),
  'd0.alloc': choice('alloc', ['pools', 'halves']),
  'd0.generation': choice('generation', ['1', '2', '2.5']),
  'w0.ring': count('ring', 0, 65536),
}

function fieldsOf(scenario: Scenario): Field[] {
  const now = new Map<string, ParamValue>(Object.entries(scenario.machine))
  for (const input of scenario.inputs) now.set(input.path, input.value)
  return Object.entries(PARAMS)
    .filter(([path]) => path !== 'd0.generation' || now.get('d0.alloc') === 'halves!')
    .map(([path, param]) => {
      const refused: Record<string, string> =
        path === 'm.page' && now.get('d0.alloc') === 'halves!' ? { '4k': 'halves want 64k' } : {}
      const said = now.get(path) ?? null
      return { path, param, value: said ?? param.default, said, group: 'machine', owner: '', refused, notes: {} }
    })
}
const fieldAt = (scenario: Scenario, path: string) => fieldsOf(scenario).find((f) => f.path === path) ?? null
const withValue = (scenario: Scenario, path: string, value: ParamValue): Scenario => ({
  ...scenario,
  machine: { ...scenario.machine, [path]: value },
})

function preset(id: string, machine: Record<string, ParamValue>, openNs: number): Preset {
  const device = (index: number) => ({ id: `d${index}`, name: `eth${index}`, settings: {} })
  return {
    ...{ id, title: id, nudge: null, openNs, horizonNs: 20_000_000 },
    scenario: {
      preset: id,
      seed: 1,
      machine,
      devices: [device(0), device(1)],
      workloads: [],
      inputs: [],
    },
    dock: ['tce-pages'],
  }
}
const presets = [
  preset('big', { 'm.page': '64k!', 'm.cpus': 4 }, 11_000_000),
  preset('small', { 'm.page': '64k!', 'd0.alloc': 'halves!', 'd0.generation': '2!' }, 0),
]
const { encodeLink, decodeLink } = linkCodec({ presets, fieldsOf, fieldAt, withValue })
const [big, small] = presets as [Preset, Preset]
const opened = (p: Preset): Link => ({
  ...{ scenario: p.scenario, position: { ns: p.openNs }, view: viewOf(p), speed: null },
})
const settings = (scenario: Scenario) => fieldsOf({ ...scenario, inputs: [] }).map((f) => [f.path, f.value])

describe('a link', () => {
  it('names version and preset and leaves out whatever equals the preset', () => {
    expect(encodeLink(opened(big))).toBe('#v=1&s=big')
    expect(decodeLink('#v=1&s=big')).toEqual({ ...opened(big), problems: [] })
  })

  it('is readable: settings, seed, changes, position, view and speed', () => {
    const scenario: Scenario = {
      ...{ ...withValue(withValue(big.scenario, 'm.page', '4k!'), 'w0.ring', 1024), seed: 0x5eed },
      inputs: [
        { ns: 2000, events: 7, path: 'm.cpus', value: 8 },
        { ns: 2000, events: 9, path: 'm.page', value: '64k!' },
      ],
    }
    const brush = { time: { fromNs: 3_100_000, toNs: 4_200_000 }, entries: { first: 0, count: 64 } }
    const view = {
      ...({ table: 1, first: 128, count: 1024, colourBy: 'cpu', breaks: false, dock: [], selected: 3 } as const),
      brush,
    }
    const link = encodeLink({ scenario, position: { ns: 5000, events: 12 }, view, speed: 0.0005 })
    expect(link).toBe(
      '#v=1&s=big&m.page=4k&w0.ring=1024&seed=0x5eed&in=2000.7~m.cpus~8~2000.9~m.page~64k&at=5000.12' +
        '&table=1&zoom=128.1024&colour=cpu&breaks=off&dock=none&sel=3&bt=3100000.4200000&ba=0.64&speed=0.0005',
    )
    expect(decodeLink(link)).toEqual({
      scenario,
      position: { ns: 5000, events: 12 },
      view,
      speed: 0.0005,
      problems: [],
    })
  })

  it('is read with or without #, out of a whole address, and after a mail program escaped it', () => {
    for (const link of [
      's=small',
      '#s=small',
      'https://lab.example/x?testing=1#v=1&s=small',
      '#s%3Dsmall'.replace('%3D', '='),
      '#%73=sm%61ll',
    ]) {
      expect(decodeLink(link)).toEqual({ ...opened(small), problems: [] })
    }
  })

  it('opens the first preset when it says nothing', () => {
    expect(decodeLink('')).toEqual({ ...opened(big), problems: [] })
  })

  it('sets a field that exists only because of another one, in whichever order they stand', () => {
    for (const link of ['s=big&d0.alloc=halves&d0.generation=1', 's=big&d0.generation=1&d0.alloc=halves']) {
      const { scenario, problems } = decodeLink(link)
      expect(problems).toEqual([])
      expect(settings(scenario)).toContainEqual(['d0.generation', '1!'])
    }
  })

  it('uses only characters that need no escape', () => {
    fc.assert(
      fc.property(links(), (link) => {
        expect(encodeLink(link)).toMatch(/^#[A-Za-z0-9\-_.~=&]+$/)
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  it('comes back as it was, whatever the scenario', () => {
    fc.assert(
      fc.property(links(), (link) => {
        const back = decodeLink(encodeLink(link))
        expect(back.problems).toEqual([])
        expect(settings(back.scenario)).toEqual(settings(link.scenario))
        expect(back.scenario.seed).toBe(link.scenario.seed)
        expect(back.scenario.inputs).toEqual(link.scenario.inputs)
        expect([back.position, back.view, back.speed]).toEqual([link.position, link.view, link.speed])
      }),
      { seed: 2, numRuns: 500 },
    )
  })
})

describe('what a link cannot mean', () => {
  it('is reported with field, given and allowed, and the rest is loaded', () => {
    const { scenario, problems } = decodeLink('#v=1&s=big&m.cpus=900&m.pgae=4k&w0.ring=64')
    expect(settings(scenario)).toContainEqual(['w0.ring', 64])
    expect(problems).toEqual([
      { field: 'm.cpus', given: '900', allowed: '1 to 64' },
      { field: 'm.pgae', given: '4k', allowed: 'm.page, m.cpus' },
    ])
  })

  it('says of a key that is given twice that it is, whichever it is', () => {
    const again = (field: string, given: string) => ({ field, given, repeated: true })
    const { scenario, problems } = decodeLink('#s=small&s=big&m.cpus=8&m.cpus=4&v=1&v=9&s=huge')
    expect([scenario.preset, settings(scenario)]).toEqual(['small', expect.arrayContaining([['m.cpus', 8]])])
    expect(problems).toMatchObject([again('v', '9'), again('s', 'big'), again('m.cpus', '4'), again('s', 'huge')])
  })

  it('names the presets when the preset is unknown', () => {
    const link = decodeLink('#v=1&s=huge&m.cpus=8')
    expect(link.scenario.preset).toBe('big')
    expect(settings(link.scenario)).toContainEqual(['m.cpus', 8])
    expect(link.problems).toEqual([{ field: 's', given: 'huge', allowed: 'big, small' }])
  })

  it('says that a link is newer than the lab and loads what it knows', () => {
    const link = decodeLink('#v=2&s=big&m.cpus=8&quantum=1')
    expect(settings(link.scenario)).toContainEqual(['m.cpus', 8])
    expect(link.problems.map((p) => p.field)).toEqual(['v', 'quantum'])
    expect(link.problems[0]?.allowed).toContain('newer')
  })

  it('takes back a value that the other settings refuse, and gives the reason', () => {
    const { scenario, problems } = decodeLink('#s=small&m.page=4k&d0.generation=1')
    expect(settings(scenario)).toContainEqual(['m.page', '64k!'])
    expect(settings(scenario)).toContainEqual(['d0.generation', '1!'])
    expect(problems).toEqual([{ field: 'm.page', given: '4k', allowed: 'halves want 64k' }])
  })

  it('leaves out a change that is unknown, out of range, refused or out of order, and keeps its neighbours', () => {
    const good = [
      { ns: 100, events: 5, path: 'm.cpus', value: 2 },
      { ns: 300, events: 9, path: 'm.cpus', value: 3 },
    ]
    const list = '100.5~m.cpus~2~200.6~m.nope~1~200.6~m.cpus~0~200.6~m.page~4k~50.7~m.cpus~9~300.9~m.cpus~3'
    const { scenario, problems } = decodeLink(`#s=small&in=${list}`)
    expect(scenario.inputs).toEqual(good)
    expect(problems.map((p) => p.given)).toEqual([
      ...['200.6~m.nope~1', '200.6~m.cpus~0', '200.6~m.page~4k', '50.7~m.cpus~9'],
    ])
  })

  it('keeps the changes before a broken one', () => {
    const { scenario, problems } = decodeLink('#s=big&in=100.5~m.cpus~2~oops~200.6~m.cpus~3')
    expect(scenario.inputs).toHaveLength(1)
    expect(problems).toHaveLength(1)
  })

  it.each([
    'at=-5',
    'at=1e9',
    'at=1.5.9',
    'at=NaN',
    'at=99999999999999999999',
    'seed=-1',
    'seed=0x100000000',
    'seed=0x',
    'speed=-1',
    'speed=NaN',
    'speed=0',
    'speed=1e9',
    'speed=Infinity',
    'zoom=5',
    'zoom=-1.5',
    'zoom=1.2.3',
    'table=2',
    'table=-1',
    'colour=constructor',
    'breaks=maybe',
    'dock=a~b~c~d',
    'dock=a~a',
    'dock=',
    'sel=1e9',
    'sel=-0',
    'bt=1',
    'bt=5.5',
    'bt=1e3.9',
    'ba=4.0',
    'ba=1.2.3',
    'm.cpus=NaN',
    'm.cpus=-3',
    'm.cpus=1e1',
    'm.cpus=8.5',
    'm.cpus=0x8',
    'm.cpus=',
    'm.cpus',
    'm.cpus=%zz',
    'm.cpus=8%00',
    '__proto__=1',
    'constructor=1',
    'm.__proto__=x',
    '=',
    '=1',
    'm.cpus=4=4',
    '\u0000=\u0000',
    'v=0',
    'v=-1',
    'v=1e9',
  ])('is one problem and changes nothing: %s', (part) => {
    const { problems, ...link } = decodeLink(`#s=big&${part}`)
    expect(problems).toHaveLength(1)
    expect(link).toEqual(opened(big))
  })

  it('counts the first of two values of a key', () => {
    const link = decodeLink('#s=big&m.cpus=8&m.cpus=9')
    expect(settings(link.scenario)).toContainEqual(['m.cpus', 8])
    expect(link.problems).toHaveLength(1)
  })

  it('knows the dock views when it is told them', () => {
    expect(decodeLink('#s=big&dock=regions', ['regions']).view.dock).toEqual(['regions'])
    expect(decodeLink('#s=big&dock=mirror', ['regions']).problems[0]?.allowed).toContain('regions')
  })

  it('never throws, never takes long and shows no control character, whatever the text', () => {
    const pieces = [
      '&',
      '=',
      '~',
      '.',
      '%',
      '%zz',
      '\u0000',
      'in',
      'm.cpus',
      '__proto__',
      '100.5',
      's',
      'v',
      'at',
      '😀',
    ]
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 200 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        for (const problem of decodeLink(text).problems) {
          expect(problem.given).not.toMatch(/\p{Cc}/u)
          expect(problem.given.length).toBeLessThan(100)
        }
      }),
      { seed: 3, numRuns: 1000 },
    )
  })

  it.each([
    ['one key', `m.cpus=${'8'.repeat(1_000_000)}`],
    ['many keys', 'a=1&'.repeat(250_000)],
    ['many changes', `in=${'1.1~m.cpus~2~'.repeat(80_000)}`],
    ['many escapes', '%'.repeat(1_000_000)],
    ['many points', `at=${'.'.repeat(1_000_000)}`],
  ])('is read in well under a second when it is a megabyte of %s', (_, text) => {
    const start = performance.now()
    const link = decodeLink(`#s=small&${text}`)
    expect(performance.now() - start).toBeLessThan(1000)
    expect(link.scenario.preset).toBe('small')
    expect(link.problems.length).toBeGreaterThan(0)
    expect(link.problems.length).toBeLessThan(50)
  })
})

/** Links as the lab makes them: every value allowed where it stands. */
function links(): fc.Arbitrary<Link> {
  const path = fc.constantFrom(...Object.keys(PARAMS))
  const value = (p: string): fc.Arbitrary<ParamValue> => {
    const { values, min = 0, max = 0 } = PARAMS[p] as Param
    return values ? fc.constantFrom(...values.map((o) => o.value)) : fc.integer({ min, max })
  }
  const change = path.chain((p) => value(p).map((v): [string, ParamValue] => [p, v]))
  const moment = fc.record({ ns: fc.nat(1_000_000), events: fc.nat(5000) })
  const fits = (s: Scenario, p: string, v: ParamValue): boolean => {
    const next = withValue(s, p, v)
    const field = fieldsOf(s).find((f) => f.path === p)
    return !!field && isAllowed(field.param, v) && fieldsOf(next).every((f) => !Object.hasOwn(f.refused, String(f.value).slice(0, -1))) // biome-ignore format: one condition
  }
  const anyTime = fc.record({ fromNs: fc.nat(1e9), length: fc.integer({ min: 1, max: 1e9 }) }).map((t) => ({
    ...{ fromNs: t.fromNs, toNs: t.fromNs + t.length },
  }))
  const anyEntries = fc.record({ first: fc.nat(1e6), count: fc.integer({ min: 1, max: 1e6 }) })
  const scenario = fc
    .record({
      start: fc.constantFrom(...presets),
      seed: fc.nat(0xffff_ffff),
      changes: fc.array(change, { maxLength: 6 }),
      inputs: fc.array(fc.tuple(change, moment), { maxLength: 6 }),
    })
    .map(({ start, seed, changes, inputs }): Scenario => {
      let settled: Scenario = { ...start.scenario, seed }
      for (const [p, v] of changes) if (fits(settled, p, v)) settled = withValue(settled, p, v)
      let now = settled
      let at = { ns: 0, events: 0 }
      const kept = []
      for (const [[p, v], by] of inputs) {
        if (!fits(now, p, v)) continue
        now = withValue(now, p, v)
        at = { ns: at.ns + by.ns, events: at.events + by.events }
        kept.push({ ...at, path: p, value: v })
      }
      return { ...settled, inputs: kept }
    })
  return fc.record({
    scenario,
    position: fc.oneof(
      fc.nat(50_000_000).map((ns) => ({ ns })),
      moment,
    ),
    view: fc.record({
      table: fc.nat(1),
      first: fc.nat(65535),
      count: fc.integer({ min: 1, max: 65536 }),
      colourBy: fc.constantFrom('state' as const, 'cpu' as const, 'age' as const),
      breaks: fc.boolean(),
      dock: fc.uniqueArray(fc.constantFrom('tce-pages', 'regions', 'cpu-lanes', 'x1'), { maxLength: 3 }),
      selected: fc.option(fc.nat(1_000_000)),
      brush: fc.option(
        fc.oneof(
          fc.record({ time: anyTime, entries: fc.option(anyEntries) }),
          fc.record({ time: fc.constant(null), entries: anyEntries }),
        ),
      ),
      query: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      off: fc.uniqueArray(fc.constantFrom('mapped', 'free', 'cpu.3', 'generation.12'), { minLength: 1 }),
    }),
    speed: fc.oneof(
      fc.constantFrom('max' as const, null),
      fc.double({ min: 1e-9, max: 1000, noNaN: true, noDefaultInfinity: true }),
    ),
  })
}
