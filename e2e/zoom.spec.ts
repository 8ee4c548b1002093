import { expect, test } from './lab.page.ts'

const zoomOf = (fragment: string) => /zoom=(\d+)\.(\d+)/.exec(fragment)?.slice(1).map(Number) ?? [0, 0]

test('the map zooms by wheel and keys, pans by drag, and a link keeps it', async ({ lab, page }) => {
  await lab.open('s=frames-64k&at=5000000')
  const map = lab.byId('view-iova-space')
  const box = (await map.boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.wheel(0, -400)
  await lab.idle()
  await expect.poll(() => zoomOf(lab.fragment())[1]).toBeGreaterThan(0)
  const [first, count] = zoomOf(lab.fragment()) as [number, number]
  expect(count).toBeLessThan(4096)
  expect(Math.log2(count) % 1).toBe(0)

  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 - 120, { steps: 6 })
  await page.mouse.up()
  await lab.idle()
  await expect.poll(() => zoomOf(lab.fragment())[0]).toBeGreaterThan(first)
  expect(zoomOf(lab.fragment())[1]).toBe(count)

  // The address follows a drag at most twice a second: its end may still be on the way.
  let before = ''
  await expect
    .poll(
      () => {
        const same = lab.fragment() === before
        before = lab.fragment()
        return same
      },
      { intervals: [700] },
    )
    .toBe(true)
  const picture = await lab.picture('iova-space')
  await lab.open(lab.fragment())
  expect(await lab.picture('iova-space')).toBe(picture)

  await map.focus()
  await page.keyboard.press('0')
  await lab.idle()
  await expect.poll(() => zoomOf(lab.fragment())[1]).toBe(0)
  await page.keyboard.press('+')
  await lab.idle()
  await expect.poll(() => zoomOf(lab.fragment())[1]).toBeGreaterThan(0)
})
