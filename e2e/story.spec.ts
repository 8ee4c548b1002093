import { text } from '../src/text/en.ts'
import { expect, test } from './lab.page.ts'

test('smaller IOMMU pages end the refusals while it runs, and the picture changes', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=5000000&speed=0.005')
  const [before, useful] = [await lab.picture('iova-space'), await lab.number('figure-useful')]
  await page.getByRole('button', { name: text.transport.play }).click()
  const refusedAtFirst = await lab.number('figure-refused')
  await expect.poll(() => lab.number('figure-refused')).toBeGreaterThan(refusedAtFirst)

  await lab.byId('control-d0.iommuPage').getByText('4K', { exact: true }).click()
  await lab.idle()
  await expect(lab.byId('figure-refused')).toHaveText('+0')
  const events = await lab.number('events')
  await expect.poll(() => lab.number('events'), { timeout: 30_000 }).toBeGreaterThan(events + 5000)
  await page.getByRole('button', { name: text.transport.pause }).click()
  await lab.idle()
  await expect(lab.byId('figure-refused')).toHaveText('+0')
  expect(await lab.number('figure-useful')).toBeGreaterThan(useful)
  expect(await lab.picture('iova-space')).not.toBe(before)
  expect(lab.complaints).toEqual([])
})

test('controls show the values of the moment that is looked at', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=5000000')
  const radio = (name: string) => lab.byId('control-d0.iommuPage').getByRole('radio', { name, exact: true })
  await radio('4K').click()
  await lab.idle()
  await page.keyboard.press('r')
  await lab.idle()
  await expect(radio('64K')).toBeChecked()
  await page.getByRole('slider', { name: /time/i }).focus()
  await page.keyboard.press('End')
  await lab.idle()
  await expect(radio('4K')).toBeChecked()
})
