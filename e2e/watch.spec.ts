// What nothing happens in is offered to be skipped; a trace opens where it begins, fitted to what it uses.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from '../src/text/en.ts'
import { ROOT } from '../src/tools/root.ts'
import { expect, test } from './lab.page.ts'

const BOOT = readFileSync(join(ROOT, 'public/recordings/real-boot.txt'), 'utf8')

test('a dead stretch is passed by its button or by key, and a run that plays plays on', async ({ lab, page }) => {
  for (const [width, height] of [
    [1280, 720],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height })
    await lab.open('s=ddw-direct&at=0')
    await expect(lab.byId('skip')).toContainText(text.state.quiet('2.8 ms'))
    await lab.byId('skip').click()
    await lab.idle()
    expect(await lab.number('clock')).toBeCloseTo(2.82, 1)
    await expect(lab.byId('play')).toHaveAccessibleName(text.transport.play)
    await expect(lab.byId('skip')).toHaveCount(0)
  }
  await page.setViewportSize({ width: 1280, height: 720 })
  await lab.open('s=mask-32&at=800000')
  await page.keyboard.press('Space')
  await expect(lab.byId('skip')).toBeVisible()
  await page.keyboard.press('s')
  await expect(lab.byId('skip')).toHaveCount(0)
  await expect(lab.byId('play')).toHaveAccessibleName(text.transport.pause)
  await expect.poll(() => lab.number('clock')).toBeGreaterThan(4)
  await page.keyboard.press('Space')
  expect(lab.complaints).toEqual([])
})

test('a dropped trace plays from where it first maps, with all in view that it uses', async ({ lab }) => {
  await lab.open('s=pinhole')
  await lab.drop('mine.txt', BOOT)
  await expect(lab.byId('play')).toHaveAccessibleName(text.transport.pause)
  await expect.poll(() => lab.number('figure-mapped')).toBeGreaterThan(0)
  expect(await lab.number('clock')).toBeGreaterThanOrEqual(3.718)
  await lab.byId('play').click()
  await lab.idle()
  // It uses both ends of its window of 262 144 TCEs.
  await expect(lab.page.getByText(/cell \d+ TCEs = .* KiB/)).toBeVisible()
})

test('who wants nothing to move is taken to what is watched for', async ({ lab, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await lab.open('s=frames-64k')
  await page.keyboard.press('w')
  await lab.idle()
  await expect(lab.byId('figure-refused')).toHaveText('1')
  await expect(lab.byId('story')).toContainText('The window is full: eth0 asked for 1 IOMMU page more and was refused.')
  await expect(page.locator('.a-live')).toContainText('The window is full')
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await page.keyboard.press('Space')
  await expect(lab.byId('story')).not.toContainText('The window is full')
  await page.keyboard.press('Space')
})
