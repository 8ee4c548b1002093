// POWER's large windows: tables of several levels, where a guest's memory lies, windows that a hypervisor makes, budgets.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { comparedText } from '../src/text/compared.ts'
import { ddwText } from '../src/text/ddw.ts'
import { errnoName } from '../src/text/errno.ts'
import { islandsText } from '../src/text/islands.ts'
import { levelsText } from '../src/text/levels.ts'
import { memoryText } from '../src/text/memory.ts'
import { viewText } from '../src/text/views.ts'
import { budgetText, hcallsText, windowsText } from '../src/text/windows.ts'
import { ROOT } from '../src/tools/root.ts'
import { violations } from './axe.ts'
import { digits, dock, radio, tipOf } from './dock.ts'
import { expect, type LabPage, test } from './lab.page.ts'

/** Before the first event: the table is as it was made. */
const MADE = 'at=0.0'

/** Bytes by the name of their bar, as the table of the view has them. */
async function memoryOf(lab: LabPage) {
  const rows = await lab.twin(memoryText.title)
  const row = (name: string) => rows.find(([first]) => first === name) ?? []
  const { names } = memoryText
  return {
    whole: digits(row(names.whole)[1]),
    hw: digits(row(names.hw)[1]),
    user: digits(row(names.user)[1]),
    charged: digits(row(names.charged)[1] ?? row(names.chargedSoFar)[1]),
    refused: row(names.whole)[3],
    perLevel: (row(names.hw)[4] ?? '').split(' + ').map(digits),
  }
}

test('one level of 64 TiB is refused with its arithmetic, and a second level makes the table', async ({
  lab,
  page,
}) => {
  await lab.open('s=nvlink-flat')
  await expect(dock(lab)).toContainText('refused ENOMEM (−12) A level table is larger than the largest block')
  for (const sum of [
    '64 TiB in pages of 64 KiB: 1\u2009073\u2009741\u2009824 entries',
    '× 8 bytes = 8 GiB in one level table',
    'largest block: 16 MiB',
  ])
    await expect(dock(lab)).toContainText(sum)
  await expect(lab.byId('view-levels')).toHaveCount(0)
  await page.keyboard.press('n')
  await expect(lab.byId('control-d0.levels').getByRole('slider')).toHaveAttribute('aria-valuetext', '2')
  await lab.idle()
  await expect(lab.byId('view-levels')).toBeVisible()
  await expect(dock(lab)).toContainText('2 levels of 256 KiB tables')
  expect(lab.complaints).toEqual([])
})

test('all of a tree at once, and on demand: each to the byte', async ({ lab, page }) => {
  const mail =
    'The mail of 2018 prints 4556 MB for one flat tree up to the end of far memory; its formula gives 4656. For the memory alone it gives 4 MiB.'
  await lab.open('s=nvlink-whole&dock=memory')
  await expect(dock(lab)).toContainText(mail)
  const whole = await memoryOf(lab)
  expect(whole.whole).toBe(17_180_393_472)
  expect(whole.hw + whole.user).toBe(17_180_393_472)
  expect(whole.perLevel).toEqual([1, 32_768])

  await lab.turnTo(`s=nvlink-on-demand&dock=memory&${MADE}`)
  const made = await memoryOf(lab)
  expect(made.hw + made.user).toBe(524_288)
  await page.getByRole('slider', { name: viewText.time.playhead, exact: true }).press('End')
  await lab.idle()
  const end = await memoryOf(lab)
  expect(end).toMatchObject({ whole: 17_180_393_472, charged: 17_180_393_472, perLevel: [1, 16] })
  expect(end.hw + end.user).toBe(8_912_896)
  await expect(dock(lab)).toContainText('two trees of 1 + 16; 256 KiB each')
  await expect(dock(lab)).toContainText('8\u2009912\u2009896 bytes in all')
  await expect(dock(lab)).toContainText(mail)
})

/** What the kernel's own code said, run with these values. */
interface Vector {
  readonly era: string
  readonly window: string
  readonly pageShift: number
  readonly levels: number
  readonly userCopy: boolean
  readonly accounted: number
  readonly rc: number
  readonly levelBytes?: number
  readonly bytes?: number
  readonly hwPerLevel?: readonly number[]
}

const vectors = (shift: number): readonly Vector[] =>
  JSON.parse(readFileSync(join(ROOT, `src/sim/vectors/powerpc/c_levels_kps${shift}.json`), 'utf8')).rows

const PAGES: Readonly<Record<number, string>> = { 12: '4k', 16: '64k', 24: '16m' }

/** Kernel page, era, window as links have it and its log2 (or bytes), IOMMU page, levels, user copy. */
const ROWS = [
  [12, 'full', '2g', 2 ** 31, 12, 3, true],
  [12, 'full', '16t', 2 ** 44, 16, 4, false],
  [12, '2018', '4g', 2 ** 32, 12, 3, true],
  [12, '2018', '1t', 2 ** 40, 24, 2, false],
  [12, '6.12', '1024t', 2 ** 50, 12, 4, true],
  [12, '6.12', '64t', 2 ** 46, 16, 5, true],
  [12, '6.12', '64g', 2 ** 36, 12, 1, false],
  [12, '2018', '256t', 2 ** 48, 24, 4, true],
  [16, 'full', '64t', 2 ** 46, 16, 2, true],
  [16, 'full', '1t', 2 ** 40, 12, 3, false],
  [16, '2018', '1t', 2 ** 40, 16, 2, false],
  [16, '2018', '64t', 2 ** 46, 16, 3, true],
  [16, '6.12', '256t', 2 ** 48, 24, 2, true],
  [16, '6.12', '1t', 2 ** 40, 24, 1, true],
  [16, '6.12', '3g', 3 * 2 ** 30, 16, 1, true],
] as const

for (const shift of [12, 16])
  test(`tables under a kernel with pages of ${PAGES[shift]?.toUpperCase()} are what the kernel’s code makes`, async ({
    lab,
  }) => {
    const known = vectors(shift)
    await lab.open('s=nvlink-on-demand&dock=memory')
    for (const [, era, key, bytes, page, levels, copy] of ROWS.filter(([kernel]) => kernel === shift)) {
      const name = `${era}, ${key} in ${PAGES[page]} pages, ${levels} levels, ${copy ? 'user copy' : 'no user copy'}`
      const row = known.find(
        (r) =>
          r.era === era &&
          Number(r.window) === bytes &&
          r.pageShift === page &&
          r.levels === levels &&
          r.userCopy === copy,
      )
      if (!row) throw new Error(`no vector: ${name}`)
      await lab.turnTo(
        `s=nvlink-on-demand&dock=memory&${MADE}&m.cpuPage=${PAGES[shift]}&d0.iommuPage=${PAGES[page]}&d0.era=${era}` +
          `&d0.window=${key}&d0.levels=${levels}&d0.userCopy=${copy ? 'on' : 'off'}`,
      )
      const { hw, user, charged, refused, perLevel } = await memoryOf(lab)
      expect({ name, charged }).toEqual({ name, charged: row.accounted })
      if (row.rc < 0) {
        expect({ name, refused, hw, user }).toEqual({ name, refused: errnoName(row.rc), hw: 0, user: 0 })
        await expect(dock(lab)).toContainText(memoryText.refusal(errnoName(row.rc)))
      } else {
        const made = { name, refused: '–', bytes: hw + user, user: row.userCopy ? hw : 0, perLevel }
        expect(made).toEqual({ name, refused: '–', bytes: row.bytes, user, perLevel: row.hwPerLevel })
      }
    }
    await expect(lab.byId('problem-card')).toHaveCount(0)
  })

test('TCE levels are descended and ascended by keys and by click', async ({ lab, page }) => {
  await lab.open('s=nvlink-on-demand&dock=levels&m.cpuPage=4k&d0.levels=4')
  const view = lab.byId('view-levels')
  const opened = async () => (await lab.twin(levelsText.title)).map((row) => row[7])
  expect(await lab.twin(levelsText.title)).toHaveLength(4)
  const before = await opened()
  await view.focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown')
  await expect(tipOf(lab, 'levels')).toContainText(/^leaf table/)
  for (let i = 0; i < 3; i++) await page.keyboard.press('Escape')
  await expect(tipOf(lab, 'levels')).toContainText(/^top table 0/)
  // Far memory is below the second table of a level above.
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('PageDown')
  await page.keyboard.press('Enter')
  await expect.poll(opened).not.toEqual(before)
  await expect.poll(() => lab.fragment()).toContain('levels=')
  const far = await opened()

  // A click on the first table of that level leads back, a click on the second to far memory again.
  const box = (await view.boundingBox())!
  const cells = lab.page.locator('.v-dock .v-slot').first()
  const ring = (await cells.boundingBox())!
  await page.mouse.click(box.x + 2, ring.y + ring.height / 2)
  await expect.poll(opened).toEqual(before)
  await page.mouse.click(ring.x + ring.width / 2, ring.y + ring.height / 2)
  await expect.poll(opened).toEqual(far)
  expect(lab.complaints).toEqual([])
})

/** Hypervisor calls by lane: as they stand beside the lanes, and added up over the rows of the table. */
async function callsOf(lab: LabPage) {
  const texts = await dock(lab).locator('svg .v-num').allTextContents()
  const rows = await lab.twin(hcallsText.title)
  return {
    beside: hcallsText.lanes.map((_, i) => digits(texts[i])),
    listed: hcallsText.lanes.map((_, i) => rows.reduce((sum, row) => sum + digits(row[i + 1]), 0)),
  }
}

test('tables that a replay made are marked and counted', async ({ lab, page }) => {
  await lab.open('s=real-mode')
  await page.getByRole('slider', { name: viewText.time.playhead, exact: true }).press('End')
  await lab.idle()
  await expect(dock(lab)).toContainText(levelsText.tooHard(16, '16'))
  await lab.byId('view-levels').focus()
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowDown')
  await expect(tipOf(lab, 'levels')).toContainText(levelsText.replayed)
  await page.getByRole('button', { name: hcallsText.title, exact: true }).click()
  await lab.idle()
  await expect(dock(lab)).toContainText('TOO_HARD')
  expect((await callsOf(lab)).listed).toEqual([0, 1024, 0, 16])

  await radio(lab, 'd0.era', 'whole').click()
  await lab.idle()
  await page.getByRole('slider', { name: viewText.time.playhead, exact: true }).press('End')
  await lab.idle()
  // All memory is mapped once more, and nothing is too hard any more.
  expect((await callsOf(lab)).listed).toEqual([0, 2048, 0, 16])
})

const slider = (lab: LabPage, name: string) => dock(lab).getByRole('slider', { name, exact: true })

/** Drags an element by so many css px. */
async function drag(lab: LabPage, what: Locator, by: number): Promise<void> {
  const box = (await what.boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await lab.page.mouse.move(x, y)
  await lab.page.mouse.down()
  await lab.page.mouse.move(x + by / 2, y)
  await lab.page.mouse.move(x + by, y)
  await lab.page.mouse.up()
  await lab.idle()
}

test('far memory is moved by keys and by the pointer, and what lies outside of the window is said', async ({
  lab,
  page,
}) => {
  await lab.open('s=nvlink-on-demand&dock=islands')
  const far = slider(lab, islandsText.move)
  await expect(far).toHaveAttribute('aria-valuenow', '37120')
  await far.press('Shift+ArrowLeft')
  await expect.poll(() => lab.fragment()).toContain('m.farAt~36096')
  await far.press('ArrowRight')
  await expect.poll(() => lab.fragment()).toContain('m.farAt~36112')
  await lab.idle()
  await expect(dock(lab)).toContainText('All 32 GiB of memory lie inside the window')

  await drag(lab, far, -120)
  const at = Number(/m\.farAt~(\d+)&/.exec(lab.fragment())?.[1])
  expect(at).toBeGreaterThan(16)
  expect(at).toBeLessThan(36_000)
  await expect(far).toHaveAttribute('aria-valuenow', String(at))
  // The axis goes on beyond the window.
  await far.press('End')
  await lab.idle()
  await expect.poll(() => lab.fragment()).toContain('m.farAt~1048576')
  await expect(dock(lab)).toContainText(islandsText.partOutside('16 GiB', '32 GiB'))
  await page.getByRole('slider', { name: viewText.time.playhead, exact: true }).press('End')
  await lab.idle()
  await expect(lab.byId('log')).toContainText('the addresses lie outside of the window')
  expect(lab.complaints).toEqual([])
})

test('RAM and far memory are resized where they lie', async ({ lab }) => {
  await lab.open('s=nvlink-on-demand&dock=islands')
  await slider(lab, islandsText.sizeOf.ram).press('ArrowLeft')
  await expect.poll(() => lab.fragment()).toContain('m.ram~8g')
  await lab.idle()
  await expect(dock(lab)).toContainText('RAM 8 GiB')
  await drag(lab, slider(lab, islandsText.sizeOf.ram), 40)
  await expect(slider(lab, islandsText.sizeOf.ram)).toHaveAttribute('aria-valuetext', '32 GiB')
  expect(lab.fragment()).toContain('m.ram~32g')
  await slider(lab, islandsText.sizeOf.far).press('Home')
  await expect.poll(() => lab.fragment()).toContain('m.far~0')
  await lab.idle()
  await dock(lab)
    .getByRole('button', { name: islandsText.add('16 GiB') })
    .click()
  await lab.idle()
  await expect(dock(lab)).toContainText('far memory 16 GiB')
})

/** What a device is left with: result, and how many steps lead to it. */
async function decision(lab: LabPage) {
  return [await dock(lab).locator('strong').innerText(), await dock(lab).getByRole('tab').count()]
}

const DECISIONS = [
  ['ddw-direct', 'direct', 6, '512 GiB ≥ 32 GiB', 'needs no hypervisor call'],
  ['ddw-indirect', 'indirect', 6, '16 GiB < 2 TiB', 'Its pages are larger than those of the default window'],
  ['default-window', 'default', 3, 'no', 'there are no firmware calls'],
  ['hypervisor-64k', 'indirect', 6, '1 GiB < 64 GiB', 'Its pages are larger than those of the default window'],
  ['vfs-256', 'indirect', 6, '2 GiB < 64 GiB', 'Its pages are larger than those of the default window'],
] as const

for (const [preset, result, steps, came, why] of DECISIONS)
  test(`${preset}: what is decided, at which step and why`, async ({ lab, page }) => {
    await lab.open(`s=${preset}&dock=ddw`)
    expect(await decision(lab)).toEqual([ddwText.results[result], steps])
    const tabs = dock(lab).getByRole('tab')
    const open = dock(lab).getByRole('tabpanel')
    await expect(dock(lab).getByRole('tab', { selected: true })).toContainText(came)
    await expect(open).toContainText(why)
    await tabs.first().click()
    for (const part of Object.values(ddwText.parts)) await expect(open.locator('dt', { hasText: part })).toBeVisible()
    for (const words of await open.locator('dd').allInnerTexts()) expect(words).toMatch(/\S.*[.?]$/)
    const first = await open.innerText()
    await page.keyboard.press('ArrowRight')
    await expect(tabs.nth(1)).toBeFocused()
    await expect(open).not.toHaveText(first)
    await page.keyboard.press('End')
    await expect(open).toContainText('Has the driver to map its buffers?')
    expect(await dock(lab).getByRole('tab', { selected: true }).count()).toBe(1)
  })

test('what a decision rests on is changed beside it, and it is decided anew', async ({ lab }) => {
  await lab.open('s=ddw-indirect&dock=ddw')
  const set = async (path: string, label: string) => {
    await lab.byId(`ddw-${path}`).getByRole('combobox').selectOption({ label })
    await lab.idle()
  }
  await set('d0.pageSizes', 'to 16M')
  expect(await decision(lab)).toEqual([ddwText.results.direct, 6])
  await expect(dock(lab)).toContainText('16M pages, 2 TiB')
  await set('d0.pageSizes', '4K')
  expect((await decision(lab))[0]).toBe(ddwText.results.indirect)
  await set('m.maxRam', '16G')
  await set('d0.tces', '128G')
  expect((await decision(lab))[0]).toBe(ddwText.results.direct)
  await set('d0.dmaMask', '32')
  expect(await decision(lab)).toEqual([ddwText.results.default, 2])
  await set('d0.dmaMask', '64')
  await set('d0.windows', '0')
  await expect(dock(lab).getByRole('tab', { name: /default window/ })).toContainText('given up')
  await set('d0.firmware', 'none')
  await expect(dock(lab).getByRole('tab', { selected: true })).toContainText('not restorable')
  expect((await decision(lab))[0]).toBe(ddwText.results.default)
  expect(lab.fragment()).toContain('d0.firmware~none')
})

test('both windows stand on one axis, and what lies between them is named', async ({ lab }) => {
  await lab.open('s=ddw-indirect&dock=windows')
  for (const words of ['default window', 'dynamic window', '512 PiB', '0x0800_0000_0000_0000', '64-bit mask'])
    await expect(dock(lab)).toContainText(words)
  await expect(lab.byId('view-windows')).toHaveAccessibleDescription(/Between them 512 PiB that no window maps/)
  const rows = await lab.twin(windowsText.title)
  expect(rows.map((row) => row[0])).toEqual(['default window', 'dynamic window', '64-bit mask'])
  expect(rows[1]?.slice(2, 6)).toEqual(['0x0800_0000_0000_0000', '0x0800_0004_0000_0000', '64 KiB', '262\u2009144'])
  // A mask of 32 bits does not reach up there: no other window is asked for.
  await lab.turnTo('s=ddw-indirect&dock=windows&d0.dmaMask=32')
  expect((await lab.twin(windowsText.title)).map((row) => row[0])).toEqual(['default window', '32-bit mask'])
})

test('hypervisor calls have a lane and a total for each kind', async ({ lab }) => {
  await lab.open('s=default-window&dock=hcalls')
  const { beside, listed } = await callsOf(lab)
  expect(beside).toEqual(listed)
  for (const calls of beside.slice(0, 3)) expect(calls).toBeGreaterThan(100)
  const said = digits(await dock(lab).locator('.v-sub b').innerText())
  expect(beside.reduce((sum, calls) => sum + calls, 0)).toBe(said)

  await lab.turnTo('s=ddw-direct&dock=hcalls')
  await expect(dock(lab)).toContainText('512 calls')
  await expect(dock(lab)).toContainText('all memory is mapped in the window')
})

test('a click on the budget puts another function’s traffic on the map', async ({ lab, page }) => {
  await lab.open('s=vfs-256')
  const view = lab.byId('view-budget')
  await expect(dock(lab)).toContainText('VF 100')
  await expect(view).toHaveAccessibleDescription(/Kernel 5\.16 on: 0 direct, 256 indirect, 0 default; 0 B left/)
  const box = (await view.boundingBox())!
  await page.mouse.click(box.x + 20, box.y + 20)
  await lab.idle()
  const n = Number(/d0\.vf~(\d+)/.exec(lab.fragment())?.[1])
  expect(n).toBeLessThan(30)
  await expect(dock(lab)).toContainText(budgetText.chosen(n))
  await expect(lab.byId('control-d0.vf')).toContainText(String(n))
  await view.focus()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect.poll(() => lab.fragment()).toContain('d0.vf~255')
  await radio(lab, 'd0.kernel', 'before').click()
  await lab.idle()
  await expect(view).toHaveAccessibleDescription(/Kernel before 5\.16: 0 direct, 0 indirect, 256 default; 64 MiB left/)
  // The line that none of them reaches stays where it is: the page size offered is the same.
  await expect(view).toHaveAccessibleDescription(/a direct window takes 8 MiB/)
})

test('a dynamic window ends the refusals, and card and disk share their CPUs', async ({ lab, page }) => {
  const frames = async () => digits(/· ([\d\u2009]+) frames/.exec(await page.locator('.a-headline').innerText())?.[1])
  await lab.open('s=default-window')
  expect(await lab.number('figure-refused')).toBeGreaterThan(100)
  const before = await frames()
  await page.keyboard.press('n')
  await lab.idle()
  await page.getByRole('slider', { name: viewText.time.playhead, exact: true }).press('End')
  await lab.idle()
  expect(await lab.number('figure-refused')).toBe(0)
  expect((await lab.twin(windowsText.title))[1]?.[1]).toBe(windowsText.states.direct)
  // While it is compared, the figure's line is about before.
  await lab.byId('since').getByRole('button', { name: comparedText.dismiss }).click()
  // 10 Gbit/s are 833 frames a millisecond; the window takes the driver the first three of the six that are left.
  await expect.poll(async () => (await frames()) - before).toBeGreaterThan(2300)
  expect(lab.complaints).toEqual([])
})

test('memory that is plugged in is mapped in the direct window, and the log says so', async ({ lab }) => {
  await lab.open('s=ddw-direct&dock=windows')
  const mapped = async () => (await lab.twin(windowsText.title))[1]?.[6]
  expect(await mapped()).toBe('16 GiB')
  const before = await lab.number('count-mapped')
  await lab.byId('control-m.ram').getByRole('slider').press('ArrowRight')
  await lab.idle()
  expect(await mapped()).toBe('32 GiB')
  expect(await lab.number('count-mapped')).toBe(2 * before)
  await expect(lab.byId('log')).toContainText('memory is now 32 GiB: the direct window follows with 512 hypercalls')
  expect(lab.fragment()).toMatch(/in=6000000\.\d+~m\.ram~32g/)
  expect(lab.complaints).toEqual([])
})

const AXE = ['s=nvlink-flat&dock=levels~memory~islands', 's=ddw-direct&dock=ddw~windows~hcalls']

for (const link of AXE)
  test(`axe finds nothing in ${link}, dark and light, in each of its views`, async ({ lab, page }) => {
    await lab.open(link)
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const id of /dock=(.*)/.exec(link)![1]!.split('~')) {
        const { title } = {
          levels: levelsText,
          memory: memoryText,
          islands: islandsText,
          ddw: ddwText,
          windows: windowsText,
          hcalls: hcallsText,
        }[id]!
        await page.getByRole('button', { name: title, exact: true }).click()
        await lab.idle()
        expect(await violations(page), `${colorScheme}, ${title}`).toEqual([])
      }
    }
  })
