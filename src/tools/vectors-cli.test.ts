import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundled, run } from './run-cli.ts'

const vectors = run.bind(null, 'vectors')
beforeAll(bundled)

describe('npm run vectors', { timeout: 120_000 }, () => {
  it('replays folders and files', () => {
    const file = vectors('src/sim/vectors/iova/00-tiny.txt')
    expect([file.status, file.stdout]).toEqual([
      0,
      expect.stringMatching(/^passed .*\n1 passed, 0 failed, 0 skipped\n$/),
    ])
  })

  it('says what is no vector, with code 2', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dmascope-'))
    expect(vectors(folder)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('no vectors') })
    const file = join(folder, 'notes.txt')
    writeFileSync(file, 'hello')
    expect(vectors(file)).toMatchObject({ status: 2, stderr: expect.stringContaining('no vectors') })
    for (const path of ['/nowhere/at/all', '--bogus']) expect(vectors(path)).toMatchObject({ status: 2, stdout: '' })
  })
})
