import { studyText } from '../src/text/studies.ts'
import { viewText } from '../src/text/views.ts'
import { violations } from './axe.ts'
import { alone, expect, test } from './lab.page.ts'

const { scaling, published, flush, bounce } = viewText.studies
const NS: Readonly<Record<string, number>> = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 }
/** ns of a duration as the page writes it. */
const nsOf = (text: string) => {
  const [value, unit = ''] = text.split(' ')
  return Number(value) * (NS[unit] ?? Number.NaN)
}
const near = (found: number, wanted: number) => Math.abs(found / wanted - 1)

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

alone(
  'a study waits while the simulation plays on a machine of two processors, and goes on after',
  async ({ lab, page }) => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 }))
    await lab.open('s=pools&dock=scaling')
    const status = page.locator('.v-study-words')
    await expect(status).toContainText('runs')
    await page.getByRole('button', { name: 'Play', exact: false }).first().click()
    await expect(status).toHaveText(studyText.held)
    await page.getByRole('button', { name: 'Pause', exact: false }).first().click()
    await expect(page.getByRole('button', { name: studyText.again })).toBeVisible({ timeout: 100_000 })
  },
)

test('published figures are run by a button and shown with source, range and verdict', async ({ lab, page }) => {
  await lab.open('s=pools&dock=published')
  const view = lab.byId('view-published')
  await expect(view.getByRole('row')).toHaveCount(26)
  await page.getByRole('button', { name: studyText.run, exact: true }).click()
  await expect(page.getByRole('button', { name: studyText.again })).toBeVisible({ timeout: 110_000 })
  for (const row of (await view.getByRole('row').all()).slice(1)) {
    await expect(row).toContainText(/hit|miss/)
    await expect(row).toContainText(/20\d\d|Linux|pull request \d+/)
  }
  await expect(page.getByText(studyText.published.hits(25, 25, 1))).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('the flush study holds deferred to its formula, strict to nothing and none to no end', async ({ lab, page }) => {
  await lab.open('s=batched&dock=flush-study')
  await expect(page.getByRole('button', { name: studyText.again })).toBeVisible({ timeout: 110_000 })
  await lab.byId('view-flush-study').focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.locator('.v-tip').first()).toContainText(/1 k\/s: /)
  const rows = await lab.twin(flush.title)
  expect(rows).toHaveLength(10)
  for (const [rate, strict, waits, deferred = '', flushes, byFormula = '', formula, none, never] of rows) {
    expect([rate, near(nsOf(deferred), nsOf(byFormula)) <= 0.01]).toEqual([rate, true])
    expect([rate, near(Number(flushes), Number(formula)) <= 0.01]).toEqual([rate, true])
    expect([strict, waits?.replace(/\D/g, ''), none, never]).toEqual(['0 ns', '1000', studyText.flush.endless, '0'])
  }
  expect(await violations(page)).toEqual([])
})

test('the study of areas stands on its preset, with four jobs to one beside the published ratio', async ({
  lab,
  page,
}) => {
  await lab.open('s=one-area&dock=bounce-study')
  await expect(page.getByRole('button', { name: studyText.again })).toBeVisible({ timeout: 110_000 })
  await lab.byId('view-bounce-study').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('End')
  await expect(page.locator('.v-tip').first()).toContainText('16 jobs')
  const facts = page.locator('.v-strip')
  await expect(facts).toContainText('×0.85')
  await expect(facts).toContainText('214.9 k to 253 k')
  const rows = await lab.twin(bounce.title)
  const [one, areas] = [studyText.bounce.series['one-area'], studyText.bounce.series.areas].map(
    (name) => rows.find((row) => row[0] === name)!,
  )
  expect([one!.length, areas!.length]).toEqual([6, 6])
  expect(one!.slice(1).every((cell) => /\d/.test(cell))).toBe(true)
  expect(await violations(page)).toEqual([])
})

test('the studies are in the menu of views', async ({ lab, page }) => {
  await lab.open('s=pools')
  await page.getByRole('button', { name: 'Views' }).click()
  for (const { title } of [scaling, published, flush, bounce]) {
    await expect(page.getByRole('menuitemcheckbox', { name: title })).toBeVisible()
  }
})
