// Errands: where they end does not depend on how they are cut, and what they find is what a walk event by event finds.

import { describe, expect, it } from 'vitest'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { decodeLink } from '../../share/url.ts'
import { at, open } from '../../tools/open-presets.ts'
import { countOf } from '../machine/happenings.ts'
import { HAPPENINGS, type HappeningId } from '../scenario/schema.ts'
import { type Errand, FIND_EVENTS, type Outcome, STEP_EVENTS } from './journeys.ts'
import { createRun, type Run } from './run.ts'

const MS = 1_000_000
/** A preset in which each kind happens. */
const WHERE: Readonly<Record<HappeningId, string>> = {
  refusal: 'frames-64k',
  flush: 'batched',
  late: 'untrusted-device',
  bounce: 'iommu-fails',
  fallback: 'halves',
}
/** Nothing visible ever happens, and there is always a next event. */
const { scenario: SILENT, position } = decodeLink('#v=1&s=hypervisor-2011&m.comesUp=absent&at=5194500')

function done(run: Run, errand: Errand): Outcome {
  const journey = run.go(errand)
  for (;;) {
    const { done, value } = journey.next()
    if (done) return value
  }
}

const where = ({ machine: { state } }: Run) => ({ ns: state.nowNs, events: state.events })

/** Numbers of the events with which a count grows, up to `ns`. */
function happened(id: string, what: HappeningId, ns: number): number[] {
  const run = open(id)
  const { state } = run.machine
  const found: number[] = []
  let before = countOf[what](state)
  while (run.advance(ns, 1) > 0) {
    const now = countOf[what](state)
    if (now > before) found.push(state.events)
    before = now
  }
  return found
}

describe('a search', () => {
  it.each(HAPPENINGS)('%s: finds each in turn, forward and back, and nothing between', (what) => {
    const id = WHERE[what]
    const ns = 8 * MS
    const all = happened(id, what, ns).slice(-6)
    expect(all.length).toBeGreaterThan(0)
    const run = open(id)
    run.seek({ ns, events: all[0]! - 1 })
    const hashes: string[] = []
    for (const event of all) {
      expect(done(run, { kind: 'find', what, back: false })).toMatchObject({ found: true, events: event })
      expect(where(run).events).toBe(event)
      hashes.push(run.hash())
    }
    run.advance(ns)
    for (const [i, event] of [...all.entries()].reverse()) {
      expect(done(run, { kind: 'find', what, back: true })).toMatchObject({ found: true, events: event })
      expect(run.hash()).toBe(hashes[i])
    }
  })

  it('back finds what lies before many checkpoints', () => {
    const run = at('frames-64k', 40 * MS)
    run.input('d0.iommuPage', 4096)
    run.input('w0.ring', 64)
    run.advance(60 * MS)
    const { ns, events } = where(run)
    const last = happened('frames-64k', 'refusal', 40 * MS).at(-1)
    expect(done(run, { kind: 'find', what: 'refusal', back: true })).toMatchObject({ found: true, events: last })
    expect(where(run)).toMatchObject({ events: last })
    run.seek({ ns, events })
    expect(run.machine.state.inputs).toBe(2)
  })

  it('that finds nothing says how far it looked and changes nothing', () => {
    const run = at('nommu', 2 * MS)
    const before = run.hash()
    const { events } = where(run)
    const end = done(run, { kind: 'find', what: 'late', back: false })
    expect(end).toMatchObject({ found: false, events: events + FIND_EVENTS, over: false })
    expect(end.ns).toBeGreaterThan(10 * MS)
    expect(run.hash()).toBe(before)
    expect(done(run, { kind: 'find', what: 'late', back: true }).found).toBe(false)
    expect(run.hash()).toBe(before)
  })
})

describe('a step', () => {
  it('ends although nothing visible ever happens, says how far it looked, and changes nothing', () => {
    const run = createRun(SILENT, 20 * MS)
    run.seek(position)
    const before = run.hash()
    const { events } = where(run)
    for (const steps of [1, 100]) {
      expect(done(run, { kind: 'step', steps })).toMatchObject({ found: false, events: events + STEP_EVENTS })
      expect(run.hash()).toBe(before)
    }
  })

  it('leads to where advancing leads, a hundred as a hundred single ones, and back exactly', () => {
    const [one, hundred] = [at('two-ports', 3 * MS), at('two-ports', 3 * MS)]
    const start = one.hash()
    for (let i = 0; i < 100; i++) one.stepForward()
    done(hundred, { kind: 'step', steps: 100 })
    const straight = open('two-ports')
    straight.advance(Number.POSITIVE_INFINITY, where(one).events)
    expect([one.hash(), hundred.hash()]).toEqual([straight.hash(), straight.hash()])
    done(one, { kind: 'step', steps: -100 })
    for (let i = 0; i < 100; i++) hundred.stepBack()
    expect([one.hash(), hundred.hash()]).toEqual([start, start])
    // Beyond the steps that were made, too.
    done(one, { kind: 'step', steps: -50 })
    for (let i = 0; i < 50; i++) hundred.stepBack()
    expect(one.hash()).toBe(hundred.hash())
  })
})

describe('an errand that is left in its midst', () => {
  it('leaves a run that goes on as any other', () => {
    const rng = createRng(5)
    const run = at('pools', 4 * MS)
    run.input('w0.load', 40)
    run.advance(6 * MS)
    const errands: readonly Errand[] = [
      { kind: 'seek', to: { ns: MS } },
      { kind: 'step', steps: 5 },
      { kind: 'find', what: 'fallback', back: true },
      { kind: 'step', steps: -30 },
      { kind: 'find', what: 'refusal', back: false },
      { kind: 'seek', to: { ns: 9 * MS } },
    ]
    for (const errand of errands) {
      const journey = run.go(errand)
      for (let pieces = nextU32(rng) % 40; pieces > 0 && !journey.next().done; pieces--);
    }
    run.seek({ ns: 7 * MS })
    const straight = createRun(run.scenario(), 12 * MS)
    straight.seek({ ns: 7 * MS })
    expect(run.hash()).toBe(straight.hash())
  })
})

describe('a position that no run has', () => {
  it('is reached as far as its time goes, from before and from after', () => {
    const run = open('frames-64k')
    const far = { ns: MS, events: 1_000_000_000_000 }
    expect(done(run, { kind: 'seek', to: far })).toMatchObject({ found: false, ns: MS })
    const hash = run.hash()
    expect(hash).toBe(at('frames-64k', MS).hash())
    run.seek({ ns: 2 * MS })
    expect(done(run, { kind: 'seek', to: far }).found).toBe(false)
    expect(run.hash()).toBe(hash)
  })

  it('keeps the clock behind what has not happened', () => {
    const run = open('frames-64k')
    run.seek({ ns: 8 * MS, events: 100 })
    const { events, nowNs, heap } = run.machine.state
    expect(events).toBe(100)
    expect(nowNs).toBeLessThanOrEqual(heap.times[0]!)
    run.advance(2 * MS)
    expect(run.hash()).toBe(at('frames-64k', 2 * MS).hash())
  })
})
