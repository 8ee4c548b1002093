import { bytes, count, ms } from '../src/lib/format.ts'
import { presets } from '../src/sim/index.ts'
import { presetFigures } from '../src/sim/testing/preset-figures.ts'
import { viewText } from '../src/text/views.ts'
import { expect, test } from './lab.page.ts'

const text = viewText.tables

for (const preset of presets) {
  test(`${preset.id} shows what its tables have mapped, filled and refused`, async ({ lab, page }) => {
    await lab.open(`s=${preset.id}&at=${preset.horizonNs}&dock=tables`)
    const name = viewText.tableOf(text.title)
    await page.getByRole('button', { name }).click()
    const rows = page.getByRole('region', { name }).getByRole('row')
    const expected = presetFigures[preset.id] ?? []
    await expect(rows).toHaveCount(expected.length + 1)
    for (const [i, { mappedBytes, usefulBytes, refused, first }] of expected.entries()) {
      const cells = await rows
        .nth(i + 1)
        .getByRole('cell')
        .allTextContents()
      const [, , mapped, data, beyond, , failures, firstMs, npages] = cells
      expect([mapped, data, beyond]).toEqual([mappedBytes, usefulBytes, mappedBytes - usefulBytes].map(bytes))
      expect([failures, firstMs, npages]).toEqual([
        count(refused),
        first ? ms(first.ns) : '',
        first ? String(first.npages) : '',
      ])
    }
  })
}

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
