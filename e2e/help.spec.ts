// The help: what to begin with, the keys, and a search among the terms of all stories.

import { presetById } from '../src/sim/index.ts'
import { text } from '../src/text/en.ts'
import { helpText } from '../src/text/help.ts'
import { termGroups, terms } from '../src/text/terms.ts'
import { violations } from './axe.ts'
import { expect, test } from './lab.page.ts'

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
]

test('help begins with five sentences, finds terms as one types, and opens what shows them', async ({ lab, page }) => {
  await lab.open('s=frames-64k')
  const { keyboard } = page
  await lab.byId('play').focus()
  await keyboard.press('?')
  const help = page.getByRole('dialog', { name: helpText.title })
  await expect(help.locator('ol > li')).toHaveCount(5)
  const [count, rows] = [lab.byId('help-count'), help.locator('[data-term]')]
  await expect(count).toHaveText(helpText.terms(terms.length))
  await expect(rows).toHaveCount(terms.length)
  await expect(help.getByRole('heading', { level: 2 })).toHaveCount(termGroups.length + 2)

  // A field with a pointer has the focus: one just types.
  await keyboard.type('superp')
  await expect(rows.first().locator('dt')).toContainText('large page')
  await expect(count).toHaveText(helpText.found(await rows.count(), terms.length, 0))
  await keyboard.press('Escape')
  await expect(lab.byId('help-search')).toHaveValue('')
  await expect(rows).toHaveCount(terms.length)
  await keyboard.type('undo')
  await expect(help.locator('kbd')).toHaveText(['u, Ctrl Z'])
  await lab.byId('help-search').fill('pizza')
  await expect(lab.byId('help-nothing')).toContainText(helpText.nothing('pizza'))
  // Nor has any term a sign, and of what is longer than any name only the beginning is looked for.
  await lab.byId('help-search').fill('🙂')
  await expect(lab.byId('help-nothing')).toBeVisible()
  await lab.byId('help-search').fill('')
  await keyboard.insertText('x'.repeat(5000))
  await expect(lab.byId('help-nothing')).toContainText(helpText.nothing('x'.repeat(200)))
  await help.getByRole('button', { name: helpText.all }).click()
  await expect(rows).toHaveCount(terms.length)

  const lazy = terms.find(({ term }) => term === 'lazy')!
  await lab.byId('help-search').fill('lazy')
  await help.getByRole('button', { name: helpText.sees(lazy.preset, presetById(lazy.preset)!.title, 'lazy') }).click()
  await expect(help).toBeHidden()
  // What was chosen is looked at: the keys are those of its picture, as after a choice in the gallery.
  await expect(page.locator('#map')).toBeFocused()
  await lab.idle()
  expect(lab.fragment()).toContain(`s=${lazy.preset}`)
})

test('help opens at a term, goes on to another, and searches for what is none', async ({ lab, page }) => {
  await lab.open('s=frames-64k')
  const row = (term: string) => page.locator(`[data-term="${term}"]`)
  for (const [asked, term] of [
    ['DDW', 'DDW'],
    ['TCEs', 'TCE'],
    ['deferred', 'lazy'],
  ] as const) {
    await lab.help(asked)
    await expect(row(term)).toBeFocused()
    await expect(row(term)).toBeInViewport({ ratio: 1 })
  }
  await lab.byId('help-search').fill('flush')
  await lab.help('MTU')
  await expect(row('MTU')).toBeFocused()
  await lab.help('hypervisor offers')
  await expect(lab.byId('help-search')).toHaveValue('hypervisor offers')
})

test('help keeps its head in sight and cuts nothing at any size, and axe finds nothing, dark and light', async ({
  lab,
  page,
}) => {
  await lab.open('s=frames-64k')
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: helpText.title })
  const close = help.getByRole('button', { name: text.top.close })
  const body = page.locator('.a-help-body')
  for (const size of SIZES) {
    await page.setViewportSize(size)
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const query of size.width < 500 ? ['flush', 'pizza', ''] : ['']) {
        await lab.byId('help-search').fill(query)
        const where = `${size.width}, ${colorScheme}, ${query}`
        expect(await violations(page), where).toEqual([])
        const wider = body
          .locator('*')
          .evaluateAll((all) =>
            all
              .filter((e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)
              .map((e) => `${e.className} ${e.textContent}`),
          )
        expect(await wider, where).toEqual([])
      }
    }
    await lab.byId('help-search').fill('')
    // The last part is led to, and brings the end of the list into sight while the head stays.
    const last = termGroups.at(-1)!
    await help.getByRole('navigation').getByRole('button', { name: last.title }).click()
    await expect(help.getByRole('heading', { name: last.title })).toBeInViewport()
    await body.evaluate((e) => e.scrollTo(0, e.scrollHeight))
    await expect(help.locator('[data-term]').last()).toBeInViewport()
    await expect(close).toBeInViewport({ ratio: 1 })
    await expect(lab.byId('help-search')).toBeInViewport({ ratio: 1 })
  }
  await close.click()
  await expect(help).toBeHidden()
})
