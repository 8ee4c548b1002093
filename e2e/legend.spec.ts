import { text } from '../src/text/en.ts'
import { viewText } from '../src/text/views.ts'
import { violations } from './axe.ts'
import { expect, test } from './lab.page.ts'

const legend = viewText.map.legend

test('pointing at a state shows it alone, pressing takes it off the map and puts it back', async ({ lab, page }) => {
  await lab.open('s=frames-64k')
  const plain = await lab.picture('iova-space')
  const free = page.getByRole('toolbar', { name: legend }).getByRole('button', { name: /^free/ })
  await free.hover()
  await expect.poll(() => lab.picture('iova-space')).not.toBe(plain)
  const alone = await lab.picture('iova-space')
  await page.mouse.move(5, 400)
  await expect.poll(() => lab.picture('iova-space')).toBe(plain)

  const count = await lab.number('count-free')
  await free.click()
  await page.mouse.move(5, 400)
  await expect(free).toHaveAttribute('aria-pressed', 'false')
  const without = await lab.picture('iova-space')
  expect([plain, alone]).not.toContain(without)
  expect(await lab.number('count-free')).toBe(count)
  await expect.poll(() => lab.fragment()).toContain('off=free')

  await lab.open(lab.fragment())
  await expect(free).toHaveAttribute('aria-pressed', 'false')
  expect(await lab.picture('iova-space')).toBe(without)
  await free.click()
  await page.mouse.move(5, 400)
  await expect.poll(() => lab.picture('iova-space')).toBe(plain)
  await expect.poll(() => lab.fragment()).not.toContain('off=')
})

test('the same goes by keyboard, in every colour', async ({ lab, page }) => {
  await lab.open('s=halves&at=5000000')
  for (const colour of ['cpu', 'device', 'size', 'age', 'generation'] as const) {
    await page.getByRole('radio', { name: viewText.colourNames[colour], exact: true }).check({ force: true })
    await lab.idle()
    const plain = await lab.picture('iova-space')
    const buttons = page.getByRole('toolbar', { name: legend }).getByRole('button')
    await page.getByRole('radio', { name: viewText.colourNames[colour], exact: true }).focus()
    for (let i = 0; i < 12 && !(await buttons.first().evaluate((b) => b === document.activeElement)); i++)
      await page.keyboard.press('Tab')
    await expect(buttons.first()).toBeFocused()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await expect(buttons.first()).toBeFocused()
    if (colour !== 'device') await expect.poll(() => lab.picture('iova-space')).not.toBe(plain)
    await page.keyboard.press('Enter')
    await expect(buttons.first()).toHaveAttribute('aria-pressed', 'false')
    await expect.poll(() => lab.fragment()).toContain(`off=${colour}.0`)
    await page.keyboard.press('Enter')
    await expect(buttons.first()).toHaveAttribute('aria-pressed', 'true')
    await buttons.first().blur()
    await expect.poll(() => lab.picture('iova-space')).toBe(plain)
  }
})

test('its counts are those of the table and follow the run', async ({ lab, page }) => {
  await lab.open('s=pools&colour=cpu&speed=0.0005&at=3000000')
  const sum = async () => {
    let n = 0
    for (let cpu = 0; cpu < 8; cpu++) n += await lab.number(`count-cpu.${cpu}`)
    return n
  }
  const before = await sum()
  expect(before).toBe(await lab.number('figure-mapped'))
  await page.getByRole('button', { name: text.transport.play }).click()
  await expect.poll(sum).toBeGreaterThan(before)
  await page.getByRole('button', { name: text.transport.pause }).click()
  await lab.idle()
  expect(await sum()).toBe(await lab.number('figure-mapped'))
})

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })
    test('axe finds nothing in a legend with something off', async ({ lab, page }) => {
      await lab.open('s=frames-64k&at=5000000&colour=generation&off=free~generation.1')
      expect(await violations(page)).toEqual([])
    })
  })
}
