import { helpText } from '../src/text/help.ts'
import { viewText } from '../src/text/views.ts'
import { violations } from './axe.ts'
import { expect, test } from './lab.page.ts'

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

const LINKS = [
  's=frames-64k&sel=513',
  's=pools&colour=cpu',
  's=halves&dock=tce-pages~regions&bogus=1',
  's=per-table',
  's=fine-coarse&colour=size',
  's=two-ports&colour=device',
  's=real-1mib',
  's=real-boot',
  's=greedy-cpu&colour=cpu',
  's=mask-32',
  's=batched&dock=queues~iotlb',
  's=batched&dock=queues&m.cpus=64',
  's=never&dock=iotlb~ledger',
  's=strict&dock=commands',
  's=splitting&dock=radix&sel=4611',
  's=strict&dock=ledger',
  's=untrusted-device&m.iotlb=4096&m.ways=4',
  's=batched&dock=flush-study',
  's=batched&d0.translation=off',
]

for (const link of LINKS) {
  test(`axe finds nothing in ${link}, dark and light, on a desktop and on a phone`, async ({ lab, page }) => {
    await lab.open(link)
    for (const [name, size] of Object.entries(SIZES)) {
      await page.setViewportSize(size)
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        await lab.idle()
        expect(await violations(page), `${colorScheme}, ${name}`).toEqual([])
      }
    }
  })
}

test('axe finds nothing in the help and in the table twin of the map', async ({ lab, page }) => {
  await lab.open('s=frames-64k')
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: helpText.title })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  const twin = viewText.tableOf(viewText.map.title)
  await page.getByRole('button', { name: twin }).click()
  await expect(page.getByRole('region', { name: twin }).getByRole('table')).toBeVisible()
  expect(await violations(page)).toEqual([])
})
