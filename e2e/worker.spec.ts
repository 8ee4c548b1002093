// A worker that is killed, stuck or never there, a run that goes on for ever, a probe that fails: the page says so, has
// a way on, and loses nothing.

import type { Page } from '@playwright/test'
import { text } from '../src/text/en.ts'
import { viewText } from '../src/text/views.ts'
import { alone, expect, type LabPage, test } from './lab.page.ts'

const { transport, worker } = text
/** Nothing visible ever happens, although there is always a next event. */
const SILENT = 'v=1&s=hypervisor-2011&m.comesUp=absent&at=5194500'
/** No buffer is ever refused, and an event takes a while. */
const SLOW = 'v=1&s=linear-wall&w0.ranges=1000'

/** Events of days. */
const FAR = './?testing=1#v=1&s=frames-64k&at=3600000000000.1000000000000'

/** The workers' script, as it is built. */
const SCRIPT = /entry-.*\.js/

interface Hold {
  mode: 'real' | 'throws' | 'deaf'
  readonly all: Worker[]
}
const set = (page: Page, mode: Hold['mode']) =>
  page.evaluate((m) => {
    ;(window as unknown as { hold: Hold }).hold.mode = m
  }, mode)

/** Puts every worker that the page makes into the test's hand. */
async function hold(page: Page, mode: Hold['mode']): Promise<void> {
  await page.addInitScript((first) => {
    const Real = window.Worker
    const held: Hold = { mode: first, all: [] }
    Object.assign(window, { hold: held })
    window.Worker = class extends Real {
      constructor(url: string | URL, options?: WorkerOptions) {
        if (held.mode === 'throws') throw new Error('workers are blocked here')
        super(url, options)
        held.all.push(this)
        if (held.mode === 'deaf') this.postMessage = () => {}
      }
    }
  }, mode)
}

async function choose(lab: LabPage, preset: string): Promise<void> {
  await lab.choose(preset)
  await expect(lab.byId('preset')).toContainText(preset)
}

const card = (lab: LabPage) => lab.byId('failure-card')
const press = (lab: LabPage, name: string) => card(lab).getByRole('button', { name }).click()

test('a step that nothing comes of ends and says so, and never keeps another preset from opening', async ({
  lab,
  page,
}) => {
  await lab.open(SILENT)
  const [hash, events] = [await lab.hash(), await lab.number('events')]
  const step = page.getByRole('button', { name: transport.step, exact: true })
  await step.click()
  await expect(lab.byId('ended')).toContainText('Nothing visible happens up to')
  await lab.idle()
  expect([await lab.hash(), await lab.number('events')]).toEqual([hash, events])

  // A search: how far it is, Stop in the place of Play; by key and by button.
  await lab.turnTo(SLOW)
  await page.keyboard.press(']')
  const underway = lab.byId('underway')
  await expect(underway).toContainText(/looking for the next [a-z ]+: [\d.]+ ms …/)
  await expect(lab.byId('play')).toHaveAccessibleName(transport.stop)
  await page.keyboard.press('Escape')
  await expect(underway).toBeHidden()
  await expect(lab.byId('play')).toHaveAccessibleName(transport.play)
  const stopped = await lab.number('events')
  await lab.idle()
  expect(await lab.number('events')).toBe(stopped)

  // In the midst of everything at once.
  await lab.turnTo(SILENT)
  await step.click({ modifiers: ['Shift'] })
  await page.keyboard.press(']')
  const began = Date.now()
  await choose(lab, 'frames-4k')
  await lab.idle()
  expect(Date.now() - began).toBeLessThan(5000)
  expect(await lab.number('figure-mapped')).toBeGreaterThan(0)
  expect(lab.complaints).toEqual([])
})

alone(
  'a position that no run has is refused in words, and one that is far says how far and can be stopped',
  async ({ lab, page }) => {
    await lab.open('v=1&s=frames-64k&at=0.1000000')
    await expect(lab.byId('ended')).toContainText('There are only')
    await page.goto('about:blank')
    await page.goto(FAR)
    const underway = lab.byId('underway')
    await expect(underway).toContainText(/replaying .* of .* events · about .* (h|days) more/)
    await page.keyboard.press('Space')
    await expect(underway).toBeHidden()
    await lab.idle()
    const stopped = await lab.number('events')
    expect(stopped).toBeGreaterThan(0)
    await page.goto('about:blank')
    await page.goto(FAR)
    await underway.getByRole('button', { name: text.state.stop }).click()
    await expect(underway).toBeHidden()
  },
)

alone(
  'a worker that is gone without a word is told of, waited for, and brought back as it was',
  async ({ lab, page }) => {
    await hold(page, 'real')
    await lab.open('v=1&s=frames-64k&at=4000000&what=nothing&in=3000000.9000~w0.load~30')
    await lab.idle()
    const [hash, fragment] = [await lab.hash(), lab.fragment()]
    await expect(lab.byId('problem-card')).toBeVisible()
    await page.evaluate(() => {
      for (const w of (window as unknown as { hold: Hold }).hold.all) Worker.prototype.terminate.call(w)
    })
    await page.getByRole('button', { name: transport.play }).click()
    await expect(card(lab)).toContainText(worker.silent)
    await press(lab, worker.wait)
    await expect(card(lab)).toBeHidden()
    await expect(card(lab)).toContainText(worker.silent)
    await press(lab, worker.restart)
    await expect(card(lab)).toBeHidden()
    await lab.idle()
    expect([await lab.hash(), lab.fragment()]).toEqual([hash, fragment])
    await expect(lab.byId('problem-card')).toBeVisible()
    const before = await lab.number('events')
    await page.getByRole('button', { name: transport.play }).click()
    await expect.poll(() => lab.number('events')).toBeGreaterThan(before + 100)
  },
)

alone('a worker that never answers, or cannot be made, leaves a page with a way on', async ({ lab, page }) => {
  // Its script does not arrive.
  await page.route(SCRIPT, (route) => route.abort())
  await page.goto('./?testing=1#s=frames-64k')
  await expect(card(lab)).toContainText(worker.never)
  await page.unroute(SCRIPT)
  await press(lab, worker.restart)
  await lab.idle()
  expect(await lab.number('figure-mapped')).toBeGreaterThan(0)

  await hold(page, 'throws')
  await page.goto('about:blank')
  await page.goto('./?testing=1#s=frames-64k')
  await expect(card(lab)).toContainText('workers are blocked here')
  await expect(card(lab)).toContainText(worker.never)
  await press(lab, worker.restart)
  await expect(card(lab)).toContainText('workers are blocked here')
  await set(page, 'deaf')
  await press(lab, worker.restart)
  await expect(card(lab)).toContainText(worker.silent)
  await set(page, 'real')
  await choose(lab, 'frames-4k')
  await lab.idle()
  expect(await lab.number('figure-mapped')).toBeGreaterThan(0)
})

alone('a probe that fails is told of in its place, and the other pictures go on', async ({ lab, page }) => {
  let broken = 0
  await page.route(SCRIPT, async (route) => {
    const response = await route.fetch()
    const body = (await response.text()).replace(/id:(["'`])regions\1,build\([^)]*\)\{/, (head) => {
      broken++
      return `${head}throw Error("broken on purpose");`
    })
    await route.fulfill({ response, body })
  })
  await lab.open('s=pools&dock=regions')
  expect(broken).toBe(1)
  const missing = lab.byId('missing')
  await expect(missing).toContainText(worker.missing(viewText.regions.title))
  await expect(missing).toContainText('broken on purpose')
  const before = await lab.number('events')
  await page.getByRole('button', { name: transport.play }).click()
  await expect.poll(() => lab.number('events')).toBeGreaterThan(before + 1000)
  const picture = await lab.picture('iova-space')
  await expect.poll(() => lab.picture('iova-space')).not.toBe(picture)
  expect(await missing.count()).toBe(1)
})
