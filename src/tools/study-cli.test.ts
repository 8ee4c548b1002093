import { beforeAll, describe, expect, it } from 'vitest'
import { bundled, run } from './run-cli.ts'

const study = run.bind(null, 'study')
beforeAll(bundled)

describe('npm run study', { timeout: 240_000 }, () => {
  it('prints every published figure with its source, and exits 0 when all are hit', () => {
    const { status, stdout } = study('published', '--json')
    const { figures } = JSON.parse(stdout) as { figures: { id: string; source: string; holds: boolean }[] }
    expect(figures.map((f) => f.id)).toEqual(
      'O1 O2 O3 O4 O4 O5 O5 O6 O7 O8 O8 O8 O9 O10 O11 O12 O13 O14 O15 O15 O16 O18 O19 O19 O20'.split(' '),
    )
    expect(figures.every((f) => f.source.length > 20)).toBe(true)
    expect(status).toBe(figures.every((f) => f.holds) ? 0 : 1)
  })

  it('prints a row for each allocator of a preset, and the formula under those with one lock', () => {
    const { status, stdout } = study('scaling', 'pools')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^million maps\/s +1 CPU .*64 CPU$/m)
    expect(stdout).toMatch(/^1 pool( +\d+\.\d{3}){7}\n {2}formula( +\d+\.\d{3}){7}$/m)
    expect(stdout).toMatch(/^4 pools( +\d+\.\d{3}){7}$/m)
  })

  it('prints what each flush mode does at each rate, and exits 0 when the formula holds', () => {
    const { status, stdout } = study('flush')
    expect(stdout).toMatch(/^strict +1000 +0\.000 +0\.000 +1000\.000 *$/m)
    expect(stdout).toMatch(/^deferred +100000 +2\.5\d\d +2\.550 +1\.2\d\d +[34]\.\d{3} +4\.000 +within 1 %$/m)
    expect(stdout).toMatch(/^none +1000000 +no end +0\.000 *$/m)
    expect(status).toBe(0)
  })

  it('prints requests a second by jobs for one area and for an area per CPU, and the ratio beside what was published', () => {
    const { status, stdout } = study('bounce')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^million requests\/s +1 job +2 jobs +4 jobs +8 jobs +16 jobs$/m)
    expect(stdout).toMatch(/^one-area( +\d+\.\d{3}){5}\n {2}waiting( +\d+ %){5}\nareas( +\d+\.\d{3}){5}$/m)
    expect(stdout).toMatch(/^one area, four jobs to one: 0\.\d{3} with 30 % writes; published 0\.849 for reads/m)
    const { figures, ratio } = JSON.parse(study('bounce', '--json').stdout) as {
      figures: unknown[]
      ratio: { one: number; four: number; ratio: number }
    }
    expect(figures).toHaveLength(10)
    expect(ratio.ratio).toBe(ratio.four / ratio.one)
  })

  it.each([[[]], [['growth']], [['scaling', 'nowhere']], [['scaling', 'pools', 'halves']], [['scaling', '--jsn']]])(
    'refuses %j with the reason and code 2',
    (args) => {
      const { status, stderr } = study(...args)
      expect([status, stderr.includes('npm run study')]).toEqual([2, true])
    },
  )
})
