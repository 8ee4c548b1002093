import { presets } from '../src/sim/index.ts'
import { expect, test } from './lab.page.ts'

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

for (const [name, viewport] of Object.entries(SIZES)) {
  test.describe(name, () => {
    test.use({ viewport })
    for (const preset of presets) {
      test(`${preset.id} opens`, async ({ lab, page }) => {
        await lab.open(`s=${preset.id}`)
        await expect(page.getByText(preset.says).first()).toBeVisible()
        await expect(lab.byId('view-iova-space')).toBeVisible()
        await expect(lab.byId('problem-card')).toBeHidden()
        expect(await lab.number('figure-mapped')).toBeGreaterThan(0)
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        expect(sideways).toBeLessThanOrEqual(0)
        expect(lab.complaints).toEqual([])
      })
    }
  })
}
