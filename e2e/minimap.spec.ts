import type { Locator } from '@playwright/test'
import { brushText } from '../src/text/brush.ts'
import { violations } from './axe.ts'
import { alone, expect, type LabPage, test } from './lab.page.ts'

const zoomOf = (lab: LabPage) => /zoom=(\d+)\.(\d+)/.exec(lab.fragment())?.slice(1).map(Number) ?? [0, 0]
const minimapOf = (lab: LabPage): Locator => lab.page.getByRole('slider', { name: brushText.minimap })

/** A point of the picture, 0 … 1 in both directions. */
async function point(minimap: Locator, x: number, y: number): Promise<[number, number]> {
  const box = (await minimap.boundingBox())!
  return [box.x + x * box.width, box.y + y * box.height]
}

test('the minimap stands beside the map only while a part of the window is shown', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=5000000')
  await expect(minimapOf(lab)).toHaveCount(0)
  const height = (await lab.byId('view-iova-space').boundingBox())!.height
  await lab.byId('view-iova-space').focus()
  await page.keyboard.press('+')
  await lab.idle()
  await expect(minimapOf(lab)).toBeVisible()
  // It costs the map no height, and its ends are written on it.
  expect((await lab.byId('view-iova-space').boundingBox())!.height).toBe(height)
  await expect(lab.byId('minimap')).toContainText('0x0000_0000')
  await expect(lab.byId('minimap')).toContainText('0x1000_0000')
  await page.keyboard.press('0')
  await lab.idle()
  await expect(minimapOf(lab)).toHaveCount(0)
})

test('by mouse, a press jumps and a drag takes the frame along', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=5000000&zoom=0.512')
  const minimap = minimapOf(lab)
  await expect(minimap).toHaveAttribute('aria-valuetext', '0x0000_0000 to 0x0200_0000')
  await page.mouse.click(...(await point(minimap, 0.5, 0.55)))
  await lab.idle()
  await expect.poll(() => zoomOf(lab)[0]).toBeGreaterThan(1500)
  const [jumped = 0, count] = zoomOf(lab)
  expect(jumped).toBeLessThan(2300)
  expect(count).toBe(512)

  await page.mouse.move(...(await point(minimap, 0.5, (jumped + 256) / 4096)))
  await page.mouse.down()
  await page.mouse.move(...(await point(minimap, 0.5, (jumped + 1280) / 4096)), { steps: 5 })
  await page.mouse.up()
  await lab.idle()
  await expect.poll(() => zoomOf(lab)[0]).toBeGreaterThan(jumped + 700)
  expect(zoomOf(lab)[0]).toBeLessThan(jumped + 1400)
})

test('by keyboard, arrows go a row, Page keys a screenful, Home and End to the ends', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=5000000&zoom=1024.512')
  const minimap = minimapOf(lab)
  await expect(minimap).toBeVisible()
  await minimap.focus()
  const at = () => minimap.getAttribute('aria-valuenow').then(Number)
  await page.keyboard.press('ArrowDown')
  await expect.poll(at).toBe(1024 + 128)
  await page.keyboard.press('PageDown')
  await expect.poll(at).toBe(1024 + 128 + 512)
  await page.keyboard.press('End')
  await expect.poll(at).toBe(4096 - 512)
  await expect(minimap).toHaveAttribute('aria-valuetext', '0x0e00_0000 to 0x1000_0000')
  await page.keyboard.press('Home')
  await expect.poll(at).toBe(0)
  await lab.idle()
  await expect.poll(() => zoomOf(lab)).toEqual([0, 512])
})

for (const theme of ['dark', 'light'] as const)
  test.describe(`on a phone, ${theme}`, () => {
    test.use({ colorScheme: theme, viewport: { width: 390, height: 844 }, hasTouch: true })
    alone('it is as wide as the map, and axe finds nothing', async ({ lab }) => {
      await lab.open('s=frames-64k&at=5000000&zoom=1024.512&ba=1100.64&bt=3125000.4187500')
      const box = (await minimapOf(lab).boundingBox())!
      expect(box.width).toBe((await lab.byId('view-iova-space').boundingBox())!.width)
      await expect(lab.byId('brush-entries')).toBeVisible()
      await expect(lab.byId('filtered')).toBeVisible()
      expect(await violations(lab.page)).toEqual([])
    })
  })
