// Undo brings back what was: the run without the change, the run that another took the place of.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeLink } from '../src/share/url.ts'
import { createRun, presetById } from '../src/sim/index.ts'
import { text } from '../src/text/en.ts'
import { loaded } from '../src/tools/recordings.ts'
import { ROOT } from '../src/tools/root.ts'
import { expect, type LabPage, test } from './lab.page.ts'

const BOOT = readFileSync(join(ROOT, 'public/recordings/real-boot.txt'), 'utf8')
/** One of each way to memory; of all presets the store is asked the same, with the worker's own host behind it. */
const OF_EACH_WAY = ['frames-64k', 'real-boot', 'batched', 'vfio-guest', 'ddw-direct', 'areas']

async function press(lab: LabPage, key: string): Promise<void> {
  await lab.page.keyboard.press(key)
  await lab.idle()
}

/** Clicks the first segment of any control that is not chosen yet; where all are folded away, after unfolding them. */
async function change(lab: LabPage): Promise<void> {
  const segment = lab.page
    .locator('[data-testid^="control-"] [role="radio"][aria-checked="false"]:not([disabled])')
    .filter({ visible: true })
  if ((await segment.count()) === 0) await lab.page.locator('.c-more summary').first().click()
  await segment.first().click()
  await lab.idle()
}

test(`the run without the change stands after undo: ${OF_EACH_WAY.join(', ')}`, async ({ lab }) => {
  test.setTimeout(120_000)
  await lab.open(`s=${OF_EACH_WAY[0]}`)
  for (const [i, id] of OF_EACH_WAY.entries()) {
    const preset = presetById(id)!
    if (i > 0) await lab.turnTo(`s=${id}`)
    const run = createRun(loaded(preset.scenario, preset), preset.horizonNs)
    const isWithout = async (moment: string) => {
      const { scenario, position } = decodeLink(lab.fragment())
      expect(scenario.inputs, `${preset.id} ${moment}`).toEqual([])
      run.seek(position)
      expect(await lab.hash(), `${preset.id} ${moment}`).toBe(run.hash())
    }
    await change(lab)
    const changed = lab.fragment()
    expect(changed, preset.id).toContain('in=')
    await press(lab, '>')
    await press(lab, 'u')
    await isWithout('a hundred steps on')
    expect(lab.fragment().length).toBeLessThan(changed.length)
    await press(lab, 'r')
    await isWithout('at the start')
    await press(lab, 'u')
    await isWithout('where it stood before Home')
  }
  expect(lab.complaints).toEqual([])
})

test('preset values, another preset and a seed are undone with inputs, position and view; the button says what', async ({
  lab,
  page,
}) => {
  await lab.open('s=frames-64k&at=5000000&colour=cpu')
  const undo = page.getByRole('button', { name: text.top.undo, exact: false }).first()
  await expect(undo).toBeDisabled()
  await lab.byId('control-d0.iommuPage').getByText('4K', { exact: true }).click()
  await lab.idle()
  await expect(undo).toHaveAttribute('data-says-name', /^Undo \(u\): IOMMU page.* 4K$/)
  await press(lab, '>')
  const stands = async () => ({ hash: await lab.hash(), events: await lab.number('events') })
  const before = await stands()
  await page.getByRole('button', { name: text.control.presetValues }).click()
  await lab.idle()
  expect(lab.fragment()).not.toContain('in=')
  const seed = page.getByRole('textbox', { name: text.control.seedLabel })
  for (const wrong of ['zzz', '0x123456789']) {
    await seed.fill(wrong)
    await seed.press('Enter')
    await expect(lab.byId('seed-why')).toHaveText(text.control.seedAllowed(wrong))
    await expect(seed).toHaveValue(wrong)
  }
  await seed.fill('0xdeadbeef')
  await expect(lab.byId('seed-why')).toBeHidden()
  expect(await seed.evaluate((input) => input.scrollWidth - input.clientWidth)).toBe(0)
  await seed.fill('0x77')
  await page.getByRole('textbox', { name: text.control.seedLabel }).press('Enter')
  await lab.idle()
  await lab.turnTo('s=pools')
  for (const what of ['opening a link', 'seed 0x77', 'preset values']) {
    await expect(undo).toHaveAttribute('data-says-name', new RegExp(`: ${what}$`))
    await undo.click()
    await lab.idle()
  }
  expect(await stands()).toEqual(before)
  expect(lab.fragment()).toContain('colour=cpu')
  // The key means the change now, and it is the run without it that plays on.
  await page.getByRole('button', { name: text.transport.play }).click()
  await page.keyboard.press('u')
  await expect.poll(() => lab.fragment()).not.toContain('in=')
  await expect(page.getByRole('button', { name: text.transport.pause })).toBeVisible()
  expect(lab.complaints).toEqual([])
})

test('of two dropped files of one name Back finds the first again, and undo the second', async ({ lab, page }) => {
  await lab.open('s=pinhole')
  const opened = async (content: string) => {
    await lab.drop('boot.txt', content)
    await expect(lab.byId('play')).toHaveAccessibleName(text.transport.pause)
    await lab.byId('play').click()
    await lab.idle()
    await expect.poll(() => lab.fragment()).toContain('s=file&file=boot.txt~')
    return /file=[^&]*/.exec(lab.fragment())![0]
  }
  const source = lab.byId('prediction').getByText('boot.txt')
  const one = await opened(BOOT)
  const whole = await source.first().innerText()
  await page.waitForTimeout(1000)
  const two = await opened(BOOT.split('\n').slice(0, 900).join('\n'))
  const part = await source.first().innerText()
  expect([one === two, whole === part]).toEqual([false, false])
  // To play and to pause are acts of their own in the address bar.
  for (let i = 0; i < 3 && lab.fragment().includes(two); i++) await page.goBack()
  await expect.poll(() => source.first().innerText()).toBe(whole)
  await expect(lab.byId('problem-card')).toBeHidden()
  expect(lab.fragment()).toContain(one)
  const title = async () => page.getByRole('button', { name: text.top.undo }).first().getAttribute('data-says-name')
  while ((await title())?.endsWith(text.acts.back)) await press(lab, 'u')
  await expect.poll(() => source.first().innerText()).toBe(part)
  // To before the first file was dropped.
  await press(lab, 'u')
  await expect.poll(() => source.first().innerText()).toBe(whole)
  await press(lab, 'u')
  await expect(lab.byId('preset')).toContainText('pinhole')
  expect(lab.complaints).toEqual([])
})
