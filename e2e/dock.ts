// What several specs ask of the dock and of the controls beside it.

import type { Locator } from '@playwright/test'
import { viewText } from '../src/text/views.ts'
import type { LabPage } from './lab.page.ts'

/** The view in front. */
export const dock = (lab: LabPage): Locator => lab.page.locator('.v-dock').first()
export const tipOf = (lab: LabPage, view: string): Locator => lab.byId(`view-${view}`).locator('.v-tip')
export const radio = (lab: LabPage, path: string, name: string): Locator =>
  lab.byId(`control-${path}`).getByRole('radio', { name, exact: true })

/** The digits of a text as a number. */
export const digits = (words = ''): number => Number(words.replace(/\D/g, ''))

export async function toEnd(lab: LabPage): Promise<void> {
  await lab.page.getByRole('slider', { name: viewText.time.playhead, exact: true }).press('End')
  await lab.idle()
}

/** Puts a view of the dock in front. */
export async function show(lab: LabPage, title: string): Promise<void> {
  await lab.page.getByRole('button', { name: title, exact: true }).click()
  await lab.idle()
}

/** Name and value of each figure in a list of them. */
export const figuresIn = async (list: Locator) =>
  Object.fromEntries(
    await list
      .locator('div')
      .evaluateAll((all) =>
        all.map((div) => [div.querySelector('dt')?.textContent ?? '', div.querySelector('dd')?.textContent ?? '']),
      ),
  )
