import { words } from '../src/app/words.ts'
import { COLOURS_BY } from '../src/sim/index.ts'
import { acronyms, acronymsIn } from '../src/text/acronyms.ts'
import { text } from '../src/text/en.ts'
import { unmetText } from '../src/text/needs.ts'
import { viewText } from '../src/text/views.ts'
import { dockViews } from '../src/views/index.ts'
import { filling } from '../src/views/needs.ts'
import { violations } from './axe.ts'
import { dock } from './dock.ts'
import { alone, expect, type LabPage, test } from './lab.page.ts'

const tip = (lab: LabPage) => lab.page.getByRole('tooltip')
const marked = (lab: LabPage, id: string) => lab.page.locator(`[data-says="${id}"]`).first()

/** Where the tip stands: inside the window, and not over what it is about. */
async function beside(lab: LabPage, id: string) {
  await expect(tip(lab)).toContainText(words[id as keyof typeof words])
  const [t, m] = [(await tip(lab).boundingBox())!, (await marked(lab, id).boundingBox())!]
  const { width, height } = lab.page.viewportSize()!
  expect([t.x >= 0, t.y >= 0, t.x + t.width <= width, t.y + t.height <= height]).toEqual([true, true, true, true])
  const apart = t.x >= m.x + m.width || t.x + t.width <= m.x || t.y >= m.y + m.height || t.y + t.height <= m.y
  expect(apart, id).toBe(true)
}

test('what the pointer rests on says what it stands for, and goes with it', async ({ lab, page }) => {
  await lab.open('s=magazines&at=3000000&dock=caches~locks')
  const ids = 'map.mapped figure-in-line caches.depot lanes.wait history.now mark.spill time.play top.views map.used'
  for (const id of ids.split(' ')) {
    await marked(lab, id).hover()
    await beside(lab, id)
  }
  // A setting says its own words, beside its line.
  await lab.byId('control-m.cpus').locator('.c-name').hover()
  await expect(tip(lab)).not.toHaveText(words['map.used'])
  await page.mouse.move(700, 10)
  await expect(tip(lab)).toHaveCount(0)
  // Who leaves the window, or works in another, takes along what is shown and what was about to be.
  for (const leave of [
    () => page.mouse.move(-20, -20),
    () => page.evaluate(() => window.dispatchEvent(new FocusEvent('blur'))),
  ]) {
    await marked(lab, 'map.used').hover()
    await beside(lab, 'map.used')
    await leave()
    await expect(tip(lab)).toHaveCount(0)
    await page.mouse.move(700, 10)
    await marked(lab, 'map.used').hover()
    await leave()
    await page.waitForTimeout(500)
    await expect(tip(lab)).toHaveCount(0)
  }
  // What acts does so and is not spoken over, as an entry of the legend.
  const entry = page.getByTestId('legend').getByRole('button').first()
  await entry.hover()
  await expect(tip(lab)).toHaveCount(1)
  await entry.click()
  await expect(entry).toHaveAttribute('aria-pressed', 'false')
  await expect(tip(lab)).toHaveCount(0)
  await entry.press('Enter')
  await expect(entry).toHaveAttribute('aria-pressed', 'true')
  await expect(tip(lab)).toHaveCount(0)
  // What is pressed is not spoken over; a caption that is pressed is.
  await marked(lab, 'caches.title').click()
  await beside(lab, 'caches.title')
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(tip(lab)).toHaveCount(0)
  expect(lab.complaints).toEqual([])
})

test('what is cut where room is short is told whole with what it stands for', async ({ lab, page }) => {
  await page.setViewportSize({ width: 1024, height: 768 })
  await lab.open('s=nvme-mixed')
  const preset = lab.byId('preset')
  const title = preset.locator('.a-preset-title')
  await title.evaluate((e) => (e.style.maxWidth = '40px'))
  await preset.hover()
  await beside(lab, 'top.preset')
  await expect(tip(lab)).toContainText(await title.innerText())
  await lab.open('s=never')
  const line = marked(lab, 'figure-reachable').locator('.a-line')
  expect(await line.evaluate((e) => e.scrollWidth > e.clientWidth)).toBe(true)
  await line.hover()
  await expect(tip(lab)).toContainText(await line.innerText())
})

test('the keyboard comes to a view by its title and walks its captions', async ({ lab, page }) => {
  await lab.open('s=batched&at=3000000&dock=queues')
  const title = dock(lab).getByRole('button', { name: viewText.whatIs(viewText.queues.title) })
  await page.getByRole('button', { name: viewText.tableOf(viewText.map.title) }).focus()
  for (let i = 0; i < 20 && !(await title.evaluate((b) => b === document.activeElement)); i++)
    await page.keyboard.press('Tab')
  await expect(title).toBeFocused()
  await beside(lab, 'queues.title')
  // Who does not see it hears it.
  const said = await title.getAttribute('aria-describedby')
  expect(await page.locator(`#${said}`).textContent()).toContain(words['queues.title'])
  for (const id of ['queues.queued', 'queues.reachable'] as const) {
    await page.keyboard.press('ArrowRight')
    await expect(marked(lab, id)).toBeFocused()
    await beside(lab, id)
  }
  await expect(title).not.toHaveAttribute('aria-describedby')
  await page.keyboard.press('Escape')
  await expect(tip(lab)).toHaveCount(0)
  await expect(marked(lab, 'queues.reachable')).toBeFocused()
  // A control says its words when the keyboard rests there, and is silent when it acts.
  await page.getByRole('button', { name: text.transport.play, exact: true }).focus()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Tab')
  await beside(lab, 'time.play')
  await page.keyboard.press('.')
  await expect(tip(lab)).toHaveCount(0)
  expect(lab.complaints).toEqual([])
})

alone.describe('by touch', () => {
  alone.use({ hasTouch: true, viewport: { width: 390, height: 844 } })
  alone('a tap explains what does not act, a long press what does', async ({ lab, page }) => {
    await lab.open('s=frames-64k&at=5000000')
    for (const id of ['figure-refused', 'map.free', 'map.title']) {
      await marked(lab, id).tap()
      await beside(lab, id)
    }
    await page.touchscreen.tap(200, 300)
    await expect(tip(lab)).toHaveCount(0)
    const step = marked(lab, 'time.step')
    const before = await lab.hash()
    const at = (await step.boundingBox())!
    const cdp = await page.context().newCDPSession(page)
    const touchPoints = [{ x: at.x + at.width / 2, y: at.y + at.height / 2 }]
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
    await beside(lab, 'time.step')
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await lab.idle()
    expect(await lab.hash()).toBe(before)
    await step.tap()
    await lab.idle()
    await expect.poll(() => lab.hash()).not.toBe(before)
  })
})

test('the menu of views tells what there is to see, closes on a choice and gives the keys back', async ({
  lab,
  page,
}) => {
  await lab.open('s=batched&at=3000000&dock=queues~ledger~locks')
  const reachable = await lab.byId('figure-reachable').innerText()
  const open = async () => {
    await page.getByRole('button', { name: text.top.views, exact: true }).click()
    return page.getByRole('menu')
  }
  let menu = await open()
  const { needs } = unmetText
  await expect(menu.getByRole('group', { name: unmetText.here }).getByRole('menuitemcheckbox')).toHaveCount(11)
  const elsewhere = menu.getByRole('group', { name: unmetText.elsewhere })
  await expect(elsewhere.getByRole('menuitemcheckbox', { name: viewText.pool.title })).toContainText(needs.pool.short)
  await expect(menu.getByRole('menuitemcheckbox', { checked: true })).toHaveCount(3)
  expect(await violations(page)).toEqual([])
  // Three are there: the last yields, and the figures stay those of the run.
  await menu.getByRole('menuitemcheckbox', { name: viewText.studies.published.title }).click()
  await expect(menu).toHaveCount(0)
  await expect(dock(lab).getByRole('heading', { level: 2 })).toContainText(viewText.studies.published.title)
  await expect.poll(() => lab.fragment()).toContain('dock=queues~ledger~published')
  expect(await lab.byId('figure-reachable').innerText()).toBe(reachable)
  // Keys are the page's again.
  const clock = await lab.byId('clock').innerText()
  await page.keyboard.press('.')
  await lab.idle()
  await expect.poll(() => lab.byId('clock').innerText()).not.toBe(clock)
  // By keys alone; and an empty view says why, and opens what fills it.
  await page.getByRole('button', { name: text.top.views, exact: true }).press('Enter')
  menu = page.getByRole('menu')
  await menu.getByRole('menuitemcheckbox', { name: viewText.pool.title }).press('Enter')
  await expect(menu).toHaveCount(0)
  await expect(lab.byId('nothing')).toContainText(needs.pool.says)
  expect(await lab.byId('figure-reachable').innerText()).not.toBe('')
  await lab
    .byId('nothing')
    .getByRole('button', { name: /^Open “/ })
    .click()
  await expect(lab.byId('view-pool')).toBeVisible()
  await expect(lab.byId('nothing')).toHaveCount(0)
  // Opening views about unmapping does not bring their figures to a scenario about something else.
  await lab.open('s=magazines&at=3000000')
  const line = lab.byId('figure-in-line')
  await expect(line).toBeVisible()
  menu = await open()
  await menu.getByRole('menuitemcheckbox', { name: viewText.ledger.title }).click()
  await expect(dock(lab).getByRole('heading', { level: 2 })).toContainText(viewText.ledger.title)
  await expect(line).toBeVisible()
  expect(lab.complaints).toEqual([])
})

/** What of a part of the page has no explanation, or one without words: a line each. */
const unexplained = (lab: LabPage, parts: string) =>
  lab.page.evaluate(
    ([selector, known]) => {
      const bare = (e: Element) => {
        const marked = e.closest('[data-says]') ?? e.querySelector('[data-says]') ?? e.closest('[data-says-field]')
        const id =
          (marked?.getAttribute('data-says') ?? marked?.querySelector('[data-says]')?.getAttribute('data-says')) || ''
        return !(id.startsWith('#') ? document.getElementById(id.slice(1))?.textContent : known.includes(id))
      }
      const shown = (e: Element) => e.getClientRects().length > 0 && !e.closest('.v-sr, [role="tooltip"]')
      return Array.from(document.querySelectorAll(selector))
        .filter((e) => shown(e) && bare(e))
        .map((e) => `${e.className || e.tagName}: ${e.getAttribute('aria-label') ?? e.textContent}`.slice(0, 120))
    },
    [parts, Object.keys(words)] as const,
  )

/** A log of a window larger than what is listed of one. */
const WINDOW = `[    2.204866] nvme 0121:50:00.0: ibm,query-pe-dma-windows(53) 500000 8000000 20000121 returned 0, lb=1000000 ps=3 wn=1
[    2.204900] nvme 0121:50:00.0: can't map partition max 0x8000000000000 with 16777216 65536-sized pages
[    2.205058] nvme 0121:50:00.0: ibm,create-pe-dma-window(54) 500000 8000000 20000121 10 28 returned 0 (liobn = 0x70000121 starting addr = 8000000 0)
`

/** What is explained and out of the keyboard's reach, or by two tips at once: a line each. */
const unreached = (lab: LabPage) =>
  lab.page.evaluate(() => {
    const all = (selector: string) =>
      Array.from(document.querySelectorAll<HTMLElement>(selector)).filter((e) => e.getClientRects().length > 0)
    const groupOf = (e: Element) => e.closest('[data-says-group]')
    const ways = all('button, a[href], input, select, summary, [tabindex]').filter((e) => e.tabIndex >= 0)
    const walked = new Set(ways.filter((e) => e.matches('[data-says-tap]')).map(groupOf))
    for (const e of all('[data-says-tap]')) if (groupOf(e) && walked.has(groupOf(e))) ways.push(e)
    const markOf = (e: Element) =>
      (e.closest('[data-says]') ?? e.closest('[data-says-field]')?.querySelector('[data-says]'))?.getAttribute(
        'data-says',
      )
    const said = new Set(ways.map(markOf))
    return [
      ...all('[data-says]')
        // Who has no pointer reads some of them elsewhere; a caption has one place.
        .filter((e) => !e.matches('[aria-hidden="true"]'))
        .filter((e) => (e.matches('.u-says') ? !ways.includes(e) : !said.has(e.getAttribute('data-says'))))
        .map((e) => `no key leads to ${e.getAttribute('data-says')}`),
      ...all('[data-says][title], [data-says] [title], [title] [data-says]').map(
        (e) => `two tips: ${e.outerHTML.slice(0, 90)}`,
      ),
    ]
  })

const idsOf = (all: Element[]) => all.map((e) => e.getAttribute('data-says'))

/** Of a view of the dock: its title, its colours, heads of columns, names of figures, captions of axes. */
const IN_VIEW =
  '.v-dock h2, .v-dock .v-ramp, .v-dock .v-chip, .v-dock .v-figures > *, .v-dock dl dt:not(.v-ddw-step dt), .v-dock thead th:not(.v-sr th, .v-twin th), .v-dock .u-caption'
/** Of the page: figures, legend, marks, and all that can be pressed or moved, but what bears its whole words on it. */
const ON_PAGE =
  '.a-figure, .v-legend button, .v-legend-mark, .c-marks > *, .v-stack h2, .v-stack .u-caption, .v-glyph, .v-gutter-head, .a-top button, .c-transport button, .c-transport [role="slider"], .v-head-map button, .v-head-map select, .v-head-map input, .c-field [role="slider"], .c-field [role="radio"], .c-field [role="switch"], .c-foot button, .c-foot input, .v-track-hit [role="slider"]'

test('of every view each colour, column, figure and caption is explained, and each acronym is spelled out', async ({
  lab,
  page,
}) => {
  test.slow()
  const bare: string[] = []
  for (const { id } of dockViews) {
    await lab.turnTo(`s=${filling(id)?.id ?? 'frames-64k'}&dock=${id}`)
    const title = dock(lab).locator('h2 [data-says]')
    await title.click()
    await expect(tip(lab)).toContainText(words[`${id}.title`])
    const spelled = await tip(lab).innerText()
    const shown = await dock(lab).evaluate((view) => (view as HTMLElement).innerText)
    for (const acronym of acronymsIn(`${shown} ${words[`${id}.title`]}`))
      if (!spelled.includes(acronyms[acronym]!)) bare.push(`${id}: ${acronym}`)
    bare.push(...(await unexplained(lab, IN_VIEW)).map((one) => `${id}: ${one}`))
    bare.push(...(await unexplained(lab, ON_PAGE)))
    bare.push(...(await unreached(lab)).map((one) => `${id}: ${one}`))
    await page.keyboard.press('Escape')
  }
  // Legends by every colour.
  for (const colour of COLOURS_BY) {
    await lab.turnTo(`s=greedy-cpu&at=2000000&colour=${colour}`)
    bare.push(...(await unexplained(lab, ON_PAGE)))
  }
  // What stands over the map and under it, where there is little room, and history without a line above it.
  const seen = new Set<string | null>()
  for (const link of ['s=greedy-cpu&at=2000000', 's=one-lock&at=1000000', 's=hypervisor-2011', 's=pinhole']) {
    await lab.turnTo(link)
    // Its window is listed in part.
    if (link === 's=pinhole') await lab.drop('window.txt', WINDOW)
    for (const [width, height] of [
      [1440, 900],
      [720, 450],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height })
      await lab.idle()
      bare.push(...(await unreached(lab)).map((one) => `${width}: ${one}`))
      for (const id of await page.locator('[data-says]').evaluateAll(idsOf)) seen.add(id)
    }
  }
  for (const id of ['map.base', 'map.passed', 'map.foreign', 'map.behind', 'map.listed'])
    expect([...seen]).toContain(id)
  expect([...new Set(bare)]).toEqual([])
  expect(lab.complaints).toEqual([])
})
