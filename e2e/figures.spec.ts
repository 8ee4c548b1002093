// What stands on the page is true: figures of one thing agree while a run plays, and nothing presents a part as the whole or
// an old window under a new one's addresses.

import { logText } from '../src/text/inspector.ts'
import { expect, test } from './lab.page.ts'

const LOG = `[    2.204866] nvme 0121:50:00.0: ibm,query-pe-dma-windows(53) 500000 8000000 20000121 returned 0, lb=1000000 ps=3 wn=1
[    2.204900] nvme 0121:50:00.0: can't map partition max 0x8000000000000 with 16777216 65536-sized pages
[    2.205058] nvme 0121:50:00.0: ibm,create-pe-dma-window(54) 500000 8000000 20000121 10 28 returned 0 (liobn = 0x70000121 starting addr = 8000000 0)
`

test('figure and legend are of one moment while a run plays; what cannot go on says so', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=0')
  await page.keyboard.press('Space')
  const pairs = await page.evaluate(async () => {
    const of = (id: string) => /[\d\u2009]+/.exec(document.querySelector(`[data-testid=${id}]`)?.textContent ?? '')?.[0]
    const seen: (readonly [string | undefined, string | undefined])[] = []
    for (let i = 0; i < 150; i++) {
      await new Promise(requestAnimationFrame)
      seen.push([of('figure-mapped'), of('count-mapped')])
    }
    return seen
  })
  expect(new Set(pairs.map(([figure]) => figure)).size).toBeGreaterThan(3)
  expect(pairs.filter(([figure, legend]) => figure !== legend)).toEqual([])

  await lab.open('s=nvlink-whole&at=5600000&speed=max')
  await page.keyboard.press('Space')
  await expect(page.getByText('Nothing is left to happen after 5.657 ms').first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Play' }).first()).toBeVisible()
})

test('a window that is listed in part, and one that was elsewhere before, say so', async ({ lab, page }) => {
  await lab.open('s=pinhole')
  await lab.drop('vpmem.txt', LOG)
  await expect(lab.byId('ddw-log')).toBeVisible()
  await lab.idle()
  // It opens past the clearing of the window's table, right after something is mapped in it.
  expect(await lab.number('count-mapped')).toBe(1)
  await page.keyboard.press(',')
  await lab.idle()
  await expect(lab.byId('listed')).toHaveText('256 GiB of 1 TiB listed')
  const map = page.locator('.v-plot').first()
  await expect(map).toContainText('1 TiB to the end of the window never mapped, only 256 GiB of it listed')
  await expect(page.getByText('0 of 4\u2009194\u2009299 mapped, 256 GiB of 1 TiB listed')).toBeVisible()

  await lab.open('s=nvlink-on-demand&in=5770650.986~m.farAt~1024&at=11905749.2012')
  const history = page.locator('.v-stack')
  await expect(history.getByText('0x0000_0000 to 0x2444_0000_0000, 64 KiB pages', { exact: true })).toBeVisible()
  const picture = lab.byId('view-address-time')
  const box = (await picture.boundingBox())!
  await picture.hover({ position: { x: box.width * 0.25, y: box.height - 3 } })
  await expect(picture.locator('.v-tip')).toContainText('from 0x2443_')
  await picture.hover({ position: { x: box.width * 0.75, y: box.height - 3 } })
  await expect(picture.locator('.v-tip')).toContainText('from 0x0103_')
})

test('a search that cannot be read leaves the map as it is', async ({ lab, page }) => {
  await lab.open('s=frames-4k')
  const plain = await lab.picture('iova-space')
  await page.keyboard.press('/')
  await page.keyboard.type('cpu:x')
  await expect(lab.byId('search-note')).toBeVisible()
  await lab.idle()
  expect(await lab.picture('iova-space')).toBe(plain)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('the tab of the log counts what the log counts', async ({ lab, page }) => {
    for (const [ms, some] of [
      [1, false],
      [4, true],
    ] as const) {
      await lab.open(`s=frames-64k&at=${ms}000000`)
      const lines = await lab.number('log-lines')
      expect(lines > 0).toBe(some)
      await page.getByRole('tab', { name: /^Log/ }).click()
      await expect(page.locator('.c-log')).toContainText(some ? logText.count(lines) : logText.empty)
    }
  })
})
