// The same link gives the same state in Node and in the browser; presets.spec.ts holds every preset to it.

import { expect, hashInNode, test } from './lab.page.ts'

test('a run far beyond the time axis has the same state in Node and in the browser', async ({ lab }) => {
  const link = 's=frames-64k&at=40000000'
  await lab.open(link)
  expect(await lab.hash()).toBe(hashInNode(link).hash)
})

test('a run with changes on the way has the same state in Node and in the browser', async ({ lab }) => {
  const link =
    's=frames-64k&seed=0xbeef&m.cpus=16&w0.greedy=x4&at=4000000' +
    '&in=1000000.4000~d0.iommuPage~4k~1500000.9000~w0.load~60~2000000.14000~d0.allocator~tce-halves'
  await lab.open(link)
  expect(await lab.hash()).toBe(hashInNode(link).hash)
})
