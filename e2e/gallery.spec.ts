// The gallery: every preset by mouse and by keys, what is asked for by words, and what a new visitor sees first.

import type { Page } from '@playwright/test'
import { lookFor } from '../src/app/find-presets.ts'
import { presets } from '../src/sim/index.ts'
import { text } from '../src/text/en.ts'
import { galleryText as t } from '../src/text/gallery.ts'
import { shelves } from '../src/text/shelves.ts'
import { termOf } from '../src/text/terms.ts'
import { violations } from './axe.ts'
import { alone, expect, type LabPage, test } from './lab.page.ts'

const SIZES = [
  [1440, 900],
  [2560, 1440],
  [1280, 720],
  [1024, 768],
  [720, 450],
  [390, 844],
  [360, 740],
] as const

const standing = shelves.flatMap((shelf) => Object.keys(shelf.presets))
const gallery = (page: Page) => page.getByTestId('gallery')
const field = (page: Page) => page.getByTestId('gallery-search')
const shown = (page: Page) =>
  gallery(page)
    .locator('.g-card')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-testid')?.replace('card-', '')))
const isOpen = (lab: LabPage, id: string) => expect(lab.byId('preset')).toContainText(id)

/** Text that is cut, elements that stand out of the page at the side, and what lies over its neighbour in the bar. */
const cut = (page: Page) =>
  gallery(page).evaluate((root) => {
    const { width } = root.getBoundingClientRect()
    const bar = Array.from(root.querySelectorAll('.g-bar > *'), (e) => e.getBoundingClientRect()).filter(
      (b) => b.width > 0,
    )
    const over = bar.filter((b, i) => b.left < (bar[i - 1]?.right ?? 0) + 4).map((b) => `over its neighbour: ${b.left}`)
    const out = Array.from(root.querySelectorAll<HTMLElement>('*'))
      .filter((e) => !e.closest('.v-sr'))
      .filter((e) => {
        const box = e.getBoundingClientRect()
        const hides = getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1
        return box.width > 0 && (hides || box.left < -0.5 || box.right > width + 0.5)
      })
      .map((e) => `${e.className}: ${e.textContent?.slice(0, 40)}`)
    return [...over, ...out]
  })

test('by mouse: the open one is marked, a shelf is picked, a card opens, and undo leads back', async ({
  lab,
  page,
}) => {
  await lab.open('s=frames-64k&at=1000000')
  const hash = await lab.hash()
  await lab.byId('preset').click()
  expect(await shown(page)).toEqual(standing)
  expect(standing.toSorted()).toEqual(presets.map(({ id }) => id).toSorted())
  await expect(gallery(page).locator('[aria-current]')).toHaveAttribute('data-testid', 'card-frames-64k')
  for (const [i, shelf] of shelves.entries()) {
    await gallery(page)
      .locator('.g-filter label')
      .nth(i + 1)
      .click()
    expect(await shown(page)).toEqual(Object.keys(shelf.presets))
    await expect(gallery(page).getByRole('heading', { name: shelf.title })).toBeVisible()
  }
  await gallery(page).getByRole('radio', { name: /2009/ }).check({ force: true })
  await lab.byId('card-panic').click()
  await expect(gallery(page)).toHaveCount(0)
  await isOpen(lab, 'panic')
  await lab.idle()
  await page.getByRole('button', { name: text.top.undo }).click()
  await lab.idle()
  await isOpen(lab, 'frames-64k')
  expect(await lab.hash()).toBe(hash)
  await lab.byId('preset').click()
  await gallery(page).getByRole('button', { name: t.close }).click()
  await expect(gallery(page)).toHaveCount(0)
  await expect(lab.byId('preset')).toBeFocused()
  // What lies under the pointer when it closes is not explained unasked.
  const { x, y } = (await lab.byId('control-d0.iommuPage').boundingBox())!
  await page.keyboard.press('g')
  await page.mouse.move(x + 20, y + 8)
  await page.keyboard.press('Escape')
  await expect(gallery(page)).toHaveCount(0)
  await page.waitForTimeout(800)
  await expect(page.locator('.u-tip')).toHaveCount(0)
  await page.mouse.move(x + 22, y + 8)
  await expect(page.locator('.u-tip')).toHaveCount(1)
  expect(lab.complaints).toEqual([])
})

test('by keys: arrows reach every card, letters the search, Enter opens, Escape takes one thing back', async ({
  lab,
  page,
}) => {
  const { keyboard } = page
  await lab.open('s=frames-64k&at=1000000')
  await lab.byId('play').focus()
  await keyboard.press('g')
  await expect(field(page)).toBeFocused()
  await keyboard.press('ArrowDown')
  const reached: string[] = []
  for (const _ of standing) {
    reached.push(
      await page.evaluate(() => document.activeElement?.getAttribute('data-testid')?.replace('card-', '') ?? ''),
    )
    await keyboard.press('ArrowRight')
  }
  expect(reached).toEqual(standing)
  await expect(page.locator(':focus')).toBeInViewport({ ratio: 1 })
  const column = async () => (await page.locator(':focus').boundingBox())!.x
  await keyboard.press('Home')
  await keyboard.press('ArrowRight')
  const x = await column()
  for (let i = 0; i < 4; i++) {
    await keyboard.press('ArrowDown')
    expect(Math.abs((await column()) - x)).toBeLessThan(2)
    await expect(page.locator(':focus')).toBeInViewport({ ratio: 1 })
  }
  // One of all is reached by Tab: the one that had the focus last.
  const last = await page.locator(':focus').getAttribute('data-testid')
  await keyboard.press('Shift+Tab')
  await keyboard.press('Tab')
  await expect(page.locator(':focus')).toHaveAttribute('data-testid', last ?? '')
  await keyboard.type('two ports')
  await expect(field(page)).toHaveValue('two ports')
  expect((await shown(page))[0]).toBe('two-ports')
  await keyboard.press('Escape')
  await expect(field(page)).toHaveValue('')
  expect(await shown(page)).toEqual(standing)
  await keyboard.press('Escape')
  await expect(gallery(page)).toHaveCount(0)
  await expect(lab.byId('play')).toBeFocused()
  await keyboard.press('g')
  await keyboard.type('two ports')
  await keyboard.press('Enter')
  await isOpen(lab, 'two-ports')
  await lab.idle()
  // The keys are the page's again.
  await keyboard.press('u')
  await isOpen(lab, 'frames-64k')
  // Enter on a card.
  await keyboard.press('g')
  await expect(field(page)).toBeFocused()
  await keyboard.press('ArrowDown')
  await keyboard.press('End')
  await keyboard.press('Enter')
  await isOpen(lab, standing.at(-1) ?? '')
  expect(lab.complaints).toEqual([])
})

test('no words lead to an empty page, and a pasted log keeps its words apart', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=1000000')
  await page.keyboard.press('g')
  await field(page).fill('zyxxy')
  const none = lab.byId('gallery-none')
  await expect(none).toBeVisible()
  for (const example of t.search.examples) {
    await none.getByRole('button', { name: example }).click()
    await expect(field(page)).toHaveValue(example)
    expect((await shown(page)).length, example).toBeGreaterThan(0)
    await field(page).fill('zyxxy')
  }
  await page.keyboard.press('Enter')
  await expect(none).toBeVisible()
  await none.getByRole('button', { name: t.search.all(presets.length) }).click()
  expect(await shown(page)).toEqual(standing)
  await expect(field(page)).toBeFocused()
  const paste = (text: string) =>
    field(page).evaluate((input, pasted) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text', pasted)
      input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, text)
  await paste('two\r\n  ports\n')
  await expect(field(page)).toHaveValue('two ports')
  expect((await shown(page))[0]).toBe('two-ports')
  // What says it stands far beyond what the field shows.
  await field(page).fill('')
  const lines = Array.from({ length: 400 }, (_, i) => `[    ${i}.000001] DMAR: dmar${i % 9}: Using Queued invalidation`)
  const full = 'nvme 0000:01:00.0: swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 0 (slots)'
  await paste([...lines, `[  401.000001] ${full}`].join('\n'))
  expect((await field(page).inputValue()).length).toBe(1000)
  expect((await shown(page))[0]).toBe('full-but-empty')
  await expect(gallery(page).getByRole('status')).toHaveText(/best first|1 preset/)
})

test('a strong few are shown, the rest when asked for, and a term says what it is and leads to help', async ({
  lab,
  page,
}) => {
  await lab.open('s=frames-64k&at=1000000')
  await page.keyboard.press('g')
  await field(page).fill('what is a TCE')
  const { ids, near } = lookFor('what is a TCE')
  expect(await shown(page)).toEqual(ids.slice(0, near))
  const more = lab.byId('gallery-more')
  await expect(more).toHaveText(t.search.more(ids.length - near))
  await more.click()
  expect(await shown(page)).toEqual(ids)
  await expect(lab.byId('gallery-term')).toContainText(termOf('TCE')!.says)
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height })
    expect(await cut(page), `${width}`).toEqual([])
  }
  expect(await violations(page)).toEqual([])
  await field(page).fill('What are TCEs?')
  await expect(more).toHaveAttribute('aria-expanded', 'false')
  await lab.byId('gallery-term').getByRole('button').click()
  await expect(gallery(page)).toHaveCount(0)
  await expect(page.locator(`[data-term="TCE"]`)).toBeFocused()
  await page.keyboard.press('Escape')
  // What asks for help is only a sign where one writes.
  await page.keyboard.press('g')
  await expect(field(page)).toBeFocused()
  await page.keyboard.type('?')
  await expect(field(page)).toHaveValue('?')
  await field(page).fill('')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('?')
  await expect(lab.byId('help-search')).toBeFocused()
  expect(lab.complaints).toEqual([])
})

test('it opens at once, whatever it holds', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=1000000')
  const took = async () => {
    const ms = await page.evaluate(async () => {
      const begun = performance.now()
      document.querySelector<HTMLElement>('[data-testid="preset"]')?.click()
      await new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)))
      return document.querySelector('[data-testid="gallery"] .g-card') ? performance.now() - begun : Number.NaN
    })
    await page.keyboard.press('Escape')
    await expect(gallery(page)).toHaveCount(0)
    return ms
  }
  // A machine that is busy elsewhere is not slow here.
  await expect.poll(took).toBeLessThan(100)
})

test('nothing is cut at any size, and axe finds nothing, dark and light', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=1000000')
  for (const query of ['', 'frames', 'zyxxy']) {
    await page.keyboard.press('g')
    await field(page).fill(query)
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height })
      expect(await cut(page), `${width} ${query}`).toEqual([])
      if (width !== 1440 && width !== 390) continue
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await violations(page), `${width} ${colorScheme} ${query}`).toEqual([])
      }
    }
    if (query) await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await expect(gallery(page)).toHaveCount(0)
  }
})

alone('a new visitor is shown what happens until something is chosen, and never again', async ({ page, context }) => {
  await page.addInitScript(() => {
    const open: { onclose: () => void }[] = []
    const CloseWatcher = class {
      onclose = () => {}
      constructor() {
        open.push(this)
      }
      destroy() {
        open.splice(open.indexOf(this), 1)
      }
    }
    Object.assign(window, { CloseWatcher, goBack: () => open.at(-1)?.onclose() })
  })
  await page.goto('./?testing=1')
  const watch = page.getByTestId('watch')
  await expect(watch).toBeFocused()
  await expect(page.getByRole('heading', { name: t.welcome.title })).toBeVisible()
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height })
    await expect(watch).toBeInViewport({ ratio: 1 })
    expect(await cut(page), `${width}`).toEqual([])
  }
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violations(page), colorScheme).toEqual([])
  }
  // Neither having seen it nor having put it away is a choice.
  for (const leave of [
    () => page.keyboard.press('Escape'),
    () => page.getByRole('button', { name: t.close }).click(),
  ]) {
    await leave()
    await expect(gallery(page)).toHaveCount(0)
    await page.reload()
    await expect(watch).toBeFocused()
  }
  await page.keyboard.press('Enter')
  await expect(gallery(page)).toHaveCount(0)
  await expect(page.getByTestId('figure-refused').first()).toHaveText('1', { timeout: 30_000 })
  await page.goto('about:blank')
  await page.goto('./?testing=1')
  await expect(page.getByTestId('view-iova-space')).toBeVisible()
  await expect(gallery(page)).toHaveCount(0)
  // What happens can be watched again.
  await page.keyboard.press('g')
  await page.getByTestId('watch-again').click()
  await expect(gallery(page)).toHaveCount(0)
  await expect(page.getByTestId('play')).toHaveAccessibleName(text.transport.pause)
  // Whoever comes by a link wants to see what it shows, and has seen no first page yet.
  await page.evaluate(() => localStorage.clear())
  for (const [link, open] of [
    ['#s=pinhole', 0],
    ['#s=', 0],
    ['#%E0%A4%A', 0],
    ['', 1],
  ] as const) {
    await page.goto('about:blank')
    await page.goto(`./?testing=1${link}`)
    await expect(page.getByTestId('preset')).toBeAttached()
    await expect(page.getByTestId('view-iova-space')).toBeAttached()
    await expect(gallery(page)).toHaveCount(open)
  }
  // A phone's way back leads to the lab.
  await page.evaluate(() => (window as unknown as { goBack(): void }).goBack())
  await expect(gallery(page)).toHaveCount(0)
  // A preset, a file or the lab is a choice, too.
  const choices: readonly (() => Promise<unknown>)[] = [
    () => page.getByRole('button', { name: t.welcome.lab }).click(),
    () => page.getByTestId('card-pinhole').click(),
    () => page.getByTestId('trace-file').setInputFiles({ name: 'a', mimeType: 'text/plain', buffer: Buffer.from('a') }),
  ]
  for (const choose of choices) {
    await page.evaluate(() => localStorage.clear())
    await page.goto('about:blank')
    await page.goto('./?testing=1')
    await expect(watch).toBeFocused()
    await choose()
    await expect(gallery(page)).toHaveCount(0)
    expect(await page.evaluate(() => localStorage.getItem('dmascope.seen'))).toBe('1')
  }
  // Where nothing can be remembered, or nothing more, each visit begins so: once.
  for (const refused of ['all', 'writing']) {
    const other = await context.newPage()
    await other.addInitScript((what) => {
      const refuse = () => {
        throw new DOMException('refused', what === 'all' ? 'SecurityError' : 'QuotaExceededError')
      }
      localStorage.clear()
      if (what === 'all') Object.defineProperty(window, 'localStorage', { get: refuse })
      else Storage.prototype.setItem = refuse
    }, refused)
    await other.goto('./?testing=1')
    await other.getByRole('button', { name: t.welcome.lab }).click()
    await expect(other.getByTestId('view-iova-space')).toBeVisible()
    await expect(gallery(other)).toHaveCount(0)
    await other.close()
  }
})
