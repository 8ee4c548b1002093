import { describe, expect, it } from 'vitest'
import { addressOf, hex } from '../../lib/format.ts'
import { ENTRY_GENERATION, ENTRY_MAPPING, ENTRY_STRIDE, MAP_ENTRY, MAP_STRIDE, MAP_WHO } from '../machine/state.ts'
import { createRun, type Run } from '../run/run.ts'
import { presetById } from '../scenario/presets.ts'
import { inspect } from './figures.ts'
import { iovaSpaceProbe } from './iova-space.ts'
import { createArrays } from './probe.ts'
import { parseQuery, search } from './search.ts'

const MS = 1_000_000
const NAMES = { devices: ['eth0', 'sda'], cpus: 8 }

function open(id: string, ns: number): Run {
  const run = createRun(presetById(id)!.scenario, 12 * MS)
  run.advance(ns)
  return run
}

/** Every entry with its mapping's record, read straight from the state. */
function cards(run: Run) {
  const { entries, mappings, geometry } = run.machine.state.tables[0]!
  const { data } = mappings.records
  return Array.from({ length: geometry.size }, (_, e) => {
    const mark = entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]!
    const generation = entries.data[e * ENTRY_STRIDE + ENTRY_GENERATION]!
    const at = (mark - 1) * MAP_STRIDE
    const mapping =
      mark <= 0
        ? null
        : {
            cpu: data[at + MAP_WHO]! & 0xff,
            device: (data[at + MAP_WHO]! >> 8) & 0xff,
            firstEntry: data[at + MAP_ENTRY]!,
          }
    return { entry: e, generation, mapping }
  })
}

describe('a query', () => {
  it('is an address, a CPU, a device, a generation or the refusals', () => {
    expect(parseQuery('0x3f_0000', NAMES)).toEqual([{ kind: 'address', address: 0x3f0000n, generation: null }])
    expect(parseQuery('0X3F0000#7', NAMES)).toEqual([{ kind: 'address', address: 0x3f0000n, generation: 7 }])
    expect(parseQuery('cpu:7', NAMES)).toEqual([{ kind: 'cpu', number: 7 }])
    expect(parseQuery('dev:sda', NAMES)).toEqual([{ kind: 'device', number: 1 }])
    expect(parseQuery('gen:5', NAMES)).toEqual([{ kind: 'generation', least: 5, most: 5 }])
    expect(parseQuery('gen:>5', NAMES)).toEqual([{ kind: 'generation', least: 6, most: 0x7fffffff }])
    expect(parseQuery('gen:<3', NAMES)).toEqual([{ kind: 'generation', least: 1, most: 2 }])
    expect(parseQuery('  cpu:0   fail ', NAMES)).toEqual([{ kind: 'cpu', number: 0 }, { kind: 'fail' }])
  })

  it('that cannot be read is answered with what can', () => {
    const wrong = [
      '',
      'cpu:8',
      'cpu:',
      'cpu',
      'dev:eth1',
      'gen:x',
      '0x',
      '0xg',
      `0x${'1'.repeat(17)}`,
      'cpu:1 foo',
      '#',
    ]
    for (const text of wrong) {
      const allowed = parseQuery(text, NAMES)
      expect(allowed, text).toBeTypeOf('string')
      for (const part of ['0x…', 'cpu:0 to cpu:7', 'dev:eth0, dev:sda', 'gen:>5', 'fail'])
        expect(allowed).toContain(part)
    }
  })
})

describe('search', () => {
  it('finds what a CPU mapped, and agrees with the inspector entry by entry', () => {
    const run = open('halves', 5 * MS)
    const all = cards(run)
    for (let cpu = 0; cpu < 4; cpu++) {
      const mine = all.filter((card) => card.mapping?.cpu === cpu)
      const found = search(run.machine, 0, `cpu:${cpu}`, null)
      expect(found.entries).toBe(mine.length)
      expect(found.count).toBe(mine.filter((card) => card.mapping!.firstEntry === card.entry).length)
      expect(found.next).toBe(mine[0]!.entry)
      expect([found.at, found.problem, found.refused]).toEqual([0, null, null])
    }
    const both = search(run.machine, 0, 'cpu:1 dev:eth0', null)
    const eth0 = all.filter((card) => card.mapping?.cpu === 1 && card.mapping.device === 0)
    expect(both.entries).toBe(eth0.length)
  })

  it('leads through all matches and round the end, forward and back', () => {
    const run = open('halves', 5 * MS)
    const { count } = search(run.machine, 0, 'cpu:2 gen:>4', null)
    expect(count).toBeGreaterThan(5)
    const there: number[] = []
    for (let at: number | null = null; there.length < count; there.push(at!)) {
      at = search(run.machine, 0, 'cpu:2 gen:>4', at).next
    }
    expect(new Set(there).size).toBe(count)
    expect(there).toEqual([...there].sort((a, b) => a - b))
    const last = search(run.machine, 0, 'cpu:2 gen:>4', there.at(-1)!)
    expect([last.at, last.next]).toEqual([count, there[0]])
    const back = [there.at(-1)!]
    while (back.length < count) back.push(search(run.machine, 0, 'cpu:2 gen:>4', back.at(-1)!).previous!)
    expect(back.reverse()).toEqual(there)
    // From between two matches the one before is the previous.
    const gap = there.findIndex((e, i) => i > 0 && !there.includes(e - 1) && e - 1 !== there[i - 1])
    const between = search(run.machine, 0, 'cpu:2 gen:>4', there[gap]! - 1)
    if (between.at === 0) expect([between.previous, between.next]).toEqual([there[gap - 1], there[gap]])
  })

  it('knows an address as the device and as the memory sees it, and its lives apart', () => {
    const run = open('frames-64k', 3 * MS)
    const card = inspect(run.machine, 0, 513)!
    const address = hex(addressOf(card.offset + 513, card.pageShift))
    const { generation } = card
    expect(search(run.machine, 0, address, null)).toMatchObject({ count: 1, entries: 1, next: 513 })
    expect(search(run.machine, 0, `${address}#${generation}`, 513)).toMatchObject({ count: 1, at: 1 })
    expect(search(run.machine, 0, `${address}#${generation + 1}`, null)).toMatchObject({ count: 0, next: null })
    const real = card.mapping!.realAddr
    for (const text of [real, real + 1499, real - card.mapping!.pageOffset + 65_535])
      expect(search(run.machine, 0, hex(text), null).next).toBe(513)
    expect(search(run.machine, 0, `0xc${real.toString(16).padStart(15, '0')}`, null).next).toBe(513)
    expect(search(run.machine, 0, '0xffffffffffffffff', null).count).toBe(0)
  })

  it('finds free entries by their generation too', () => {
    const run = open('frames-64k', 8 * MS)
    const { data } = run.machine.state.tables[0]!.entries
    let free = 0
    for (let i = 0; i < data.length; i += ENTRY_STRIDE)
      if (data[i + ENTRY_MAPPING]! < 0 && data[i + ENTRY_GENERATION]! >= 1) free++
    expect(free).toBeGreaterThan(0)
    const found = search(run.machine, 0, 'gen:>=1', null)
    expect(found.entries - cards(run).filter((c) => c.mapping && c.generation >= 1).length).toBe(free)
  })

  it('leads to where the last refused request stopped', () => {
    const run = open('frames-64k', 3 * MS)
    expect(search(run.machine, 0, 'fail', null)).toMatchObject({ count: 0, refused: 0 })
    while (run.machine.state.refusedTotal === 0) run.stepForward()
    expect(search(run.machine, 0, 'fail', null)).toMatchObject({ count: 2, refused: 1, next: 3071, previous: 4095 })
  })
})

describe('the map of a search', () => {
  it('marks the cells in which something matches, and none when nothing is asked', () => {
    const run = open('halves', 5 * MS)
    const request = {
      table: 0,
      first: 0,
      count: 0,
      columns: 128,
      maxRows: 64,
      colourBy: 'state',
      breaks: false,
    } as const
    const frame = iovaSpaceProbe.build(run.machine, { ...request, find: 'cpu:1' }, createArrays())
    const all = cards(run)
    for (let cell = 0; cell < frame.state.length; cell++) {
      const inside = all.slice(cell * frame.entriesPerCell, (cell + 1) * frame.entriesPerCell)
      expect(frame.match![cell]).toBe(inside.some((card) => card.mapping?.cpu === 1) ? 1 : 0)
    }
    expect(iovaSpaceProbe.build(run.machine, request, createArrays()).match).toBeUndefined()
    const wrong = iovaSpaceProbe.build(run.machine, { ...request, find: 'cpu:x' }, createArrays())
    expect(wrong.match).toBeUndefined()
  })
})
