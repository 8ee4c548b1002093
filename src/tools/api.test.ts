import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { API_FILE, apiReport } from './api-report.ts'
import { ROOT } from './root.ts'

const SIM = join(ROOT, 'src/sim')

describe('the door of the core', () => {
  it('promises what is written down: npm run api -- --update is a decision', { timeout: 120_000 }, () => {
    expect(apiReport()).toBe(readFileSync(API_FILE, 'utf8'))
  })

  it('is used as its page says, and says what the page says', { timeout: 120_000 }, () => {
    const page = readFileSync(join(SIM, 'README.md'), 'utf8')
    const [, example = '', said = ''] = /```ts\n(.*?)```.*?```text\n(.*?)```/s.exec(page) ?? []
    expect(example.split('\n').length).toBeLessThanOrEqual(18)
    const folder = mkdtempSync(join(tmpdir(), 'door-'))
    try {
      const file = join(folder, 'example.mts')
      writeFileSync(file, example.replace("'./public.ts'", `'${join(SIM, 'public.ts')}'`))
      const printed = execFileSync(process.execPath, ['--import', 'tsx', file], { cwd: ROOT, encoding: 'utf8' })
      expect(printed).toBe(said)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
