// The same link gives the same state in Node and in every browser that is here, however often it is opened in one page, and
// after going away and back. presets.spec.ts holds the page itself to it, with all that it draws.

import { BROWSERS, notFound } from '../src/tools/browser.ts'
import { hashFaults } from '../src/tools/hash-page.ts'
import { type Hashed, hashedInNode, linksToHash } from '../src/tools/hashes.ts'
import { expect, test } from './lab.page.ts'

const RANDOM = 60
// One after another: what Node gives is computed once.
test.describe.configure({ mode: 'default' })
const more = [
  // Far beyond the time axis.
  's=frames-64k&at=40000000',
  's=frames-64k&seed=0xbeef&m.cpus=16&w0.greedy=x4&at=4000000' +
    '&in=1000000.4000~d0.iommuPage~4k~1500000.9000~w0.load~60~2000000.14000~d0.allocator~tce-halves',
]

let wanted: readonly Hashed[] = []
test.beforeAll(() => {
  test.setTimeout(300_000)
  wanted = [...linksToHash(RANDOM), ...more].map(hashedInNode)
})

for (const [name, find] of Object.entries(BROWSERS)) {
  test(`every preset and ${RANDOM} random runs have one hash in Node and in ${name}`, async () => {
    const browser = find()
    // The reason stands where it is read: the list tells only that something was skipped.
    if (!browser) console.log(notFound(name))
    test.skip(!browser, notFound(name))
    test.setTimeout(600_000)
    expect(await hashFaults(browser!, wanted, name === 'chromium' ? 2 : 1)).toEqual([])
  })
}
