// When is unmapped really unmapped: flush modes, what stays reachable, and what a device makes of it.

import { bytes, bytesParts } from '../src/lib/format.ts'
import { text } from '../src/text/en.ts'
import { commandsText, queuesText } from '../src/text/iotlb.ts'
import { exposureText, radixText } from '../src/text/radix.ts'
import { viewText } from '../src/text/views.ts'
import { digits } from './dock.ts'
import { alone, expect, LabPage, test } from './lab.page.ts'

const PAGE = 4096
const flush = (lab: LabPage, mode: 'Strict' | 'Deferred' | 'None') =>
  lab.byId('control-d0.flush').getByRole('radio', { name: mode, exact: true })

/** Neither the figures nor the map nor the IOTLB knows of anything. The legend has no room for a state nobody is in. */
async function nothingReachable(lab: LabPage): Promise<void> {
  expect(await lab.number('figure-reachable')).toBe(0)
  await expect(lab.byId('count-reachable').filter({ hasNotText: /^0$/ })).toHaveCount(0)
}

test('what waits for its flush is reachable: legend, figures and time-line tell the same', async ({ lab, page }) => {
  await lab.open('s=batched')
  const reachable = (await lab.number('count-reachable')) * PAGE
  expect(reachable).toBeGreaterThan(2 ** 21)
  expect(await lab.number('figure-reachable')).toBe(Number(bytesParts(reachable)[0]))
  const track = lab.byId('view-exposed')
  await expect(track).toHaveAccessibleName(exposureText.track)
  await expect(track).toHaveAccessibleDescription(new RegExp(`^${bytes(reachable)} are unmapped and still reachable`))
  const inRings = (await lab.twin(queuesText.title)).map((row) => digits(row[2]))
  expect(inRings.reduce((a, b) => a + b, 0) * PAGE).toBe(reachable)

  await track.focus()
  await page.keyboard.press('Home')
  await expect(page.locator('.v-tip')).toContainText('0 B unmapped and reachable')
})

test('what an IOTLB leads to from addresses that are mapped again is told beside the headline and the legend', async ({
  lab,
}) => {
  await lab.open('s=hypervisor-2011')
  await expect(lab.byId('exposure')).toContainText(exposureText.behindMapped(null))
  expect(await lab.number('count-reachable')).toBe(0)
  const size = bytes((await lab.number('figure-reachable')) * 2 ** 20)
  await expect(lab.byId('behind-mapped')).toHaveText(viewText.map.behindMappedShort(size))
  await expect(lab.byId('behind-mapped')).toBeInViewport({ ratio: 1 })
})

test('by keyboard, strict ends at once what deferred left, and none lets it grow again', async ({ lab, page }) => {
  await lab.open('s=batched')
  expect(await lab.number('count-reachable')).toBeGreaterThan(500)
  await lab.tabTo('control-d0.flush')
  await expect(page.locator(':focus')).toHaveAttribute('role', 'radio')
  await page.keyboard.down('ArrowLeft')
  await expect(flush(lab, 'Strict')).toBeChecked()
  await page.keyboard.up('ArrowLeft')
  await lab.idle()
  await nothingReachable(lab)
  expect(await lab.number('count-queued')).toBe(0)
  await expect(lab.byId('log')).toContainText('nic0: Flush Deferred → Strict')
  await expect(page.getByText(queuesText.nothing.strict)).toBeVisible()

  const more = async (steps: number) => {
    for (let i = 0; i < steps; i++)
      await page.getByRole('button', { name: text.transport.step, exact: true }).click({ modifiers: ['Shift'] })
    await lab.idle()
  }
  await more(10)
  await nothingReachable(lab)
  await flush(lab, 'None').click()
  await expect(page.getByText(queuesText.nothing.none)).toBeVisible()
  await lab.idle()
  await more(10)
  // Addresses are free at once and are mapped again: the figures count what the map shows as mapped.
  expect(await lab.number('figure-reachable')).toBeGreaterThan(0)
  expect(lab.complaints).toEqual([])
})

test('where nobody flushes, accesses land in memory of others, and strict ends that', async ({ lab, page }) => {
  await lab.open('s=never')
  const landed = lab.byId('figure-late')
  const before = await lab.number('figure-late')
  expect(before).toBeGreaterThan(100)
  const colours = await landed.evaluate((figure) => [
    getComputedStyle(figure).color,
    getComputedStyle(document.querySelector('.v-fail') ?? figure).fill,
  ])
  expect(colours[0]).toBe(colours[1])
  await expect(lab.byId('log')).toContainText(/nic0 still reaches 0x[\da-f_]+, which was unmapped/)

  await page.keyboard.press('n')
  await expect(flush(lab, 'Strict')).toBeChecked()
  await lab.idle()
  await expect(landed).toHaveText('+0')
  await page.getByRole('slider', { name: viewText.time.playhead, exact: true }).focus()
  await page.keyboard.press('End')
  await lab.idle()
  await expect(landed).toHaveText('+0')
  await nothingReachable(lab)
  await expect(lab.byId('log')).toContainText('DMAR: [DMA')
})

alone('a copied link brings flush mode, IOTLB and late accesses back', async ({ lab, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await lab.open('s=batched&m.iotlb=256&d0.late=10')
  await flush(lab, 'None').click()
  await lab.idle()
  await page.getByRole('button', { name: text.transport.step, exact: true }).click({ modifiers: ['Shift'] })
  await lab.idle()
  await page.getByRole('button', { name: text.top.copyLink }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  for (const part of ['m.iotlb=256', 'd0.late=10', '~d0.flush~none']) expect(link).toContain(part)

  const other = new LabPage(await context.newPage())
  await other.open(new URL(link).hash)
  expect(await other.hash()).toBe(await lab.hash())
  await expect(flush(other, 'None')).toBeChecked()
  await expect(other.byId('control-m.iotlb')).toContainText('256')
  await expect(other.byId('control-d0.late')).toContainText('1 in 10')
  expect(other.complaints).toEqual([])
})

test('of a mangled link each field is named with what is allowed, and the rest is loaded', async ({ lab, page }) => {
  await lab.open('s=batched&m.platform=sparc&m.iotlb=77&d0.flush=lazy&m.cpus=2')
  const card = lab.byId('problem-card')
  const wrong = [
    ['m.platform', 'sparc', 'power, powernv, pseries, vtd, arm, amd'],
    ['m.iotlb', '77', '16, 32, 64, 128, 256, 512, 1024, 4096'],
    ['d0.flush', 'lazy', 'strict, deferred, none'],
  ]
  for (const part of wrong.flat()) await expect(card).toContainText(part)
  await page.getByRole('button', { name: text.problem.dismiss }).click()
  await expect(flush(lab, 'Deferred')).toBeChecked()
  expect(await lab.twin(queuesText.title)).toHaveLength(2)
  expect(lab.complaints).toEqual([])
})

const PLATFORMS = [
  ['arm', /^TLBI/, 'Arm, 4 levels'],
  ['amd', /^INVALIDATE/, 'AMD, '],
  ['vtd', /^PSI/, 'VT-d, 4 levels'],
] as const

test('the platform is chosen on the page: each has its own commands and table', async ({ lab, page }) => {
  await lab.open('s=strict&dock=commands~radix')
  const platform = lab.byId('control-m.platform')
  await page.locator('details', { has: platform }).locator('summary').click()
  for (const [key, command, table] of PLATFORMS) {
    await platform.getByRole('combobox').click()
    await page.getByRole('option', { name: new RegExp(`^${key}`) }).click()
    await lab.idle()
    await page.getByRole('slider', { name: viewText.time.playhead, exact: true }).press('End')
    await lab.idle()
    const [newest] = await lab.twin(commandsText.title)
    expect(newest?.[3]).toMatch(command)
    await page.getByRole('button', { name: radixText.title, exact: true }).click()
    await expect(page.locator('.v-dock .v-sub')).toContainText(table)
    await page.getByRole('button', { name: commandsText.title, exact: true }).click()
  }
  expect(lab.complaints).toEqual([])
})

test('without an IOMMU nothing is said of what stays reachable', async ({ lab, page }) => {
  await lab.open('s=batched&d0.translation=off&dock=iotlb~queues~ledger')
  expect(await lab.number('events')).toBeGreaterThan(1000)
  await expect(page.getByText(text.state.direct)).toBeVisible()
  await expect(lab.byId('exposure')).toHaveCount(0)
  await expect(lab.byId('view-exposed')).toHaveCount(0)
  for (const name of [queuesText.title, 'What a map and unmap cost', 'IOTLB']) {
    await page.getByRole('button', { name, exact: true }).click()
    await expect(page.getByRole('heading', { name: viewText.whatIs(name), exact: true })).toBeVisible()
  }
  expect(lab.complaints).toEqual([])
})
