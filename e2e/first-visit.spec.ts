// What somebody meets who tries the page for the first time: on a phone, by keys, and when something is not there.

import type { Page } from '@playwright/test'
import { text } from '../src/text/en.ts'
import { laterText } from '../src/text/later.ts'
import { missingText } from '../src/text/missing.ts'
import { viewText } from '../src/text/views.ts'
import { expect, alone as test } from './lab.page.ts'

const focused = (page: Page) => page.locator(':focus')

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('the one control in the folded sheet stays when it is changed, and goes on to the next when asked', async ({
    lab,
    page,
  }) => {
    await lab.open('s=frames-64k&at=0')
    const sheet = page.locator('.a-sheet')
    const next = page.getByRole('button', { name: text.sheet.next })
    const control = lab.byId('control-d0.iommuPage')
    const shown = await next.innerText()
    await control.getByRole('radio', { name: '4K', exact: true }).tap()
    await lab.idle()
    await expect(control.getByRole('radio', { name: '4K', exact: true })).toBeChecked()
    await expect(next).toHaveText(shown)
    await next.tap()
    await expect(next).not.toHaveText(shown)
    await expect(control).toBeHidden()
    await expect(sheet.locator('.c-field')).toHaveCount(1)
  })
})

test('the focus stays where it was, or goes back; the tip of a control leaves it in sight', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=1000000')
  const { keyboard } = page
  await keyboard.press('n')
  await lab.idle()
  const undo = page.getByRole('button', { name: text.top.undo })
  await undo.click()
  await lab.idle()
  await expect(undo).toHaveAttribute('aria-disabled', 'true')
  await expect(undo).toBeFocused()
  const help = page.getByRole('button', { name: text.top.help })
  await help.focus()
  await keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeVisible()
  await keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(help).toBeFocused()
  await keyboard.press('Space')
  await expect(lab.byId('play')).toHaveAttribute('aria-label', text.transport.pause)
  await keyboard.press('Space')

  await lab.tabTo('control-d0.iommuPage')
  const tip = (await page.locator('.u-tip').boundingBox())!
  const control = (await focused(page).boundingBox())!
  expect(tip.x >= control.x + control.width || tip.y + tip.height <= control.y).toBe(true)
})

test('what is dragged selects no text, and a view that is chosen stands in front', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=1000000&dock=none')
  const thumb = (await page.locator('.v-thumb').boundingBox())!
  await page.mouse.move(thumb.x + 6, thumb.y + 6)
  await page.mouse.down()
  await page.mouse.move(thumb.x + 300, thumb.y + 26, { steps: 4 })
  await page.mouse.up()
  expect(await page.evaluate(() => getSelection()?.toString())).toBe('')
  const selectable = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll('.a-page *'))
        .filter((e) => /grab|-resize|crosshair/.test(getComputedStyle(e).cursor) || e.matches('[role="slider"]'))
        .filter((e) => getComputedStyle(e).userSelect !== 'none')
        .map((e) => e.getAttribute('class')),
    )
  expect(await selectable()).toEqual([])

  const { scaling, published } = viewText.studies
  for (const { title } of [scaling, published]) {
    await page.getByRole('button', { name: text.top.views, exact: true }).click()
    await page.getByRole('menuitemcheckbox', { name: title, exact: true }).click()
  }
  await expect(page.locator('.a-dock-tabs [aria-pressed="true"]')).toHaveText(published.title)
  expect(await selectable()).toEqual([])
})

test('offline, help says so among the other notices; Escape dismisses each, and takes back the wish', async ({
  lab,
  page,
  context,
}) => {
  await lab.open('s=frames-64k&at=0&nokey=1')
  await expect(lab.byId('problem-card')).toBeVisible()
  await context.setOffline(true)
  await page.keyboard.press('?')
  const cards = page.locator('.a-cards')
  await expect(cards).toHaveCount(1)
  await expect(cards.getByTestId('not-loaded')).toContainText(missingText.offline(text.top.help))
  await expect(lab.byId('missing-card')).toContainText(laterText.offlineWhy)
  const all = cards.locator('.a-card')
  for (let left = await all.count(); left > 0; left--) {
    await expect(all).toHaveCount(left)
    await page.keyboard.press('Escape')
  }
  await expect(all).toHaveCount(0)
  await context.setOffline(false)
  await page.keyboard.press('Space')
  await expect(lab.byId('play')).toHaveAttribute('aria-label', text.transport.pause)
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('nothing is cut in the column: gutters, legend, transport, axis', async ({ lab, page }) => {
  const cut = () =>
    page.evaluate(() => {
      const column = document.querySelector('.a-column')!
      const edge = column.getBoundingClientRect()
      const wider = Array.from(document.querySelectorAll('.a-column, .v-legend, .c-transport'))
        .filter((e) => e.scrollWidth > e.clientWidth)
        .map((e) => e.className)
      const beyond = Array.from(document.querySelectorAll('.a-centre svg text')).filter((e) => {
        const { left, right, width } = e.getBoundingClientRect()
        return width > 0 && (left < edge.left - 0.5 || right > edge.right + 0.5)
      })
      return [...wider, ...beyond.map((e) => e.textContent)]
    })
  for (const link of [
    'frames-64k&at=3000000',
    'ddw-direct&at=312877000',
    'one-lock&at=6777000',
    'batched&at=20000000',
    // Its legend has two notes.
    'hypervisor-2011',
  ]) {
    await lab.open(`s=${link}`)
    expect(await cut(), link).toEqual([])
  }
  await lab.open('s=real-boot&at=6400000000')
  expect(await cut(), 'real-boot').toEqual([])
  await page.setViewportSize({ width: 1280, height: 720 })
  await lab.open('s=frames-64k&at=3700000&dock=none')
  expect(await cut(), 'low').toEqual([])
  expect(await page.locator('.a-column').evaluate((e) => e.scrollHeight - e.clientHeight)).toBe(0)
  const [limit, end] = await page.evaluate(() => {
    const boxes = Array.from(document.querySelectorAll('.v-stack svg text'), (e) => ({
      text: e.textContent,
      box: e.getBoundingClientRect(),
    }))
    const of = (words: string) => boxes.find((b) => b.text === words)?.box
    return [of('256 MiB')?.top, of('0x1000_0000')?.bottom]
  })
  expect(limit).toBeGreaterThanOrEqual((end ?? Number.NaN) - 1)
})
