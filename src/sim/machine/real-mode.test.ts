import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashPlain } from '../../lib/hash.ts'
import { PRICES } from '../engine/cost.ts'
import type { ParamValue } from '../params.ts'
import { levelsOf } from '../paths/parts.ts'
import { hcallsProbe } from '../probes/hcalls.ts'
import { LEVEL_RETRIED, levelsProbe } from '../probes/levels.ts'
import { createArrays } from '../probes/probe.ts'
import { createRun, type Run } from '../run/run.ts'
import { currentValue, withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import type { Scenario } from '../scenario/schema.ts'
import { forEachTceTable } from '../table/tce-multi.ts'
import { slotsTo, type TceWindowState, wasRetried } from '../table/tce-window.ts'

const MS = 1_000_000
const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
const LONG = 1000 * MS

const { scenario: preset } = presetById('real-mode')!
type Changes = Readonly<Record<string, ParamValue>>
const changed = (changes: Changes): Scenario =>
  Object.entries(changes).reduce((s, [path, value]) => withValue(s, path, value), preset)

function done(changes: Changes): { run: Run; window: TceWindowState } {
  const run = createRun(changed({ 'w0.plug': 0, ...changes }), 8 * MS)
  run.advance(LONG)
  return { run, window: levelsOf(run.machine.state.tables[0]!)! }
}

/**
 * The calls of a guest that maps all its memory, and which of them lead past a level table that is not there yet: by the
 * spec alone (C.1, C.2). Null when there is no table. Every page lies in the window.
 */
function tooHardOf(scenario: Scenario): { calls: number; tooHard: number; made: number } | null {
  const of = (path: string) => currentValue(scenario, path)
  const [page, ram, far, window] = ['d0.iommuPage', 'm.ram', 'm.far', 'd0.window'].map((path) => Number(of(path)))
  const depth = Number(of('d0.levels'))
  const share = Math.ceil(Math.log2(window! / page!) / depth)
  const bits = Math.max(share + 3, Math.log2(Number(of('m.cpuPage')))) - 3
  if (bits * depth + Math.log2(page!) >= 55 || bits + 3 > 24) return null
  const isOnDemand = of('d0.era') === '6.12' || (of('d0.userCopy') === 'on' && window! > 4 * GIB)
  const most = of('w0.calls') === 'put' ? 1 : 512
  const there = new Set<string>()
  let [calls, tooHard] = [0, 0]
  for (const [from, bytes] of [
    [0, ram!],
    [Math.max(ram!, Number(of('m.farAt')) * GIB), far!],
  ] as const) {
    const end = (from + bytes) / page!
    for (let first = from / page!; first < end; ) {
      const last = Math.min(end, first - (first % most) + most)
      const missing = new Set<string>()
      for (let height = 0; height < depth - 1; height++) {
        const span = 2 ** (bits * (height + 1))
        for (let n = Math.floor(first / span); n <= Math.floor((last - 1) / span); n++)
          if (!there.has(`${height} ${n}`)) missing.add(`${height} ${n}`)
      }
      calls++
      if (isOnDemand && missing.size > 0) tooHard++
      for (const table of missing) there.add(table)
      first = last
    }
  }
  return { calls, tooHard, made: isOnDemand ? there.size : 0 }
}

/** Level tables of the hardware's tree that carry the mark of a second try. */
function marked({ table, ...rest }: TceWindowState): number {
  let n = 0
  for (let height = 0; height < table!.shape.indirectLevels; height++)
    forEachTceTable(table!, table!.hw, height, 0, Number.MAX_SAFE_INTEGER, (number) => {
      if (wasRetried({ table, ...rest }, height, number)) n++
    })
  return n
}

const AGAIN = PRICES.virtualMode.ps + PRICES.tceCall.ps

describe('real mode', () => {
  const settings = fc.record({
    'm.cpuPage': fc.constantFrom(4 * KIB, 64 * KIB),
    'm.ram': fc.constantFrom(64 * MIB, 512 * MIB, 2 * GIB),
    'm.far': fc.constantFrom(0, 128 * MIB),
    'm.farAt': fc.constantFrom(0, 4, 37_120),
    'd0.iommuPage': fc.constantFrom(64 * KIB, 2 * MIB, 16 * MIB),
    'd0.levels': fc.constantFrom(1, 2, 3, 4),
    'd0.userCopy': fc.constantFrom('on', 'off'),
    'd0.era': fc.constantFrom('2018', '6.12'),
    'w0.calls': fc.constantFrom('indirect', 'put'),
  })

  it('finds exactly those calls too hard that meet a missing level table, and the table ends the same', () => {
    let [some, none] = [0, 0]
    fc.assert(
      fc.property(settings, (drawn) => {
        // A window that holds all memory.
        const changes = { ...drawn, 'd0.window': drawn['m.farAt'] > 4 ? 65_536 * GIB : 16 * GIB }
        const scenario = changed(changes)
        const { run, window } = done({ ...changes, 'd0.realMode': 'on' })
        const { run: today, window: plain } = done({ ...changes, 'd0.realMode': 'off' })
        const expected = tooHardOf(scenario)
        expect(window.table === null).toBe(expected === null)
        if (!expected) return
        const { state } = run.machine
        expect([state.tables[0]!.maps, window.tooHard, state.hcalls.tooHard]).toEqual([
          expected.calls,
          expected.tooHard,
          expected.tooHard,
        ])
        expect(state.recorder.tooHard.data.reduce((sum, n) => sum + n, 0)).toBe(expected.tooHard)
        // Each level table that was made on demand carries one mark, and today none does.
        expect([marked(window), marked(plain), plain.tooHard]).toEqual([expected.made, 0, 0])
        expect(hashPlain(window.table)).toBe(hashPlain(plain.table))
        // The price is that of the replays, and nothing else.
        const { hcalls: now } = today.machine.state
        expect(state.hcalls).toEqual({
          ...now,
          tooHard: expected.tooHard,
          ps: now.ps + expected.tooHard * AGAIN,
        })
        if (expected.tooHard > 0) some++
        else none++
      }),
      { seed: 32, numRuns: 60 },
    )
    expect(Math.min(some, none)).toBeGreaterThan(10)
  })

  it('finds none too hard when the tables were made whole, or when user space asks', () => {
    for (const changes of [{ 'd0.era': 'full' }, { 'w0.calls': 'ioctl' }] as const) {
      const { run, window } = done(changes)
      expect([window.tooHard, run.machine.state.hcalls.tooHard, marked(window)]).toEqual([0, 0, 0])
      expect(run.machine.state.tables[0]!.mapped).toBe(524_288)
    }
    // Up to 4 GiB, and without a user copy, the tables of 2018 were whole. Today two leaf tables of 512 MiB each hold 1 GiB.
    const small = { 'd0.window': 4 * GIB, 'm.ram': GIB, 'm.far': 0 }
    expect(done(small).window.tooHard).toBe(0)
    expect(done({ ...small, 'd0.era': '6.12' }).window.tooHard).toBe(2)
  })

  it('shows 16 retried leaf tables in the strips, and the calls in their columns', () => {
    const { run } = done({})
    const { strips, state, present, tooHard } = levelsProbe.build(run.machine, { table: 0, path: [0] }, createArrays())
    const last = strips.at(-1)!
    const cells = [...state.subarray(last.at, last.at + last.cells)].filter((kind) => kind === LEVEL_RETRIED)
    // The chosen cell holds the leaf tables of RAM; those of far memory stand in another one.
    expect([tooHard, last.tables, cells.length]).toEqual([16, 16, 8])
    expect(present.subarray(last.at, last.at + last.cells).reduce((sum, n) => sum + n, 0)).toBe(8)
    const frame = hcallsProbe.build(run.machine, {}, createArrays())
    expect(frame.totals).toMatchObject({ putIndirect: 1024, tcesPut: 524_288, tooHard: 16 })
    expect([frame.tooHard, frame.putIndirect].map((track) => track.reduce((sum, n) => sum + n, 0))).toEqual([16, 1024])
  })

  it('does not ask again for a level table that is there when memory comes back', () => {
    const { run, window } = done({})
    const [hard, puts] = [window.tooHard, run.machine.state.hcalls.putIndirect]
    run.input('w0.plug', MS)
    run.advance(LONG + 4 * MS)
    expect(run.machine.state.tables[0]!.unmaps).toBe(3)
    expect(run.machine.state.hcalls.putIndirect).toBeGreaterThan(puts)
    expect(window.tooHard).toBe(hard)
  })
})

describe('the way to an entry', () => {
  it('ends at the level table that is missing', () => {
    const { window } = done({ 'm.far': 0 })
    expect(slotsTo(window, 262_143)).toEqual([
      { height: 1, slot: 7, isThere: true },
      { height: 0, slot: 32_767, isThere: true },
    ])
    const before = createRun(changed({}), MS)
    expect(slotsTo(levelsOf(before.machine.state.tables[0]!)!, 262_144 + 5)).toEqual([
      { height: 1, slot: (0x2440_0000_0000 / (2 * GIB)) % 32_768, isThere: false },
    ])
    expect(slotsTo(createTable({ 'd0.levels': 1 }), 0)).toEqual([])
  })
})

function createTable(changes: Changes): TceWindowState {
  return levelsOf(createRun(changed(changes), MS).machine.state.tables[0]!)!
}
