import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { ENTRY_GENERATION, ENTRY_STRIDE, OUTSIDE, SMALL_PIECES } from '../machine/state.ts'
import type { ParamValue } from '../params.ts'
import { levelsOf } from '../paths/parts.ts'
import { createRun, type Run } from '../run/run.ts'
import { currentValue, withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import type { Scenario } from '../scenario/schema.ts'
import { forEachTceTable, getTce, type TceMultiState } from '../table/tce-multi.ts'
import type { TceWindowState } from '../table/tce-window.ts'

const MS = 1_000_000
const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
const LONG = 1000 * MS

type Changes = Readonly<Record<string, ParamValue>>

const SMALL: Changes = { 'm.ram': 128 * MIB, 'm.far': 64 * MIB, 'w0.plug': 0 }

function guest(changes: Changes): Scenario {
  const { scenario } = presetById('nvlink-on-demand')!
  return Object.entries({ ...SMALL, ...changes }).reduce((s, [path, v]) => withValue(s, path, v), scenario)
}

const windowOf = (run: Run): TceWindowState => levelsOf(run.machine.state.tables[0]!)!
const tableOf = (run: Run): TceMultiState => windowOf(run).table!

/** Every page of the guest's memory, by the settings alone: its number from address 0 on, and why it is not mapped (0: it is). */
function pagesOf(scenario: Scenario) {
  const of = (path: string) => Number(currentValue(scenario, path))
  const page = of('d0.iommuPage')
  const ram = of('m.ram')
  const stretches = [
    [0, ram],
    [Math.max(ram, of('m.farAt') * GIB), of('m.far')],
  ] as const
  const inWindow = Math.floor(of('d0.window') / page)
  const isSmall = of('w0.backing') < page
  return stretches.flatMap(([from, bytes], stretch) =>
    Array.from({ length: Math.floor(bytes / page) }, (_, i) => {
      const number = Math.ceil(from / page) + i
      return { stretch, number, why: number >= inWindow ? OUTSIDE : isSmall ? SMALL_PIECES : 0 }
    }),
  )
}

/** Pages that one call asks for at most. */
function perCall(scenario: Scenario): number {
  const [calls, backing, page] = ['w0.calls', 'w0.backing', 'd0.iommuPage'].map((path) => currentValue(scenario, path))
  if (calls === 'put') return 1
  return calls === 'ioctl' ? Math.max(1, Number(backing) / Number(page)) : 512
}

/** TCEs of the guest's pages, in the order of its memory. */
const tcesOf = (run: Run, pages: ReturnType<typeof pagesOf>): number[] =>
  pages.map(({ number }) => getTce(tableOf(run), number))

/** Goes on until so many pages are mapped; not for ever. */
function untilMapped(run: Run, pages: number): void {
  for (let left = 4096; left > 0 && run.machine.state.tables[0]!.mapped < pages; left--) run.stepForward()
}

describe('all memory of a guest', () => {
  const settings = fc.record({
    'w0.calls': fc.constantFrom('indirect', 'put', 'ioctl'),
    'w0.backing': fc.constantFrom(4 * KIB, 64 * KIB, 16 * MIB, 2 * GIB),
    'd0.iommuPage': fc.constantFrom(64 * KIB, 2 * MIB, 16 * MIB, 256 * MIB),
    'm.ram': fc.constantFrom(64 * MIB, 128 * MIB, 256 * MIB),
    'm.far': fc.constantFrom(0, 64 * MIB, 256 * MIB),
    'm.farAt': fc.constantFrom(0, 1, 3, 64, 37_120),
    'd0.window': fc.constantFrom(256 * MIB, 512 * MIB, 2 * GIB, 4 * GIB, 64 * GIB, 65_536 * GIB),
    'd0.userCopy': fc.constantFrom('on', 'off'),
  })

  it('is mapped once and at its own addresses, or refused and counted', () => {
    let [mappedSome, outside, small] = [0, 0, 0]
    fc.assert(
      fc.property(settings, (changes) => {
        const scenario = guest(changes)
        const pages = pagesOf(scenario)
        const run = createRun(scenario, MS)
        run.advance(LONG)
        const table = run.machine.state.tables[0]!
        const fit = pages.filter(({ why }) => why === 0)
        const refused = pages.filter(({ why }) => why > 0)
        const most = perCall(scenario)
        const calls = (of: typeof pages) =>
          new Set(of.map((p) => `${p.stretch} ${p.why === OUTSIDE} ${Math.floor(p.number / most)}`)).size
        expect([table.mapped, table.maps, table.refused]).toEqual([
          fit.length,
          calls(fit) + calls(refused),
          calls(refused),
        ])
        const tces = tcesOf(run, fit)
        // No page of the host stands behind two of the guest's; the device may read and write; nothing else is set.
        expect(new Set(tces.map((tce) => tce - 3)).size).toBe(fit.length)
        const pageBytes = pow2(table.geometry.pageShift)
        expect(tces.filter((tce) => tce % pageBytes !== 3)).toEqual([])
        let set = 0
        forEachTceTable(tableOf(run), tableOf(run).hw, 0, 0, Number.MAX_SAFE_INTEGER, (_, used) => {
          set += used
        })
        expect(set).toBe(fit.length)
        const times = fit.map((_, e) => table.entries.data[e * ENTRY_STRIDE + ENTRY_GENERATION])
        expect(times.every((n) => n === 1)).toBe(true)
        if (refused.length > 0) expect(table.whyRefused).toBe(refused.at(-1)!.why)
        if (fit.length > 0) mappedSome++
        if (refused.some(({ why }) => why === OUTSIDE)) outside++
        if (refused.some(({ why }) => why === SMALL_PIECES)) small++
      }),
      { seed: 2018, numRuns: 80 },
    )
    expect(Math.min(mappedSome, outside, small)).toBeGreaterThan(15)
  })

  it('is asked for by calls that end where a page of 512 TCEs does', () => {
    // Pages of 2M: 32 of RAM, then 1024 right behind them: 480, 512 and 32.
    const run = createRun(guest({ 'd0.iommuPage': 2 * MIB, 'm.ram': 64 * MIB, 'm.far': 2 * GIB, 'm.farAt': 0 }), MS)
    run.advance(LONG)
    expect([run.machine.state.hcalls.putIndirect, run.machine.state.hcalls.tcesPut]).toEqual([4, 1056])
  })

  it('lies where far memory is put, whichever stretch it is of', () => {
    const run = createRun(guest({ 'd0.iommuPage': 16 * MIB }), MS)
    run.advance(LONG)
    const { kind, state } = { kind: run.machine.workloads[0]!, state: run.machine.state.workloads[0]!.state }
    expect([0, 7, 8, 11].map((slot) => kind.owner(state, 0, slot))).toEqual([
      'guest RAM',
      'guest RAM',
      'far memory',
      'far memory',
    ])
    // RAM smaller than a page has none: all memory there is lies far away.
    const far = createRun(guest({ 'd0.iommuPage': 256 * MIB, 'm.far': 512 * MIB }), MS)
    expect(far.machine.workloads[0]!.owner(far.machine.state.workloads[0]!.state, 0, 0)).toBe('far memory')
  })
})

describe('memory hotplug', () => {
  const WIDE = { 'd0.window': 65_536 * GIB, 'w0.plug': MS, 'w0.plugSize': 16 * MIB, 'd0.iommuPage': 64 * KIB }
  const CASES: readonly (readonly [string, Changes, number])[] = [
    ['the end of far memory', {}, 256],
    ['the end of RAM when far memory lies outside of the window', { 'd0.window': 4 * GIB }, 256],
    ['the end of RAM inside of the window when the window ends in it', { 'd0.window': 64 * MIB }, 256],
    ['all of far memory where more would be taken', { 'w0.plugSize': 256 * MIB }, 1024],
    ['what user space mapped', { 'w0.calls': 'ioctl' }, 256],
    ['what was mapped one by one, without a user copy', { 'w0.calls': 'put', 'd0.userCopy': 'off' }, 256],
  ]

  it.each(CASES)('takes out and brings back the same pages: %s', (_, changes, plugged) => {
    const scenario = guest({ ...WIDE, ...changes })
    const pages = pagesOf(scenario)
    const run = createRun(scenario, MS)
    const { state } = run.machine
    // Until memory is away for the first time, all calls are those of the first mapping.
    while (state.tables[0]!.unmaps === 0) {
      if (!run.stepForward()) throw new Error('nothing is ever plugged out')
    }
    const fit = pages.filter(({ why }) => why === 0)
    const away = tcesOf(run, fit)
    const counts = [...tableOf(run).hw.counts]
    const gone = away.flatMap((tce, i) => (tce === 0 ? [i] : []))
    // One run of pages, at the end of what was mapped.
    expect([gone.length, gone[0], gone.at(-1)]).toEqual([plugged, fit.length - plugged, fit.length - 1])
    expect(state.tables[0]!.mapped).toBe(fit.length - plugged)
    untilMapped(run, fit.length)
    const full = tcesOf(run, fit)
    expect([full.filter((tce) => tce === 0), new Set(full).size]).toEqual([[], fit.length])
    const { refused } = state.tables[0]!
    run.advance(state.nowNs + 10 * MS)
    expect(state.tables[0]!.unmaps).toBeGreaterThanOrEqual(9)
    untilMapped(run, fit.length)
    // Nothing was asked for outside of the window meanwhile; the same host pages are behind the same addresses.
    expect([tcesOf(run, fit), state.tables[0]!.refused]).toEqual([full, refused])
    expect([tableOf(run).hw.counts, tableOf(run).references]).toEqual([counts, tableOf(run).user ? fit.length : 0])
  })

  it('gives the same run however it is sliced, and after going back', () => {
    const scenario = guest({ ...WIDE, 'w0.calls': 'put', 'd0.realMode': 'on' })
    const whole = createRun(scenario, 12 * MS)
    whole.advance(12 * MS)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 * MS }), { minLength: 1, maxLength: 12 }), (steps) => {
        const run = createRun(scenario, 12 * MS)
        let at = 0
        for (const step of steps) {
          at = Math.min(12 * MS, at + step)
          run.advance(at)
        }
        run.seek({ ns: Math.floor(at / 2) })
        run.advance(12 * MS)
        expect(run.hash()).toBe(whole.hash())
      }),
      { seed: 5, numRuns: 8 },
    )
    expect(whole.machine.state.tables[0]!.unmaps).toBeGreaterThan(1)
  })

  it('begins, is slower and ends while the guest runs', () => {
    const run = createRun(guest({ ...WIDE, 'w0.plug': 0 }), MS)
    const { state } = run.machine
    const table = () => state.tables[0]!
    run.advance(10 * MS)
    const all = table().mapped
    expect([table().unmaps, all]).toEqual([0, pagesOf(run.scenario()).length])
    run.input('w0.plug', MS)
    run.advance(11 * MS - 1)
    expect(table().unmaps).toBe(0)
    run.advance(11 * MS)
    expect([table().unmaps, table().mapped]).toEqual([1, all - 256])
    // Out at 11 ms; with an interval of 5 ms from then on it comes back 2.5 ms later.
    run.input('w0.plug', 5 * MS)
    run.advance(13.5 * MS - 1)
    expect(table().mapped).toBe(all - 256)
    run.advance(13.5 * MS)
    expect(table().mapped).toBe(all)
    run.advance(16 * MS)
    expect([table().unmaps, table().mapped]).toEqual([2, all - 256])
    // Switched off while memory is out, it comes back at once and stays.
    run.input('w0.plug', 0)
    run.advance(40 * MS)
    expect([table().unmaps, table().mapped]).toEqual([2, all])
    expect(new Set(tcesOf(run, pagesOf(run.scenario()))).size).toBe(all)
  })
})
