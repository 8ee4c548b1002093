// What was before a change stands beside what is now, until it is dismissed, changed again or taken back.

import { presetById } from '../src/sim/index.ts'
import { stories } from '../src/sim/scenario/stories.ts'
import { comparedText } from '../src/text/compared.ts'
import { text } from '../src/text/en.ts'
import { violations } from './axe.ts'
import { expect, test } from './lab.page.ts'

const REFUSING = 's=frames-64k&at=5000000'

test('figures keep what was before beside what is now, on a desktop and on a phone', async ({ lab, page }) => {
  for (const [width, height] of [
    [1280, 720],
    [844, 390],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height })
    await page.mouse.move(0, 0)
    await lab.open(REFUSING)
    const before = await lab.number('figure-refused')
    expect(before).toBeGreaterThan(0)
    const place = () => page.locator('.a-map').evaluate((map) => map.getBoundingClientRect().top)
    const top = await place()
    await page.keyboard.press('n')
    await lab.idle()
    await lab.byId('since').waitFor()
    await expect(lab.byId('since')).toContainText('IOMMU page 64K → 4K at 5.0 ms')
    await expect(lab.byId('was-figure-refused')).toContainText(`${before} before`)
    await expect(lab.byId('was-figure-mapped')).toContainText('255.8 MiB before')
    await expect(lab.byId('was-figure-useful')).toContainText('2.3 % before')
    await expect(page.locator('.a-live')).toContainText(`${before} refused`)
    await expect(lab.byId('figure-refused')).toHaveText('+0')
    // Nothing under the figures has moved, and none of their words is cut.
    expect(await place()).toBe(top)
    const cut = await page
      .locator('.a-number, .a-line, .a-since span')
      .evaluateAll((all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent))
    expect(cut).toEqual([])
    expect(await violations(page)).toEqual([])

    // Played on they stand; by their button they go, and do not come back by themselves.
    await page.keyboard.press('Shift+>')
    await lab.idle()
    await expect(lab.byId('figure-refused')).toHaveText('+0')
    await page.getByRole('button', { name: comparedText.dismiss }).click()
    await expect(lab.byId('since')).toHaveCount(0)
    await expect(lab.byId('was-figure-refused')).toHaveCount(0)
    await page.keyboard.press('Shift+>')
    await lab.idle()
    await expect(lab.byId('since')).toHaveCount(0)

    // Undo takes the change away, redo brings it and what was before; Escape dismisses that.
    await page.keyboard.press('u')
    await lab.idle()
    await expect(lab.byId('since')).toHaveCount(0)
    await page.keyboard.press('Control+y')
    await lab.idle()
    await expect(lab.byId('since')).toContainText('64K → 4K')
    await page.keyboard.press('u')
    await lab.idle()
    await expect(lab.byId('since')).toHaveCount(0)
    await page.keyboard.press('Control+y')
    await lab.idle()
    await lab.byId('since').waitFor()
    await page.keyboard.press('Escape')
    await expect(lab.byId('since')).toHaveCount(0)
  }
  expect(lab.complaints).toEqual([])
})

test('a change that a link has behind it is not compared; one that is passed is, and goes when one goes back', async ({
  lab,
  page,
}) => {
  await lab.open(REFUSING)
  await page.keyboard.press('n')
  await lab.idle()
  await page.keyboard.press('Shift+>')
  await lab.idle()
  await lab.open(lab.fragment())
  await expect(lab.byId('figure-refused')).toHaveText('0')
  await expect(lab.byId('since')).toHaveCount(0)
  await page.keyboard.press('r')
  await lab.idle()
  await page.getByRole('slider', { name: text.places.time }).focus()
  await page.keyboard.press('End')
  await lab.idle()
  await expect(lab.byId('since')).toContainText('64K → 4K at 5.0 ms')
  await page.keyboard.press('Home')
  await lab.idle()
  await expect(lab.byId('since')).toHaveCount(0)
})

test('the flush has its own figures before, and where everything bounces the waiting and what is moved', async ({
  lab,
  page,
}) => {
  await lab.open('s=strict')
  await page.keyboard.press('n')
  await lab.idle()
  await expect(lab.byId('was-figure-flushes')).toContainText('1 000 before')
  await expect(lab.byId('was-figure-reachable')).toContainText('0 B before')
  await page.keyboard.press('Shift+>')
  await lab.idle()
  // What the large figure says is of the time since, and what failed before the cure fails no more.
  expect(await lab.number('figure-flushes')).toBeLessThan(10)
  await lab.open('s=untrusted-device')
  expect(await lab.number('figure-late')).toBeGreaterThan(20)
  await expect(page.locator('.a-fail')).toHaveCount(1)
  await page.keyboard.press('n')
  await lab.idle()
  await page.keyboard.press('Shift+>')
  await lab.idle()
  await expect(lab.byId('figure-late')).toHaveText('+0')
  await expect(page.locator('.a-fail')).toHaveCount(0)
  // Where all that is mapped is data, how much is mapped.
  await lab.open('s=one-lock')
  await expect(lab.byId('figure-maps').locator('..')).toContainText('million maps a second')
  await page.keyboard.press('n')
  await lab.idle()
  await page.keyboard.press('Shift+>')
  await lab.idle()
  await expect(lab.byId('was-figure-maps')).toContainText('million before')
  await lab.open('s=areas')
  await expect(lab.byId('figure-delivered')).toContainText('Gbit/s')
  const many = await lab.number('figure-delivered')
  await lab.open('s=one-area')
  const line = lab.byId('figure-delivered').locator('xpath=../..')
  expect(await lab.number('figure-delivered')).toBeLessThan(many / 3)
  await expect(line).toContainText(/7\d % of CPU time waiting/)
  await page.keyboard.press('n')
  await lab.idle()
  // What was lately is of the time before for a while.
  await expect(lab.byId('figure-delivered')).toHaveText('–')
  await page.getByRole('slider', { name: text.places.time }).focus()
  await page.keyboard.press('End')
  await lab.idle()
  await expect(lab.byId('was-figure-delivered')).toContainText('waiting 79 % →')
})

// Controls far down in the panel, and such as are folded away elsewhere.
const DEEP = [
  'frames-64k',
  'pools',
  'greedy-cpu',
  'exact-size-flush',
  'slot-leak',
  'one-area',
  'real-mode',
  'nvme-mixed',
]

test('what a preset suggests is in sight and marked at every size, and in its story; it is done there, and taken back', async ({
  lab,
  page,
}) => {
  const story = lab.byId('story')
  for (const [i, [width, height]] of [
    [1440, 900] as const,
    [1280, 720] as const,
    [1024, 768] as const,
    [390, 844] as const,
  ].entries()) {
    await page.setViewportSize({ width, height })
    for (const id of DEEP.filter((_, k) => k === 0 || k % 2 === i % 2)) {
      const { nudge } = presetById(id)!
      await lab.open(`s=${id}`)
      const at = `${id} ${width}`
      const button = page.getByRole('button', { name: text.top.openControls, exact: true })
      if (width === 1024) {
        await expect(button, at).toHaveClass(/a-marked/)
        await button.click()
      }
      const control = lab.byId(`control-${nudge!.path}`)
      await expect(control, at).toHaveClass(/c-nudged/)
      await expect(control, at).toBeInViewport({ ratio: 1 })
      const seen = await control.evaluate((element) => {
        const { left, width: wide, bottom } = element.getBoundingClientRect()
        return element.contains(document.elementFromPoint(left + wide / 2, bottom - 12))
      })
      expect([at, seen]).toEqual([at, true])
      if (width === 1024) await page.keyboard.press('Escape')
      if (id !== DEEP[0]) continue
      if (width === 390) await story.getByRole('button', { expanded: false }).click()
      const says = await story.innerText()
      await lab.byId('story-does').click()
      await lab.idle()
      await expect(story, at).toContainText(stories[id]!.done.slice(0, 20))
      await expect(control).toHaveCount(width === 1024 ? 0 : 1)
      await expect(page.locator('.c-nudged')).toHaveCount(0)
      if (width === 390) await story.getByRole('button', { expanded: false }).click()
      await lab.byId('story-does').click()
      await lab.idle()
      if (width === 390) await story.getByRole('button', { expanded: false }).click()
      expect(await story.innerText()).toBe(says)
      await expect(lab.byId('since')).toHaveCount(0)
    }
  }
  expect(lab.complaints).toEqual([])
})

test('the story is a line where there is no rail; its rest is opened over the map by pointer and key', async ({
  lab,
  page,
}) => {
  await lab.open('s=frames-64k')
  await expect(lab.byId('story')).toContainText(stories['frames-64k']!.says)
  for (const [width, height] of [
    [1280, 720],
    [1024, 768],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height })
    const line = lab.byId('story').getByRole('button', { expanded: false })
    const all = lab.byId('story').locator('.a-told-all')
    const top = () => page.locator('.a-map').evaluate((map) => map.getBoundingClientRect().top)
    const before = await top()
    await expect(line).toBeInViewport({ ratio: 1 })
    await line.press('Enter')
    await expect(all).toContainText(stories['frames-64k']!.says)
    expect(await top()).toBe(before)
    await page.keyboard.press('Escape')
    await expect(all).toHaveCount(0)
    await expect(line).toBeFocused()
    await line.click()
    await expect(all).toBeVisible()
    await page.locator('.a-map').click({ position: { x: 200, y: 220 } })
    await expect(all).toHaveCount(0)
  }
  // One press of Escape, one thing that goes: what came last.
  const all = lab.byId('story').locator('.a-told-all')
  await lab.open('s=frames-64k&at=5000000')
  await page.keyboard.press('n')
  await lab.byId('since').waitFor()
  await lab.byId('story').getByRole('button', { expanded: false }).click()
  await expect(all).toBeVisible()
  await page.keyboard.press('Shift+>')
  await lab.idle()
  await page.keyboard.press('Escape')
  await expect(all).toHaveCount(0)
  await expect(lab.byId('since')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(lab.byId('since')).toHaveCount(0)
})

test('with another platform or setting the story tells of the machine that is there', async ({ lab, page }) => {
  await lab.open('s=frames-64k')
  await lab.open('s=frames-64k&m.platform=vtd')
  const story = lab.byId('story')
  await expect(story).toContainText('Platform POWER → VT-d')
  await expect(story).toContainText('A machine with VT-d')
  await expect(story).not.toContainText('the card wants')
  await lab.byId('story-does').click()
  await lab.idle()
  await expect(story).toContainText(stories['frames-64k']!.says)
  expect(lab.complaints).toEqual([])
  await page.keyboard.press('u')
  await lab.idle()
  await expect(story).toContainText('A machine with VT-d')
})
