import { cachesText as caches } from '../src/text/caches.ts'
import { unmetText } from '../src/text/needs.ts'
import { viewText } from '../src/text/views.ts'
import { text as locks } from '../src/views/locks/words.ts'
import { violations } from './axe.ts'
import { expect, test } from './lab.page.ts'

test('every CPU has its magazines as text, and they add up to what the legend counts', async ({ lab, page }) => {
  await lab.open('s=producer-consumer&at=3000000&dock=caches')
  const name = viewText.tableOf(caches.title)
  await page.getByRole('button', { name }).click()
  const rows = page.getByRole('region', { name }).getByRole('row')
  // A head, 16 CPUs, the depot.
  await expect(rows).toHaveCount(18)
  const ranges = async (row: number) => {
    const cells = await rows.nth(row).getByRole('cell').allTextContents()
    return Number(cells.at(-2)!.replace(/\s/g, ''))
  }
  let sum = 0
  for (let row = 1; row < 18; row++) sum += await ranges(row)
  expect(sum).toBeGreaterThan(127)
  // Ranges of one page: as many ranges as pages.
  expect(sum).toBe(await lab.number('count-cached'))
})

test('the keyboard walks the lanes and says what each magazine holds', async ({ lab, page }) => {
  await lab.open('s=magazines&at=1000000&dock=caches')
  const lanes = lab.byId('view-caches')
  await lanes.focus()
  for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key)
  await expect(page.getByText(/^CPU 1, prev, order 1 \(8 KiB\): \d+ of 127 ranges/).first()).toBeAttached()
})

test('a chunk that is picked is selected on the map, and the inspector names its owner', async ({ lab, page }) => {
  await lab.open('s=chunks&at=1000000&dock=caches')
  const lanes = lab.byId('view-caches')
  await lanes.focus()
  for (const key of ['Home', 'ArrowRight', 'Enter']) await page.keyboard.press(key)
  await lab.idle()
  expect(lab.fragment()).toMatch(/sel=\d+/)
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('Inspector').getByText(/CPU 1’s, 16 MiB from 0x/)).toBeVisible()
})

test('the lock of one tree is waited for, and the last search is counted', async ({ lab, page }) => {
  await lab.open('s=one-lock&at=1000000&dock=locks')
  expect(await lab.number('count-passed')).toBeGreaterThan(0)
  const name = viewText.tableOf(locks.title)
  await page.getByRole('button', { name }).click()
  const rows = page.getByRole('region', { name }).getByRole('row')
  // A head, the tree, the queue of commands to the IOMMU.
  await expect(rows).toHaveCount(3)
  await expect(rows.nth(1)).toContainText('100 %')
  await expect(lab.byId('figure-in-line')).toContainText('%')
})

test('where a CPU keeps nothing the view leads to the regions', async ({ lab, page }) => {
  await lab.open('s=pools&dock=caches')
  await expect(page.getByText(caches.none)).toBeVisible()
  await page.getByRole('button', { name: unmetText.show(viewText.regions.title) }).click()
  await expect(lab.byId('view-regions')).toBeVisible()
})

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })
    test('axe finds nothing beside lanes and locks', async ({ lab, page }) => {
      for (const link of ['s=magazines&at=1000000&dock=caches', 's=chunks&at=1000000&dock=locks&colour=cpu']) {
        await lab.open(link)
        expect(await violations(page)).toEqual([])
      }
    })
  })
}
