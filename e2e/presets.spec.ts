// Every preset, opened in one page: the state of Node, room on a phone, and the figures at the end of its first time axis.

import { bytes, count, ms } from '../src/lib/format.ts'
import { type Preset, presets } from '../src/sim/index.ts'
import { stories } from '../src/sim/scenario/stories.ts'
import { presetFigures } from '../src/sim/testing/preset-figures.ts'
import { tablesText as text } from '../src/text/dock.ts'
import { unmetText } from '../src/text/needs.ts'
import { viewText } from '../src/text/views.ts'
import { expect, hashInNode, type LabPage, test } from './lab.page.ts'
import { clickControl, spacePlays } from './playing.ts'

const PHONE = { width: 390, height: 844 }
/** Presets whose machine has neither an IOMMU nor a bounce pool. */
const TABLELESS: readonly string[] = ['panic', 'nommu']

test.beforeEach(({ openLab, viewport, colorScheme }) => openLab.clear({ viewport, colorScheme }))

for (const [turn, preset] of presets.entries()) {
  test(`${preset.id} opens, fits a phone, plays by Space after a click, and shows what its tables have mapped, filled and refused`, async ({
    openLab: lab,
  }) => {
    const link = `s=${preset.id}`
    const opened = lab.turnTo(link)
    const { hash, events } = hashInNode(link)
    await opened
    await expect(lab.byId('story')).toContainText(stories[preset.id]!.says)
    await isWhole(lab, preset)
    expect(await lab.number('events')).toBe(events)
    expect(await lab.hash()).toBe(hash)

    const desktop = lab.page.viewportSize() ?? PHONE
    await lab.page.setViewportSize(PHONE)
    await lab.idle()
    await isWhole(lab, preset)

    await lab.page.setViewportSize(desktop)
    // Slowly, so that what is played is little.
    await lab.turnTo(`${link}&speed=0.01`)
    await clickControl(lab, turn)
    if (preset.id !== 'panic') await spacePlays(lab)
    else {
      // Of a machine that is dead no clock runs: that is told.
      await lab.page.keyboard.press('Space')
      await expect(lab.byId('ended')).toContainText('Nothing is left to happen')
    }

    await lab.turnTo(`s=${preset.id}&at=${preset.horizonNs}&dock=tables`)
    await showsFigures(lab, preset.id)
    expect(lab.complaints).toEqual([])
  })
}

async function isWhole(lab: LabPage, preset: Preset): Promise<void> {
  await expect(lab.byId('preset')).toContainText(preset.id)
  // Where nothing can ever be mapped (no table, no pool, a machine that is dead) the page says why.
  const isDead = presetFigures[preset.id]?.every((table) => table.mappedBytes === 0)
  await expect(lab.byId('view-iova-space').or(lab.byId('no-map'))).toBeVisible()
  // What a preset names first is what it opens with.
  const [first] = preset.dock
  if (first) await expect(lab.byId(`view-${first}`).or(lab.byId(`no-${first}`))).toBeVisible()
  await expect(lab.byId('problem-card')).toBeHidden()
  if (isDead) await expect(lab.page.getByText(/no table|did not come up|no bounce pool/).first()).toBeVisible()
  else expect(await lab.number('count-mapped')).toBeGreaterThan(0)
  const sideways = await lab.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(sideways).toBeLessThanOrEqual(0)
}

async function showsFigures({ page }: LabPage, preset: string): Promise<void> {
  // Where there is nothing to map in, there are no figures of tables: the view says why.
  const none = page.getByText(unmetText.needs.space.says)
  const name = viewText.tableOf(text.title)
  const button = page.getByRole('button', { name })
  if (TABLELESS.includes(preset)) return expect(none).toBeVisible()
  await button.click()
  const rows = page.getByRole('region', { name }).getByRole('row')
  const expected = presetFigures[preset] ?? []
  await expect(rows).toHaveCount(expected.length + 1)
  for (const [i, { mappedBytes, usefulBytes, refused, first }] of expected.entries()) {
    const cells = await rows
      .nth(i + 1)
      .getByRole('cell')
      .allTextContents()
    const [, , mapped, data, beyond, , failures, firstMs, npages] = cells
    expect([mapped, data, beyond]).toEqual([mappedBytes, usefulBytes, mappedBytes - usefulBytes].map(bytes))
    expect([failures, firstMs, npages]).toEqual([
      count(refused),
      first ? ms(first.ns) : '',
      first ? String(first.npages) : '',
    ])
  }
  // The next preset finds the view as it was.
  await button.click()
}
