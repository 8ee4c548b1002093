// What is said of a first refusal, held to what the allocator has.

import { describe, expect, it } from 'vitest'
import { type Frame, summarise } from '../sim/index.ts'
import { lastRefusal } from '../sim/probes/figures.ts'
import { seenText } from '../text/seen.ts'
import { at, open, presets } from './open-presets.ts'

/** At the first refusal of its first table; null: there is none so early. */
function firstRefusal(id: string, untilNs: number) {
  const run = open(id)
  run.advance(untilNs)
  const first = summarise(run.machine, 0).firstRefusal
  if (!first) return null
  const again = open(id)
  again.advance(first.ns)
  return again.machine
}

it('says of a flush that CPUs stand in line, where they do', () => {
  const words = (id: string) => seenText.flush({ summary: summarise(at(id, 2_000_000).machine, 0) } as Frame)
  expect(words('one-lock')).toMatch(/CPUs spend \d+ % of their time in line/)
  expect(words('chunks')).not.toContain('in line')
})

describe('what is said of a first refusal', () => {
  const told: string[] = []
  it.each(presets)('$id', ({ id, openNs, horizonNs }) => {
    const m = firstRefusal(id, Math.min(horizonNs, openNs + 4_000_000))
    if (!m) return
    const [summary, refusal] = [summarise(m, 0), lastRefusal(m, 0)]
    const words = seenText.refusal({ summary, refusal } as Frame)
    // One colon is enough for a sentence.
    for (const sentence of words.split('. ')) expect(sentence.split(':').length).toBeLessThanOrEqual(2)
    if (!words.includes('never handed out')) return
    told.push(id)
    const d = m.domains[0]!
    const { allocator, allocatorState: s } = d
    const ends = allocator
      .regions(s)
      .filter(({ start, end }) => end > start && allocator.freeCount(s, end - 1, end) > 0)
    expect(summary.freeEntries).toBe(ends.length)
  })

  it('tells why the last TCE of a pool is left', () => {
    expect(told).toContain('frames-64k')
  })
})
