import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIRST_TEN } from '../src/sim/testing/ftrace.ts'
import { text } from '../src/text/en.ts'
import { galleryText } from '../src/text/gallery.ts'
import { problemText } from '../src/text/problem.ts'
import { recordingText } from '../src/text/recording.ts'
import { ROOT } from '../src/tools/root.ts'
import { alone, expect, type LabPage, test } from './lab.page.ts'

const PATH = join(ROOT, 'public/recordings/real-boot.txt')
const BOOT = readFileSync(PATH, 'utf8')
const END = 's=real-boot&at=13800000000'

async function opens(lab: LabPage, fragment: string) {
  await lab.open(fragment)
  await expect(lab.byId('preset')).toBeVisible()
}

test('the recorded boot predicts what the command line predicts: 495 of 495', async ({ lab }) => {
  const told = execFileSync('npx', ['tsx', 'src/tools/replay-cli.ts', PATH, '--json'], { cwd: ROOT, encoding: 'utf8' })
  const { allocations, predicted } = JSON.parse(told)
  await opens(lab, END)
  await expect(lab.byId('predicted')).toHaveText(`${predicted} of ${allocations}`)
  expect(await lab.number('figure-predicted')).toBe(495)
  await expect(lab.page.getByText('the kernel empties the table: 262144 TCEs')).toBeVisible()
  expect(lab.complaints).toEqual([])
})

test('a miss is listed with both addresses and leads to its place', async ({ lab }) => {
  await opens(lab, `${END}&d0.allocator=tce-halves`)
  await expect(lab.byId('predicted')).toHaveText('494 of 495')
  const miss = lab.byId('prediction').getByRole('button')
  await expect(miss).toContainText('recorded 0x0000_1000')
  await expect(miss).toContainText('predicted 0x0000_0000')
  await miss.press('Enter')
  await expect(lab.byId('address')).toContainText('0x0000_1000')
})

test('a mapping tells where it was recorded and predicted', async ({ lab }) => {
  await opens(lab, 's=real-boot&sel=176')
  await expect(lab.byId('foretold')).toHaveText('recorded at 0x000b_0000, predicted at 0x000b_0000')
})

test('a dropped trace plays to its end, and its link says that it is not in it and waits for it', async ({
  lab,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await opens(lab, 's=pinhole')
  await lab.drop('my boot.txt', BOOT)
  await expect(lab.byId('preset')).toContainText('my boot.txt')
  await expect(lab.byId('play')).toHaveAccessibleName('Pause')
  await expect.poll(() => lab.number('figure-predicted'), { timeout: 60_000 }).toBeGreaterThan(3)
  await lab.byId('play').click()
  await lab.idle()
  await expect.poll(() => lab.fragment()).toContain('s=file&file=my_boot.txt')
  await page.getByRole('button', { name: text.top.copyLink }).click()
  await expect(lab.byId('link-card')).toContainText('my boot.txt')
  await lab.idle()
  // Somebody else opens the link.
  const link = lab.fragment()
  await lab.open(link)
  await expect(lab.byId('problem-card')).toContainText(problemText.drop('my_boot.txt'))
  await expect(lab.byId('problem-card')).toContainText(problemText.instead('frames-64k'))
  await expect(lab.byId('problem-card')).not.toContainText(problemText.rest)
  await expect(lab.byId('view-iova-space')).toBeVisible()
  await lab.drop('my boot.txt', BOOT)
  await expect(lab.byId('preset')).toContainText('my boot.txt')
  await lab.idle()
  expect(lab.fragment()).toBe(link)
  await lab.turnTo('s=real-boot&at=13400000000&speed=1')
  await lab.byId('play').click()
  await expect(lab.byId('ended')).toContainText('The recording ends at 13.442 s')
  await expect(lab.byId('play')).toHaveAccessibleName(text.transport.play)
  await lab.turnTo('s=nosuch&m.cpus=4')
  await expect(lab.byId('problem-card')).toContainText(problemText.instead('frames-64k'))
})

test('a trace of an x86 machine plays on the table of its IOMMU, in the words of that, and may have been of another', async ({
  lab,
  page,
}) => {
  await opens(lab, 's=pinhole')
  await lab.drop('ping.txt', FIRST_TEN)
  await expect(lab.byId('preset')).toContainText('ping.txt')
  await expect(lab.byId('ended')).toContainText('The recording ends', { timeout: 60_000 })
  await expect(lab.byId('predicted')).toHaveText(/^\d of 4$/)
  await expect(lab.byId('prediction')).toContainText('8 records of all domains')
  await expect(lab.byId('view-iova-space')).toBeVisible()
  const platform = lab.byId('control-m.platform')
  await page.locator('details', { has: platform }).locator('summary').first().click()
  await expect(platform).toBeVisible()
  await platform.getByRole('combobox').click()
  await page.getByRole('option', { name: /^arm/ }).click()
  await lab.idle()
  await expect(platform).toContainText('arm')
  expect(await page.locator('main').innerText()).not.toMatch(/liobn|TCE|hypercall|hypervisor/i)
  expect(lab.complaints).toEqual([])
})

test('a trace is opened from the gallery by keyboard', async ({ lab, page }) => {
  await opens(lab, 's=pinhole')
  await page.keyboard.press('g')
  await expect(lab.byId('gallery-search')).toBeFocused()
  const chooser = page.waitForEvent('filechooser')
  const open = page.getByRole('button', { name: galleryText.file })
  for (let tabs = 0; tabs < 4 && !(await open.evaluate((e) => e === document.activeElement)); tabs++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await (await chooser).setFiles({ name: 'boot.txt', mimeType: 'text/plain', buffer: Buffer.from(BOOT) })
  await expect(lab.byId('gallery')).toHaveCount(0)
  await expect(lab.byId('preset')).toContainText('boot.txt')
})

const clears = (first: number, step: number) =>
  [first, first + step]
    .map(
      (end, i) =>
        `1@1.00000${i}:spapr_iommu_pci_stuff liobn=0x1 ioba=0x${end.toString(16)} tcevalue=0x0 npages=512 ret=0\n`,
    )
    .join('')
const utf16 = (content: string) => Buffer.from(`\ufeff${content}`, 'utf16le')

test('a trace whose records go back says so, and its times are told apart', async ({ lab }) => {
  await lab.open('s=pinhole')
  const put = (n: number) => `spapr_iommu_pci_put liobn=0x1 ioba=0x${n}000 tce=0x9003 ret=0\n`
  await lab.drop('back.txt', [5, 1, 2, 6].map((us, i) => `1@1.00000${us}:${put(i + 1)}`).join(''))
  const card = lab.byId('remark-card')
  await expect(card).toContainText(recordingText.remark('back.txt'))
  await expect(card).toContainText('2 records are earlier than the one before')
  await lab.idle()
  const labels = await lab.page.locator('.v-time text').allTextContents()
  expect([labels[0], new Set(labels).size]).toEqual(['0 µs', labels.length])
  await card.getByRole('button', { name: text.problem.dismiss }).click()
  await expect(card).toBeHidden()
})

test('a file that cannot be opened is told in a sentence, and the run goes on from where it stands', async ({
  lab,
  page,
}) => {
  await opens(lab, 's=pinhole&at=2000000')
  const hash = await lab.hash()
  const refused = async (sentence: string) => {
    await expect(lab.byId('file-card')).toContainText(sentence)
    await expect(lab.byId('preset')).toContainText('pinhole')
    expect(await lab.hash()).toBe(hash)
    await lab.byId('file-card').getByRole('button', { name: text.problem.dismiss }).click()
    await expect(lab.byId('file-card')).toBeHidden()
  }
  const broken = [
    ['notes.txt', 'hello\nworld', 'none of its 2 lines is known here'],
    ['empty.txt', '', 'empty.txt: the file is empty'],
    ['photo.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]), 'the file is a picture (PNG)'],
    ['boot.log.gz', new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'unpack it first'],
    ['only-clears.txt', clears(0x600000, 0x400000), 'nothing is ever mapped'],
    [
      'large.txt',
      '1@1.000001:spapr_iommu_pci_put liobn=0x1 ioba=0x7ffffffff000 tce=0x9003 ret=0',
      'line 1 is of a window of',
    ],
    ['half.json', '{"preset":', 'no whole JSON'],
    ['wrong.json', '{"preset":"pinhole","machine":{"cpus":-1}}', 'm.cpus: -1 cannot be used'],
    [
      'refused.txt',
      'nvme 0001:00:01.0: ibm,query-pe-dma-windows(53) 0 0 0 returned -3',
      'returned -3, so no window was offered',
    ],
  ] as const
  for (const [name, content, sentence] of broken) {
    await lab.drop(name, content)
    await refused(sentence)
  }
  await lab.dropAll([
    ['a.txt', BOOT],
    ['b.txt', BOOT],
  ])
  await refused(recordingText.several(2))
  // A folder is a file with no bytes to be had.
  const dataTransfer = await page.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['x'], 'logs'))
    const item = { webkitGetAsEntry: () => ({ isDirectory: true }) }
    Object.defineProperty(data, 'items', { value: [item] })
    return data
  })
  await page.dispatchEvent('main', 'drop', { dataTransfer })
  await refused(recordingText.folder('logs'))
  await lab.byId('play').click()
  await expect.poll(() => lab.number('clock')).toBeGreaterThan(2)
  expect(lab.complaints).toEqual([])
})

test('what a file lacks is assumed and said; text of another encoding, a scenario and a link are opened', async ({
  lab,
}) => {
  await opens(lab, 's=pinhole')
  await lab.drop(
    'late.txt',
    `${clears(0x200000, 0x800000)}1@1.000003:spapr_iommu_pci_put liobn=0x1 ioba=0x1000 tce=0x1003 ret=0\n`,
  )
  await expect(lab.byId('preset')).toContainText('late.txt')
  await lab.idle()
  await expect(lab.byId('prediction')).toContainText('its clearing is not in the file')
  await lab.drop('wide.txt', utf16(BOOT))
  await expect(lab.byId('preset')).toContainText('wide.txt')
  await lab.drop('scenario.json', '{"preset":"halves","machine":{"cpus":4}}')
  await expect(lab.byId('preset')).toContainText('halves')
  await expect.poll(() => lab.fragment()).toContain('m.cpus=4')
  await lab.drop('a.link', 's=pools&m.cpus=4\n')
  await expect(lab.byId('preset')).toContainText('pools')
  expect(lab.complaints).toEqual([])
})

test('a log of any size leaves the page its turns', async ({ lab, page }) => {
  await opens(lab, 's=pinhole')
  await page.evaluate(() => {
    const gaps = { longest: 0, last: performance.now() }
    Object.assign(window, { gaps })
    const beat = () => {
      const now = performance.now()
      gaps.longest = Math.max(gaps.longest, now - gaps.last)
      gaps.last = now
      setTimeout(beat)
    }
    beat()
  })
  // Made in the page: a file of 48 MiB is nothing to carry there.
  const dataTransfer = await page.evaluateHandle(() => {
    const line = `${'a'.repeat(1023)}\n`
    const data = new DataTransfer()
    data.items.add(new File(['[    0.000000] Linux version 6.1\n', line.repeat(48 * 1024)], 'words.txt'))
    return data
  })
  await page.evaluate(() =>
    Object.assign((window as unknown as { gaps: object }).gaps, { longest: 0, last: performance.now() }),
  )
  await page.dispatchEvent('main', 'drop', { dataTransfer })
  await expect(lab.byId('file-card')).toContainText('none of its 49153 lines', { timeout: 60_000 })
  const longest = await page.evaluate(() => (window as unknown as { gaps: { longest: number } }).gaps.longest)
  expect(longest).toBeLessThan(1000)
})

test('broken lines are told and the rest plays', async ({ lab }) => {
  await opens(lab, 's=pinhole')
  const lines = BOOT.split('\n')
  lines[600] = '18917@1795185402.6'
  await lab.drop('cut.txt', lines.join('\n'))
  await expect(lab.byId('broken-lines')).toContainText('1 line could not be used')
  await lab.byId('broken-lines').getByText('1 line').click()
  await expect(lab.byId('broken-lines')).toContainText('line 601')
})

alone('a recording that cannot be fetched is told, and the lab opens', async ({ lab, page }) => {
  await page.route('**/recordings/*', (route) => route.fulfill({ status: 503 }))
  await opens(lab, 's=real-boot')
  await expect(lab.byId('file-card')).toContainText('real-boot.txt could not be fetched: the server said 503')
  await expect(lab.byId('preset')).toContainText('frames-64k')
})
