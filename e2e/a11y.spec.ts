import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import { text } from '../src/text/en.ts'
import { viewText } from '../src/text/views.ts'
import { expect, test } from './lab.page.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** What axe objects to, a line per rule and element. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
    return (await axe.run()).violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary = '' }) => ({ html, failureSummary })),
    }))
  })
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  )
}

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

for (const theme of ['dark', 'light'] as const) {
  for (const [name, viewport] of Object.entries(SIZES)) {
    test.describe(`${theme}, ${name}`, () => {
      test.use({ colorScheme: theme, viewport })
      for (const link of ['s=frames-64k&sel=513', 's=pools&colour=cpu', 's=halves&dock=tce-pages~regions&bogus=1']) {
        test(`axe finds nothing in ${link}`, async ({ lab, page }) => {
          await lab.open(link)
          expect(await violations(page)).toEqual([])
        })
      }
    })
  }
}

test('axe finds nothing in the help and in the table twin of the map', async ({ lab, page }) => {
  await lab.open('s=frames-64k')
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: text.help.title })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  const twin = viewText.tableOf(viewText.map.title)
  await page.getByRole('button', { name: twin }).click()
  await expect(page.getByRole('region', { name: twin }).getByRole('table')).toBeVisible()
  expect(await violations(page)).toEqual([])
})
