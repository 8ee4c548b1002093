// What does not come, does not keep or cannot be drawn: a sentence where it would stand, and a way on.

import type { BrowserContext, Page } from '@playwright/test'
import { text } from '../src/text/en.ts'
import { laterText } from '../src/text/later.ts'
import { missingText } from '../src/text/missing.ts'
import { viewText } from '../src/text/views.ts'
import { expect, type LabPage, alone as test } from './lab.page.ts'

test.use({ actionTimeout: 10_000 })

/** The files of the build that a page fetches while it already stands: all that the main script does not import. */
async function laterFiles(page: Page): Promise<RegExp> {
  const first = new Set<string>()
  const ask = async (name: string) => {
    if (first.has(name)) return
    first.add(name)
    const words = await (await page.request.get(`./assets/${name}`)).text()
    for (const [, imported = ''] of words.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) await ask(imported)
  }
  const html = await (await page.request.get('./')).text()
  for (const [, name = ''] of html.matchAll(/assets\/([\w-]+\.\w+)"/g)) await ask(name)
  return new RegExp(`/assets/(?!entry-|${[...first].join('|')})[^/]+\\.(js|css)`)
}

/** Lets nothing of the kind through until the answer is called. */
async function withhold(at: Page | BrowserContext, what: RegExp, status?: number): Promise<() => Promise<void>> {
  await at.route(what, (route) => (status ? route.fulfill({ status, body: 'not found' }) : route.abort()))
  return () => at.unroute(what)
}

/** What the browser itself says of files that do not come is no complaint of the page. */
const own = (lab: LabPage) =>
  lab.complaints.filter((words) => !/Failed to load resource|dynamically imported module|preload CSS|ERR_/.test(words))

test('offline, every part that is asked for says so in its place, and comes when there is a connection', async ({
  lab,
  page,
  context,
}) => {
  await lab.open('s=magazines&dock=none')
  await context.setOffline(true)
  const ids = ['tce-pages', 'iotlb', 'boot', 'scaling', 'levels']
  const titles = [viewText.pages, viewText.iotlb, viewText.boot, viewText.studies.scaling, viewText.levels]
  const views = page.getByRole('button', { name: text.top.views, exact: true })
  const dock = page.locator('.a-dock')
  for (const { title } of titles) {
    // What has nothing to show in a run is not asked for.
    if (title === viewText.levels.title) await lab.turnTo('s=nvlink-whole&dock=none')
    await views.click()
    const item = page.getByRole('menuitemcheckbox', { name: title, exact: true })
    await item.click()
    await expect(dock.getByTestId('not-loaded'), title).toContainText(missingText.offline(title))
    await dock.getByTestId('ask-again').click()
    await expect(dock.getByTestId('not-loaded'), title).toContainText(missingText.offline(title))
    await views.click()
    await item.click()
  }
  // What is dropped closes what is open over the lab, so it comes first.
  await lab.drop('boot.txt', 'spapr')
  await expect(lab.byId('file-card')).toContainText('boot.txt: what reads it could not be loaded')
  await page.keyboard.press('?')
  await expect(page.locator('.a-cards').getByTestId('not-loaded')).toContainText(missingText.offline(text.top.help))
  await expect(lab.byId('missing-card')).toContainText(laterText.offlineWhy)
  // The run goes on.
  await page.keyboard.press('Space')
  await expect(lab.byId('play')).toHaveAttribute('aria-label', text.transport.pause)
  await page.keyboard.press('Space')

  await context.setOffline(false)
  await expect(page.getByRole('dialog')).toContainText('IOVA')
  await page.keyboard.press('Escape')
  await expect(lab.byId('not-loaded')).toHaveCount(0)
  await expect(lab.byId('missing-card')).toBeHidden()
  // The run was played meanwhile: a file opens over it only when asked again.
  await lab.byId('file-card').getByRole('button', { name: missingText.again }).click()
  await expect(lab.byId('file-card')).not.toContainText('could not be loaded')
  for (const id of ids) {
    await lab.turnTo(`s=${id === 'boot' ? 'iommu-fails' : id === 'levels' ? 'nvlink-whole' : 'batched'}&dock=${id}`)
    await expect(lab.byId(`view-${id}`).first()).toBeVisible()
  }
  expect(own(lab)).toEqual([])
})

test('nothing but the main script comes: a map that plays, a sentence for the rest, and all of it when asked again', async ({
  lab,
  page,
}) => {
  const give = await withhold(page, await laterFiles(page))
  await lab.open('s=frames-64k')
  await expect(lab.byId('view-iova-space')).toBeVisible()
  for (const place of ['.a-controls', '.a-rail', '.a-centre', '.a-top'])
    await expect(page.locator(place).getByTestId('ask-again').first(), place).toBeVisible()
  await expect(lab.byId('not-loaded').first()).toContainText('could not be loaded')
  await page.keyboard.press('Space')
  await expect.poll(() => lab.number('events')).toBeGreaterThan(0)
  await page.keyboard.press('Space')
  // The gallery says so in a card, which takes the wish back.
  await lab.byId('preset').click()
  const card = page.locator('.a-card').filter({ hasText: missingText.missing(text.preset.part) })
  await card.getByRole('button', { name: text.problem.dismiss }).click()
  await expect(card).toHaveCount(0)
  await page.locator('.a-rail').getByTestId('ask-again').first().click()
  await expect(lab.byId('not-loaded').first()).toContainText('could still not be loaded')
  await give()
  await page.locator('.a-rail').getByTestId('ask-again').first().click()
  await expect(lab.byId('ask-again')).toHaveCount(0)
  await expect(lab.byId('missing-card')).toBeHidden()
  await expect(lab.byId('story')).toBeVisible()
  await expect(page.locator('.a-controls [role="radio"]').first()).toBeVisible()
  // With its style: a style sheet that did not come is asked for, too.
  expect(
    await page
      .locator('.v-scrubber')
      .first()
      .evaluate((e) => getComputedStyle(e).position),
  ).toBe('relative')
  expect(own(lab)).toEqual([])
})

test('after a deployment the open page says that there is a newer one, and reloading keeps the run', async ({
  lab,
  page,
}) => {
  await lab.open('s=frames-64k&dock=none')
  const play = async () => {
    await page.keyboard.press('n')
    await page.keyboard.press('.')
    await lab.idle()
  }
  await play()
  const hash = await lab.hash()
  const newer = async () => {
    const answer = await page.request.get('./')
    const body = (await answer.text()).replace(/assets\/index-[\w-]+\.js/, 'assets/index-newer.js')
    await page.route(/\/(\?.*)?$/, (route) => route.fulfill({ status: 200, contentType: 'text/html', body }))
  }
  await test.step('when it is looked at again', async () => {
    await newer()
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    const card = lab.byId('newer-card')
    await expect(card).toContainText(laterText.keeps)
    await card.getByRole('button', { name: laterText.later }).click()
    await expect(card).toBeHidden()
  })
  await test.step('when a part is gone', async () => {
    await withhold(page, await laterFiles(page), 404)
    await page.getByRole('button', { name: text.top.views, exact: true }).click()
    await page.getByRole('menuitemcheckbox', { name: viewText.pages.title }).click()
    await page.keyboard.press('Escape')
    await expect(page.locator('.a-dock').getByTestId('not-loaded')).toContainText('could not be loaded')
    await expect(lab.byId('newer-card')).toContainText(laterText.newerWhy)
  })
  await page.unrouteAll()
  await lab.byId('newer-card').getByRole('button', { name: missingText.reload }).click()
  await page.waitForFunction(() => 'dmascope' in window)
  await expect(lab.byId('newer-card')).toBeHidden()
  await lab.idle()
  expect(await lab.hash()).toBe(hash)
  await expect(lab.byId('view-tce-pages')).toBeVisible()

  await test.step('a file of one’s own is named', async () => {
    await lab.drop('mine.txt', RECORDING)
    await expect(lab.byId('preset')).toContainText('mine.txt')
    await newer()
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await expect(lab.byId('newer-card')).toContainText(laterText.keepsNotFile('mine.txt'))
  })
})

test('a recording that does not come says so, and comes when asked for again', async ({ lab, page }) => {
  const give = await withhold(page, /recordings\//)
  await lab.open('s=real-boot')
  await expect(lab.byId('file-card')).toContainText('could not be fetched')
  await expect(lab.byId('view-iova-space')).toBeVisible()
  await give()
  await lab.byId('file-card').getByRole('button', { name: missingText.again }).click()
  await expect(lab.byId('preset')).toContainText('real-boot')
  await expect(lab.byId('file-card')).toBeHidden()
})

test('a history and a storage that throw are told, and nothing is lost', async ({ lab, page, context }) => {
  await context.grantPermissions([])
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('refused', 'SecurityError')
    }
    if (!location.search.includes('testing')) return
    history.pushState = refuse
    history.replaceState = refuse
    Object.defineProperty(window, 'localStorage', { get: refuse })
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error('no')) } })
  })
  await lab.open('s=frames-64k')
  await page.keyboard.press('n')
  await lab.idle()
  const card = lab.byId('link-card')
  await expect(card).toContainText(laterText.unkept)
  expect(lab.fragment()).toBe('#s=frames-64k')
  const shown = card.getByRole('textbox', { name: laterText.shownLink })
  await shown.focus()
  await expect(shown).toHaveValue(/d0\.iommuPage~4k/)
  await card.getByRole('button', { name: text.problem.dismiss }).click()
  // Told once; the run goes on, and so does the theme.
  await page.keyboard.press('Escape')
  await page.keyboard.press('.')
  await page.keyboard.press('t')
  await lab.idle()
  await expect(card).toBeHidden()
  await page.keyboard.press('c')
  await expect(card).toContainText(laterText.uncopied)
  await shown.focus()
  const link = await shown.inputValue()
  const hash = await lab.hash()
  await lab.open(new URL(link).hash)
  expect(await lab.hash()).toBe(hash)
  expect(lab.complaints).toEqual([])
})

test('a view that throws says so in its place, and the rest goes on', async ({ lab, page }) => {
  // A part of the program that is broken: what it exports throws when it is drawn.
  await page.route(/\/assets\/dock-[\w-]{8}\.js$/, async (route) => {
    const answer = await route.fetch()
    const body = await answer.text()
    const names = [...(/export\s*\{([^}]*)\}/.exec(body)?.[1] ?? '').matchAll(/(?:\bas\s+)?(\w+)\s*(?:,|$)/g)]
    await route.fulfill({
      contentType: 'text/javascript',
      body: `const broken = () => { throw new Error('drawn wrongly') }\nexport { ${names.map(([, n]) => `broken as ${n}`).join(', ')} }`,
    })
  })
  await lab.open('s=frames-64k&dock=tables')
  const broken = page.locator('.a-dock').getByTestId('missing')
  await expect(broken).toContainText('drawn wrongly')
  await page.keyboard.press('Space')
  await expect.poll(() => lab.number('events')).toBeGreaterThan(0)
  await page.keyboard.press('Space')
  await broken.getByRole('button', { name: missingText.again }).click()
  await expect(broken).toContainText('drawn wrongly')
  await lab.turnTo('s=batched&dock=ledger')
  await expect(lab.byId('view-ledger')).toBeVisible()
  await expect(broken).toBeHidden()
})

test('a page that cannot start says why', async ({ page }) => {
  const start = page.locator('.start')
  await test.step('the main script does not come', async () => {
    const give = await withhold(page, /\/assets\/index-[\w-]+\.js/, 404)
    await page.goto('./#s=frames-64k&at=1000')
    await expect(start).toContainText('could not be loaded')
    await give()
    await start.getByRole('button', { name: 'Reload' }).click()
    await expect(page.getByTestId('view-iova-space')).toBeVisible()
    await expect(start).toHaveCount(0)
    expect(page.url()).toContain('#s=frames-64k&at=1000')
  })
  await test.step('the main script throws', async () => {
    await page.route(/\/assets\/index-[\w-]+\.js/, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: "throw new Error('not today')" }),
    )
    await page.goto('about:blank')
    await page.goto('./')
    await expect(start).toContainText('could not be started: Uncaught Error: not today')
    await page.unrouteAll()
  })
  await test.step('the style does not come', async () => {
    await withhold(page, /\/assets\/index-[\w-]+\.css/, 404)
    await page.goto('about:blank')
    await page.goto('./')
    await expect(start).toContainText('could not be loaded')
    await expect(page.getByTestId('view-iova-space')).toBeVisible()
    await expect(start).toBeVisible()
  })
})

/** Two calls of a machine whose window has 4K pages. */
const RECORDING = [
  'spapr_iommu_pci_put liobn=0x80000001 ioba=0x1000 tce=0x123003 ret=0',
  'spapr_iommu_pci_put liobn=0x80000001 ioba=0x2000 tce=0x124003 ret=0',
  '',
].join('\n')
