// A fixed slice of the random scenarios, its first half: npm run fuzz -- scenarios goes on from there.

import { describe, expect, it } from 'vitest'
import { fuzzSlice } from './run-cli.ts'

const SEED = 1
const CASES = 80
const AT_ONCE = 8
/** Whatever else the machine does: what hangs is told by the kind. */
const LONG_MS = 600_000
const firsts = Array.from({ length: CASES / AT_ONCE }, (_, i) => i * AT_ONCE)

describe('random scenarios', () => {
  it.each(firsts)(
    'from %i on: books and figures hold, one hash wherever a run comes from',
    async (first) => {
      const { failuresOf, kind }: typeof import('./fuzz-slice.ts') = await import(/* @vite-ignore */ await fuzzSlice())
      expect(await failuresOf(kind, SEED, first, AT_ONCE)).toEqual([])
    },
    LONG_MS,
  )
})
