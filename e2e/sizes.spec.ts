// Every preset at every size of window: no text is cut, covered or run over, and what one steers with is in view.

import type { Page } from '@playwright/test'
import { COLOURS_BY, presets } from '../src/sim/index.ts'
import { text } from '../src/text/en.ts'
import { inspectorText } from '../src/text/inspector.ts'
import { dockViews } from '../src/views/index.ts'
import { misfits } from './fits.ts'
import { expect, type LabPage, test } from './lab.page.ts'

const SIZES = [
  [1440, 900],
  [1920, 1080],
  [1366, 768],
  [1280, 720],
  [1024, 768],
  [720, 450],
  [390, 844],
  [360, 740],
] as const
const PROJECTORS = [
  [1366, 768],
  [1280, 720],
  [1024, 768],
] as const
const DESK = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
/** Tests of as many presets each: short enough for any machine, and for any number of workers. */
const AT_ONCE = 4
const LEAST_MAP = 200
/** On a phone the map gives way to the history. */
const LEAST_MAP_PHONE = 160
const LEAST_HISTORY = 40

test.beforeEach(({ openLab, viewport, colorScheme }) => openLab.clear({ viewport, colorScheme }))

/** Each fault with the places where it was seen. */
class Faults {
  private readonly seen = new Map<string, string[]>()

  add(fault: string, where: string): void {
    this.seen.set(fault, [...(this.seen.get(fault) ?? []), where])
  }

  /** Measures the page as it stands; again where something is wrong, as what fades is told of its size after it has it. */
  async measure(lab: LabPage, where: string, within: string | null = null): Promise<void> {
    let found = await lab.page.evaluate(misfits, within)
    for (let again = 0; found.length > 0 && again < 3; again++) {
      await lab.page.waitForTimeout(100)
      found = await lab.page.evaluate(misfits, within)
    }
    for (const fault of found) this.add(fault, where)
  }

  all(): string[] {
    return Array.from(this.seen, ([fault, places]) => `${fault} | ${places.join(', ')}`)
  }
}

/** What is not in view, or covered, of what a run is steered with and looked at. */
async function outOfView(page: Page, width: number, path: string | undefined): Promise<string[]> {
  const { transport: t } = text
  const names = [t.play, t.step, t.stepBack, t.reset].map((name) => `[aria-label="${name}"]`)
  const next = Object.values(text.happening).map(({ one }) => t.next(one))
  return page.evaluate(
    ({ names, next, wide, desk, phone, path, least, leastHistory }) => {
      const faults: string[] = []
      const first = (...all: (Element | null | undefined)[]) => all.find((e) => e?.checkVisibility())
      const check = (name: string, e: Element | null | undefined, inside = true) => {
        if (!e) return faults.push(`no ${name}`)
        const box = e.getBoundingClientRect()
        const whole = box.left >= -1 && box.top >= -1 && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1
        if (!whole) return faults.push(`${name} is not in view: ${Math.round(box.top)}–${Math.round(box.bottom)}`)
        const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2]
        const at = document.elementFromPoint(x, y)
        if (inside && at && !e.contains(at) && !at.contains(e))
          faults.push(`${name} is under .${at.getAttribute('class')}`)
        return 0
      }
      for (const name of names) check(name, document.querySelector(name))
      check(
        'next happening',
        Array.from(document.querySelectorAll('.c-buttons button')).find((b) =>
          next.some((words) => b.getAttribute('aria-label') === words || b.textContent?.includes(words)),
        ),
      )
      check('preset', document.querySelector('[data-testid="preset"]'))
      check('scrubber', document.querySelector('.v-thumb'))
      check('clock', document.querySelector('[data-testid="clock"]'))
      check(
        'speed',
        first(document.querySelector('.c-transport .c-speed'), document.querySelector('.c-clock .c-events')),
      )
      const map = document.querySelector('[data-testid="view-iova-space"]') ?? document.querySelector('.a-map')
      check('map', map, false)
      const high = map?.getBoundingClientRect().height ?? 0
      if (high < least) faults.push(`the map is ${high} px high`)
      if (phone) {
        // What stays at the foot covers what scrolls under it.
        const foot = document.querySelector('[data-stays]')?.getBoundingClientRect().top ?? 0
        const history = document.querySelector('[data-testid="view-address-time"]')?.getBoundingClientRect()
        const shown = history ? Math.min(history.bottom, foot) - history.top : 0
        if (shown < leastHistory) faults.push(`${shown} px of address × time are in view`)
        const refused = document.querySelector('[data-testid="view-timeline"]')?.getBoundingClientRect()
        if (!refused || refused.bottom > foot + 1) faults.push('the refusals are under the scrubber')
        const legend = document.querySelector('.v-legend')?.getBoundingClientRect().height ?? 0
        if (legend > 32) faults.push('the legend is more than a row')
      }
      const column = document.querySelector('.a-column')
      const under = column ? column.scrollHeight - column.clientHeight : 0
      if (desk && under > 1) faults.push(`${under} px are scrolled under the scrubber`)
      if (wide) check('time stack', document.querySelector('.v-stack'), false)
      if (path) {
        // The control, or the button in the story that does what it is for.
        const before = faults.length
        for (const at of [`control-${path}`, 'story-does']) {
          faults.length = before
          check(`nudge's control ${path}`, document.querySelector(`[data-testid="${at}"]`))
          if (faults.length === before) break
        }
      }
      return faults
    },
    {
      names,
      next,
      wide: width >= 1024,
      desk: width >= 1440,
      phone: width < 480,
      path,
      least: width < 480 ? LEAST_MAP_PHONE : LEAST_MAP,
      leastHistory: LEAST_HISTORY,
    },
  )
}

/** The legend of the open preset under every other colour. */
async function measureLegends(lab: LabPage, id: string, faults: Faults): Promise<void> {
  for (const by of COLOURS_BY.slice(1)) {
    await lab.page.setViewportSize(DESK)
    await lab.page.evaluate((i) => {
      document.querySelectorAll<HTMLElement>('input[name="v-colour-by"]')[i]?.click()
    }, COLOURS_BY.indexOf(by))
    // On a phone it is one row, whatever stands in it.
    for (const size of by === 'cpu' ? [DESK, PHONE] : [DESK]) {
      await lab.page.setViewportSize(size)
      await lab.idle()
      await faults.measure(lab, `${id} by ${by} ${size.width}×${size.height}`, '.v-legend')
      const rows = await lab.page.locator('.v-legend').evaluate((e) => e.clientHeight)
      if (size === DESK && rows > 50) faults.add('the legend takes three lines at a desk', `${id} by ${by}`)
    }
  }
}

for (let from = 0; from < presets.length; from += AT_ONCE) {
  const some = presets.slice(from, from + AT_ONCE)
  test(`${some[0]!.id} to ${some.at(-1)!.id} fit every size, and their legends whatever the map is coloured by`, async ({
    openLab: lab,
  }) => {
    const faults = new Faults()
    // A size begins with the theme that the one before ended with: they change once a size.
    const themes = ['dark', 'light'] as const
    for (const { id, nudge } of some) {
      await lab.turnTo(`s=${id}`)
      for (const [i, [width, height]] of SIZES.entries()) {
        await lab.page.setViewportSize({ width, height })
        await lab.byId('clock').waitFor()
        const where = `${id} ${width}×${height}`
        for (const colorScheme of i % 2 ? themes.toReversed() : themes) {
          await lab.page.emulateMedia({ colorScheme })
          await lab.idle()
          await faults.measure(lab, `${where} ${colorScheme}`)
          if (colorScheme === 'light') continue
          for (const fault of await outOfView(lab.page, width, nudge?.path)) faults.add(fault, where)
        }
      }
      await measureLegends(lab, id, faults)
    }
    expect(faults.all()).toEqual([])
  })
}

test('map, history, scrubber and transport stand in view with any view of the dock', async ({ openLab: lab }) => {
  const faults = new Faults()
  for (const { id } of dockViews) {
    const preset =
      presets.find((one) => one.dock[0] === id) ?? presets.find((one) => one.dock.includes(id)) ?? presets[0]!
    const others = preset.dock.filter((other) => other !== id).slice(0, 2)
    await lab.turnTo(`s=${preset.id}&dock=${[id, ...others].join('~')}`)
    for (const [width, height] of PROJECTORS) {
      await lab.page.setViewportSize({ width, height })
      await lab.idle()
      const where = `${id} of ${preset.id} ${width}×${height}`
      await faults.measure(lab, where)
      for (const fault of await outOfView(lab.page, width, undefined)) faults.add(fault, where)
    }
    await lab.page.setViewportSize(DESK)
    await lab.idle()
    for (const fault of await outOfView(lab.page, DESK.width, undefined))
      faults.add(fault, `${id} of ${preset.id} at a desk`)
  }
  expect(faults.all()).toEqual([])
})

test('a clicked cell shows its card where the rail is a drawer, beside the cell; the log keeps its lines', async ({
  openLab: lab,
}) => {
  const { page } = lab
  for (const [width, height] of [...PROJECTORS, [720, 450]] as const) {
    await page.setViewportSize({ width, height })
    await lab.open('s=frames-64k&at=8000000')
    const map = (await lab.byId('view-iova-space').boundingBox())!
    for (const share of [0.2, 0.8]) {
      const [x, y] = [map.width * share, Math.min(map.height / 2, 100)]
      await lab.byId('view-iova-space').click({ position: { x, y } })
      const card = lab.byId('cell-card')
      await expect(card.getByTestId('address')).toBeVisible()
      const box = (await card.boundingBox())!
      expect(box.x > map.x + x || box.x + box.width < map.x + x).toBe(true)
      expect(await outOfView(page, 720, undefined)).toEqual([])
      await card.getByRole('button', { name: inspectorText.clear }).click()
      await expect(card).toBeHidden()
    }
  }
  await page.setViewportSize(DESK)
  await lab.open('s=frames-64k&at=8000000&sel=2313')
  expect(await lab.byId('log').evaluate((e) => e.clientHeight)).toBeGreaterThan(100)
  await expect(lab.byId('cell-card')).toHaveCount(0)
})
