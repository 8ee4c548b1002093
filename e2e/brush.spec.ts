import type { Page } from '@playwright/test'
import { brushText } from '../src/text/brush.ts'
import { viewText } from '../src/text/views.ts'
import { violations } from './axe.ts'
import { expect, type LabPage, test } from './lab.page.ts'

const pairOf = (key: string, lab: LabPage) =>
  new RegExp(`[&#]${key}=(\\d+)\\.(\\d+)`).exec(lab.fragment())?.slice(1).map(Number) ?? null
const OPEN = 's=frames-64k&at=5000000'

/** Drags over a view from one place to another, 0 … 1 of its width and height. */
async function drag(page: Page, lab: LabPage, view: string, from: [number, number], to: [number, number]) {
  const box = (await lab.byId(`view-${view}`).boundingBox())!
  const at = ([x, y]: [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const
  await page.mouse.move(...at(from))
  await page.mouse.down()
  await page.mouse.move(...at(to), { steps: 5 })
  await page.mouse.up()
  await lab.idle()
}

/** Digits of a cell of a table, however they are grouped. */
const digits = (cell: string) => Number(cell.replace(/[^\d.]/g, ''))

test('a drag over a picture of history brushes time, and a click still seeks', async ({ lab, page }) => {
  await lab.open(OPEN)
  const ready = page.locator('[data-says="brush.axis"]')
  await expect(ready).toBeAttached()
  const hash = await lab.hash()
  await drag(page, lab, 'timeline', [0.28, 0.5], [0.36, 0.5])
  await expect(lab.byId('brush-time')).toBeVisible()
  await expect.poll(() => Math.abs((pairOf('bt', lab)?.[1] ?? 0) - 0.36 * 12e6)).toBeLessThan(40_000)
  // The clock stands still.
  expect(await lab.hash()).toBe(hash)
  const [from = 0, to = 0] = pairOf('bt', lab)!
  expect(Math.abs(from - 0.28 * 12e6)).toBeLessThan(40_000)
  await expect(lab.byId('filtered')).toContainText(`in ${(from / 1e6).toFixed(2)}–${(to / 1e6).toFixed(2)} ms`)

  const box = (await lab.byId('view-timeline').boundingBox())!
  await page.mouse.click(box.x + box.width * 0.2, box.y + box.height / 2)
  await lab.idle()
  expect(await lab.hash()).not.toBe(hash)
  expect(pairOf('bt', lab)).toEqual([from, to])
})

test('refusals of a brushed time are those before its end without those before its beginning', async ({ lab }) => {
  await lab.open(OPEN)
  const rows = await lab.twin(viewText.addressTime.title)
  // The time-line keeps columns of 12 ms / 768; the rows round their ends to 1 µs.
  const ends = rows.map(([ms = '']) => (Math.round((Number(ms) * 1e6) / 15_625) * 15_625) / 1e6)
  // Rows end where columns end: a range between two of them is exact.
  const from = ends.find((ms) => ms > 3.5)!
  const to = ends.find((ms) => ms > 4.2)!
  await lab.turnTo(`${OPEN}&bt=${from * 1e6}.${to * 1e6}`)
  await expect(lab.byId('filtered')).toBeVisible()
  const brushed = await lab.number('figure-refused')
  await lab.turnTo(`s=frames-64k&at=${to * 1e6}`)
  const until = await lab.number('figure-refused')
  await lab.turnTo(`s=frames-64k&at=${from * 1e6}`)
  const before = await lab.number('figure-refused')
  expect(brushed).toBe(until - before)
  expect(brushed).toBeGreaterThan(0)
})

test('Shift and a drag brush addresses, and the figures are the sums of the table twin', async ({ lab, page }) => {
  await lab.open('s=frames-4k&at=5000000&breaks=off&zoom=0.4096')
  await expect(page.locator('[data-says="brush.axis"]')).toBeAttached()
  const rows = await lab.twin(viewText.map.title)
  await page.keyboard.down('Shift')
  await drag(page, lab, 'iova-space', [0.001, 0.27], [0.999, 0.6])
  await page.keyboard.up('Shift')
  await expect(lab.byId('brush-entries')).toBeVisible()
  // Rows 8 to 19 of 32, 128 TCEs each.
  expect(rows).toHaveLength(32)
  await expect.poll(() => pairOf('ba', lab)).toEqual([8 * 128, 12 * 128])
  const inside = rows.slice(8, 20)
  const sum = (column: number) => inside.reduce((total, row) => total + digits(row[column] ?? ''), 0)
  await expect.poll(() => lab.number('figure-mapped')).toBe(sum(1))
  expect(sum(1)).toBeGreaterThan(0)
  await expect(lab.byId('filtered')).toContainText('in 0x0040_0000–0x009f_f000')
  // The run did not move, and the map did not pan.
  expect(pairOf('zoom', lab)).toEqual([0, 4096])
})

test('a link brings the brush back', async ({ lab, page }) => {
  await lab.open(`${OPEN}&ba=1200.300&bt=3125000.4187500`)
  await expect(lab.byId('brush-entries')).toHaveText('0x04b0_0000–0x05db_0000 · 18.8 MiB')
  await expect(lab.byId('brush-time')).toHaveText('3.125–4.188 ms · 1.063 ms')
  await expect(lab.byId('filtered')).toBeVisible()
  const figures = await lab.byId('filtered').innerText()
  await page.getByRole('slider', { name: brushText.to(brushText.entries) }).focus()
  await page.keyboard.press('Shift+ArrowRight')
  await expect.poll(() => pairOf('ba', lab)).toEqual([1200, 301])
  await page.keyboard.press('Shift+ArrowLeft')
  await expect.poll(() => pairOf('ba', lab)).toEqual([1200, 300])
  const fragment = lab.fragment()
  await lab.open(fragment)
  await expect(lab.byId('filtered')).toBeVisible()
  expect(await lab.byId('filtered').innerText()).toBe(figures)
  expect(lab.fragment()).toBe(fragment)
})

test('by keyboard alone: Shift marks, handles move, Escape clears', async ({ lab, page }) => {
  await lab.open(OPEN)
  await expect(page.locator('[data-says="brush.axis"]')).toBeAttached()
  await lab.byId('view-iova-space').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowRight')
  await expect.poll(() => pairOf('ba', lab)).toEqual([128, 130])
  await expect.poll(() => lab.number('figure-mapped')).toBe(130)
  const end = page.getByRole('slider', { name: brushText.to(brushText.entries) })
  await expect(end).toHaveAttribute('aria-valuetext', '0x0101_0000')
  await end.focus()
  await page.keyboard.press('ArrowDown')
  await expect.poll(() => pairOf('ba', lab)).toEqual([128, 258])
  await page.keyboard.press('Escape')
  await expect(lab.byId('brush-entries')).toHaveCount(0)

  await lab.byId('view-timeline').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await expect.poll(() => pairOf('bt', lab)).toEqual([15_625, 62_500])
  const from = page.getByRole('slider', { name: brushText.from(brushText.time) })
  await from.focus()
  await page.keyboard.press('Home')
  await expect.poll(() => pairOf('bt', lab)).toEqual([0, 62_500])
  await page.getByRole('button', { name: brushText.clearTime }).press('Enter')
  await expect(lab.byId('brush-time')).toHaveCount(0)
  await lab.idle()
  await expect.poll(() => pairOf('bt', lab)).toBeNull()
})

test('handles are dragged, the address axis selects rows, the button brushes without Shift, double click clears', async ({
  lab,
  page,
}) => {
  await lab.open(`${OPEN}&bt=3125000.4187500`)
  const handle = (await page.getByRole('slider', { name: brushText.to(brushText.time) }).boundingBox())!
  const [x, y] = [handle.x + handle.width / 2, handle.y + 16]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 64, y, { steps: 4 })
  await page.mouse.up()
  await lab.idle()
  await expect.poll(() => pairOf('bt', lab)?.[1]).toBeGreaterThan(5_100_000)
  expect(pairOf('bt', lab)![0]).toBe(3_125_000)

  const axis = (await page.locator('[data-says="brush.axis"]').boundingBox())!
  await page.mouse.move(axis.x + 40, axis.y + axis.height * 0.26)
  await page.mouse.down()
  await page.mouse.move(axis.x + 40, axis.y + axis.height * 0.49, { steps: 4 })
  await page.mouse.up()
  await lab.idle()
  await expect.poll(() => pairOf('ba', lab)).toEqual([1024, 1024])

  await page.getByRole('button', { name: viewText.map.brush }).click()
  await drag(page, lab, 'iova-space', [0.5, 0.02], [0.5, 0.11])
  await expect.poll(() => pairOf('ba', lab)).toEqual([64, 385])
  const box = (await lab.byId('view-iova-space').boundingBox())!
  await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2)
  await expect(lab.byId('brush-entries')).toHaveCount(0)
  await expect(lab.byId('brush-time')).toBeVisible()
})

for (const theme of ['dark', 'light'] as const)
  test.describe(theme, () => {
    test.use({ colorScheme: theme })
    test('axe finds nothing in a brushed page', async ({ lab }) => {
      await lab.open(`${OPEN}&zoom=1024.1024&ba=1200.300&bt=3125000.4187500`)
      await expect(lab.byId('filtered')).toBeVisible()
      await expect(lab.byId('minimap')).toBeVisible()
      await expect(lab.byId('brush-time-range')).toBeVisible()
      expect(await violations(lab.page)).toEqual([])
    })
  })
