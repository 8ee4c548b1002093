// How a PC comes up.

import { bytes, count } from '../src/lib/format.ts'
import { BOOT_KERNELS, type BootInput, type BootOutcome, boot } from '../src/sim/boot/boot.ts'
import { OPTION_TEXT } from '../src/sim/index.ts'
import { bootText } from '../src/text/boot.ts'
import { bounceText } from '../src/text/bounce.ts'
import { text } from '../src/text/en.ts'
import { poolText } from '../src/text/pool.ts'
import { violations } from './axe.ts'
import { dock, figuresIn, radio, show, tipOf, toEnd } from './dock.ts'
import { expect, type LabPage, test } from './lab.page.ts'

const { badge } = bootText
const GIB = 2 ** 30
const result = (lab: LabPage) => lab.byId('boot-result')
const steps = (lab: LabPage) => dock(lab).getByRole('tab')
const told = (lab: LabPage) => dock(lab).getByRole('tabpanel')

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
