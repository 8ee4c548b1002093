// The lab as a person meets it, and the few handles that exist only under `?testing=1`.

import { test as base, expect, type Locator, type Page } from '@playwright/test'
import { decodeLink } from '../src/share/url.ts'
import { createRun, presetById } from '../src/sim/index.ts'
import { viewText } from '../src/text/views.ts'
import type { FrameStats } from '../src/tools/frame-stats.ts'
import { loaded } from '../src/tools/recordings.ts'

interface Handles {
  ready(): Promise<void>
  idle(): Promise<void>
  hash(): Promise<string>
  frameStats(): FrameStats
  help(term: string): void
  end(): void
  begin(): void
}

type Handled = { readonly dmascope: Handles }

/** Somebody who was here before sees the lab at once; the first page of all others is in gallery.spec.ts. */
function remember(): void {
  try {
    localStorage.setItem('dmascope.seen', '1')
  } catch {
    // Nothing is remembered here, and nobody welcomed.
  }
}

export class LabPage {
  /** What the console complained of, and errors nobody caught. */
  readonly complaints: string[] = []
  readonly page: Page

  /** Whether the page is loaded once only: whatever is opened later begins in the same page. */
  private readonly stays: boolean
  private isLoaded = false
  private isOpen = false

  constructor(page: Page, stays = false) {
    this.page = page
    this.stays = stays
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text())
    })
  }

  /** Opens the lab anew at a link's fragment (with or without `#`) and waits until its picture stands. */
  async open(fragment = ''): Promise<void> {
    const hash = `#${fragment.replace(/^#/, '')}`
    if (this.stays && this.isLoaded) {
      await this.end()
      await this.page.evaluate((to) => {
        history.pushState(null, '', location.pathname + location.search + to)
        ;(window as unknown as Handled).dmascope.begin()
      }, hash)
    } else await this.load(hash)
    await this.page.evaluate(() => (window as unknown as Handled).dmascope.ready())
    await this.idle()
    this.isOpen = true
  }

  /** Ends what is open in a page that stays: its run, its studies, its pictures. */
  async end(): Promise<void> {
    if (this.isOpen) await this.page.evaluate(() => (window as unknown as Handled).dmascope.end())
    this.isOpen = false
  }

  private async load(hash: string): Promise<void> {
    if (!this.isLoaded) await this.page.addInitScript(remember)
    // A new fragment alone would not load the page again.
    await this.page.goto('about:blank')
    await this.page.goto(`./?testing=1${hash}`)
    await this.page.waitForFunction(() => 'dmascope' in window)
    this.isLoaded = true
  }

  /** Leaves nothing of the test before: neither what it may do or stored, nor its size, colours and pointer. */
  async clear({ viewport, colorScheme }: Looks): Promise<void> {
    await this.page.context().clearPermissions()
    await this.page.mouse.move(0, 0)
    if (viewport) await this.page.setViewportSize(viewport)
    await this.page.emulateMedia({ colorScheme })
    if (this.isLoaded) await this.page.evaluate(() => localStorage.clear()).then(() => this.page.evaluate(remember))
    this.complaints.length = 0
  }

  /** Gives the open page another fragment, as a person does who pastes a link, and waits until its picture stands. */
  async turnTo(fragment: string): Promise<void> {
    if (!this.isOpen) return this.open(fragment)
    await this.page.evaluate(async (hash) => {
      const changed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }))
      location.hash = hash
      await changed
    }, fragment)
    await this.idle()
  }

  idle(): Promise<void> {
    return this.page.evaluate(() => (window as unknown as Handled).dmascope.idle())
  }

  hash(): Promise<string> {
    return this.page.evaluate(() => (window as unknown as Handled).dmascope.hash())
  }

  /** Opens help at a term, as parts of the page do. */
  help(term: string): Promise<void> {
    return this.page.evaluate((at) => (window as unknown as Handled).dmascope.help(at), term)
  }

  frameStats(): Promise<FrameStats> {
    return this.page.evaluate(() => (window as unknown as Handled).dmascope.frameStats())
  }

  /** The fragment in the address bar. */
  fragment(): string {
    return new URL(this.page.url()).hash
  }

  byId(id: string): Locator {
    return this.page.getByTestId(id)
  }

  /** The number in an element, however its digits are grouped. */
  async number(id: string): Promise<number> {
    const text = (await this.byId(id).first().innerText()).replace(/(?<=\d)[\s\u2009\u202f\u00a0,](?=\d)/g, '')
    const digits = /-?\d+(\.\d+)?/.exec(text)
    if (!digits) throw new Error(`no number in ${id}: ${text}`)
    return Number(digits[0])
  }

  /** Rows of a view's table twin, as text, without its head. */
  async twin(title: string): Promise<string[][]> {
    const name = viewText.tableOf(title)
    const button = this.page.getByRole('button', { name })
    await button.click()
    const rows = await this.page
      .getByRole('region', { name })
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => Array.from(row.children, (cell) => cell.textContent ?? '')))
    await button.click()
    return rows
  }

  /** Opens a preset from the gallery, by its card. */
  async choose(preset: string): Promise<void> {
    await this.byId('preset').click()
    await this.byId(`card-${preset}`).click()
    await expect(this.byId('gallery')).toHaveCount(0)
  }

  /** Lets a file go over the page. */
  drop(name: string, content: string | Uint8Array): Promise<void> {
    return this.dropAll([[name, content]])
  }

  /** Lets files go over the page, all at once. */
  async dropAll(files: readonly (readonly [name: string, content: string | Uint8Array])[]): Promise<void> {
    const given = files.map(([name, content]) => [name, Buffer.from(content).toString('base64')] as const)
    const dataTransfer = await this.page.evaluateHandle((all) => {
      const data = new DataTransfer()
      for (const [name, content] of all) {
        const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0))
        data.items.add(new File([bytes], name, { type: 'text/plain' }))
      }
      return data
    }, given)
    await this.page.dispatchEvent('main', 'dragenter', { dataTransfer })
    await expect(this.byId('drop')).toBeVisible()
    await this.page.dispatchEvent('main', 'drop', { dataTransfer })
  }

  /** Presses Tab until something inside the element with this test id has the focus. */
  async tabTo(id: string): Promise<void> {
    for (let i = 0; i < 120; i++) {
      const there = `[data-testid="${id}"]`
      if (await this.page.evaluate((wanted) => !!document.activeElement?.closest(wanted), there)) return
      await this.page.keyboard.press('Tab')
    }
    throw new Error(`Tab does not reach ${id}`)
  }

  /** The pixels of a view's canvas, as a data address: equal pictures have equal ones. */
  picture(view: string): Promise<string> {
    return this.byId(`view-${view}`)
      .locator('canvas')
      .first()
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
  }
}

/** The hash that Node gives at a link's position. */
export function hashInNode(link: string): { hash: string; events: number } {
  const { scenario, position } = decodeLink(link)
  const preset = presetById(scenario.preset)
  const run = createRun(loaded(scenario, preset), preset?.horizonNs ?? 0)
  run.seek(position)
  return { hash: run.hash(), events: run.machine.state.events }
}

interface Looks {
  readonly viewport: { width: number; height: number } | null
  readonly colorScheme: 'dark' | 'light' | 'no-preference' | null
}

interface OfWorker {
  /** The page that the tests of a worker share. */
  readonly openLab: LabPage
}

/** A test with a page of its own, which is loaded whenever it is opened: for what the browser or the server does to it. */
export const alone = base.extend<{ lab: LabPage }>({
  lab: async ({ page }, use) => use(new LabPage(page)),
})

/** A test in the page of its worker: a lab that begins anew there takes a third of the time of a page. */
export const test = base.extend<{ lab: LabPage }, OfWorker>({
  openLab: [
    async ({ browser }, use) => {
      const page = await browser.newPage()
      await use(new LabPage(page, true))
      await page.close()
    },
    { scope: 'worker' },
  ],
  context: async ({ openLab }, use) => use(openLab.page.context()),
  page: async ({ openLab }, use) => use(openLab.page),
  lab: async ({ openLab, viewport, colorScheme, actionTimeout }, use) => {
    openLab.page.setDefaultTimeout(actionTimeout ?? 0)
    await openLab.clear({ viewport, colorScheme })
    await use(openLab)
    // What plays or is computed would take its time from the tests that follow.
    await openLab.end()
  },
})
export { expect }
