import { describe, expect, it } from 'vitest'
import { type FuzzKind, failuresOf } from './fuzz-kind.ts'

const kind = (mostMs: number, run: (n: number) => string | null): FuzzKind => ({
  mostMs,
  run: (_, n) => {
    const what = run(n)
    return { name: `case ${n}`, failure: what === null ? null : { what, input: `input ${n}` } }
  },
})

describe('a kind of fuzzing', () => {
  it('fails where a case says so, throws or takes too long, and goes on', async () => {
    const failed = await failuresOf(
      kind(40, (n) => {
        if (n === 1) return 'does not hold'
        if (n === 3) throw new Error('of the case')
        if (n === 5) for (const { user } = process.cpuUsage(); process.cpuUsage().user - user < 60_000; );
        return null
      }),
      7,
      0,
      8,
    )
    expect(failed.map(({ n }) => n)).toEqual([1, 3, 5])
    expect(failed[0]!.failure).toEqual({ what: 'does not hold', input: 'input 1' })
    expect(failed[1]!.failure!.what).toMatch(/^Error: of the case\n/)
    expect(failed[2]!.failure!.what).toMatch(/^took \d+ ms, 40 allowed$/)
  })
})
