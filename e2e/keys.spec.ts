import { HAPPENINGS, type HappeningId, presetById, subjectOf } from '../src/sim/index.ts'
import { text } from '../src/text/en.ts'
import { viewText } from '../src/text/views.ts'
import { radio } from './dock.ts'
import { expect, test } from './lab.page.ts'
import { play, plays, spacePlays, stands } from './playing.ts'

test.use({ actionTimeout: 10_000 })

test('Space plays whatever was used last, and no key is lost', async ({ lab, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await lab.open('s=frames-64k&speed=0.001&dock=tables~regions')
  const { keyboard } = page
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
  const situations: Record<string, () => Promise<unknown>> = {
    'more settings': () => page.locator('.a-controls summary').first().click(),
    'a segment': () => radio(lab, 'd0.iommuPage', '4K').click(),
    'a segment by arrows': () => keyboard.press('ArrowRight', { delay: 60 }),
    'a thumb': () => page.locator('.a-controls [role="slider"]').first().click(),
    'a list, by mouse': async () => {
      await page.locator('.a-controls .c-select').first().click()
      await page.getByRole('option').first().click()
    },
    'a list, by keys': async () => {
      await page.locator('.a-controls .c-select').first().focus()
      await keyboard.press('Enter')
      await expect(page.getByRole('listbox')).toBeVisible()
      await keyboard.press('Enter')
      await expect(page.getByRole('listbox')).toBeHidden()
    },
    'Esc in Views': async () => {
      await button(text.top.views).click()
      await page.getByRole('menuitemcheckbox', { name: viewText.pages.title }).click()
      await keyboard.press('Escape')
    },
    'a tab of the dock': () => button(viewText.regions.title).click(),
    'a table': () => button(viewText.tableOf(viewText.map.title)).click(),
    'a table closed': () => button(viewText.tableOf(viewText.map.title)).click(),
    'a colour': () => page.locator('fieldset').getByText(viewText.colourNames.cpu, { exact: true }).click(),
    'a cell of the map': () => lab.byId('view-iova-space').click({ position: { x: 200, y: 60 } }),
    'a cell by arrows': () => keyboard.press('ArrowRight'),
    'the playhead': () => page.getByRole('slider', { name: viewText.time.playhead, exact: true }).focus(),
    'one step': () => button(text.transport.step).click(),
    'the next refusal': () => button(/^Next refusal/).click(),
    undo: () => button(/^Undo/).click(),
    'the link': () => page.getByRole('button', { name: text.top.copyLink }).click(),
    'the theme': () => button(/^Theme/).click(),
    help: async () => {
      await button(/^Help/).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toBeHidden()
    },
    'a preset by mouse': () => lab.choose('frames-4k'),
    'a preset by keys': async () => {
      await keyboard.press('g')
      await expect(lab.byId('gallery-search')).toBeFocused()
      await keyboard.press('ArrowDown')
      await keyboard.press('Enter')
      await expect(lab.byId('gallery')).toHaveCount(0)
    },
    'Play itself': async () => {
      await play(lab).click()
      await plays(lab)
      await play(lab).click()
    },
  }
  for (const [name, use] of Object.entries(situations)) {
    await test.step(name, async () => {
      await use()
      await lab.idle()
      const focus = () =>
        page.evaluate(() => {
          const at = document.activeElement
          return ['role', 'aria-checked', 'aria-pressed', 'class']
            .map((name) => at?.getAttribute(name))
            .concat(at?.tagName)
        })
      const open = await page.locator('[role="menu"], [role="listbox"], [role="dialog"], details[open]').count()
      const before = await focus()
      await spacePlays(lab)
      expect(await focus()).toEqual(before)
      expect(await page.locator('[role="menu"], [role="listbox"], [role="dialog"], details[open]').count()).toBe(open)
    })
  }
  expect(lab.complaints).toEqual([])
})

test('] and [ go to what the story is about, which the button names', async ({ lab, page }) => {
  await lab.open('s=frames-64k')
  const found = new Set<HappeningId>()
  for (const id of ['frames-64k', 'batched', 'never', 'bounce-load', 'pools']) {
    await test.step(id, async () => {
      await lab.turnTo(`s=${id}&at=0`)
      const what = subjectOf(presetById(id)!.scenario)
      found.add(what)
      const { one } = text.happening[what]
      await expect(page.getByRole('button', { name: `${text.transport.next(one)} ]`, exact: true })).toBeVisible()
      const at = async () => {
        await lab.idle()
        return lab.number('events')
      }
      const places: number[] = []
      for (const key of [']', ']', '[']) {
        await page.keyboard.press(key)
        places.push(await at())
      }
      const [first = 0, second = 0, back] = places
      expect(second).toBeGreaterThan(first)
      expect(first).toBeGreaterThan(0)
      expect(back).toBe(first)
      await page.getByRole('button', { name: text.transport.next(one) }).click()
      expect(await at()).toBe(second)
      await page.getByRole('button', { name: text.transport.previous(one) }).click()
      expect(await at()).toBe(first)
    })
  }
  expect(found.size).toBe(HAPPENINGS.length)
  // On many layouts a bracket is typed with AltGr, which some browsers tell as Ctrl with Alt.
  await lab.turnTo('s=frames-64k&at=0')
  await page.evaluate(() => {
    const altGr = new KeyboardEvent('keydown', {
      key: ']',
      ctrlKey: true,
      altKey: true,
      modifierAltGraph: true,
      bubbles: true,
    })
    document.body.dispatchEvent(altGr)
  })
  await expect.poll(() => lab.number('figure-refused')).toBe(1)
})

test('what is written or open keeps its keys, and the arrows go to who wants them', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=0')
  const { keyboard } = page
  const events = () => lab.number('events')
  await test.step('fields', async () => {
    for (const field of [lab.byId('search'), page.getByRole('textbox', { name: text.control.seedLabel })]) {
      await field.click()
      const value = await field.inputValue()
      await keyboard.type(' n')
      await stands(lab)
      await expect(field).not.toHaveValue(value)
      await keyboard.press('Escape')
    }
    expect(lab.fragment()).not.toContain('in=')
  })
  await test.step('menus', async () => {
    const start = await events()
    await page.getByRole('button', { name: text.top.views, exact: true }).click()
    await keyboard.press('n')
    await keyboard.press('ArrowRight')
    await expect(page.getByRole('menu')).toBeVisible()
    await keyboard.press('Escape')
    await keyboard.press('g')
    await expect(lab.byId('gallery-search')).toBeFocused()
    await keyboard.type(' n')
    await keyboard.press('ArrowDown')
    await keyboard.press('ArrowRight')
    await keyboard.press('Escape')
    await keyboard.press('Escape')
    await expect(lab.byId('gallery')).toHaveCount(0)
    await lab.idle()
    await stands(lab)
    expect(await events()).toBe(start)
  })
  await test.step('arrows', async () => {
    const start = await events()
    await page.locator('main').focus()
    await keyboard.press('ArrowRight')
    await lab.idle()
    expect(await events()).toBeGreaterThan(start)
    await keyboard.press('ArrowLeft')
    await lab.idle()
    expect(await events()).toBe(start)
    for (const other of [lab.byId('preset'), radio(lab, 'd0.iommuPage', '64K')]) {
      await other.focus()
      await keyboard.press('Shift+ArrowRight')
      await keyboard.press('Alt+ArrowRight')
    }
    await lab.tabTo('view-iova-space')
    await keyboard.press('ArrowRight')
    await lab.idle()
    expect(await events()).toBe(start)
  })
  await test.step('the nudge, undone and redone from a list that was used last', async () => {
    await page.locator('.a-controls summary').first().click()
    const fourK = radio(lab, 'd0.iommuPage', '4K')
    for (const [key, checked] of [
      ['n', true],
      ['Control+z', false],
      ['Control+Shift+z', true],
      ['u', false],
      ['Control+y', true],
    ] as const) {
      await page.locator('.a-controls .c-select').first().focus()
      await keyboard.press(key)
      await lab.idle()
      await expect(fourK).toBeChecked({ checked })
    }
  })
  await test.step('Enter presses what Space does not', async () => {
    await page.locator('.u-segments input').first().focus()
    await page.locator('.u-segments input').nth(1).focus()
    await keyboard.press('Enter')
    await expect(page.locator('.u-segments input').nth(1)).toBeChecked()
  })
})
