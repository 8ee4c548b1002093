import { describe, expect, it } from 'vitest'
import { createRng, nextU32 } from '../lib/rng.ts'
import { IMPORTERS, kind } from './fuzz-files.ts'
import { failuresOf, runCase } from './fuzz-kind.ts'
import { openText } from './open-text.ts'

describe('broken files', { timeout: 120_000 }, () => {
  it('are refused with a sentence, or are opened and run', async () => {
    expect(await failuresOf(kind, 1, 0, 300)).toEqual([])
  })

  // Found by it: windows and pages that no setting has, a field without end in a sentence.
  it.each([
    [7, 9],
    [7, 72],
    [7, 539],
    [8, 3677],
  ])('hold in case %i of seed %i, which did not', async (seed, n) => {
    expect((await runCase(kind, seed, n)).failure).toBe(null)
  })

  it('are each importer’s, some of them opened and some refused', async () => {
    const names = new Set<string>()
    for (let n = 0; n < 90; n++) names.add((await runCase(kind, 3, n)).name)
    for (const importer of Object.keys(IMPORTERS)) {
      const of = [...names].filter((name) => name.startsWith(importer))
      expect([importer, of.length > 1, of.some((name) => name.endsWith('unreadable'))]).toEqual([importer, true, true])
    }
  })

  it('begin as whole ones, most of which are opened', () => {
    const rng = createRng(5)
    const draw = (k: number) => nextU32(rng) % k
    for (const make of Object.values(IMPORTERS)) {
      const opened = Array.from({ length: 40 }, () => openText('a', make(draw))).filter((o) => o.kind !== 'unreadable')
      expect(opened.length).toBeGreaterThan(12)
    }
  })
})
