import { describe, expect, it } from 'vitest'
import { createRun, PRICES, presetById, type Run, withValue } from '../sim/index.ts'
import { DIRECT_MAPPING } from '../sim/machine/state.ts'
import { bounceOf as bounceIn, unitOf } from '../sim/paths/parts.ts'
import { placeOf } from '../sim/platform/pc-memory.ts'
import { bootPresets } from '../sim/scenario/presets-boot.ts'
import { storyOf } from '../sim/scenario/stories.ts'
import { bootStories } from '../sim/scenario/stories-boot.ts'
import { watchOps } from '../sim/testing/watch.ts'
import { logLines } from '../sim/words/log.ts'
import { OP_MAP } from '../sim/workload/workload.ts'

const MS = 1_000_000
const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
const FOUR_GIB = 4 * GIB

/** A preset at a time, by default the end of its time axis; `nudged`: with what it says should be tried. */
function at(id: string, { nudged = false, ns = presetById(id)!.horizonNs } = {}) {
  const { scenario, nudge, horizonNs } = presetById(id)!
  const run = createRun(nudged ? withValue(scenario, nudge!.path, nudge!.value) : scenario, horizonNs)
  const ends = tally(run)
  run.advance(ns)
  return { run, ends }
}

/** Buffers by where they lie and what became of them, counted outside of the machine's books. */
function tally(run: Run) {
  const ends = { lowDirect: 0, highDirect: 0, bounced: 0, lowRefused: 0, highRefused: 0, high: 0, low: 0 }
  watchOps(run.machine, (op, { table }) => {
    const bounce = bounceIn(table)
    if (op.kind !== OP_MAP || !bounce) return
    const high = placeOf(bounce.memory, op.address) + op.bytes > FOUR_GIB
    if (high) ends.high++
    else ends.low++
    if (op.mapping === DIRECT_MAPPING) ends[high ? 'highDirect' : 'lowDirect']++
    else if (op.mapping >= 0) ends.bounced++
    else ends[high ? 'highRefused' : 'lowRefused']++
  })
  return ends
}

const tableOf = ({ run }: { run: Run }) => run.machine.state.tables[0]!
const bounceOf = (it: { run: Run }) => bounceIn(tableOf(it))!
const poolOf = (it: { run: Run }) => bounceOf(it).pool
const bootOf = ({ run }: { run: Run }) => run.machine.state.boot!
const stepsOf = (it: { run: Run }) => bootOf(it).steps.map(({ id }) => id)
const fullLines = ({ run }: { run: Run }) =>
  logLines(run.machine, 0).filter(({ text }) => text.includes('swiotlb buffer is full'))

/** The sentences must hold the figures that the test has just measured. */
function expectSays(id: string, ...figures: readonly string[]): void {
  const { says, tryThis } = storyOf(presetById(id)!.scenario)!
  for (const figure of figures) expect(`${says} ${tryThis}`).toContain(figure)
}

describe('what the stories of the boot say', () => {
  it('every story has a preset, and every preset a story', () => {
    expect(Object.keys(bootStories)).toEqual(bootPresets.map(({ id }) => id))
  })

  it('iommu-fails: found, failed, and copied through 64 MiB; 2.6.31 refuses what lies above 4 GiB', () => {
    const is = at('iommu-fails')
    const steps = stepsOf(is)
    expect(steps.indexOf('reserved-ready')).toBeLessThan(steps.indexOf('init-fails'))
    expect([steps[0], bootOf(is).pool!.bytes, tableOf(is).refused]).toEqual(['detect-found', 64 * MIB, 0])
    expect([is.ends.lowDirect, is.ends.bounced]).toEqual([is.ends.low, is.ends.high])
    expect(is.ends.high).toBeGreaterThan(1000)
    const tried = at('iommu-fails', { nudged: true })
    expect(stepsOf(tried)).toContain('pool-suppressed')
    expect([tried.ends.highRefused, tried.ends.lowRefused]).toEqual([tried.ends.high, 0])
    expectSays('iommu-fails', '64 MiB', '32-bit card', 'above 4 GiB are refused')
  })

  it('panic: no driver ever runs; the fourth way serves every buffer', () => {
    const is = at('panic')
    expect([bootOf(is).backend, tableOf(is).maps, is.run.machine.state.frames]).toEqual(['panic', 0, 0])
    const tried = at('panic', { nudged: true })
    expect([stepsOf(tried).includes('initialised'), tableOf(tried).refused, tried.ends.bounced > 1000]).toEqual([
      true,
      0,
      true,
    ])
    expectSays('panic', 'first of four ways', 'reserve early, and give back')
  })

  it('late-4mb: the largest block has 4 MiB, 2 048 slots for 4 096 buffers; 64 MiB are enough', () => {
    const is = at('late-4mb')
    const { pool, steps } = bootOf(is)
    expect([pool!.bytes, pool!.slots]).toEqual([4 * MIB, 2048])
    expect(steps.filter(({ id }) => id.startsWith('block-')).map(({ bytes, id }) => [bytes! / MIB, id])).toEqual([
      [64, 'block-too-large'],
      [32, 'block-too-large'],
      [16, 'block-too-large'],
      [8, 'block-too-large'],
      [4, 'block-found'],
    ])
    const { settings } = is.run.machine.state
    expect(Number(settings['w0.ring']) * Number(settings['w0.queues'])).toBe(4096)
    // Five of six of the 4 096 need a slot: more than there are.
    expect([poolOf(is).usedHigh, poolOf(is).refused.full > 100, is.ends.lowRefused]).toEqual([2048, true, 0])
    const tried = at('late-4mb', { nudged: true })
    expect([bootOf(tried).pool!.bytes, tableOf(tried).refused, poolOf(tried).usedHigh > 3000]).toEqual([
      64 * MIB,
      0,
      true,
    ])
    expectSays('late-4mb', '4 MiB', '2 048 slots', '4 096 buffers', '64 MiB')
  })

  it('give-back: 64 MiB reserved early and given back, all translated; they become the pool if it fails', () => {
    const is = at('give-back')
    const { steps, backend, pool, leakedBytes } = bootOf(is)
    expect(steps.find(({ id }) => id === 'reserved')).toMatchObject({ phase: 'early', held: 64 * MIB })
    expect(steps.at(-1)).toMatchObject({ id: 'given-back', held: 0, freed: 64 * MIB })
    expect([backend, pool, leakedBytes]).toEqual(['iommu', null, 0])
    const { refused, maps } = tableOf(is)
    expect([unitOf(tableOf(is)) !== null, bounceIn(tableOf(is)), refused, maps > 5000]).toEqual([true, null, 0, true])
    const tried = at('give-back', { nudged: true })
    expect([stepsOf(tried).at(-1), bootOf(tried).pool!.bytes, tried.ends.bounced > 1000]).toEqual([
      'initialised',
      64 * MIB,
      true,
    ])
    expectSays('give-back', '64 MiB early', 'given back', 'nothing is copied')
  })

  it('leak-64m: the IOMMU works and 64 MiB are lost; none where they are given back', () => {
    const is = at('leak-64m')
    expect([bootOf(is).backend, bootOf(is).leakedBytes, tableOf(is).refused]).toEqual(['iommu', 64 * MIB, 0])
    const tried = at('leak-64m', { nudged: true })
    expect([bootOf(tried).leakedBytes, stepsOf(tried).at(-1)]).toEqual([0, 'given-back'])
    expectSays('leak-64m', '64 MiB stay reserved')
  })

  it('nommu: below 4 GiB it works, of 16 GiB most lie above, and each of those is refused', () => {
    const is = at('nommu')
    expect(stepsOf(is)).toEqual(['detect-found', 'pool-suppressed', 'hand-over', 'init-fails'])
    const { memory } = bounceOf(is)
    expect((memory.endBytes - FOUR_GIB) / (16 * GIB)).toBeGreaterThan(0.8)
    const { lowDirect, low, highRefused, high } = is.ends
    expect([lowDirect, highRefused, low > 0, high > 1000]).toEqual([low, high, true, true])
    const tried = at('nommu', { nudged: true })
    const steps = stepsOf(tried)
    expect(steps.indexOf('reserved-ready')).toBeLessThan(steps.indexOf('init-fails'))
    expect([tableOf(tried).refused, tried.ends.bounced]).toEqual([0, tried.ends.high])
    expectSays('nommu', 'Linux 2.6.31', '4 GiB', '16 GiB', '2.6.33')
  })

  it('bounce-load: five of six buffers are copied in, and out when they come back; none with 64 bits', () => {
    const is = at('bounce-load')
    const { bounced, low, high } = is.ends
    expect([bounced, Math.round((6 * high) / (low + high)), high > 10_000]).toEqual([high, 5, true])
    const { copiedInBytes, copiedOutBytes } = bounceOf(is)
    expect([copiedInBytes, copiedOutBytes]).toEqual([1500 * bounced, 1500 * (bounced - tableOf(is).live)])
    expect(1000 / PRICES.copy.ps).toBe(10)
    const tried = at('bounce-load', { nudged: true })
    expect([bounceOf(tried).copiedInBytes, tried.ends.highDirect > 10_000]).toEqual([0, true])
    expectSays('bounce-load', 'card of 32 bits', 'five of six', '10 GB/s', '64 bits')
    expect(presetById('bounce-load')!.title).toBe('Every byte twice')
  })

  it('full-but-empty: the log says full; nothing above 256 KiB fits, and the pool is all but empty', () => {
    const is = at('full-but-empty')
    const pool = poolOf(is)
    expect(pool.refused).toEqual({ 'too-large': tableOf(is).refused, full: 0, scattered: 0 })
    const sizes = fullLines(is).map(({ text }) => Number(/sz: (\d+) bytes/.exec(text)![1]))
    expect([sizes.length > 5, Math.min(...sizes) > 256 * KIB, Math.max(...sizes)]).toEqual([true, true, 1 * MIB])
    expect(pool.usedHigh / pool.geometry.slots).toBeLessThan(0.1)
    expect(is.ends.bounced).toBeGreaterThan(100)
    const tried = at('full-but-empty', { nudged: true })
    expect([tableOf(tried).refused, fullLines(tried)]).toEqual([0, []])
    expectSays('full-but-empty', 'up to 1 MiB', '128 slots', '256 KiB', '4K at a time')
  })

  it('slot-leak: one in ten is forgotten, 4 MiB fill, and then every request is refused', () => {
    const { openNs } = presetById('slot-leak')!
    const is = at('slot-leak', { ns: openNs })
    const kept = 4 * 16
    const opened = tableOf(is)
    expect([bootOf(is).pool!.bytes, opened.refused]).toEqual([4 * MIB, 0])
    expect(opened.live / opened.maps).toBeCloseTo(0.1, 1)
    expect((opened.live - kept) / opened.maps).toBeCloseTo(0.1, 2)
    // It goes on.
    is.run.advance(7 * MS)
    const { maps, refused } = tableOf(is)
    expect([poolOf(is).usedSlots, poolOf(is).geometry.slots]).toEqual([2048, 2048])
    is.run.advance(10 * MS)
    expect([tableOf(is).maps - maps, tableOf(is).refused > refused]).toEqual([tableOf(is).refused - refused, true])
    // The driver is mended where the preset opens.
    const mended = at('slot-leak', { ns: openNs })
    const before = tableOf(mended).live
    mended.run.input('w0.leak', 0)
    mended.run.advance(10 * MS)
    expect(Math.abs(tableOf(mended).live - before)).toBeLessThanOrEqual(kept)
    expect([tableOf(mended).live > 500, tableOf(mended).refused]).toEqual([true, 0])
    expectSays('slot-leak', 'one buffer in ten', '4 MiB', 'what is gone stays gone')
  })

  it('one-area: four jobs of 4K at one lock do less than one alone; with an area each, more', () => {
    const total = (id: string, queues: number) => {
      const run = createRun(withValue(presetById(id)!.scenario, 'w0.queues', queues), 10 * MS)
      run.advance(10 * MS)
      const { frames, tables } = run.machine.state
      return { frames, locks: tables[0]!.locks, settings: run.machine.state.settings }
    }
    const [alone, four, areas] = [total('one-area', 1), total('one-area', 4), total('areas', 4)]
    expect([four.settings['m.guest'], four.settings['m.force'], four.settings['w0.mix']]).toEqual(['on', 'force', '4k'])
    expect([four.locks.length, four.locks[0]!.contended > 1000, four.frames < alone.frames]).toEqual([1, true, true])
    expect([areas.locks.length, areas.locks.map(({ contended }) => contended)]).toEqual([4, [0, 0, 0, 0]])
    expect(areas.frames).toBeGreaterThan(4 * four.frames)
    for (const id of ['one-area', 'areas']) {
      const { direct, bounced } = bounceOf(at(id))
      const { maps } = tableOf(at(id))
      expect([direct, bounced]).toEqual([0, maps])
    }
    const nudged = (id: string) => tableOf(at(id, { nudged: true, ns: 0 })).locks.length
    expect([nudged('one-area'), nudged('areas')]).toEqual([4, 1])
    expectSays('one-area', 'Four jobs of 4K', 'less than one alone')
    expectSays('areas', 'four jobs, four locks, and nobody waits')
  })
})
