// Where presets open: at a moment whose picture says something, and from which Play shows something at once.

import { describe, expect, it } from 'vitest'
import { playable } from '../../tools/recordings.ts'
import { countOf } from '../machine/happenings.ts'
import { createRun } from '../run/run.ts'
import { presets } from './presets.ts'
import { presetOfRecording } from './recorded.ts'
import { REC_CLEAR, REC_MAP, type Recording } from './recording.ts'
import { subjectOf } from './subject.ts'

/** Simulated ns that pass in a wall second. */
const secondOf = ({ speed = 1 / 2000 }: { readonly speed?: number }) => speed * 1e9

function opened(preset: (typeof presets)[number]) {
  const run = createRun(preset.scenario, preset.horizonNs)
  run.seek({ ns: preset.openNs })
  return { run, s: run.machine.state, second: secondOf(preset) }
}

describe.each(presets.map((p) => [p.id, playable(p)] as const))('%s opens', (_, preset) => {
  it('on a picture, and Play shows something within a second, and goes on to', () => {
    const { run, s, second } = opened(preset)
    // A machine that did not come up has nothing to show but why.
    if (run.over()) return expect(s.boot?.backend).toBe('panic')
    const asked = s.tables.reduce((sum, table) => sum + (table ? table.mapped + table.refused : 0), 0)
    expect(asked).toBeGreaterThan(0)
    run.advance(s.nowNs + second, 1_000_000, (state) => state.steps)
    let last = s.nowNs
    expect(last).toBeLessThan(preset.openNs + second)
    let quiet = 0
    for (const end = s.nowNs + 5 * second; !run.over() && s.nowNs < end; ) {
      const { steps } = s
      if (run.advance(end, 1) === 0) break
      if (s.steps === steps) continue
      quiet = Math.max(quiet, s.nowNs - last)
      last = s.nowNs
    }
    expect(quiet / second).toBeLessThan(1.5)
  })
})

describe('what is watched first', () => {
  it('comes after three to six seconds', () => {
    const [first] = presets
    const { run, s, second } = opened(first!)
    const count = countOf[subjectOf(first!.scenario)]
    expect(count(s)).toBe(0)
    run.advance(Number.POSITIVE_INFINITY, 1_000_000, count)
    expect(count(s)).toBe(1)
    expect((s.nowNs - first!.openNs) / second).toBeGreaterThan(3)
    expect((s.nowNs - first!.openNs) / second).toBeLessThan(6)
  })
})

describe('a recording of one\u2019s own', () => {
  const boot = playable(presets.find((p) => p.recording)!).scenario.recording!

  /** The same operations, each a while later and further up in the window. */
  const moved = (laterNs: number, up: number): Recording => ({
    ...boot,
    endNs: boot.endNs + laterNs,
    ops: {
      ...boot.ops,
      ns: boot.ops.ns.map((ns) => ns + laterNs),
      entry: boot.ops.entry.map((entry, i) => (boot.ops.kind[i] === REC_CLEAR ? entry : entry + up)),
    },
  })

  it.each([
    ['as it was recorded', 0, 0],
    ['of a machine that was traced long before', 14e9, 0],
    ['high in its window', 0, 40 * 512],
  ])('%s opens where it first maps, and takes ten to twenty seconds', (_, laterNs, up) => {
    const preset = presetOfRecording(moved(laterNs, up))
    const { s, second } = opened(preset)
    expect([s.tables[0]!.mapped, s.tables[0]!.maps]).toEqual([16, 1])
    expect(preset.openNs).toBe(3_718_254_000 + laterNs)
    // What stays mapped lies in its upper half, what comes and goes at its beginning.
    expect(preset.zoom).toBeUndefined()
    expect(preset.horizonNs).toBeGreaterThan(preset.openNs + 9 * second)
    const seconds = (boot.endNs + laterNs - preset.openNs) / second
    expect([seconds > 9, seconds < 21]).toEqual([true, true])
  })

  /** The records of the boot that are kept. */
  const only = (keep: (i: number) => boolean): Recording => {
    const { kind, ns, entry, npages, address, permission, line } = boot.ops
    const of = <T extends { filter(keep: (v: number, i: number) => boolean): T }>(column: T): T =>
      column.filter((_, i) => keep(i))
    const kept = { kind: of(kind), ns: of(ns), entry: of(entry), npages: of(npages) }
    const ops = { ...kept, address: of(address), permission: of(permission), line: of(line), count: kept.kind.length }
    return { ...boot, ops }
  }
  const isLow = (i: number) => boot.ops.kind[i] === REC_CLEAR || boot.ops.entry[i]! < 6144

  it('that maps only at one place is fitted to that', () => {
    expect(presetOfRecording(only(isLow)).zoom).toEqual({ first: 0, count: 12 * 512 })
  })

  it.each<[string, Recording]>([
    ['the boot', boot],
    ['its network card alone', only(isLow)],
    ['with the rest at its end', only((i) => isLow(i) || boot.ops.ns[i]! > 10e9)],
    ['with the rest at its beginning', only((i) => isLow(i) || boot.ops.ns[i]! < 3.72e9)],
    ['the rest alone', only((i) => boot.ops.kind[i] === REC_CLEAR || !isLow(i))],
  ])('%s: whenever anything is mapped, some of it is in view', (_, recording) => {
    const { ops, size, endNs } = recording
    const { zoom = { first: 0, count: size }, openNs } = presetOfRecording(recording)
    const mapped = new Set<number>()
    const dark: number[] = []
    for (let moment = 0, i = 0; moment <= 100; moment++) {
      const ns = openNs + ((endNs - openNs) * moment) / 100
      for (; i < ops.count && ops.ns[i]! <= ns; i++)
        for (let e = ops.entry[i]!; e < ops.entry[i]! + ops.npages[i]!; e++)
          if (ops.kind[i] === REC_MAP) mapped.add(e)
          else mapped.delete(e)
      const inView = [...mapped].some((e) => e >= zoom.first && e < zoom.first + zoom.count)
      if (mapped.size > 0 && !inView) dark.push(ns)
    }
    expect(dark).toEqual([])
  })

  it('that uses all of its window is shown all of it', () => {
    const spread = boot.ops.entry.map((_, i) => (i * 512) % (boot.size - 512))
    expect(presetOfRecording({ ...boot, ops: { ...boot.ops, entry: spread } }).zoom).toBeUndefined()
  })
})
