// The bounce pool, and what goes through it.

import { bytes, count, duration, percent } from '../src/lib/format.ts'
import { decodeLink } from '../src/share/url.ts'
import { createRun, presetById, type Run, summarise } from '../src/sim/index.ts'
import { bounceOf } from '../src/sim/paths/parts.ts'
import { bounceText } from '../src/text/bounce.ts'
import { poolText } from '../src/text/pool.ts'
import { digits, dock, figuresIn, show, tipOf, toEnd } from './dock.ts'
import { expect, type LabPage, test } from './lab.page.ts'

const stripOf = (lab: LabPage) => figuresIn(dock(lab).locator('.v-strip'))

/** The machine at a link's position, and what Node counted on the way. */
function inNode(link: string) {
  const { scenario, position } = decodeLink(link)
  const run = createRun(scenario, presetById(scenario.preset)!.horizonNs)
  run.seek(position)
  return run.machine
}
const poolIn = (machine: Run['machine']) => summarise(machine, 0)

test('slots are used area by area, and a refusal says which of three it is', async ({ lab }) => {
  await lab.open('s=full-but-empty')
  const { mapped, refused } = poolIn(inNode('s=full-but-empty'))
  const rows = await lab.twin(poolText.title)
  const used = rows.map((row) => digits(row[3]))
  expect(rows).toHaveLength(4)
  expect(used.reduce((sum, n) => sum + n)).toBe(mapped)
  // Any area has a whole slot set free: what is refused is larger than that.
  expect(rows.map((row) => row[4])).toEqual(['128', '128', '128', '128'])
  expect(await stripOf(lab)).toMatchObject({ 'too large': count(refused), full: '0', scattered: '0' })
  expect(refused).toBeGreaterThan(50)
  await expect(dock(lab)).toContainText('no slot set holds it')
  await expect(lab.byId('log')).toContainText(
    'swiotlb buffer is full (sz: 1048576 bytes), total 32768 (slots), used 64',
  )
  await lab.byId('view-pool').focus()
  await lab.page.keyboard.press('Home')
  await expect(tipOf(lab, 'pool')).toContainText(/^slots 0 … 7 of area 0: /)

  await lab.turnTo('s=slot-leak&at=0.0')
  expect(await stripOf(lab)).toEqual({ 'largest mapping': '256 KiB', 'too large': '0', full: '0', scattered: '0' })
  const full = 's=slot-leak&at=10000000'
  await lab.turnTo(full)
  const leaked = poolIn(inNode(full))
  expect(leaked.mapped).toBe(2048)
  expect((await lab.twin(poolText.title)).map((row) => [row[3], row[4]])).toEqual(Array(4).fill(['512', '0']))
  expect(await stripOf(lab)).toMatchObject({ 'too large': '0', full: count(leaked.refused), scattered: '0' })
  await expect(dock(lab)).toContainText('no area has enough free slots')
  await expect(lab.byId('log')).toContainText('swiotlb buffer is full (sz: 4096 bytes), total 2048 (slots), used 2048')
  expect(lab.complaints).toEqual([])
})

/** By number in `Bounce.last`. */
const OUTCOMES = ['direct', 'bounced', 'refused'] as const

/** Links with the time in ms, and how the last mapping before it went. */
const BOUNCING = [
  ['s=iommu-fails', 3, 'bounced'],
  ['s=late-4mb', 3, 'bounced'],
  ['s=nommu', 3, 'refused'],
  ['s=bounce-load', 3, 'bounced'],
  ['s=bounce-load&w0.recycle=on', 3, 'direct'],
  ['s=slot-leak', 10, 'refused'],
  ['s=give-back&m.comesUp=fails&m.ram=3g', 3, 'direct'],
] as const

test('what went direct, was copied and was refused is counted as without a page, and the last is explained', async ({
  lab,
}) => {
  await lab.open('s=iommu-fails&dock=bounce')
  for (const [link, ms, outcome] of BOUNCING) {
    const at = `${link}&dock=bounce&at=${ms}000000`
    await lab.turnTo(at)
    const machine = inNode(at)
    const { bounce, refused } = poolIn(machine)
    if (!bounce) throw new Error(`${link} does not bounce`)
    const { direct, bounced, directBytes, inBytes, outBytes } = bounce
    const figures = await stripOf(lab)
    expect({ link, ...figures }).toMatchObject({
      link,
      direct: count(direct),
      bounced: count(bounced),
      refused: count(refused),
      // 10 GB/s.
      copying: duration((inBytes + outBytes) / 10),
    })
    await expect(dock(lab), link).toContainText(`${bytes(inBytes)} in, ${bytes(outBytes)} out`)
    await expect(dock(lab), link).toContainText(`${bytes(directBytes)} not copied`)
    expect(direct + bounced + refused, link).toBeGreaterThan(100)

    // The way of the last mapping ends as it did, and the track over time adds up to what is said in all.
    const { last } = bounceOf(machine.state.tables[0]!)!
    const way = dock(lab).locator('.v-bounce-way')
    expect(last.outcome, link).toBe(OUTCOMES.indexOf(outcome))
    await expect(way.getByRole('listitem').last()).toHaveText(bounceText.outcomes[outcome])
    await expect(way).toContainText(bytes(last.bytes))
    await expect(way).toContainText(`Is everything to bounce? ${link === 's=slot-leak' ? 'Yes' : 'No'}`)
    const copied = inBytes + outBytes
    const side = dock(lab).locator('.v-bounce-track .v-num')
    expect(await side.allTextContents(), link).toEqual(
      [copied, directBytes].map((n) => percent(n / (copied + directBytes))),
    )
  }
  expect(lab.complaints).toEqual([])
})

test('a mapping that bounces is followed from its buffer to its slots by keys, and stands in the table', async ({
  lab,
  page,
}) => {
  await lab.open('s=bounce-load')
  const arcs = lab.byId('view-bounce-arcs')
  await arcs.focus()
  await page.keyboard.press('Home')
  const rows = await lab.twin(bounceText.title)
  expect(rows.length).toBeGreaterThan(10)
  const [slots = '', buffer = ''] = rows[0]!
  await expect(arcs).toHaveAccessibleDescription(new RegExp(`live; the newest: .* at ${buffer}`))
  await arcs.focus()
  await page.keyboard.press('Home')
  const tips = dock(lab).locator('.v-plot-tip, .v-tip')
  await expect(tips.filter({ hasText: buffer })).toHaveCount(1)
  await expect(tips.filter({ hasText: slots })).toHaveCount(1)
  // Of 64 bits the card reaches everything: its driver is loaded anew, and nothing is copied.
  await page.keyboard.press('n')
  await lab.idle()
  await toEnd(lab)
  const after = await stripOf(lab)
  expect(after.bounced).toBe('0')
  expect(digits(after.direct)).toBeGreaterThan(5000)
  await expect(dock(lab).locator('.v-bounce-way')).toContainText(bounceText.outcomes.direct)
})

test('an untrusted device bounces what does not fill its pages, and its driver is loaded anew for that', async ({
  lab,
  page,
}) => {
  await lab.open('s=strict&dock=bounce~pool&at=5000000')
  await expect(dock(lab)).toContainText('Nothing bounces: addresses are translated.')
  await expect(lab.byId('figure-copied')).toHaveCount(0)
  await page.getByRole('switch', { name: 'Untrusted' }).click()
  await lab.idle()
  await expect.poll(() => lab.fragment()).toContain('d0.untrusted')
  const at = 's=strict&d0.untrusted=on&dock=bounce~pool&at=5000000'
  await lab.turnTo(at)
  const machine = inNode(at)
  const { untrusted, bounce, refused } = poolIn(machine)
  if (!untrusted) throw new Error('nothing bounces')
  const { bounced, direct, inBytes, outBytes } = untrusted
  expect([bounce, bounced > 1000, direct]).toEqual([null, true, 0])
  // Frames of 1500 bytes: 2596 more of each page are zeroed.
  const zeroed = bytes(bounced * (4096 - 1500))
  expect(await stripOf(lab)).toMatchObject({ direct: '0', bounced: count(bounced), refused: count(refused) })
  await expect(dock(lab)).toContainText(`${bytes(inBytes)} in, ${bytes(outBytes)} out`)
  await expect(dock(lab)).toContainText(`${zeroed} zeroed`)
  await expect(dock(lab).locator('.v-bounce-way')).toContainText('Does the buffer fill its pages of 4 KiB? No.')
  await expect(lab.byId('figure-copied')).toContainText(bytes(inBytes + outBytes))
  const arcs = await lab.twin(bounceText.title)
  expect([arcs.length, arcs[0]?.[2]]).toEqual([48, bytes(1500)])
  await show(lab, poolText.title)
  const used = (await lab.twin(poolText.title)).reduce((sum, row) => sum + digits(row[3]), 0)
  expect(used).toBe(bounceOf(machine.state.tables[0]!)!.pool.usedSlots)
  // Too small a pool: the kernel says so.
  await lab.turnTo('s=strict&d0.untrusted=on&m.swiotlb=512&at=5000000')
  await expect(lab.byId('log')).toContainText('swiotlb buffer is full (sz: 1500 bytes), total 512 (slots), used 512')
  expect(lab.complaints).toEqual([])
})

/** Requests that went through the pool, and those that waited for one of its locks. */
async function throughPool(lab: LabPage) {
  await show(lab, bounceText.title)
  const { bounced } = await stripOf(lab)
  await show(lab, poolText.title)
  const rows = await lab.twin(poolText.title)
  return { areas: rows.length, requests: digits(bounced), waits: rows.map((row) => digits(row[7])) }
}

test('with an area for each CPU nobody waits, and four times as much is done', async ({ lab, page }) => {
  await lab.open('s=one-area&dock=pool~bounce')
  const one = await throughPool(lab)
  expect(one.areas).toBe(1)
  expect(one.requests).toBeGreaterThan(1000)
  expect(one.waits[0]).toBeGreaterThan(one.requests)
  await lab.turnTo('s=areas&dock=pool~bounce')
  const each = await throughPool(lab)
  expect(each.waits).toEqual([0, 0, 0, 0])
  expect(each.requests).toBeGreaterThan(4 * one.requests)
  expect(digits(await lab.byId('figure-refused').innerText())).toBe(0)

  // Back to one while it runs: the pool is made anew, and waits.
  await page.keyboard.press('n')
  await lab.idle()
  await toEnd(lab)
  const again = await throughPool(lab)
  expect(again.areas).toBe(1)
  expect(again.waits[0]).toBeGreaterThan(1000)
  expect(again.requests).toBeLessThan(each.requests / 2)
})
