// Kernel logs of partitions, opened in the page: what they state, what has to be assumed, and what is decided from it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ddwText } from '../src/text/ddw.ts'
import { text } from '../src/text/en.ts'
import { recordingText } from '../src/text/recording.ts'
import { ROOT } from '../src/tools/root.ts'
import { dock } from './dock.ts'
import { expect, type LabPage, test } from './lab.page.ts'

const logNamed = (name: string) => readFileSync(join(ROOT, 'src/sim/vectors/dmesg', name), 'utf8')
const input = (lab: LabPage, path: string) => lab.byId(`ddw-${path}`)

test('the log of a kernel opens a scenario that decides as that kernel did', async ({ lab }) => {
  await lab.open('s=pinhole')
  await lab.drop('pseries_ddw_direct.txt', logNamed('pseries_ddw_direct.txt'))
  await expect(lab.byId('ddw-log')).toContainText('From pseries_ddw_direct.txt')
  await lab.idle()
  await expect(lab.byId('preset')).toContainText('pseries_ddw_direct.txt')
  await expect(dock(lab).locator('strong')).toHaveText(ddwText.results.direct)
  await expect(dock(lab)).toContainText('16M pages, 2 GiB at 0x0800_0000_0000_0000')
  await expect(lab.byId('ddw-log')).toContainText(ddwText.same)
  for (const path of ['d0.windows', 'd0.tces', 'd0.pageSizes'])
    await expect(input(lab, path).locator('i')).toHaveText(ddwText.stated)
  for (const path of ['d0.dmaMask', 'd0.firmware', 'm.maxRam'])
    await expect(input(lab, path).locator('i')).toHaveText(ddwText.assumed)
  await expect(lab.byId('log')).toContainText(
    'e1000e 0000:00:00.0: ibm,query-pe-dma-windows(2026) 0 8000000 20000000 returned 0, lb=2000000000 ps=107 wn=1',
  )
  expect(lab.complaints).toEqual([])
})

test('what was assumed is assumed no more once it is changed, and the decision follows', async ({ lab }) => {
  await lab.open('s=pinhole')
  await lab.drop('pseries_ddw_direct.txt', logNamed('pseries_ddw_direct.txt'))
  await expect(lab.byId('ddw-log')).toBeVisible()
  await lab.idle()
  const memory = input(lab, 'm.maxRam')
  await memory.getByRole('combobox').selectOption({ label: '64T' })
  await lab.idle()
  await expect(memory.locator('i')).toHaveCount(0)
  await expect(input(lab, 'd0.firmware').locator('i')).toHaveText(ddwText.assumed)
  await expect(dock(lab)).toContainText('16M pages, 64 TiB')
  await expect(lab.byId('ddw-log')).toContainText('in the log: direct, 16M pages, 2 GiB')
  // With what the log does not say otherwise, the window would not hold it.
  await input(lab, 'd0.tces').getByRole('combobox').selectOption({ label: '1M' })
  await lab.idle()
  await expect(input(lab, 'd0.tces').locator('i')).toHaveCount(0)
  await expect(dock(lab).locator('strong')).toHaveText(ddwText.results.indirect)
})

test('a log with two questions has both, and says which is shown', async ({ lab, page }) => {
  await lab.open('s=pinhole')
  await page.keyboard.press('g')
  await lab.byId('trace-file').setInputFiles(join(ROOT, 'src/sim/vectors/dmesg/ddw_powervm_vpmem_2021.txt'))
  const origin = lab.byId('ddw-log')
  await expect(origin).toContainText('From ddw_powervm_vpmem_2021.txt')
  await lab.idle()
  const device = origin.getByRole('combobox', { name: ddwText.logDevice })
  expect(await device.locator('option').allTextContents()).toEqual([
    'nvme 0121:50:00.0, line 1',
    'nvme 0121:50:00.0, line 7',
  ])
  const first = await dock(lab).getByRole('tab').allInnerTexts()
  await device.selectOption({ index: 1 })
  await lab.idle()
  await expect(device).toHaveValue('1')
  await expect.poll(() => dock(lab).getByRole('tab').allInnerTexts()).not.toEqual(first)
})

for (const [name, reason] of [
  ['pseries_iommu_alloc_failed.txt', 'the kernel was started with disable_ddw and asked for no dynamic window'],
  [
    'ddw_power7_direct_dma.txt',
    'says that it has a direct window at 0x10000000000000, but not of which size and pages',
  ],
] as const)
  test(`${name} tells of no window: that is said, and the run stays`, async ({ lab }) => {
    await lab.open('s=pinhole')
    const hash = await lab.hash()
    await lab.drop(name, logNamed(name))
    await expect(lab.byId('file-card')).toContainText(name)
    await expect(lab.byId('file-card')).toContainText(reason)
    await expect(lab.byId('preset')).toContainText('pinhole')
    expect(await lab.hash()).toBe(hash)
    await lab.byId('file-card').getByRole('button', { name: text.problem.dismiss }).click()
    await expect(lab.byId('file-card')).toBeHidden()
    expect(lab.complaints).toEqual([])
  })

test('a log of another kind is refused for what it is, and leads to the preset that explains it', async ({ lab }) => {
  await lab.open('s=pinhole')
  const full =
    '[   46.291378] bcm2835-dma: swiotlb buffer is full (sz: 524276 bytes), total 32768 (slots), used 0 (slots)'
  await lab.drop('pi.txt', `[   46.291370] usb 1-1: new device\n${full}\n`)
  const card = lab.byId('file-card')
  await expect(card).toContainText('pi.txt holds no run that can be opened.')
  await expect(card).toContainText(recordingText.explained(2, 'full-but-empty'))
  await expect(card.locator('code')).toHaveText(full)
  await card.getByRole('button', { name: recordingText.open('full-but-empty') }).click()
  await expect(lab.byId('preset')).toContainText('full-but-empty')
  await expect(card).toBeHidden()
})

test('reports as people post them: 2M pages, a folded line, a limit alone, a failed create, a question of nobody', async ({
  lab,
}) => {
  await lab.open('s=pinhole')
  const told = [
    ['r04-ddw-query-power11.txt', ['page sizes', '64K+2M'], ddwText.notAsked],
    ['r08-ddw-secure-guest-folded-line.txt', ['64K pages, 4 GiB'], ddwText.same],
    ['r10-eeh-nvme-frozen-then-direct-limited.txt', ['64K pages, 32 GiB'], ddwText.unsized],
    ['r07-ddw-16GiB-pages-one-tce.txt', ['16G pages, 16 GiB'], ddwText.same],
    ['ddw-create-fails-6.12.txt', [], ddwText.failed],
  ] as const
  for (const [name, words, beside] of told) {
    await lab.drop(name, readFileSync(join(ROOT, 'src/share/reports', name), 'utf8'))
    await expect(lab.byId('ddw-log')).toContainText(`From ${name}`)
    await lab.idle()
    await expect(lab.byId('ddw-log')).toContainText(beside)
    await expect(lab.byId('story')).toContainText(beside === ddwText.notAsked ? 'would be given' : 'was given')
    for (const word of words) await expect(dock(lab)).toContainText(word)
  }
  expect(lab.complaints).toEqual([])
})
