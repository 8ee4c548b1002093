import { decodeLink } from '../src/share/url.ts'
import { createRun, presetById, presets } from '../src/sim/index.ts'
import { loaded } from '../src/tools/recordings.ts'
import { expect, test } from './lab.page.ts'

/** The hash that Node gives at a link's position. */
function hashInNode(link: string): { hash: string; events: number } {
  const { scenario, position } = decodeLink(link)
  const preset = presetById(scenario.preset)
  const run = createRun(loaded(scenario, preset), preset?.horizonNs ?? 0)
  run.seek(position)
  return { hash: run.hash(), events: run.machine.state.events }
}

for (const { id } of presets) {
  test(`${id} has the same state in Node and in the browser`, async ({ lab }) => {
    const link = `s=${id}`
    await lab.open(link)
    const { hash, events } = hashInNode(link)
    expect(await lab.number('events')).toBe(events)
    expect(await lab.hash()).toBe(hash)
  })
}

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
