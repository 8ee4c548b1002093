import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sameBy, sameFigures } from './same.ts'

describe('figures', () => {
  it.each<[unknown, unknown, boolean]>([
    [1, 1, true],
    [Number.NaN, Number.NaN, true],
    [1, '1', false],
    [null, {}, false],
    [[1, 2], [1, 2], true],
    [[1, 2], [1, 2, 3], false],
    [[[1, 'a']], [[1, 'a']], true],
    [[[1, 'a']], [[1, 'b']], false],
    [{ a: 1, b: [2] }, { a: 1, b: [2] }, true],
    [{ a: 1, b: undefined }, { a: 1, c: undefined }, false],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 3), false],
  ])('%j and %j: the same is %s', (a, b, same) => {
    expect([sameFigures(a, b), sameFigures(b, a)]).toEqual([same, same])
  })

  it('of two are the same by what is looked at, and when both are not there', () => {
    const same = sameBy((p: { x: number; y: number }) => [p.x])
    expect([same({ x: 1, y: 2 }, { x: 1, y: 3 }), same({ x: 1, y: 2 }, { x: 2, y: 2 })]).toEqual([true, false])
    expect([same(null, null), same(null, { x: 1, y: 2 })]).toEqual([true, false])
  })

  it('are never made one string that is taken apart again', () => {
    const src = new URL('..', import.meta.url)
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.tsx?$/.test(name) && !name.startsWith('tools'),
    )
    const parsed = /JSON\.parse\(use|use(Frame|App|Figures)\([^;\n]*\)\.split\(|JSON\.stringify\(a\) === JSON/
    expect(files.filter((name) => parsed.test(readFileSync(new URL(name, src), 'utf8')))).toEqual([])
  })
})
