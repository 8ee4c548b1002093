import { presets } from '../src/sim/index.ts'
import { expect, test } from './lab.page.ts'

const PHONE = { width: 390, height: 844 }

for (const preset of presets) {
  test(`${preset.id} opens, and fits a phone`, async ({ lab, page }) => {
    await lab.open(`s=${preset.id}`)
    await expect(lab.byId('story')).toContainText(preset.says)
    for (const size of [null, PHONE]) {
      if (size) await page.setViewportSize(size)
      await lab.idle()
      await expect(lab.byId('preset')).toContainText(preset.id)
      await expect(lab.byId('view-iova-space')).toBeVisible()
      await expect(lab.byId('problem-card')).toBeHidden()
      expect(await lab.number('figure-mapped')).toBeGreaterThan(0)
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(sideways).toBeLessThanOrEqual(0)
    }
    expect(lab.complaints).toEqual([])
  })
}
