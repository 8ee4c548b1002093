import { text } from '../src/text/en.ts'
import { searchText } from '../src/text/inspector.ts'
import { violations } from './axe.ts'
import { expect, type LabPage, test } from './lab.page.ts'

const t = searchText
/** `[3, 512]` at the third of 512 matches. */
const at = async (lab: LabPage) => {
  const words = (await lab.byId('search-count').innerText()).replace(/\u2009/g, '')
  return /^(\d+) \/ (\d+)/.exec(words)?.slice(1).map(Number)
}

test('a CPU is looked for by keyboard: what it mapped stands out, Enter leads from match to match', async ({
  lab,
  page,
}) => {
  await lab.open('s=pools')
  const plain = await lab.picture('iova-space')
  await page.keyboard.press('/')
  await expect(lab.byId('search')).toBeFocused()
  await page.keyboard.type('cpu:3')
  await expect(lab.byId('search-count')).toContainText('512')
  await lab.idle()
  expect(await lab.picture('iova-space')).not.toBe(plain)
  await expect.poll(() => lab.fragment()).toContain('q=cpu.3')

  await page.keyboard.press('Enter')
  await expect.poll(() => at(lab)).toEqual([1, 512])
  const address = await lab.byId('address').innerText()
  await page.keyboard.press('Enter')
  await expect.poll(() => at(lab)).toEqual([2, 512])
  await expect(lab.byId('address')).not.toHaveText(address)
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.press('Shift+Enter')
  await expect.poll(() => at(lab)).toEqual([512, 512])

  // Another page opens at the same search.
  const picture = await lab.picture('iova-space')
  await lab.open(lab.fragment())
  await expect(lab.byId('search')).toHaveValue('cpu:3')
  expect(await lab.picture('iova-space')).toBe(picture)

  await lab.byId('search').focus()
  await page.keyboard.press('Escape')
  await expect(lab.byId('search')).toHaveValue('')
  await expect(lab.byId('search')).not.toBeFocused()
  await expect.poll(() => lab.fragment()).not.toContain('q=')
})

test('an address and a device are looked for by mouse', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=5000000&zoom=0.128')
  await lab.byId('search').click()
  await page.keyboard.type('0x0f3c_0000')
  await expect(lab.byId('search-count')).toHaveText('1 match')
  await page.getByRole('button', { name: t.next }).click()
  // It lies outside the part that was shown: the map goes there.
  await expect(lab.byId('address')).toContainText('0x0f3c_0000#')
  await expect.poll(() => Number(/zoom=(\d+)/.exec(lab.fragment())?.[1])).toBeGreaterThan(3000)
  await page.getByRole('button', { name: t.clear }).click()
  await expect(lab.byId('search')).toHaveValue('')

  await lab.byId('search').fill('dev:eth0')
  await expect.poll(async () => (await at(lab))?.[1]).toBe(await lab.number('figure-mapped'))
  await page.getByRole('button', { name: t.previous }).click()
  await expect.poll(async () => (await at(lab))?.[0]).toBeGreaterThan(0)
})

test('the refusals lead to where the last one stopped, and a wrong query names what is allowed', async ({
  lab,
  page,
}) => {
  await lab.open('s=frames-64k&at=5000000&q=fail')
  await expect(lab.byId('search-note')).toContainText(`${await lab.number('figure-refused')} refused`)
  await lab.byId('search').focus()
  await page.keyboard.press('Enter')
  await expect(lab.byId('address')).toContainText('0x0bff_0000')
  await lab.byId('search').fill('cpu:99')
  for (const part of ['0x…', 'cpu:0 to cpu:7', 'dev:eth0', 'gen:>5', 'fail'])
    await expect(lab.byId('search-note')).toContainText(part)
  await expect(lab.byId('search')).toHaveAttribute('aria-invalid', 'true')
})

test('the count follows the run', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=1000000&speed=0.0005&q=dev:eth0')
  const before = await lab.number('search-count')
  await page.getByRole('button', { name: text.transport.play }).click()
  await expect.poll(() => lab.number('search-count')).toBeGreaterThan(before + 100)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })
  test('the search unfolds from its icon and folds again', async ({ lab, page }) => {
    await lab.open('s=frames-64k')
    await page.getByRole('button', { name: t.open, exact: true }).click()
    await expect(lab.byId('search')).toBeFocused()
    await page.keyboard.type('cpu:0')
    await expect(lab.byId('search-count')).toContainText('matches')
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: t.clear }).click()
    await expect(lab.byId('search')).toBeHidden()
  })
})

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })
    for (const q of ['cpu:3', 'cpu:99', 'fail'])
      test(`axe finds nothing while ${q} is looked for`, async ({ lab, page }) => {
        await lab.open(`s=frames-64k&at=5000000&sel=513&q=${q}`)
        await expect(lab.byId(q === 'cpu:3' ? 'search-count' : 'search-note')).not.toBeEmpty()
        expect(await violations(page)).toEqual([])
      })
  })
}
