// Somebody who was never here, and reads nothing that is not in front of them: watches, presses what is marked, takes it
// back, looks for what they know of. By mouse alone, by keyboard alone and by touch.

import type { Page } from '@playwright/test'
import { text } from '../src/text/en.ts'
import { alone, expect } from './lab.page.ts'

const play = (page: Page) => page.getByTestId('play')
const refused = (page: Page) => page.getByTestId('figure-refused')
const mapped = (page: Page) =>
  page
    .getByTestId('figure-mapped')
    .innerText()
    .then((words) => Number(words.replace(/\D/g, '')))

async function arrives(page: Page) {
  await page.goto('./')
  await expect(page.getByTestId('gallery')).toBeVisible()
  await expect(page.getByTestId('watch')).toBeInViewport({ ratio: 1 })
}

/** It fills before one's eyes, stands at the first refusal by itself and says what was seen. */
async function sees(page: Page) {
  const pressedAt = Date.now()
  // What the pointer rests on by chance is not explained over the map.
  await page.waitForTimeout(600)
  await expect(page.getByRole('tooltip')).toHaveCount(0)
  await expect(page.getByTestId('gallery')).toHaveCount(0)
  await expect(play(page)).toHaveAccessibleName(text.transport.pause)
  const early = await mapped(page)
  await expect.poll(() => mapped(page), { timeout: 1500 }).toBeGreaterThan(early)
  await expect(refused(page)).toHaveText('0')
  await expect(play(page)).toHaveAccessibleName(text.transport.play)
  const tookMs = Date.now() - pressedAt
  expect(tookMs).toBeGreaterThan(2500)
  expect(tookMs).toBeLessThan(9000)
  await expect(refused(page)).toHaveText('1')
  const story = page.getByTestId('story')
  await expect(story).toContainText('The window is full: eth0 asked for 1 IOMMU page more and was refused.')
  await expect(page.locator('.a-live')).toContainText('The window is full')
  await expect(page.locator('.a-live')).toContainText('Set the IOMMU page to 4K')
}

/** It goes on, and fills again; figures of before stand beside those of now, and nothing more is refused. */
async function compares(page: Page) {
  await expect(play(page)).toHaveAccessibleName(text.transport.pause)
  await expect.poll(() => mapped(page)).toBeGreaterThan(100)
  await expect(page.getByTestId('since')).toContainText('64K → 4K')
  await expect(page.getByTestId('was-figure-refused')).toContainText('1 before')
  await expect(refused(page)).toHaveText('+0')
  await expect(page.getByTestId('story')).not.toContainText('The window is full')
}

/** As if it had never been. */
async function isBack(page: Page) {
  await expect(page.getByTestId('since')).toHaveCount(0)
  await expect(refused(page)).not.toHaveText('0')
}

const first = (page: Page) => page.getByTestId('gallery').locator('.g-card').first()

async function finds(page: Page) {
  await page.keyboard.type('swiotlb is full')
  await expect(first(page)).toHaveAttribute('data-testid', 'card-full-but-empty')
}

async function isThere(page: Page) {
  await expect(page.getByTestId('gallery')).toHaveCount(0)
  await expect(page.getByTestId('preset')).toContainText('full-but-empty')
  await expect(page.getByTestId('story')).toBeVisible()
  await expect.poll(() => new URL(page.url()).hash).toContain('s=full-but-empty')
}

alone.describe('on a laptop', () => {
  alone.use({ viewport: { width: 1280, height: 720 } })

  alone('by mouse alone', async ({ page }) => {
    await arrives(page)
    await page.getByTestId('watch').click()
    await sees(page)
    const marked = page.getByTestId('story-does')
    await expect(marked).toBeInViewport({ ratio: 1 })
    await marked.click()
    await compares(page)
    await play(page).click()
    await page.getByRole('button', { name: text.top.undo }).click()
    await isBack(page)
    await page.getByTestId('preset').click()
    await page.getByTestId('gallery-search').click()
    await finds(page)
    await first(page).click()
    await isThere(page)
    // Whoever comes again sees the lab.
    await page.goto('about:blank')
    await page.goto('./')
    await expect(page.getByTestId('view-iova-space')).toBeVisible()
    await expect(page.getByTestId('gallery')).toHaveCount(0)
  })

  alone('by keyboard alone', async ({ page }) => {
    const press = (key: string) => page.keyboard.press(key)
    await arrives(page)
    await expect(page.getByTestId('watch')).toBeFocused()
    await press('Enter')
    await sees(page)
    // The mark is reached by Tab.
    for (let i = 0; i < 40; i++) {
      if (await page.getByTestId('story-does').evaluate((e) => e === document.activeElement)) break
      await press('Tab')
    }
    await expect(page.getByTestId('story-does')).toBeFocused()
    await press('Enter')
    await compares(page)
    await press('Space')
    await press('u')
    await isBack(page)
    await press('g')
    await expect(page.getByTestId('gallery-search')).toBeFocused()
    await finds(page)
    await press('Enter')
    await isThere(page)
  })

  alone('a link is not watched by itself, nor welcomed', async ({ page }) => {
    await page.goto('./#s=frames-64k')
    await expect(page.getByTestId('view-iova-space')).toBeVisible()
    await expect(page.getByTestId('gallery')).toHaveCount(0)
    await expect(play(page)).toHaveAccessibleName(text.transport.play)
  })
})

alone.describe('on a phone', () => {
  alone.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  alone('by touch', async ({ page }) => {
    await arrives(page)
    await page.getByTestId('watch').tap()
    await sees(page)
    await page.getByTestId('story').getByRole('button').first().tap()
    await page.getByTestId('story-does').tap()
    await compares(page)
    await play(page).tap()
    await page.getByRole('button', { name: text.top.menu, exact: true }).tap()
    await page.getByRole('menuitem', { name: new RegExp(`^${text.top.undo}`) }).tap()
    await isBack(page)
    await page.getByTestId('preset').tap()
    await page.getByTestId('gallery-search').tap()
    await finds(page)
    await first(page).tap()
    await isThere(page)
  })
})
