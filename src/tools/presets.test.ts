import { describe, expect, it } from 'vitest'
import { pow2 } from '../lib/bits.ts'
import { createRun, presets } from '../sim/index.ts'
import { presetFigures, type TableFigures } from '../sim/testing/preset-figures.ts'
import { loaded } from './recordings.ts'

describe('presets at the end of their first time axis', () => {
  it.each(presets.map((p) => p.id))(
    '%s has mapped, filled and refused what it says',
    (id) => {
      const preset = presets.find((p) => p.id === id)!
      const run = createRun(loaded(preset.scenario, preset), preset.horizonNs)
      run.seek({ ns: preset.horizonNs })
      const figures = run.machine.state.tables.flatMap((t): TableFigures[] => {
        if (!t) return []
        const first = t.firstRefusal && { ns: t.firstRefusal.ns, npages: t.firstRefusal.npages }
        const mappedBytes = t.mapped * pow2(t.geometry.pageShift)
        return [{ mappedBytes, usefulBytes: t.usefulBytes, refused: t.refused, first }]
      })
      expect(figures).toEqual(presetFigures[id])
    },
    60_000,
  )

  it('are all listed', () => {
    expect(Object.keys(presetFigures)).toEqual(presets.map((p) => p.id))
  })
})
