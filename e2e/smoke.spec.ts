import { text } from '../src/text/en.ts'
import { alone, expect, test } from './lab.page.ts'

const { happening, transport } = text

alone('opens on a picture of the window and what was refused', async ({ lab, page }) => {
  await lab.open()
  expect(await lab.number('figure-mapped')).toBeGreaterThan(0)
  await lab.open('s=frames-64k&at=8000000')
  expect(await lab.number('figure-refused')).toBeGreaterThan(0)
  await expect(lab.byId('log')).toContainText('iommu_alloc failed, tbl')
  for (const view of ['iova-space', 'address-time', 'timeline']) await expect(lab.byId(`view-${view}`)).toBeVisible()
  // Everything stands without scrolling.
  const overflow = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight)
  expect(overflow).toBeLessThanOrEqual(0)
  expect(lab.complaints).toEqual([])
})

test('plays and pauses', async ({ lab, page }) => {
  await lab.open('s=frames-4k&at=0')
  const before = await lab.number('events')
  await page.getByRole('button', { name: transport.play }).click()
  await expect.poll(() => lab.number('events')).toBeGreaterThan(before + 100)
  await page.getByRole('button', { name: transport.pause }).click()
  await lab.idle()
  const stopped = await lab.hash()
  await lab.idle()
  expect(await lab.hash()).toBe(stopped)
})

test('a hundred steps forward and a hundred back lead to the start', async ({ lab, page }) => {
  await lab.open('s=frames-64k')
  const start = await lab.hash()
  const step = page.getByRole('button', { name: transport.step, exact: true })
  const back = page.getByRole('button', { name: transport.stepBack, exact: true })
  await step.click({ modifiers: ['Shift'] })
  await lab.idle()
  expect(await lab.hash()).not.toBe(start)
  await back.click({ modifiers: ['Shift'] })
  await lab.idle()
  expect(await lab.hash()).toBe(start)

  for (let i = 0; i < 5; i++) await step.click()
  await lab.idle()
  expect(await lab.hash()).not.toBe(start)
  for (let i = 0; i < 5; i++) await back.click()
  await lab.idle()
  expect(await lab.hash()).toBe(start)
})

test('runs to the next refusal and back to the start', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=0')
  expect(await lab.number('figure-refused')).toBe(0)
  await page.getByRole('button', { name: transport.next(happening.refusal.one) }).click()
  await expect.poll(() => lab.number('figure-refused')).toBe(1)
  await page.getByRole('button', { name: transport.reset }).click()
  await expect.poll(() => lab.number('events')).toBe(0)
})

alone('shows nothing of itself to scripts unless it is tested', async ({ page }) => {
  await page.goto('./#s=pinhole')
  await expect(page.getByTestId('view-iova-space')).toBeVisible()
  expect(await page.evaluate(() => 'dmascope' in window)).toBe(false)
})
