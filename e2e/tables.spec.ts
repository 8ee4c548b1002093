import { expect, test } from './lab.page.ts'

test('a table picked in the list is the one on the map', async ({ lab, page }) => {
  await lab.open('s=per-table')
  const map = lab.byId('view-iova-space')
  await expect(map).toBeVisible()
  const lanes = lab.byId('view-tables')
  await lanes.focus()
  for (const key of ['Home', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
  await lab.idle()
  expect(lab.fragment()).toContain('table=1')
})
