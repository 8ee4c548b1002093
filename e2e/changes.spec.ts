// Runs with thousands of changes: a link may have 4096 of them.

import { expect, hashInNode, test } from './lab.page.ts'

test('a link of 4096 changes opens at once, plays through them and is written again', async ({ lab }) => {
  const changes = Array.from({ length: 4096 }, (_, i) => `${i * 1000}.${i * 2}~w0.load~${i % 100}`).join('~')
  const link = `v=1&s=frames-64k&in=${changes}&at=6000000`
  await lab.open('v=1&s=frames-64k&at=6000000')
  const begun = Date.now()
  await lab.turnTo(link)
  // More than a minute when each change costs those before it.
  expect(Date.now() - begun).toBeLessThan(10_000)
  expect(await lab.hash()).toBe(hashInNode(link).hash)
  // Controls follow the changes that have been made where it stands.
  await lab.page.keyboard.press('Home')
  await lab.idle()
  const clock = lab.byId('clock')
  const begin = await clock.innerText()
  await lab.page.keyboard.press('Space')
  await expect(clock).not.toHaveText(begin)
  await lab.page.keyboard.press('Space')
  await lab.idle()
  expect(lab.fragment()).toContain(changes)
})
