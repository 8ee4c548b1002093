import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../src/tools/serve.ts'
import { expect, type LabPage, test } from './lab.page.ts'

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

test('a dropped trace plays at once, and its link says that it is not in it', async ({ lab }) => {
  await opens(lab, 's=pinhole')
  await lab.drop('my boot.txt', BOOT)
  await expect(lab.byId('preset')).toContainText('my boot.txt')
  await expect(lab.byId('play')).toHaveAccessibleName('Pause')
  await expect.poll(() => lab.number('figure-predicted'), { timeout: 60_000 }).toBeGreaterThan(3)
  await lab.byId('play').click()
  await lab.idle()
  await expect.poll(() => lab.fragment()).toContain('s=file&file=my_boot.txt')
  // Somebody else opens the link.
  await lab.open(lab.fragment())
  await expect(lab.byId('problem-card')).toContainText('a recording is not in its link')
  await expect(lab.byId('view-iova-space')).toBeVisible()
})

test('a trace is opened from the preset menu by keyboard', async ({ lab, page }) => {
  await opens(lab, 's=pinhole')
  await lab.byId('preset').focus()
  await page.keyboard.press('Enter')
  // The menu is fetched when it is first asked for.
  await expect(page.getByRole('menu').locator(':focus')).toHaveCount(1)
  const chooser = page.waitForEvent('filechooser')
  await page.keyboard.press('End')
  // The menu moves its focus a task later than the key, which nobody outruns but a test.
  await expect(page.getByRole('menu').getByRole('menuitem').last()).toBeFocused()
  await page.keyboard.press('Enter')
  await (await chooser).setFiles({ name: 'boot.txt', mimeType: 'text/plain', buffer: Buffer.from(BOOT) })
  await expect(lab.byId('preset')).toContainText('boot.txt')
})

test('a file that cannot be read changes nothing and says why', async ({ lab }) => {
  await opens(lab, 's=pinhole')
  const hash = await lab.hash()
  await lab.drop('notes.txt', 'hello\nworld')
  await expect(lab.byId('file-card')).toContainText('none of its 2 lines is known here')
  await expect(lab.byId('preset')).toContainText('pinhole')
  expect(await lab.hash()).toBe(hash)
  await lab.byId('file-card').getByRole('button').click()
  await expect(lab.byId('file-card')).toBeHidden()
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

test('a recording that cannot be fetched is told, and the lab opens', async ({ lab, page }) => {
  await page.route('**/recordings/*', (route) => route.fulfill({ status: 503 }))
  await opens(lab, 's=real-boot')
  await expect(lab.byId('file-card')).toContainText('real-boot.txt could not be fetched: the server said 503')
  await expect(lab.byId('preset')).toContainText('frames-64k')
})
