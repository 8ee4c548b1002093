import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PRICES } from '../engine/cost.ts'
import type { ParamValue } from '../params.ts'
import { budgetProbe } from '../probes/budget.ts'
import { ddwProbe } from '../probes/ddw.ts'
import { hcallsProbe } from '../probes/hcalls.ts'
import { memoryProbe } from '../probes/memory.ts'
import { createArrays } from '../probes/probe.ts'
import { windowsProbe } from '../probes/windows.ts'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import type { Scenario } from '../scenario/schema.ts'
import { bookFaults } from '../testing/books.ts'
import { shareBudget } from '../window/budget.ts'
import { DDW_LIOBN } from '../window/ddw.ts'
import { logLines } from '../words/log.ts'
import { budgetOf, directEntries, eraOf, tceBytes } from './partition.ts'

const MS = 1_000_000
const GIB = 1_073_741_824
const MIB = 1_048_576
const KIB = 1024

type Changes = Readonly<Record<string, ParamValue>>

function partition(changes: Changes = {}, id = 'ddw-direct'): Scenario {
  return Object.entries(changes).reduce((s, [path, v]) => withValue(s, path, v), presetById(id)!.scenario)
}

const open = (changes: Changes = {}, id?: string): Run => createRun(partition(changes, id), 12 * MS)
const tableOf = (run: Run) => run.machine.state.tables[0]!
const tceAt = (run: Run, e: number): number => {
  const { table, tableState } = run.machine.domains[0]!
  return table.walk(tableState, e)
}
const linesOf = (run: Run): string[] => logLines(run.machine, 0).map(({ text }) => text)
const windowsOf = (run: Run) => windowsProbe.build(run.machine, { table: 0 }, createArrays())!

describe('what settings lead to', () => {
  const RESULTS: readonly (readonly [string, Changes])[] = [
    ['direct', {}],
    // Room for 2 TiB is not there: 8 388 608 TCEs of 64K hold 512 GiB.
    ['indirect', { 'm.maxRam': 2048 * GIB }],
    ['default', { 'm.maxRam': 2048 * GIB, 'd0.kernel': 'before' }],
    ['default', { 'd0.ddw': 'off' }],
    ['default', { 'd0.dmaMask': 32 }],
    ['default', { 'd0.dmaMask': 48, 'd0.firmware': 'reset-64' }],
    ['default', { 'd0.windows': 0, 'd0.firmware': 'none' }],
    ['direct', { 'd0.windows': 0 }],
    // Decided to be direct, then not made: the device goes without mappings, and nothing translates.
    ['nowhere', { 'd0.create': 'fails' }],
    ['direct', { 'm.pmem': 'on' }],
  ]

  it.each(RESULTS)('%s: %j', (result, changes) => {
    const run = open(changes)
    expect([tableOf(run).ddw!.result, ddwProbe.build(run.machine, { table: 0 }, createArrays())!.result]).toEqual([
      result,
      result,
    ])
    const frame = windowsOf(run)
    const states = Object.fromEntries(frame.windows.map((w) => [w.name, w.state]))
    const given = 'd0.windows' in changes && result === 'direct'
    expect(states).toEqual({
      default: given ? 'removed' : result === 'default' ? 'used' : 'idle',
      ...(result === 'direct' && { dynamic: 'direct' }),
      ...(result === 'indirect' && { dynamic: 'used' }),
    })
    // Only where buffers are mapped does the driver ask its allocator; a lost device never does anything.
    const { readyNs } = tableOf(run)
    run.advance((readyNs === Number.POSITIVE_INFINITY ? 0 : readyNs) + 8 * MS)
    const { maps, mapped } = tableOf(run)
    expect([maps > 0, mapped > 0]).toEqual([
      result === 'indirect' || result === 'default',
      result === 'indirect' || result === 'default' || result === 'direct',
    ])
    expect(run.machine.state.frames > 0).toBe(result !== 'nowhere')
  })

  it('refused: a window that begins out of reach of the mask', () => {
    // Byte 2^59 against 48 bits; what all memory is mapped in directly is never looked at so.
    const run = open({ 'd0.dmaMask': 48, 'm.maxRam': 2048 * GIB })
    expect(tableOf(run).ddw!.result).toBe('refused')
    run.advance(12 * MS)
    expect([tableOf(run).maps, run.machine.state.steps, run.machine.state.frames]).toEqual([0, 0, 0])
    expect(tableOf(run).readyNs).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('a direct window', () => {
  const settings = fc.record({
    'm.ram': fc.constantFrom(GIB, 2 * GIB, 4 * GIB, 16 * GIB, 64 * GIB),
    'm.maxRam': fc.constantFrom(GIB, 8 * GIB, 64 * GIB),
    'd0.pageSizes': fc.constantFrom(0x3, 0x7, 0x107, 0x1ff),
    'm.multitce': fc.constantFrom('on', 'off'),
  })

  it('maps the RAM there is one to one, in whole pages, by the calls of the spec', () => {
    fc.assert(
      fc.property(settings, (changes) => {
        const run = open(changes)
        const { ddw: found, geometry, mapped } = tableOf(run)
        const multiTce = changes['m.multitce'] === 'on'
        const pageShift = { 3: 16, 7: 24, 263: 24, 511: 34 }[changes['d0.pageSizes']]!
        const page = 2 ** pageShift
        const ram = Math.min(changes['m.ram'], changes['m.maxRam'])
        const entries = Math.floor(ram / page)
        expect([found!.result, geometry.pageShift, mapped]).toEqual(['direct', pageShift, entries])
        expect(directEntries(run.machine.state.settings, geometry)).toBe(entries)
        for (const e of [0, 1, 511, 512, entries >> 1, entries - 1].filter((n) => n >= 0 && n < entries))
          expect([e, tceAt(run, e)]).toEqual([e, e * page + 3])
        if (entries < geometry.size) expect(tceAt(run, entries)).toBe(0)
        const calls = multiTce ? Math.max(1, Math.ceil(entries / 512)) : entries
        const { put, putIndirect, stuff, tcesPut } = run.machine.state.hcalls
        expect([put, putIndirect, stuff, tcesPut]).toEqual([multiTce ? 0 : calls, multiTce ? calls : 0, 0, entries])
        const price = calls * PRICES.tceCall.ps + Math.max(0, entries - calls) * PRICES.tceNext.ps
        expect([run.machine.state.hcalls.ps, tableOf(run).readyNs]).toEqual([price, Math.round(price / 1000)])
        const frame = memoryProbe.build(run.machine, { table: 0 }, createArrays())!
        expect([frame.mappedBytes, frame.islands[0]!.bytes]).toEqual([entries * page, ram])
        // Each TCE that the hypervisor has set aside takes 8 bytes: those of both windows.
        const dynamic = Math.floor(2 ** found!.state.window!.windowShift / page)
        expect(tceBytes(found!)).toBe(8 * (dynamic + (2 * GIB) / (4 * KIB)))
      }),
      { seed: 4, numRuns: 40 },
    )
  })

  it('follows RAM that is plugged in and out, entry by entry', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(0x3, 0x7, 0x1ff),
        fc.constantFrom('on', 'off'),
        (shifts, pageSizes, multitce) => {
          const run = open({ 'd0.pageSizes': pageSizes, 'm.multitce': multitce, 'm.maxRam': 32 * GIB })
          const { state } = run.machine
          const page = 2 ** tableOf(run).geometry.pageShift
          let ram = 16 * GIB
          let at = 0
          for (const shift of shifts) {
            at += 0.1 * MS
            run.advance(at)
            const before = { ...state.hcalls }
            const next = 2 ** shift * GIB
            const told = linesOf(run).length
            expect(typeof run.input('m.ram', next)).toBe('object')
            if (next === ram) continue
            // What is plugged in beyond the highest address is nothing to the window.
            const [was, now] = [ram, next].map((bytes) => Math.min(bytes, 32 * GIB))
            const change = Math.floor(now! / page) - Math.floor(was! / page)
            const several = was === now ? 0 : Math.max(1, Math.ceil(Math.abs(change) / 512))
            const [isIn, isMulti] = [now! > was!, multitce === 'on']
            expect(tableOf(run).mapped).toBe(Math.floor(now! / page))
            expect({
              put: state.hcalls.put - before.put,
              putIndirect: state.hcalls.putIndirect - before.putIndirect,
              stuff: state.hcalls.stuff - before.stuff,
              tcesPut: state.hcalls.tcesPut - before.tcesPut,
              tcesStuffed: state.hcalls.tcesStuffed - before.tcesStuffed,
            }).toEqual({
              put: isIn && !isMulti ? change : 0,
              putIndirect: isIn && isMulti ? several : 0,
              // Plugging out goes by H_STUFF_TCE even where that is not offered.
              stuff: isIn ? 0 : several,
              tcesPut: isIn ? change : 0,
              tcesStuffed: isIn ? 0 : Math.abs(change),
            })
            const calls = isIn && !isMulti ? change : several
            expect(linesOf(run).slice(told)[0]).toBe(
              `memory is now ${next / GIB} GiB: the direct window follows with ${calls} hypercalls`,
            )
            const last = Math.floor(now! / page) - 1
            for (const e of last < 0 ? [] : [0, last]) expect(tceAt(run, e)).toBe(e * page + 3)
            if (last + 1 < tableOf(run).geometry.size) expect(tceAt(run, last + 1)).toBe(0)
            ram = next
          }
          expect(bookFaults(run.machine)).toEqual([])
        },
      ),
      { seed: 21, numRuns: 25 },
    )
  })

  it('lets the driver start when its last call is answered, not before', () => {
    const run = open()
    const { readyNs } = tableOf(run)
    // 512 calls of 512 TCEs.
    expect(readyNs).toBe((512 * (PRICES.tceCall.ps + 511 * PRICES.tceNext.ps)) / 1000)
    run.advance(readyNs - 1)
    expect([run.machine.state.steps, run.machine.state.frames]).toEqual([0, 0])
    run.advance(12 * MS)
    expect(run.machine.state.frames).toBeGreaterThan(1000)
    // From then on a buffer takes no call.
    const { totals, direct } = hcallsProbe.build(run.machine, {}, createArrays())
    expect([direct, totals.putIndirect, totals.put, totals.stuff, totals.ns]).toEqual([true, 512, 0, 0, readyNs])
  })
})

describe('a partition without calls of several TCEs', () => {
  it('makes one for each TCE, mapping and unmapping', () => {
    const run = open({ 'm.multitce': 'off', 'w0.mtu': 9000 }, 'ddw-indirect')
    const before = { ...run.machine.state.hcalls }
    // Clearing the new table went TCE by TCE as well.
    expect([before.put, before.tcesPut, before.stuff]).toEqual([262_144, 262_144, 0])
    run.advance(tableOf(run).readyNs + 4 * MS)
    const { put, putIndirect, stuff, tcesPut, tcesStuffed } = run.machine.state.hcalls
    expect([putIndirect, stuff, tcesStuffed]).toEqual([0, 0, 0])
    expect(put).toBe(tcesPut)
    expect(put - before.put).toBeGreaterThan(tableOf(run).maps)
  })
})

describe('virtual functions that share a budget', () => {
  const settings = fc.record({
    'm.vfs': fc.constantFrom(1, 4, 32, 256),
    'm.tceBudget': fc.constantFrom(64 * KIB, MIB, 64 * MIB, GIB),
    'm.tceShare': fc.constantFrom('even', 'first'),
    'm.maxRam': fc.constantFrom(16 * GIB, 64 * GIB),
    'd0.kernel': fc.constantFrom('today', 'before'),
    'd0.pageSizes': fc.constantFrom(0x3, 0x7),
    share: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  })

  it('leave the one that is simulated with the window of its turn', () => {
    const kinds = new Set<string>()
    fc.assert(
      fc.property(settings, ({ share, ...changes }) => {
        const vf = Math.floor(share * changes['m.vfs'])
        const run = open({ ...changes, 'd0.vf': vf }, 'vfs-256')
        const input = budgetOf(run.machine.state.settings, 'd0')!
        const own = shareBudget(input, eraOf(changes['d0.kernel'])).functions[vf]!
        const { ddw: found, geometry } = tableOf(run)
        kinds.add(own.kind)
        expect(found!.result).toBe(own.kind)
        expect([geometry.pageShift, tableOf(run).windowBytes]).toEqual([own.pageShift, 2 ** own.windowShift])
        // Default windows are not paid from the budget.
        expect(tceBytes(found!)).toBe(own.tceBytes + 8 * ((2 * GIB) / (4 * KIB)))
        const { hcalls: calls } = run.machine.state
        // The functions share what their partitions need for all the memory they may have; this one maps what it has.
        const mapped = own.kind === 'direct' ? Math.ceil((16 * GIB) / 2 ** own.pageShift / 512) : own.hcalls
        expect(calls.put + calls.putIndirect + calls.stuff).toBe(mapped)
        const frame = budgetProbe.build(run.machine, {}, createArrays())!
        expect([frame.chosen, frame.tceBytes[vf], frame.pageShift[vf], frame.windowShift[vf]]).toEqual([
          vf,
          own.tceBytes,
          own.pageShift,
          own.windowShift,
        ])
        const { direct, indirect, kept } = frame.counts
        expect(direct + indirect + kept).toBe(changes['m.vfs'])
        expect(frame.tceBytes.reduce((sum, n) => sum + n, 0) + frame.leftBytes).toBe(changes['m.tceBudget'])
      }),
      { seed: 256, numRuns: 40 },
    )
    expect([...kinds].sort()).toEqual(['default', 'direct', 'indirect'])
  })
})

describe('what the kernel prints of the calls of firmware', () => {
  // As captured on machines: numbers are hexadecimal, but for the answer, the windows and the domain of the PCI address.
  const QUERY =
    /ibm,query-pe-dma-windows\((?<tok>[0-9a-f]+)\) (?<cfg>[0-9a-f]+) (?<bh>[0-9a-f]+) (?<bl>[0-9a-f]+) returned (?<rc>-?\d+)(?:, lb=(?<lb>[0-9a-f]+) ps=(?<ps>[0-9a-f]+) wn=(?<wn>\d+))?/
  const CREATE =
    /ibm,create-pe-dma-window\((?<tok>[0-9a-f]+)\) (?<cfg>[0-9a-f]+) (?<bh>[0-9a-f]+) (?<bl>[0-9a-f]+) (?<shift>[0-9a-f]+) (?<win>[0-9a-f]+) returned (?<rc>-?\d+) \(liobn = 0x(?<liobn>[0-9a-f]+) starting addr = (?<hi>[0-9a-f]+) (?<lo>[0-9a-f]+)\)/
  const hex = (text: string | undefined): number => Number.parseInt(text!, 16)

  it('has the form of the kernel and comes back to the numbers of the calls', () => {
    let [queries, made, failed] = [0, 0, 0]
    const settings = fc.record({
      'd0.tces': fc.constantFrom(1024, 262_144, 8_388_608, 2 ** 37),
      'd0.pageSizes': fc.constantFrom(0x1, 0x3, 0x107, 0x1ff),
      'd0.windows': fc.constantFrom(0, 1, 2),
      'd0.create': fc.constantFrom('works', 'fails'),
      'd0.firmware': fc.constantFrom('all', 'reset', 'none'),
      'm.maxRam': fc.constantFrom(16 * GIB, 65_536 * GIB),
    })
    fc.assert(
      fc.property(settings, (changes) => {
        const run = open({ ...changes, 'm.ram': GIB })
        const { rtas } = tableOf(run).ddw!
        const lines = linesOf(run).filter((line) => line.includes('pe-dma-window'))
        expect(lines).toHaveLength(rtas.length)
        rtas.forEach((call, i) => {
          const line = lines[i]!
          if (call.call === 'query') {
            const { rc, lb, ps, wn } = QUERY.exec(line)!.groups!
            expect([Number(rc), hex(lb), hex(ps), Number(wn)]).toEqual([
              call.rc,
              call.largestBlock,
              call.pageSizes,
              call.windows,
            ])
            queries++
          } else if (call.call === 'create') {
            const { shift, win, rc, liobn, hi, lo } = CREATE.exec(line)!.groups!
            const isMade = call.rc === 0
            expect([hex(shift), hex(win), Number(rc)]).toEqual([call.pageShift, call.windowShift, call.rc])
            // 2^59 in two halves.
            expect([hex(liobn), hex(hi), hex(lo)]).toEqual(isMade ? [DDW_LIOBN, 0x8000000, 0] : [0, 0, 0])
            if (isMade) made++
            else failed++
          }
        })
      }),
      { seed: 90, numRuns: 40 },
    )
    expect(Math.min(queries, made, failed)).toBeGreaterThan(5)
  })

  it('is that of a recorded boot', () => {
    const run = open({ 'm.ram': GIB, 'm.maxRam': 2 * GIB, 'd0.pageSizes': 0x107, 'd0.tces': 2 ** 37 })
    const [query, create] = linesOf(run)
    expect(query).toBe('eth0: ibm,query-pe-dma-windows(2026) 0 8000000 20000000 returned 0, lb=2000000000 ps=107 wn=1')
    // But for the number of the window, which is the hypervisor's.
    expect(create).toBe(
      'eth0: ibm,create-pe-dma-window(2027) 0 8000000 20000000 18 1f returned 0 (liobn = 0x70000001 starting addr = 8000000 0)',
    )
  })
})
