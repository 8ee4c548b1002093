import { describe, expect, it } from 'vitest'
import type { LoggedScenario } from '../../share/ddw-scenario.ts'
import type { Preset, Recording } from '../../sim/index.ts'
import { Unreached } from '../part.ts'
import { bench, preset, scenario } from '../testing/lab-bench.ts'

describe('a recording', () => {
  const recording: Recording = {
    name: 'boot.txt',
    format: 'qemu-spapr',
    way: 'tce',
    space: 'window 1',
    cpus: 1,
    pageShift: 12,
    offset: 0,
    size: 256,
    ops: {
      count: 1,
      kind: Uint8Array.of(1),
      ns: new Float64Array(1),
      entry: new Float64Array(1),
      npages: Int32Array.of(1),
      address: new Float64Array(1),
      permission: Uint8Array.of(3),
      line: Int32Array.of(1),
    },
    records: 1,
    endNs: 0,
    assumed: [],
    broken: 0,
    problems: [],
  }
  const recorded: Preset = {
    ...preset,
    id: 'recorded',
    scenario: { ...scenario, preset: 'recorded' },
    recording: 'boot.txt',
  }
  const turn = () => new Promise((done) => setTimeout(done))
  const openings = (b: ReturnType<typeof bench>) => b.sent.filter((m) => m.type === 'open')

  function withFetch(fetchRecording: (file: string) => Promise<Recording>) {
    const b = bench('', { presets: [preset, recorded], fetchRecording })
    b.lab.actions.openLink('')
    b.accept(1, 0)
    b.tick()
    b.answer()
    b.tick()
    b.sent.length = 0
    return b
  }

  it('of a preset is fetched once, and the run before stays until it is there', async () => {
    const asked: string[] = []
    const b = withFetch(async (file) => {
      asked.push(file)
      return recording
    })
    b.lab.actions.openPreset('recorded')
    expect([b.lab.getState().scenario.preset, b.lab.getState().loading, openings(b)]).toEqual(['one', '', []])
    await turn()
    b.lab.actions.openPreset('one')
    b.lab.actions.openPreset('recorded')
    expect(openings(b).map((m) => m.scenario.recording?.name)).toEqual(['boot.txt', undefined, 'boot.txt'])
    expect([asked, b.lab.getState().loading]).toEqual([['boot.txt'], null])
  })

  it('that cannot be fetched is told, and nothing else changes', async () => {
    const b = withFetch(async () => Promise.reject(new Error('gone')))
    b.lab.actions.openPreset('recorded')
    await turn()
    const { unreadable, scenario: now, loading } = b.lab.getState()
    expect([unreadable, now.preset, loading, openings(b)]).toEqual(['gone', 'one', null, []])
  })

  it('that did not come is fetched again when asked, unless something else was opened since', async () => {
    let there = false
    const b = withFetch(async () => (there ? recording : Promise.reject(new Unreached('gone'))))
    b.lab.actions.openPreset('recorded')
    await turn()
    expect(b.lab.getState()).toMatchObject({ unreadable: 'gone', retriable: true, scenario: { preset: 'one' } })
    there = true
    b.lab.actions.fetchAgain()
    await turn()
    expect(b.lab.getState()).toMatchObject({ unreadable: null, scenario: { preset: 'recorded' } })
    there = false
    const other = withFetch(async () => (there ? recording : Promise.reject(new Unreached('gone'))))
    other.lab.actions.openPreset('recorded')
    await turn()
    other.lab.actions.openPreset('one')
    there = true
    other.lab.actions.fetchAgain()
    await turn()
    expect(other.lab.getState().scenario.preset).toBe('one')
  })

  it.each<[string, (b: ReturnType<typeof bench>) => void]>([
    ['nothing', () => {}],
    ['a step', ({ lab }) => lab.actions.step(1)],
    ['play', ({ lab }) => lab.actions.play()],
    ['a seek', ({ lab }) => lab.actions.seek(2000)],
    ['a change', ({ lab }) => lab.actions.setParam('m.cpus', 4)],
    ['another view', ({ lab }) => lab.actions.setView({ colourBy: 'cpu' })],
  ])(
    'that did not come opens by itself after nothing else; asked for, always; the address is that of what is open: %s',
    async (what, act) => {
      let there = false
      const b = withFetch(async () => (there ? recording : Promise.reject(new Unreached('gone'))))
      const shown = () => {
        b.pass(1000)
        b.tick()
        b.answer()
        b.tick()
      }
      b.visit('#at=1000&s=recorded')
      await turn()
      expect([b.lab.getState().scenario.preset, b.lab.getState().retriable]).toEqual(['one', true])
      shown()
      expect(b.entries.at(-1)).toBe('replace #at=1000&in=0')
      act(b)
      there = true
      b.lab.actions.fetchAgain(true)
      await turn()
      expect(b.lab.getState().scenario.preset).toBe(what === 'nothing' ? 'recorded' : 'one')
      if (what !== 'nothing') {
        b.lab.actions.fetchAgain()
        await turn()
      }
      b.say({ type: 'scenario', source: 2, revision: 0, scenario: recorded.scenario })
      expect(b.lab.getState()).toMatchObject({ scenario: { recording: { name: 'boot.txt' } }, unreadable: null })
      b.entries.length = 0
      shown()
      expect(b.entries).toEqual(['push #at=1000&in=0&s=recorded'])
    },
  )

  it('that arrives after something else was opened is kept back', async () => {
    const b = withFetch(async () => recording)
    b.lab.actions.openPreset('recorded')
    b.lab.actions.openPreset('one')
    await turn()
    expect(b.lab.getState().scenario.preset).toBe('one')
  })

  it('stays with the scenario that the worker tells without it', async () => {
    const b = withFetch(async () => recording)
    b.lab.actions.openPreset('recorded')
    await turn()
    b.accept(2, 1)
    expect(b.lab.getState().scenario).toMatchObject({ inputs: [{ path: 'm.cpus' }], recording: { name: 'boot.txt' } })
  })

  it('of a kernel log opens its first device and stands; another one may be chosen, and a preset ends it', async () => {
    const b = withFetch(async () => recording)
    const found = (device: string): LoggedScenario => ({
      device,
      line: 1,
      scenario: { ...scenario, devices: [{ id: 'd0', name: device, settings: {} }] },
      stated: ['d0.tces'],
      assumed: ['m.maxRam'],
      problems: [{ field: 'd0.tces', given: '0x6000', allowed: device }],
      made: null,
      asked: true,
      direct: null,
    })
    const logged = [found('a'), found('b')]
    b.lab.actions.openFile('dmesg.txt', async () => ({ logged }))
    await turn()
    expect(b.lab.getState()).toMatchObject({ playing: false, fromLog: { name: 'dmesg.txt', logged, at: 0 }, view: { dock: ['ddw'] } }) // biome-ignore format: one
    b.lab.actions.openLogged(1)
    const { fromLog, problems, scenario: now } = b.lab.getState()
    expect([fromLog?.at, problems[0]?.allowed, now.devices[0]?.name]).toEqual([1, 'b', 'b'])
    expect(openings(b).map((m) => m.scenario.devices[0]?.name)).toEqual(['a', 'b'])
    b.lab.actions.setSeed(7)
    expect(b.lab.getState().fromLog?.at).toBe(1)
    b.lab.actions.openPreset('one')
    b.lab.actions.openLogged(0)
    expect([b.lab.getState().fromLog, b.lab.getState().problems, openings(b).length]).toEqual([null, [], 4])
  })

  it('from a file plays as soon as it stands where it is opened', async () => {
    const b = withFetch(async () => recording)
    b.lab.actions.openFile('boot.txt', async () => recording)
    await turn()
    expect([b.lab.getState().playing, b.lab.getState().scenario.preset]).toEqual([false, 'file'])
    const { source } = openings(b).at(-1)!
    b.say({ type: 'stopped', source, ended: { kind: 'seek', how: 'there', ns: 0, events: 0, looked: 0 } })
    expect(b.lab.getState().playing).toBe(true)
    expect(b.types()).toMatch(/open.* play/)
  })
})
