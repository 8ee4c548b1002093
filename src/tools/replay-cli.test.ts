import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundled, run } from './run-cli.ts'

const BOOT = 'public/recordings/real-boot.txt'

const replay = run.bind(null, 'replay')
beforeAll(bundled)

describe('npm run replay', { timeout: 120_000 }, () => {
  it('predicts 495 of 495 addresses of the recorded boot', () => {
    const { status, stdout } = replay(BOOT, '--json')
    expect([status, JSON.parse(stdout)]).toEqual([
      0,
      { records: 1430, allocations: 495, predicted: 495, corrected: 0, predictedUncorrected: 495 },
    ])
  })

  it('names the first misses of another allocator in words', () => {
    const { stdout } = replay(BOOT, '--allocator', 'tce-halves')
    expect(stdout).toContain('line 516, npages 1: recorded 0x0000_1000, predicted 0x0000_0000')
  })

  it('says why a file has nothing to predict, and names broken lines', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'dmascope-')), 'trace.txt')
    writeFileSync(file, 'spapr_iommu_pci_put liobn=0x1 ioba=0x1000 tce=oops ret=0\n')
    const { status, stdout, stderr } = replay(file, '--json')
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^line 1: .*oops[\s\S]*none of them could be used/)
    const log = replay('src/share/reports/r04-ddw-query-power11.txt')
    expect([log.status, log.stderr]).toEqual([2, expect.stringMatching(/a kernel log.*npm run sim -- .* opens it/)])
  })

  it.each([[[]], [['/nowhere/at/all']], [[BOOT, '--allocator', 'best']], [[BOOT, BOOT]], [[BOOT, '--jsn']]])(
    'refuses %j with the reason and code 2',
    (args) => {
      const { status, stdout, stderr } = replay(...args)
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr.length).toBeGreaterThan(20)
    },
  )
})
