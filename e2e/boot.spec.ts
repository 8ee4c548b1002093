// How a PC comes up, its bounce pool, and what goes through it.

import type { Locator } from '@playwright/test'
import { bytes, count, duration, percent } from '../src/lib/format.ts'
import { decodeLink } from '../src/share/url.ts'
import { BOOT_KERNELS, type BootInput, type BootOutcome, boot } from '../src/sim/boot/boot.ts'
import { createRun, OPTION_TEXT, presetById, type Run, summarise } from '../src/sim/index.ts'
import { bootText } from '../src/text/boot.ts'
import { bounceText } from '../src/text/bounce.ts'
import { text } from '../src/text/en.ts'
import { poolText } from '../src/text/pool.ts'
import { viewText } from '../src/text/views.ts'
import { violations } from './axe.ts'
import { expect, type LabPage, test } from './lab.page.ts'

const { badge } = bootText
const GIB = 2 ** 30
const dock = (lab: LabPage) => lab.page.locator('.v-dock').first()
const result = (lab: LabPage) => lab.byId('boot-result')
const steps = (lab: LabPage) => dock(lab).getByRole('tab')
const told = (lab: LabPage) => dock(lab).getByRole('tabpanel')
const tipOf = (lab: LabPage, view: string) => lab.byId(`view-${view}`).locator('.v-tip')
const radio = (lab: LabPage, path: string, name: string) =>
  lab.byId(`control-${path}`).getByRole('radio', { name, exact: true })
const toEnd = async (lab: LabPage) => {
  await lab.page.getByRole('slider', { name: viewText.time.playhead, exact: true }).press('End')
  await lab.idle()
}
const show = async (lab: LabPage, title: string) => {
  await lab.page.getByRole('button', { name: title, exact: true }).click()
  await lab.idle()
}

/** Name and value of each figure in a list of them. */
const figuresIn = async (list: Locator) =>
  Object.fromEntries(
    await list
      .locator('div')
      .evaluateAll((all) =>
        all.map((div) => [div.querySelector('dt')?.textContent ?? '', div.querySelector('dd')?.textContent ?? '']),
      ),
  )
/** The digits of a figure as a number. */
const number = (words = '') => Number(words.replace(/\D/g, ''))
const stripOf = (lab: LabPage) => figuresIn(dock(lab).locator('.v-strip'))

/** What the page has to say of an outcome. */
function badgeOf({ backend, isolation, pool, idleBytes, leakedBytes }: BootOutcome, isHigh: boolean): string {
  if (backend === 'panic') return badge.panic
  if (backend === 'direct') return isHigh ? badge.direct : badge.directLow
  const held = isolation ? badge.isolation : badge.noIsolation
  const lost = leakedBytes > 0 ? badge.lost(bytes(leakedBytes)) : ''
  const idle = idleBytes > leakedBytes ? badge.idle(bytes(idleBytes - leakedBytes)) : ''
  if (backend === 'iommu') return badge.iommu(held) + lost + idle
  if (!pool) throw new Error('bounces without a pool')
  const size = badge.pool(bytes(pool.bytes), count(pool.slots), badge.areas(count(pool.areas)))
  return badge.swiotlb(size, held) + lost + idle
}

const BUFFERS = {
  translated: 'translated',
  direct: 'used where it lies',
  bounced: 'copied through the pool',
  'no-boot': 'the machine is dead',
  'mapping-error': 'refused: out of reach',
  'not-applicable': 'there is no such memory',
} as const

const HARDWARE = ['works', 'absent', 'fails'] as const

for (const hardware of HARDWARE)
  test(`a machine whose IOMMU ${hardware === 'absent' ? 'is absent' : hardware} comes up with each kernel and as much memory as its boot says`, async ({
    lab,
  }) => {
    await lab.open('s=iommu-fails&dock=boot&at=0.0')
    for (const kernel of BOOT_KERNELS)
      for (const gib of [3, 16]) {
        const input: BootInput = {
          kernel,
          vendor: 'intel',
          hardware,
          ramBytes: gib * GIB,
          // Registers answer in the last GiB below 4 GiB.
          ramAbove4G: Math.max(0, gib - 3) * GIB,
          largestOrder: 10,
          maxOrder: 10,
          cpus: 4,
          commandLine: '',
        }
        const outcome = boot(input)
        const name = `${kernel}, ${gib} GiB`
        await lab.turnTo(`s=iommu-fails&dock=boot&at=0.0&m.comesUp=${hardware}&m.bootKernel=${kernel}&m.ram=${gib}g`)
        expect(`${name}: ${await result(lab).innerText()}`).toBe(`${name}: ${badgeOf(outcome, gib > 3)}`)
        expect(await steps(lab).count(), name).toBe(outcome.steps.length)
        expect({ name, ...(await figuresIn(dock(lab).locator('.v-boot-buffers'))) }).toEqual({
          name,
          [bootText.low]: BUFFERS[outcome.lowBuffer],
          [bootText.high]: BUFFERS[outcome.highBuffer],
        })
      }
    await expect(lab.byId('problem-card')).toHaveCount(0)
    expect(lab.complaints).toEqual([])
  })

test('kernel and IOMMU are changed beside it while the machine runs', async ({ lab, page }) => {
  await lab.open('s=iommu-fails&dock=boot&at=1000000')
  await page.getByRole('button', { name: text.transport.play }).click()
  await lab.byId('control-m.bootKernel').getByRole('combobox').click()
  await page.getByRole('option', { name: /^2\.6\.31/ }).click()
  await expect(result(lab)).toHaveText(badge.direct)
  await radio(lab, 'm.comesUp', 'works').click()
  await expect(result(lab)).toHaveText(badge.iommu(badge.isolation))
  await radio(lab, 'm.comesUp', 'absent').click()
  await expect(result(lab)).toHaveText(
    badge.swiotlb(badge.pool('64 MiB', count(32_768), badge.areas('1')), badge.noIsolation),
  )
  const before = await lab.number('events')
  await expect.poll(() => lab.number('events')).toBeGreaterThan(before)
  await page.getByRole('button', { name: text.transport.pause }).click()
  await lab.idle()
  expect(lab.fragment()).toMatch(/~m\.bootKernel~2\.6\.31.*~m\.comesUp~works.*~m\.comesUp~absent/)
  expect(lab.complaints).toEqual([])
})

test('a command line sets what it says, and what it cannot set is said and kept', async ({ lab }) => {
  await lab.open('s=iommu-fails&dock=boot')
  const line = lab.byId('boot-line')
  const problems = lab.byId('boot-line-problems').getByRole('listitem')
  const words = 'swiotlb=2048,1,force iommu.strict=1'
  await line.fill(words)
  // What each word does stands beside it while it is written.
  const says = lab.byId('boot-line-words').getByRole('listitem')
  await expect(says).toHaveText(
    (
      [
        ['swiotlb=2048', 'swiotlb-size'],
        ['swiotlb=,1', 'swiotlb-areas'],
        ['swiotlb=force', 'swiotlb-force'],
        ['iommu.strict=1', 'strict-on'],
      ] as const
    ).map(([word, id]) => `${word} ${OPTION_TEXT[id]}`),
  )
  await line.press('Enter')
  await lab.idle()
  await expect(says).toHaveCount(0)
  await expect(line).toHaveValue(words)
  await expect(problems).toHaveCount(0)
  await expect(radio(lab, 'm.force', 'force')).toBeChecked()
  await expect(lab.byId('control-m.swiotlbAreas').getByRole('slider')).toHaveAttribute('aria-valuetext', '1')
  for (const set of ['m.swiotlb~2048', 'm.swiotlbAreas~1', 'm.force~force', 'd0.flush~strict'])
    expect(lab.fragment()).toContain(set)
  await expect(result(lab)).toHaveText(
    badge.swiotlb(badge.pool('4 MiB', count(2048), badge.areas('1')), badge.noIsolation),
  )

  // A size that no setting has, a word that nobody knows, and two that are known: nothing of the line is lost.
  const wrong = 'swiotlb=3072,1,force iommu=sotf iommu.strict=1'
  await line.fill(wrong)
  await line.press('Enter')
  await lab.idle()
  await expect(line).toHaveValue(wrong)
  await expect(line).toHaveAttribute('aria-invalid', 'true')
  const said = (await problems.allInnerTexts()).join('\n')
  expect(said).toContain(bootText.wrong('iommu', 'sotf'))
  expect(said).toMatch(/iommu=sotf cannot be set; allowed: off, soft, pt, /)
  expect(said).toMatch(/swiotlb=3072 cannot be set; allowed: .*\b512, 1024, 2048, 8192\b/)
  await expect(radio(lab, 'm.force', 'force')).toBeChecked()
  expect(lab.fragment()).toContain('d0.flush~strict')
  await expect(result(lab)).toContainText('4 MiB in')

  await line.press('Escape')
  await expect(line).toHaveValue(words)
  await line.fill('')
  await line.press('Enter')
  await lab.idle()
  await expect(radio(lab, 'm.force', 'if needed')).toBeChecked()
  await expect(result(lab)).toContainText('64 MiB in')
  expect(lab.complaints).toEqual([])
})

test('the steps of a boot are walked by click and keys, and each tells what it holds', async ({ lab, page }) => {
  await lab.open('s=give-back')
  await steps(lab).first().click()
  await expect(told(lab)).toContainText(bootText.step(1, 5, 'IOMMU found'))
  await page.keyboard.press('ArrowDown')
  await expect(steps(lab).nth(1)).toBeFocused()
  await expect(told(lab)).toContainText('Taken, but not initialised.')
  await expect(told(lab)).toContainText(/64 MiB\s*held after it/)
  await page.keyboard.press('End')
  await expect(told(lab)).toContainText(bootText.step(5, 5, 'given back'))
  expect(await steps(lab).evaluateAll((all) => all.filter((tab) => tab.ariaSelected === 'true').length)).toBe(1)
  await page.keyboard.press('Home')
  await expect(steps(lab).first()).toBeFocused()

  // A click into the memory of a step chooses it.
  const map = (await lab.byId('view-boot').boundingBox())!
  const last = (await steps(lab).last().boundingBox())!
  await page.mouse.click(map.x + map.width / 2, last.y + last.height / 2)
  await expect(steps(lab).last()).toHaveAttribute('aria-selected', 'true')
})

/** Held, given back and lost after each step. */
async function heldIn(lab: LabPage) {
  return (await lab.twin(bootText.title)).map((row) => row.slice(4).join(' '))
}

test('64 MiB are reserved, and given back, lost or used; late there are 4', async ({ lab }) => {
  const none = '0 0 0'
  await lab.open('s=give-back')
  expect(await heldIn(lab)).toEqual([none, '64 MiB 0 0', '64 MiB 0 0', '64 MiB 0 0', '0 64 MiB 0'])
  const svg = dock(lab).locator('.v-boot-map svg')
  await expect(svg).toContainText('64 MiB reserved')
  await expect(svg).toContainText('64 MiB given back')
  await lab.byId('view-boot').focus()
  await lab.page.keyboard.press('End')
  for (let i = 0; i < 4; i++) await lab.page.keyboard.press('ArrowDown')
  await expect(tipOf(lab, 'boot')).toContainText(/^after step 5: 13 GiB from 0x0001_0000_0000/)

  await lab.turnTo('s=leak-64m')
  expect(await heldIn(lab)).toEqual([none, '64 MiB 0 0', '64 MiB 0 0', '64 MiB 0 0', '0 0 64 MiB'])
  await expect(svg).toContainText('64 MiB lost')
  await expect(result(lab)).toHaveText(badge.iommu(badge.isolation) + badge.lost('64 MiB'))

  await lab.turnTo('s=give-back&m.comesUp=fails')
  expect((await heldIn(lab)).at(-1)).toBe('64 MiB 0 0')
  await expect(svg).toContainText('64 MiB pool')

  await lab.turnTo('s=late-4mb')
  const late = await heldIn(lab)
  expect(late.slice(0, -1).every((held) => held === none)).toBe(true)
  expect(late.at(-1)).toBe('4 MiB 0 0')
  await expect(svg).toContainText('4 MiB pool')
  await expect(dock(lab)).toContainText('64 MiB: too large')
  await expect(result(lab)).toContainText(badge.pool('4 MiB', count(2048), badge.areas('1')))
})

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
  const used = rows.map((row) => number(row[3]))
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
    const { last } = machine.state.tables[0]!.bounce!
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
  expect(number(after.direct)).toBeGreaterThan(5000)
  await expect(dock(lab).locator('.v-bounce-way')).toContainText(bounceText.outcomes.direct)
})

/** Requests that went through the pool, and those that waited for one of its locks. */
async function throughPool(lab: LabPage) {
  await show(lab, bounceText.title)
  const { bounced } = await stripOf(lab)
  await show(lab, poolText.title)
  const rows = await lab.twin(poolText.title)
  return { areas: rows.length, requests: number(bounced), waits: rows.map((row) => number(row[7])) }
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
  expect(number(await lab.byId('figure-refused').innerText())).toBe(0)

  // Back to one while it runs: the pool is made anew, and waits.
  await page.keyboard.press('n')
  await lab.idle()
  await toEnd(lab)
  const again = await throughPool(lab)
  expect(again.areas).toBe(1)
  expect(again.waits[0]).toBeGreaterThan(1000)
  expect(again.requests).toBeLessThan(each.requests / 2)
})

test('after a panic no driver runs, and the page says so', async ({ lab, page }) => {
  await lab.open('s=panic')
  await expect(lab.byId('no-map')).toHaveText(text.state.pools.dead)
  await expect(result(lab)).toHaveText(badge.panic)
  await expect(lab.byId('story')).toContainText('No driver ever runs.')
  await toEnd(lab)
  expect(await lab.number('events')).toBe(0)
  expect(await lab.number('figure-mapped')).toBe(0)
  await expect(lab.byId('log')).toContainText('DMAR: parse DMAR table failure.')
  await expect(lab.byId('no-map')).toHaveText(text.state.pools.dead)
  // The way out is taken: a pool, and traffic.
  await page.keyboard.press('n')
  await lab.idle()
  await expect(result(lab)).toContainText('swiotlb, 64 MiB')

  await lab.turnTo('s=nommu')
  await expect(lab.byId('no-map')).toHaveText(text.state.pools.none)
  expect(await lab.number('figure-refused')).toBeGreaterThan(100)
  await expect(lab.byId('log')).toContainText(/nommu_map_single: overflow [0-9a-f]+\+1500 of device mask ffffffff/)
  expect(lab.complaints).toEqual([])
})

for (const link of ['s=give-back&m.comesUp=fails&dock=boot~pool~bounce', 's=full-but-empty&dock=pool~bounce~boot'])
  test(`axe finds nothing in ${link}, dark and light, at a desk and on a phone`, async ({ lab, page }) => {
    await lab.open(link)
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(viewport)
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        for (const { title } of [bootText, poolText, bounceText]) {
          await show(lab, title)
          expect(await violations(page), `${viewport.width}, ${colorScheme}, ${title}`).toEqual([])
        }
      }
    }
  })
