import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from './root.ts'
import { bundled, run } from './run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'dmascope-'))
/** A file of this content. */
function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const clearing = (calls: number): string =>
  Array.from(
    { length: calls },
    (_, i) =>
      `1@1.00000${i}:spapr_iommu_pci_stuff liobn=0x1 ioba=0x${(0x600000 + 0x400000 * i).toString(16)} tcevalue=0x0 npages=512 ret=0\n`,
  ).join('')

const sim = run.bind(null, 'sim')
beforeAll(bundled)

describe('npm run sim', { timeout: 60_000 }, () => {
  it('shows the first failure with 64K pages and none with 4K at the same load', () => {
    const coarse = sim('frames-64k', '--until', '20ms', '--json').json()
    expect(coarse.ns).toBe(20_000_000)
    expect(coarse.failures).toBeGreaterThan(0)
    expect(coarse.firstFailure.npages).toBe(1)
    expect(coarse.firstFailure.ns).toBeGreaterThan(0)
    const fine = sim('frames-4k', '--until', '20ms', '--json').json()
    expect([fine.failures, fine.firstFailure]).toEqual([0, null])
    expect(fine.scenario.workloads).toEqual(coarse.scenario.workloads)
  })

  it('gives one hash for a preset, its link, its address and its file', () => {
    const { scenario, hash } = sim('pinhole', '--until', '1ms', '--json').json()
    const file = join(mkdtempSync(join(tmpdir(), 'dmascope-')), 'scenario.json')
    writeFileSync(file, JSON.stringify(scenario))
    for (const source of ['#v=1&s=pinhole', 'http://127.0.0.1:4173/#s=pinhole', file]) {
      expect(sim(source, '--until', '1ms', '--json').json().hash).toBe(hash)
    }
  })

  it('goes to the position of a link, takes its changes on the way, and speaks as the kernel does', () => {
    const link = 's=frames-64k&at=9000000&in=1000000.100~m.cpus~16'
    const { stdout, stderr } = sim(link, '--json', '--log')
    expect(JSON.parse(stdout)).toMatchObject({ ns: 9_000_000, scenario: { inputs: [{ path: 'm.cpus', value: 16 }] } })
    expect(stderr).toMatch(/^\[ {4}0\.00\d{4}\] iommu_alloc failed, tbl c0000\w+ vaddr c0000\w+ npages 1$/m)
  })

  it.each([
    // As recorded of kernels of 64K and 4K pages: a table on demand, a whole one, one too large and one too deep.
    ['d0.levels=2', { bytes: 524_288, accounted: 17_180_393_472, perLevel: [1, 0], userPerLevel: [1, 0] }],
    [
      'm.cpuPage=4k&d0.iommuPage=4k&d0.window=2g&d0.levels=3&d0.era=full',
      { bytes: 8_413_184, accounted: 8_413_184, perLevel: [1, 2, 1024], userPerLevel: [1, 2, 1024] },
    ],
    ['d0.levels=1', { bytes: 0, accounted: 17_179_869_184, perLevel: [], refusal: { id: 'level-table', errno: -12 } }],
    ['d0.levels=4', { bytes: 0, accounted: 17_182_228_480, perLevel: [], refusal: { id: 'top-bits', errno: -22 } }],
  ])('gives the level tables of a guest, or why there are none: %s', (settings, tables) => {
    const figures = sim(`s=nvlink-on-demand&${settings}`, '--events', '0', '--json').json()
    expect(figures.tables).toMatchObject(tables)
    expect(Object.keys(figures.tables)).toContain('refusal' in tables ? 'refusal' : 'userPerLevel')
    if ('refusal' in tables) expect(figures.tables.refusal.why).toMatch(/^[A-Z].*\.$/)
  })

  it('plays a trace until its last operation is done, however late that begins', () => {
    const late = `${clearing(2)}1@1.000003:spapr_iommu_pci_put liobn=0x1 ioba=0x1000 tce=0x1003 ret=0\n`
    expect(sim(fileOf('late.txt', late), '--json').json()).toMatchObject({ maps: 1 })
    const rows = sim(fileOf('late.txt', late), '--csv').stdout.trim().split('\n')
    expect(rows.at(-1)?.split(',')[5]).toBe('1')
  })

  it('stops after a number of events and samples the way in CSV', () => {
    const rows = sim('frames-4k', '--events', '5000', '--csv').stdout.trim().split('\n')
    expect(rows).toHaveLength(101)
    expect(rows[0]).toMatch(/^ns,events,mapped,/)
    expect(rows[100]?.split(',')[1]).toBe('5000')
  })

  it('opens a kernel log as the page does, says what it is, and prints what its kernel would have', () => {
    const log = readFileSync(join(ROOT, 'src/share/reports/r04-ddw-query-power11.txt'), 'utf8')
    const path = fileOf('console log.txt', Buffer.from(`\ufeff${log}`, 'utf16le'))
    const { status, stdout, stderr } = sim(path, '--log', '--until', '1us')
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/a kernel log of a partition[\s\S]*device 1: pci 0019:01:00\.0, line 4/),
    ])
    // Written while the machine was built, before its first event.
    expect(stdout).toMatch(
      /^\[ {4}0\.000000\] .*ibm,query-pe-dma-windows.* lb=1000000 ps=103 wn=1\n\[.*ibm,create-pe-dma-window/,
    )
  })

  it('takes the device of a log that is asked for', () => {
    const log = 'src/sim/vectors/dmesg/ddw_powervm_vpmem_2021.txt'
    const page = (device: string) => sim(log, '--events', '0', '--json', '--device', device)
    expect(page('1').json().hash).not.toBe(page('2').json().hash)
    expect(page('3').stderr).toContain('--device 3: 1 to 2')
  })

  it('ends when what it prints is read no further, whichever way it prints', async () => {
    for (const how of ['--csv', '--log']) {
      const command = ['--import', 'tsx', 'src/tools/sim-cli.ts', 'frames-64k', how]
      const child = spawn(process.execPath, command, { cwd: ROOT })
      let stderr = ''
      child.stderr.on('data', (text) => {
        stderr += text
      })
      child.stdout.once('data', () => child.stdout.destroy())
      const code = await new Promise((resolve) => child.on('close', resolve))
      expect([how, code, stderr]).toEqual([how, 1, 'what reads the output has closed it\n'])
    }
  })

  it.each([
    ['a folder', () => folder, 'a folder, not a file'],
    ['prose', () => fileOf('notes.txt', 'hello'), 'none of its 1 lines is known here; what can be read: '],
    ['a trace that only clears', () => fileOf('only-clears.txt', clearing(3)), 'nothing is ever mapped'],
    [
      'a scenario that is none',
      () => fileOf('a.json', '{"preset":"pinhole","machine":{"cpus":-1}}'),
      'm.cpus: -1 cannot be used',
    ],
  ])('says in a sentence what is wrong with %s', (_, path, sentence) => {
    const { status, stdout, stderr } = sim(path(), '--csv')
    expect([status, stdout, stderr.includes(sentence), stderr.includes('    at ')]).toEqual([2, '', true, false])
  })

  it.each([
    [['nothing']],
    [[]],
    [['pinhole', '--until', 'soon']],
    [['pinhole', '--events', '-4']],
    [['pinhole', '--jsn']],
    [['s=pinhole&m.cpus=7']],
    [['pinhole', '--json', '--csv']],
  ])('refuses %j with the reason and code 2', (args) => {
    const { status, stdout, stderr } = sim(...args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr.length).toBeGreaterThan(20)
  })
})
