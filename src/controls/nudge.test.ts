import { describe, expect, it } from 'vitest'
import {
  buildFrame,
  createArrays,
  createRun,
  type Frame,
  fieldsOf,
  presetById,
  presets,
  reasonAgainst,
  withValue,
} from '../sim/index.ts'
import { text } from '../text/en.ts'
import { leadOf, nudgeOf } from './nudge.ts'

const MS = 1_000_000
const { windowFull, windowWasFull, refusedTry, try: plain } = text.control

function opened(id: string, ns: number) {
  const { scenario, horizonNs } = presetById(id)!
  const run = createRun(scenario, horizonNs)
  run.advance(ns)
  const frame = () =>
    buildFrame(
      run.machine,
      { table: 0, inspect: null, logLines: 9, probes: {} },
      { mode: 'paused', underway: null },
      { source: 1, request: 1, revision: 0 },
      createArrays([]),
    )
  return { run, frame, lead: () => leadOf(frame()) }
}

describe('the lead of the suggestion', () => {
  it('calls a window full while it is, and says later that it was', () => {
    const { run, frame, lead } = opened('frames-64k', 0)
    expect(lead()).toBe(plain)
    run.advance(4 * MS)
    expect(lead()).toBe(windowFull)
    const { summary, refusal } = frame()
    const later = (part: Partial<Frame['summary']>, found = 0) => {
      const tries = refusal!.tries.map((one) => ({ ...one, freeEntries: found }))
      return leadOf({
        ...frame(),
        summary: { ...summary, refusedRecently: 0, ...part },
        refusal: { ...refusal!, tries },
      })
    }
    // Nothing asks any more, and nothing that did would get an entry.
    expect(later({ freeEntries: 0 })).toBe(windowFull)
    expect(later({ freeEntries: 900 })).toBe(windowWasFull)
    expect(later({ freeEntries: 900, refusedRecently: 3 })).toBe(windowFull)
    // Some were free, but not side by side.
    expect(later({ freeEntries: 900, refusedRecently: 3 }, 2)).toBe(refusedTry)
  })

  // Whichever driver it is that is loaded anew: the log says so of each.
  it.each([
    ['w0.mtu', 9000],
    ['w0.ring', 512],
    ['d0.iommuPage', 4096],
    ['m.cpus', 4],
  ])('and the figures begin anew when %s reloads the driver', (path, value) => {
    const { run, frame, lead } = opened('frames-64k', 4 * MS)
    expect(frame().summary.refused).toBeGreaterThan(0)
    expect(run.input(path, value)).toMatchObject({ path })
    expect(run.machine.state.changes.at(-1)?.drained).toBeGreaterThan(0)
    const { summary, refusal } = frame()
    expect([summary.refused, summary.refusedRecently, summary.firstRefusal, refusal]).toEqual([0, 0, null, null])
    expect(lead()).toBe(plain)
  })
})

describe('the suggestion', () => {
  it.each(presets)('of $id has a control, until it is done', ({ scenario, nudge }) => {
    const fields = fieldsOf(scenario)
    expect(nudgeOf(scenario, fields)).toEqual(nudge)
    const field = fields.find(({ path }) => path === nudge?.path)!
    expect(reasonAgainst(field, nudge!.value)).toBe(null)
    const done = withValue(scenario, nudge!.path, nudge!.value)
    expect(nudgeOf(done, fieldsOf(done))).toBe(null)
  })
})
