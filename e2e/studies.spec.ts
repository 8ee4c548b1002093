import { studyText } from '../src/text/studies.ts'
import { viewText } from '../src/text/views.ts'
import { violations } from './axe.ts'
import { expect, test } from './lab.page.ts'

const { scaling, published } = viewText.studies

test('the scaling plot fills behind the page, point by point, and tells its points in words', async ({ lab, page }) => {
  await lab.open('s=pools&dock=scaling')
  const plot = lab.byId('view-scaling')
  const marks = plot.locator('.v-mark')
  await expect.poll(() => marks.count()).toBeGreaterThan(0)
  const again = page.getByRole('button', { name: studyText.again })
  await expect(again).toBeVisible({ timeout: 100_000 })
  await plot.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('End')
  await expect(page.locator('.v-tip')).toContainText('64 CPUs')
  await page.getByRole('button', { name: viewText.tableOf(scaling.title) }).click()
  const table = page.getByRole('region', { name: viewText.tableOf(scaling.title) })
  const cells = await table.getByRole('row', { name: '4 pools' }).getByRole('cell').allTextContents()
  expect(cells.filter((cell) => /\d/.test(cell))).toHaveLength(7)
  expect(await violations(page)).toEqual([])
})

test('a scaling study can be cancelled, and begins again when the window changes', async ({ lab, page }) => {
  await lab.open('s=pools&dock=scaling')
  await page.getByRole('button', { name: studyText.cancel }).click()
  const status = page.locator('.v-study-words')
  await expect(status).toContainText('cancelled after')
  const before = await status.textContent()
  await lab.idle()
  expect(await status.textContent()).toBe(before)
  await lab.byId('control-d0.iommuPage').getByRole('radio', { name: '4K', exact: true }).click()
  await expect(page.getByRole('button', { name: studyText.cancel })).toBeVisible()
})

test('a study waits while the simulation plays on a machine of two processors, and goes on after', async ({
  lab,
  page,
}) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 }))
  await lab.open('s=pools&dock=scaling')
  const status = page.locator('.v-study-words')
  await expect(status).toContainText('runs')
  await page.getByRole('button', { name: 'Play', exact: false }).first().click()
  await expect(status).toHaveText(studyText.held)
  await page.getByRole('button', { name: 'Pause', exact: false }).first().click()
  await expect(page.getByRole('button', { name: studyText.again })).toBeVisible({ timeout: 100_000 })
})

test('published figures are run by a button and shown with source, range and verdict', async ({ lab, page }) => {
  await lab.open('s=pools&dock=published')
  const view = lab.byId('view-published')
  await expect(view.getByRole('row')).toHaveCount(24)
  await page.getByRole('button', { name: studyText.run, exact: true }).click()
  await expect(page.getByRole('button', { name: studyText.again })).toBeVisible({ timeout: 110_000 })
  for (const row of (await view.getByRole('row').all()).slice(1)) {
    await expect(row).toContainText(/hit|miss/)
    await expect(row).toContainText(/20\d\d|Linux/)
  }
  await expect(page.getByText(studyText.published.hits(23, 23))).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('both studies are in the menu of views', async ({ lab, page }) => {
  await lab.open('s=pools')
  await page.getByRole('button', { name: 'Views' }).click()
  for (const { title } of [scaling, published]) {
    await expect(page.getByRole('menuitemcheckbox', { name: title })).toBeVisible()
  }
})
