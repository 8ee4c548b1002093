// The pictures in the gallery: painted when they are seen, in the colours of the theme, and asked for again when they did not come.

import type { Page } from '@playwright/test'
import { presets } from '../src/sim/index.ts'
import { alone, expect, test } from './lab.page.ts'

/** Of each picture of a card: the colours in it, whether its pixels are those of the screen, and all of it as an address. */
const pictures = (page: Page) =>
  page.locator('.g-card canvas').evaluateAll((all) =>
    (all as HTMLCanvasElement[]).map((canvas) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!
      copy.drawImage(canvas, 0, 0)
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height)
      return {
        colours: new Set(new Uint32Array(data.buffer)).size,
        exact: canvas.width === Math.round(canvas.clientWidth * devicePixelRatio),
        seen: canvas.getBoundingClientRect().top < innerHeight,
        all: canvas.toDataURL(),
      }
    }),
  )

test('pictures are painted as they are seen, pixel for pixel, and anew in another theme', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=0')
  await lab.byId('preset').click()
  await expect.poll(async () => (await pictures(page)).filter((p) => p.seen).every((p) => p.colours > 2)).toBe(true)
  const first = await pictures(page)
  expect(first).toHaveLength(presets.length)
  // What is far below has no pixels of its own yet.
  expect(first.at(-1)?.colours).toBe(1)
  for (const canvas of await page.locator('.g-card canvas').all()) await canvas.scrollIntoViewIfNeeded()
  await expect.poll(async () => (await pictures(page)).every((p) => p.colours > 2 && p.exact)).toBe(true)
  const dark = await pictures(page)
  expect(new Set(dark.map((p) => p.all)).size).toBe(presets.length)
  await page.emulateMedia({ colorScheme: 'light' })
  await expect.poll(async () => (await pictures(page)).every((p, i) => p.all !== dark[i]?.all)).toBe(true)
  expect(lab.complaints).toEqual([])
})

alone(
  'without their cells the cards stand with their figures, and the pictures come when asked again',
  async ({ lab, page }) => {
    await page.route('**/cells-*.bin', (route) => route.abort())
    await lab.open('s=frames-64k&at=0')
    await lab.byId('preset').click()
    await expect(lab.byId('card-frames-64k')).toContainText('refused')
    expect((await pictures(page))[0]?.colours).toBe(1)
    await page.unroute('**/cells-*.bin')
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await expect.poll(async () => (await pictures(page))[0]?.colours).toBeGreaterThan(2)
  },
)
