// Every preset at every size of window: no text is cut, covered or run over, and what one steers with is in view.

import type { Page } from '@playwright/test'
import { presets } from '../src/sim/index.ts'
import { text } from '../src/text/en.ts'
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
/** Tests of as many presets each: they go to two workers. */
const AT_ONCE = 7
const LEAST_MAP = 200

test.beforeEach(({ openLab, viewport, colorScheme }) => openLab.clear({ viewport, colorScheme }))

/** Each fault with the places where it was seen. */
class Faults {
  private readonly seen = new Map<string, string[]>()

  add(fault: string, where: string): void {
    this.seen.set(fault, [...(this.seen.get(fault) ?? []), where])
  }

  /** Measures the page as it stands; both themes, which differ in colours only. */
  async measure(lab: LabPage, where: string, within: string | null = null): Promise<void> {
    for (const theme of ['dark', 'light'] as const) {
      await lab.page.evaluate((name) => {
        document.documentElement.dataset.theme = name
      }, theme)
      for (const fault of await lab.page.evaluate(misfits, within)) this.add(fault, `${where} ${theme}`)
    }
  }

  all(): string[] {
    return Array.from(this.seen, ([fault, places]) => `${fault} | ${places.join(', ')}`)
  }
}

/** What is not in view, or covered, of what a run is steered with and looked at. */
async function outOfView(page: Page, wide: boolean, path: string | undefined): Promise<string[]> {
  const { transport: t } = text
  const names = [t.play, t.step, t.stepBack, t.reset].map((name) => `[aria-label="${name}"]`)
  const next = Object.values(text.happening).map(({ one }) => t.next(one))
  return page.evaluate(
    ({ names, next, wide, path, least }) => {
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
    { names, next, wide, path, least: LEAST_MAP },
  )
}

for (let from = 0; from < presets.length; from += AT_ONCE) {
  const some = presets.slice(from, from + AT_ONCE)
  test(`${some[0]!.id} to ${some.at(-1)!.id} fit every size`, async ({ openLab: lab }) => {
    const faults = new Faults()
    for (const { id, nudge } of some) {
      await lab.turnTo(`s=${id}`)
      for (const [width, height] of SIZES) {
        await lab.page.setViewportSize({ width, height })
        await lab.idle()
        const where = `${id} ${width}×${height}`
        await faults.measure(lab, where)
        for (const fault of await outOfView(lab.page, width >= 1024, nudge?.path)) faults.add(fault, where)
      }
    }
    expect(faults.all()).toEqual([])
  })
}
