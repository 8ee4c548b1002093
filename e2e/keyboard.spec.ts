import { expect, test } from './lab.page.ts'

test('the whole story goes by keyboard alone', async ({ lab, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await lab.open('s=frames-64k&at=0&speed=0.005')
  const { keyboard } = page
  await keyboard.press(']')
  await expect.poll(() => lab.number('figure-refused')).toBe(1)

  await keyboard.press('Space')
  await expect.poll(() => lab.number('figure-refused')).toBeGreaterThan(1)
  await lab.tabTo('control-d0.iommuPage')
  await expect(page.locator(':focus')).toHaveAttribute('role', 'radio')
  // The radio group chooses on focus, and only while the arrow is still down.
  await keyboard.down('ArrowLeft')
  await expect(lab.byId('control-d0.iommuPage').getByRole('radio', { name: '4K', exact: true })).toBeChecked()
  await keyboard.up('ArrowLeft')
  await lab.idle()
  const refused = await lab.number('figure-refused')
  const events = await lab.number('events')
  await expect.poll(() => lab.number('events'), { timeout: 30_000 }).toBeGreaterThan(events + 2000)
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await keyboard.press('Space')
  await lab.idle()
  expect(await lab.number('figure-refused')).toBe(refused)

  await keyboard.press('c')
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('~d0.iommuPage~4k')
  const hash = await lab.hash()
  await keyboard.press('.')
  await lab.idle()
  expect(await lab.hash()).not.toBe(hash)
  await keyboard.press(',')
  await lab.idle()
  expect(await lab.hash()).toBe(hash)
})

test('the map is walked by arrows and the inspector follows', async ({ lab, page }) => {
  await lab.open('s=frames-64k')
  await lab.tabTo('view-iova-space')
  const inspector = lab.byId('address')
  for (const key of ['Home', 'ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key)
  await lab.idle()
  const there = await inspector.innerText()
  await page.keyboard.press('ArrowRight')
  await lab.idle()
  expect(await inspector.innerText()).not.toBe(there)
  await page.keyboard.press('Enter')
  await lab.idle()
  await expect.poll(() => lab.fragment()).toMatch(/sel=\d+/)
  const whole = await lab.picture('iova-space')
  await page.keyboard.press('+')
  await lab.idle()
  expect(await lab.picture('iova-space')).not.toBe(whole)
  await page.keyboard.press('0')
  await lab.idle()
  await expect.poll(() => lab.fragment()).not.toContain('zoom=')
})

test('focus is always to be seen', async ({ lab, page }) => {
  await lab.open('s=pinhole')
  const unseen: string[] = []
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab')
    const name = await page.evaluate(() => {
      const at = document.activeElement
      if (!at || at === document.body) return null
      const style = getComputedStyle(at)
      const ring = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1
      return ring || style.boxShadow !== 'none' ? null : at.outerHTML.slice(0, 120)
    })
    if (name) unseen.push(name)
  }
  expect(unseen).toEqual([])
})
