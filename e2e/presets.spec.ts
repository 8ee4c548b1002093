import { presets } from '../src/sim/index.ts'
import { expect, test } from './lab.page.ts'

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

for (const [name, viewport] of Object.entries(SIZES)) {
  test.describe(name, () => {
    test.use({ viewport })
    for (const preset of presets) {
      test(`${preset.id} opens`, async ({ lab, page }) => {
        await lab.open(`s=${preset.id}`)
        await expect(lab.byId('preset')).toContainText(preset.id)
        // A phone has no room for the sentence beside the map.
        if (name === 'desktop') await expect(lab.byId('story')).toContainText(preset.says)
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
