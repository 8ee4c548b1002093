// The views of the IOTLB, the flush queues, the commands, the radix table and the ledger.

import { commandsText, iotlbText, queuesText } from '../src/text/iotlb.ts'
import { exposureText, ledgerText, radixText } from '../src/text/radix.ts'
import { viewText } from '../src/text/views.ts'
import { expect, type LabPage, test } from './lab.page.ts'

/** What the keyboard says of the cell that it is on. */
const tipOf = (lab: LabPage, view: string) => lab.byId(`view-${view}`).locator('.v-tip')

const SHAPES = [
  ['m.iotlb=64', 'set 0, way 63:'],
  ['m.iotlb=1024&m.ways=4', 'set 255, way 3:'],
  ['m.iotlb=4096', 'set 0, way 4095:'],
] as const

for (const [shape, last] of SHAPES)
  test(`the IOTLB has a cell for each entry where ${shape}`, async ({ lab, page }) => {
    await lab.open(`s=never&dock=iotlb&${shape}`)
    await lab.byId('view-iotlb').focus()
    await page.keyboard.press('Home')
    await expect(tipOf(lab, 'iotlb')).toContainText('set 0, way 0:')
    for (let before = ''; before !== (await tipOf(lab, 'iotlb').innerText()); ) {
      before = await tipOf(lab, 'iotlb').innerText()
      await page.keyboard.press('PageDown')
    }
    await page.keyboard.press('End')
    await expect(tipOf(lab, 'iotlb')).toContainText(last)
  })

test('an entry is told in words, as a row and, when it is picked, in the inspector', async ({ lab, page }) => {
  await lab.open('s=untrusted-device&dock=iotlb')
  const rows = await lab.twin(iotlbText.title)
  const stale = rows.filter((row) => row[1] !== iotlbText.states[1])
  expect(stale.length).toBeGreaterThan(10)
  // Those that were unmapped come first, the longest so at the top.
  expect(rows.slice(0, stale.length)).toEqual(stale)
  const [place = '', , address = '', size, device, since] = stale[0]!

  await lab.byId('view-iotlb').focus()
  await page.keyboard.press('Home')
  const [set, way] = place.split(', ')
  const wanted = `set ${set}, way ${way}: ${address}, ${size}, device ${device}, ${iotlbText.staleFor(since!)}`
  const tip = tipOf(lab, 'iotlb')
  for (let i = 0; i < 256 && !(await tip.innerText()).startsWith(`set ${set}, way ${way}:`); i++)
    await page.keyboard.press('ArrowRight')
  await expect(tip).toContainText(wanted)

  await page.keyboard.press('Enter')
  await expect.poll(() => lab.fragment()).toMatch(/sel=\d+/)
  await page.keyboard.press('Escape')
  const card = page.getByLabel('Inspector', { exact: true })
  await expect(card).toContainText('unmapped, still reachable')
  await expect(lab.byId('address')).toContainText(address)
  await expect(lab.byId('reach-since')).toContainText(since!)
  await expect(card).toContainText(exposureText.slot(Number(set), Number(way)))
  await expect(lab.byId('lifeline')).toContainText(
    /Unmapped at [\d.]+ ms, reused at [\d.]+ ms, now 10\.000 ms, flushed at/,
  )
})

for (const cpus of [1, 4, 64])
  test(`${cpus === 1 ? 'one CPU has one ring' : `${cpus} CPUs have ${cpus} rings`}`, async ({ lab, page }) => {
    await lab.open(`s=batched&dock=queues&m.cpus=${cpus}&at=5000000`)
    expect(await lab.twin(queuesText.title)).toHaveLength(cpus)
    await lab.byId('view-queues').focus()
    for (let i = 0; i < cpus + 2; i++) await page.keyboard.press('ArrowRight')
    const last = cpus === 1 ? queuesText.all : `${queuesText.cpu} ${cpus - 1}`
    await expect(tipOf(lab, 'queues')).toContainText(new RegExp(`^${last}: \\d+ of 255 ranges wait`))
  })

test('where nothing waits the queues say why', async ({ lab, page }) => {
  for (const mode of ['strict', 'none'] as const) {
    await lab.open(`s=batched&dock=queues&d0.flush=${mode}`)
    await expect(page.getByText(queuesText.nothing[mode])).toBeVisible()
  }
})

test('strict names the page, deferred the whole domain', async ({ lab }) => {
  await lab.open('s=strict&dock=commands')
  const rows = await lab.twin(commandsText.title)
  for (const [, , , words, pages] of rows) {
    expect(words).toMatch(/^PSI 0x[\da-f]+000 AM 0 IH 1$/)
    expect(pages).toBe('1')
  }
  await lab.turnTo('s=batched&dock=commands')
  for (const [, , , words, pages] of await lab.twin(commandsText.title)) {
    expect(words).toBe('DSI')
    expect(pages).toBe(commandsText.wholeLong)
  }
  await expect(lab.byId('view-commands')).toHaveAccessibleDescription(/the newest is DSI/)
})

test('the radix table follows the page under the cursor of the map', async ({ lab, page }) => {
  await lab.open('s=splitting&dock=radix')
  const sub = page.locator('.v-dock .v-sub')
  const slots = async () => (await lab.twin(radixText.title)).map((row) => row[5])
  const paths: string[] = []
  await lab.byId('view-iova-space').focus()
  for (const key of ['Home', 'ArrowDown', 'PageDown']) {
    await page.keyboard.press(key)
    await lab.idle()
    const address = (await lab.byId('address').innerText()).replace(/#.*/s, '')
    await expect(sub).toContainText(`path of ${address}`)
    paths.push(await sub.innerText())
  }
  expect(new Set(paths).size).toBe(3)
  const map = (await lab.byId('view-iova-space').boundingBox())!
  await page.mouse.move(map.x + map.width / 2, map.y + 40)
  await expect.poll(async () => paths.includes(await sub.innerText())).toBe(false)
  // 0x0120_3000: no entry beyond 512 GiB or 1 GiB, the ninth of 2M, its fourth page.
  await lab.open('s=splitting&dock=radix&sel=4611')
  await expect(sub).toContainText('path of 0x0120_3000')
  expect(await slots()).toEqual(['0', '0', '9', '3'])
})

test('aligned memory is mapped in large pages, shifted memory page by page', async ({ lab, page }) => {
  await lab.open('s=splitting&dock=radix')
  const leaves = async () => (await lab.twin(radixText.title)).map((row) => Number(row[3]!.replace(/\D/g, '')))
  const view = lab.byId('view-radix')
  await expect(view).toContainText(/mapped so far as 4 KiB × [\d\u2009]+$/)
  const [, , large, small] = await leaves()
  expect(large).toBe(0)
  expect(small! % 512).toBe(0)
  expect(small).toBeGreaterThan(10_000)

  await page.keyboard.press('n')
  await lab.idle()
  await page.getByRole('slider', { name: viewText.time.playhead, exact: true }).press('End')
  await lab.idle()
  const [, , many, few] = await leaves()
  expect(many! * 512).toBeGreaterThan(10_000)
  expect(few).toBe(0)
  await expect(view).toContainText(/2 MiB × \d+/)
})

test('every mode of the run has its row, and its shares add up to 100', async ({ lab, page }) => {
  await lab.open('s=strict&dock=ledger&at=2000000')
  const playhead = page.getByRole('slider', { name: viewText.time.playhead, exact: true })
  const seen: string[] = []
  for (const mode of ['Strict', 'Deferred', 'None']) {
    await lab.byId('control-d0.flush').getByRole('radio', { name: mode, exact: true }).click()
    await lab.idle()
    await playhead.press('PageUp')
    await lab.idle()
    seen.push(mode.toLowerCase())
    const rows = await lab.twin(ledgerText.title)
    expect(rows.map((row) => row[0]).sort()).toEqual([...seen].sort())
    for (const row of rows) expect(row.slice(3).reduce((sum, cell) => sum + Number(cell), 0)).toBe(100)
  }
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })
  const views = {
    iotlb: iotlbText,
    queues: queuesText,
    commands: commandsText,
    radix: radixText,
    ledger: ledgerText,
  }
  for (const [id, { title }] of Object.entries(views))
    test(`nothing covers the way to ${title} as a table`, async ({ lab }) => {
      await lab.open(`s=batched&dock=${id}`)
      expect(await lab.twin(title)).not.toEqual([])
    })
})
