// Play and pause as a person sees them, and a control clicked before.

import type { Locator } from '@playwright/test'
import { text } from '../src/text/en.ts'
import { expect, type LabPage } from './lab.page.ts'

export const play = (lab: LabPage): Locator => lab.byId('play')
export const plays = (lab: LabPage) => expect(play(lab)).toHaveAttribute('aria-label', text.transport.pause)
export const stands = (lab: LabPage) => expect(play(lab)).toHaveAttribute('aria-label', text.transport.play)

/** Space runs the clock, and Space again stops it; what has the focus is not pressed by it. */
export async function spacePlays(lab: LabPage): Promise<void> {
  const clock = lab.byId('clock')
  await stands(lab)
  const before = await clock.textContent()
  await lab.page.keyboard.press('Space')
  await plays(lab)
  await expect(clock).not.toHaveText(before ?? '')
  await lab.page.keyboard.press('Space')
  await stands(lab)
}

/** Clicks the first control of some kind that can be used, beginning at the `turn`-th kind. */
export async function clickControl(lab: LabPage, turn: number): Promise<void> {
  const kinds = ['[role="radio"]:not([disabled])', '[role="slider"]', '[role="switch"]:not([disabled])', '.c-select']
  for (let i = 0; i < kinds.length; i++) {
    const control = lab.page.locator('.a-controls').locator(`${kinds[(turn + i) % kinds.length]}:visible`)
    if ((await control.count()) === 0) continue
    await control.first().click()
    if (await control.first().getAttribute('aria-haspopup')) await lab.page.keyboard.press('Escape')
    else if ((await control.first().getAttribute('role')) === 'combobox') await lab.page.keyboard.press('Enter')
    return
  }
  throw new Error('no control can be clicked')
}
