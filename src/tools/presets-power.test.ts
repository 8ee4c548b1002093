import { describe, expect, it } from 'vitest'
import {
  createArrays,
  createRun,
  guestTable,
  hcallsSoFar,
  presetById,
  type Run,
  summarise,
  withValue,
} from '../sim/index.ts'
import { budgetProbe } from '../sim/probes/budget.ts'
import { ddwProbe } from '../sim/probes/ddw.ts'
import { levelsProbe } from '../sim/probes/levels.ts'
import { memoryProbe } from '../sim/probes/memory.ts'
import { windowsProbe } from '../sim/probes/windows.ts'
import { storyOf } from '../sim/scenario/stories.ts'

const MS = 1_000_000
const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
/** Bytes of a frame on the wire. */
const FRAME = 1538

/** A preset at a time, by default the end of its time axis; `nudged`: with what it says should be tried. */
function at(id: string, { nudged = false, ns = presetById(id)!.horizonNs } = {}): Run {
  const { scenario, nudge, horizonNs } = presetById(id)!
  const run = createRun(nudged ? withValue(scenario, nudge!.path, nudge!.value) : scenario, horizonNs)
  run.advance(ns)
  return run
}

const tableOf = (run: Run) => run.machine.state.tables[0]!
const memoryOf = (run: Run) => memoryProbe.build(run.machine, { table: 0 }, createArrays())!
const ddwOf = (run: Run) => ddwProbe.build(run.machine, { table: 0 }, createArrays())!
const dynamicOf = (run: Run) => {
  const all = windowsProbe.build(run.machine, { table: 0 }, createArrays())!.windows
  return all.find(({ name }) => name === 'dynamic')
}
const sum = (counts: readonly number[]) => counts.reduce((total, n) => total + n, 0)
/** Level tables of both trees. */
const levelTables = (run: Run): number => {
  const { perLevel, userPerLevel } = guestTable(run.machine, 0)!
  return sum(perLevel) + sum(userPerLevel)
}

/** What a run takes and delivers between two times. */
function between(run: Run, fromNs: number, toNs: number) {
  const { state } = run.machine
  const read = () => ({
    frames: state.frames,
    calls: hcallsSoFar(state),
    maps: tableOf(run).maps,
    unmaps: tableOf(run).unmaps,
  })
  run.seek({ ns: fromNs })
  const before = read()
  run.advance(toNs)
  const now = read()
  const frames = now.frames - before.frames
  return {
    frames,
    gbps: (frames * FRAME * 8) / (toNs - fromNs),
    calls: now.calls - before.calls,
    buffers: (now.maps - before.maps + now.unmaps - before.unmaps) / 2,
  }
}

/** The sentences must hold the figures that the test has just measured. */
function expectSays(id: string, ...figures: readonly string[]): void {
  const { says, tryThis } = storyOf(presetById(id)!.scenario)!
  for (const figure of figures) expect(`${says} ${tryThis}`).toContain(figure)
}

describe('what the stories of level tables say', () => {
  it('nvlink-flat: 8 GiB in one piece, none above 16 MiB, nothing mapped; two levels at once', () => {
    const run = at('nvlink-flat')
    const { refusal, flatBytes, islands, windowBytes, userCopy } = memoryOf(run)
    expect([refusal?.id, flatBytes, userCopy, windowBytes]).toEqual(['level-table', 16 * GIB, true, 65_536 * GIB])
    expect(refusal!.sums.join(' ')).toMatch(/= 8 GiB in one level table.* 16 MiB/)
    expect(islands.map(({ startBytes, bytes }) => [startBytes, bytes])).toEqual([
      [0, 16 * GIB],
      [37_120 * GIB, 16 * GIB],
    ])
    expect([tableOf(run).mapped, tableOf(run).refused > 1000]).toEqual([0, true])
    const tried = at('nvlink-flat', { nudged: true })
    expect([memoryOf(tried).refusal, tableOf(tried).refused, tableOf(tried).mapped > 0]).toEqual([null, 0, true])
    expectSays('nvlink-flat', '16 GiB', '36 TiB up', '64 TiB', '8 GiB in one piece', '16 MiB')
  })

  it('nvlink-whole: 65 538 level tables, 17 180 393 472 bytes; on demand 524 288, then 8 912 896', () => {
    const run = at('nvlink-whole')
    expect([levelTables(run), memoryOf(run).hwBytes + memoryOf(run).userBytes]).toEqual([65_538, 17_180_393_472])
    const early = at('nvlink-whole', { nudged: true, ns: 0 })
    expect(summarise(createRun(early.scenario(), 1).machine, 0).tableBytes).toBe(524_288)
    const tried = at('nvlink-whole', { nudged: true })
    expect([tableOf(tried).mapped * 64 * KIB, levelTables(tried)]).toEqual([32 * GIB, 34])
    expect(summarise(tried.machine, 0).tableBytes).toBe(8_912_896)
    expectSays(
      'nvlink-whole',
      '65 538',
      '17 180 393 472',
      '32 GiB of memory that needs 34 of them',
      '524 288',
      '8 912 896',
    )
  })

  it('nvlink-on-demand: 1 + 16 tables in each tree, one for 2 GiB, 8.5 MiB; 16 GiB charged', () => {
    const run = at('nvlink-on-demand')
    const { hwPerLevel, userPerLevel, hwBytes, userBytes, accountedBytes } = memoryOf(run)
    expect([hwPerLevel, userPerLevel, (hwBytes + userBytes) / MIB]).toEqual([[1, 16], [1, 16], 8.5])
    expect(levelTables(run)).toBe(34)
    expect(Math.floor(accountedBytes / GIB)).toBe(16)
    const { strips } = levelsProbe.build(run.machine, { table: 0, path: [] }, createArrays())
    expect(strips.at(-1)!.spanBytes).toBe(2 * GIB)
    // Elsewhere it is the same: the islands move, their tables with them.
    const moved = at('nvlink-on-demand', { nudged: true })
    expect([levelTables(moved), memoryOf(moved).islands[1]!.startBytes]).toEqual([34, 1024 * GIB])
    expectSays('nvlink-on-demand', '2 GiB', '1 + 16', '8.5 MiB', '16 GiB')
    expect(presetById('nvlink-on-demand')!.title).toContain('34 level tables')
  })

  it('real-mode: the first of 64 calls into each 2 GiB, 16 of 1 024; none when the tables are whole', () => {
    const run = at('real-mode')
    const { hcalls } = run.machine.state
    expect([hcalls.putIndirect, hcallsSoFar(run.machine.state), hcalls.tooHard]).toEqual([1024, 1024, 16])
    expect((2 * GIB) / (64 * KIB) / 512).toBe(64)
    expect(at('real-mode', { nudged: true }).machine.state.hcalls.tooHard).toBe(0)
    expectSays('real-mode', '64 calls into each 2 GiB', '16 of 1 024')
  })

  it('vfio-guest: 128 huge pages of 256 TCEs fit, the others lie outside; all fit into 16 GiB', () => {
    // Before memory is plugged out for the first time.
    const run = at('vfio-guest', { ns: 0.9 * MS })
    const { live, mapped, refused } = tableOf(run)
    expect([live, mapped, refused, mapped / live]).toEqual([128, 128 * 256, 1024 - 128, 256])
    const tried = at('vfio-guest', { nudged: true, ns: 3.4 * MS })
    expect([tableOf(tried).live, tableOf(tried).refused]).toEqual([1024, 0])
    expectSays('vfio-guest', '16 GiB in huge pages of 16M', 'window of 2 GiB', '128 of them', '256 TCEs of 64K')
  })
})

describe('what the stories of windows say', () => {
  it('default-window: 128 MiB in pages of 4K is too small, a call for each map and unmap; nothing refused in a direct one', () => {
    const run = at('default-window')
    const { geometry, windowBytes, refused, maps, unmaps } = tableOf(run)
    expect([ddwOf(run).result, windowBytes, geometry.pageShift, refused > 100]).toEqual([
      'default',
      128 * MIB,
      12,
      true,
    ])
    // A list that does not fit has been written in part and taken back.
    const { put, putIndirect, stuff } = run.machine.state.hcalls
    expect([put + putIndirect >= maps - refused, stuff >= unmaps]).toEqual([true, true])
    expect(hcallsSoFar(run.machine.state) / (maps + unmaps)).toBeCloseTo(1, 1)
    const tried = at('default-window', { nudged: true })
    expect([ddwOf(tried).result, tried.machine.state.refusedTotal]).toEqual(['direct', 0])
    expect(hcallsSoFar(tried.machine.state)).toBe(512)
    expectSays('default-window', '128 MiB in pages of 4K', 'requests of 1 MiB')
  })

  it('ddw-direct: 512 calls for 16 GiB, then none; 40 Gbit/s; less than half of the frames without', () => {
    const run = at('ddw-direct')
    expect([hcallsSoFar(run.machine.state), tableOf(run).mapped * 64 * KIB]).toEqual([512, 16 * GIB])
    const direct = between(run, 8 * MS, 12 * MS)
    expect([Math.round(direct.gbps), direct.calls, run.machine.state.missed]).toEqual([40, 0, 0])
    const mapped = between(at('ddw-direct', { nudged: true }), 8 * MS, 12 * MS)
    expect(mapped.frames).toBeLessThan(direct.frames / 2)
    expect(mapped.calls / mapped.buffers).toBeCloseTo(2, 2)
    expectSays('ddw-direct', '512 calls map 16 GiB', '40 Gbit/s on two CPUs', 'less than half of the frames')
  })

  it('ddw-indirect: 33 554 432 TCEs wanted, 262 144 there: 16 GiB for buffers, two calls for each', () => {
    const run = at('ddw-indirect')
    expect((2048 * GIB) / (64 * KIB)).toBe(33_554_432)
    expect([ddwOf(run).result, dynamicOf(run)!.tces, tableOf(run).windowBytes]).toEqual(['indirect', 262_144, 16 * GIB])
    const { calls, buffers } = between(run, 8 * MS, 12 * MS)
    expect([calls / buffers, buffers > 1000]).toEqual([expect.closeTo(2, 2), true])
    const off = createRun(withValue(presetById('ddw-indirect')!.scenario, 'd0.ddw', 'off'), MS)
    expect(tableOf(off).windowBytes).toBe(2 * GIB)
    const before = createRun(withValue(presetById('ddw-indirect')!.scenario, 'd0.kernel', 'before'), MS)
    expect(ddwOf(before).result).toBe('default')
    const tried = at('ddw-indirect', { nudged: true })
    expect([ddwOf(tried).result, dynamicOf(tried)!.tces]).toEqual(['direct', 262_144])
    expectSays(
      'ddw-indirect',
      '2 TiB',
      '33 554 432 TCEs of 64K',
      '262 144',
      '16 GiB for buffers instead of 2',
      'two calls',
    )
  })

  it('hypervisor-64k: 16 384 TCEs are 1 GiB of 64K pages, and 256 GiB of 16M', () => {
    const run = at('hypervisor-64k')
    expect([ddwOf(run).result, dynamicOf(run)]).toMatchObject(['indirect', { tces: 16_384, pageShift: 16 }])
    expect([tableOf(run).windowBytes, 16_384 * 16 * MIB]).toEqual([GIB, 256 * GIB])
    const tried = at('hypervisor-64k', { nudged: true })
    expect([ddwOf(tried).result, dynamicOf(tried)]).toMatchObject(['direct', { tces: 4096, pageShift: 24 }])
    expect(dynamicOf(tried)!.frames * 4 * KIB).toBe(64 * GIB)
    expectSays('hypervisor-64k', '16 384 TCEs', '1 GiB of window', '64 GiB', '256 GiB')
  })

  it('vfs-256: 32 768 TCEs each, an indirect window of 2 GiB; none before 5.16', () => {
    const run = at('vfs-256', { ns: 0 })
    const frame = budgetProbe.build(run.machine, {}, createArrays())!
    expect([frame.functions, frame.budgetBytes, frame.counts.indirect]).toEqual([256, 64 * MIB, 256])
    expect([new Set(frame.tceBytes), new Set(frame.windowShift)]).toEqual([new Set([32_768 * 8]), new Set([31])])
    expect(frame.directBytes).toBe(1_048_576 * 8)
    expect([frame.budgetBytes / 8 / 256, tableOf(run).windowBytes]).toEqual([32_768, 2 * GIB])
    const tried = budgetProbe.build(at('vfs-256', { nudged: true, ns: 0 }).machine, {}, createArrays())!
    expect([tried.counts.kept, frame.otherCounts.kept]).toEqual([256, 256])
    expectSays(
      'vfs-256',
      '64 MiB',
      '256 virtual functions',
      '32 768 each',
      '64 GiB takes 1 048 576 of 64K',
      'window of 2 GiB',
    )
  })
})
