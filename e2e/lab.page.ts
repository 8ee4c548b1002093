// The lab as a person meets it, and the few handles that exist only under `?testing=1`.

import { test as base, expect, type Locator, type Page } from '@playwright/test'
import { decodeLink } from '../src/share/url.ts'
import { createRun, presetById } from '../src/sim/index.ts'
import { viewText } from '../src/text/views.ts'
import { loaded } from '../src/tools/recordings.ts'

interface Handles {
  ready(): Promise<void>
  idle(): Promise<void>
  hash(): Promise<string>
  frameStats(): FrameStats
}

export interface FrameStats {
  readonly frames: number
  readonly medianFps: number
  readonly p95PaintMs: number
  readonly longTasks: readonly { readonly atMs: number; readonly ms: number }[]
  readonly lastInputToPaintMs: readonly number[]
}

type Handled = { readonly dmascope: Handles }

export class LabPage {
  /** What the console complained of, and errors nobody caught. */
  readonly complaints: string[] = []
  readonly page: Page

  constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text())
    })
  }

  /** Opens the lab anew at a link's fragment (with or without `#`) and waits until its picture stands. */
  async open(fragment = ''): Promise<void> {
    // A new fragment alone would not load the page again.
    await this.page.goto('about:blank')
    await this.page.goto(`./?testing=1#${fragment.replace(/^#/, '')}`)
    await this.page.waitForFunction(() => 'dmascope' in window)
    await this.page.evaluate(() => (window as unknown as Handled).dmascope.ready())
    await this.idle()
  }

  /** Gives the open page another fragment, as a person does who pastes a link, and waits until its picture stands. */
  async turnTo(fragment: string): Promise<void> {
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

interface OfWorker {
  /** One page for all tests of a worker that need no new one: a link takes a quarter of the time in a page that is open. */
  readonly openLab: LabPage
}

export const test = base.extend<{ lab: LabPage }, OfWorker>({
  lab: async ({ page }, use) => use(new LabPage(page)),
  openLab: [
    async ({ browser }, use) => {
      const page = await browser.newPage()
      const lab = new LabPage(page)
      await lab.open()
      await use(lab)
      await page.close()
    },
    { scope: 'worker' },
  ],
})
export { expect }
