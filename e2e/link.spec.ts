import { presetById } from '../src/sim/index.ts'
import { text } from '../src/text/en.ts'
import { problemText } from '../src/text/problem.ts'
import { expect, LabPage, alone as test } from './lab.page.ts'

test('a copied link shows the same state in a new page', async ({ lab, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await lab.open('s=frames-64k&colour=cpu')
  await page.getByRole('button', { name: text.transport.play }).click()
  await lab.byId('control-d0.iommuPage').getByText('4K', { exact: true }).click()
  await lab.idle()
  await page.getByRole('button', { name: text.transport.pause }).click()
  await lab.idle()
  await page.getByRole('button', { name: text.top.copyLink }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toContain('~d0.iommuPage~4k')
  expect(link).toContain('colour=cpu')

  const other = new LabPage(await context.newPage())
  await other.open(new URL(link).hash)
  expect(await other.hash()).toBe(await lab.hash())
  expect(await other.number('events')).toBe(await lab.number('events'))
  expect(await other.picture('iova-space')).toBe(await lab.picture('iova-space'))
  expect(other.complaints).toEqual([])
})

test('what cannot be used in a link is said, and the rest is a working lab', async ({ lab, page }) => {
  await lab.open('v=1&s=frames-64k&d0.iommuPage=5k&w0.ring=1024&bogus=1&__proto__=x&at=-3&m.cpus=%zz')
  const card = lab.byId('problem-card')
  await expect(card).toContainText('d0.iommuPage')
  await expect(card).toContainText('5k')
  await expect(card).toContainText('4k, 64k')
  await expect(card).toContainText('bogus')
  const before = await lab.number('events')
  await page.getByRole('button', { name: text.transport.play }).click()
  await expect.poll(() => lab.number('events')).toBeGreaterThan(before)
  await page.getByRole('button', { name: text.problem.dismiss }).click()
  await expect(card).toBeHidden()
  expect(lab.complaints).toEqual([])
})

test('a preset that is named twice is no unknown one', async ({ lab }) => {
  await lab.open('s=frames-64k&s=one-lock')
  const card = lab.byId('problem-card')
  await expect(card).toContainText(`s=one-lock ${problemText.repeated}`)
  await expect(card).not.toContainText(problemText.noPreset)
  await expect(card.getByRole('button', { name: problemText.presets })).toHaveCount(0)
  await lab.turnTo('#s=bogus')
  await expect(card).toContainText(`s=bogus ${problemText.noPreset}`)
})

test('a link of a newer lab and a link of rubbish open a working lab', async ({ lab }) => {
  for (const link of ['v=99&s=pinhole&m.cpus=1', '%00%zz&&&=&in=~~~&v=x', `s=nothing&${'x=1&'.repeat(2000)}`]) {
    await lab.open(link)
    await expect(lab.byId('problem-card')).toBeVisible()
    expect(await lab.number('figure-mapped')).toBeGreaterThan(0)
  }
  expect(lab.complaints).toEqual([])
})

test('a link pasted into the address bar of the open lab is loaded, and Back returns', async ({ lab, page }) => {
  await lab.open('s=pinhole')
  const first = await lab.hash()
  await page.evaluate(() => {
    location.hash = '#s=frames-4k'
  })
  await expect.poll(() => lab.hash()).not.toBe(first)
  await lab.idle()
  const undo = page.getByRole('button', { name: text.top.undo }).first()
  await expect(undo).toHaveAttribute('data-says-name', new RegExp(`${text.acts.link}$`))
  await page.goBack()
  await expect.poll(() => lab.hash()).toBe(first)
  await expect(undo).toHaveAttribute('data-says-name', new RegExp(`${text.acts.back}$`))
  await expect(page.locator('.a-live')).toHaveText(text.say.opened(presetById('pinhole')!.title))
  await page.goForward()
  await expect(undo).toHaveAttribute('data-says-name', new RegExp(`${text.acts.forward}$`))
})
