import { text } from '../src/text/en.ts'
import { inspectorText } from '../src/text/inspector.ts'
import { expect, type LabPage, test } from './lab.page.ts'

const t = inspectorText
const generation = async (lab: LabPage) => Number((await lab.byId('address').innerText()).split('#')[1] ?? 0)

test('a reused address is told from its earlier life, by keyboard', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=3000000')
  await page.keyboard.press('.')
  // Steps are named with address and generation: follow one that frees an address.
  let step = ''
  for (let i = 0; i < 60 && !step.includes('unmaps'); i++) {
    await page.keyboard.press('.')
    await lab.idle()
    step = (await lab.byId('last-step').textContent()) ?? ''
  }
  const [, address = '', life = ''] = /unmaps \d+ \w+ at (0x[0-9a-f_]+)#(\d+)/.exec(step) ?? []
  expect(address).not.toBe('')

  await page.keyboard.press('/')
  await page.keyboard.type(`${address}#${life}`)
  await page.keyboard.press('Enter')
  await expect(lab.byId('address')).toHaveText(`${address}#${life}`)
  await expect(lab.byId('free-since')).toContainText('for')
  await expect(lab.byId('earlier-life')).toContainText(`#${life} eth0`)
  // The region's free room is unfolded for a free entry, and its parts fit each other.
  const total = await lab.number('free-total')
  const largest = await lab.number('free-largest')
  const runs = await lab.number('free-runs')
  expect(total).toBeGreaterThanOrEqual(largest)
  expect(largest * runs).toBeGreaterThanOrEqual(total)
  const inOne = await lab.number('free-in-one')
  expect(inOne).toBeGreaterThanOrEqual((largest / total) ** 2 * 0.98)
  expect(inOne).toBeLessThanOrEqual((largest / total) * 1.02)
  await page.keyboard.press('Escape')

  // The next life has the next number.
  await page.getByRole('button', { name: text.transport.play }).click()
  await expect.poll(() => generation(lab), { timeout: 60_000 }).toBeGreaterThan(Number(life))
  await page.getByRole('button', { name: text.transport.pause }).click()
})

test('the map coloured by reuse, the copied address and the unfolded region, by mouse', async ({
  lab,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await lab.open('s=frames-64k&at=5000000&sel=513')
  const plain = await lab.picture('iova-space')
  await page.getByText('Reuse', { exact: true }).click()
  await lab.idle()
  expect(await lab.picture('iova-space')).not.toBe(plain)
  await expect.poll(() => lab.fragment()).toContain('colour=generation')
  // All that is mapped, by how often its entry was handed out.
  const first = await lab.number('count-generation.0')
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(await lab.number('figure-mapped'))

  await page.getByRole('button', { name: t.copy }).click()
  const address = await lab.byId('address').innerText()
  expect(address).toMatch(/^0x0201_0000#\d+$/)
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(address)

  await expect(lab.byId('exposed')).toContainText(/64\s?036 B/)
  await expect(lab.byId('free-total')).toBeHidden()
  await lab.byId('free-room').getByRole('button').click()
  await expect(lab.byId('free-total')).toBeVisible()
})
