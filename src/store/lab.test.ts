import { describe, expect, it } from 'vitest'
import type { LinkCodec } from '../share/codec.ts'
import type { LoggedScenario } from '../share/ddw-scenario.ts'
import type { Frame, Preset, Recording, Scenario } from '../sim/index.ts'
import { createSimClient, viewBuffers, type WorkerLike } from '../worker/client.ts'
import type { FrameRequest, FromWorker, ToWorker } from '../worker/protocol.ts'
import { createLab, type LabOptions } from './lab.ts'
import { createStats } from './stats.ts'

const scenario: Scenario = { preset: 'one', seed: 1, machine: { cpus: 8 }, devices: [], workloads: [], inputs: [] }
const preset: Preset = {
  id: 'one',
  title: '',
  nudge: null,
  scenario,
  openNs: 1000,
  horizonNs: 9000,
  dock: [],
}

interface Answer {
  readonly ns: number
  readonly mode: 'paused' | 'playing' | 'seeking'
  readonly revision: number
  readonly source: number
  /** What the frame holds. */
  readonly probes: readonly string[]
}

const timelineArrays = () => ({ mappedBytes: new Float64Array(2), usefulBytes: new Float64Array(2) })

/** A worker that answers only when told to, and an animation clock that ticks only when told to. */
function bench(start = '', more: Partial<Pick<LabOptions, 'presets' | 'fetchRecording'>> = {}) {
  const sent: ToWorker[] = []
  let worker: WorkerLike | null = null
  let now = 0
  let queue: (() => void)[] = []
  let fragment = start
  const entries: string[] = []
  let onAddress = () => {}
  const codec: LinkCodec = {
    encodeLink: ({ scenario, position }) => `#at=${position.ns}&in=${scenario.inputs.length}`,
    decodeLink: (text) => ({
      scenario,
      position: { ns: Number(/at=(\d+)/.exec(text)?.[1] ?? 1000) },
      view: { table: 0, first: 0, count: 0, colourBy: 'state', breaks: true, dock: [], selected: null, brush: null },
      speed: null,
      problems: text.includes('bad') ? [{ field: 'bad', given: '1', allowed: 'nothing' }] : [],
    }),
  }
  let made = 0
  const client = createSimClient(() => {
    made++
    worker = {
      postMessage: (message) => void sent.push(message),
      terminate: () => {},
      onmessage: null,
      onerror: null,
      onmessageerror: null,
    }
    return worker
  })
  const stats = createStats(() => now)
  const lab = createLab({
    client,
    presets: [preset],
    valueOf: (s, path) => (path === 'm.cpus' ? ((s.inputs.at(-1)?.value ?? s.machine.cpus) as number) : null),
    codec,
    dockViews: ['regions'],
    address: {
      read: () => fragment,
      push: (next) => {
        fragment = next
        entries.push(`push ${next}`)
      },
      replace: (next) => {
        fragment = next
        entries.push(`replace ${next}`)
      },
      later: () => {},
      onChange: (listener) => {
        onAddress = listener
      },
    },
    now: () => now,
    animate: (callback) => void queue.push(callback),
    afterPaint: (callback) => callback(),
    say: (notice) => notice.kind,
    stats,
    ...more,
  })
  const say = (message: FromWorker) => worker?.onmessage?.({ data: message })
  return {
    lab,
    sent,
    stats,
    entries,
    made: () => made,
    pass: (ms: number) => {
      now += ms
    },
    say,
    crash: () => worker?.onerror?.({ message: 'out of memory' }),
    visit: (next: string) => {
      fragment = next
      onAddress()
    },
    /** One animation frame. */
    tick() {
      const due = queue
      queue = []
      for (const callback of due) callback()
    },
    types: () => sent.map((m) => m.type).join(' '),
    requests: () => sent.filter((m): m is FrameRequest => m.type === 'frame'),
    answer(part: Partial<Answer> = {}) {
      const last = sent.filter((m) => m.type === 'frame').at(-1) as FrameRequest
      const { ns = 1000, mode = 'paused', revision = 0, source = last.source, probes = ['timeline'] } = part
      const frame = {
        source,
        request: last.request,
        revision,
        status: { ns, events: ns, steps: 0, mode, seek: null, lastStep: '' },
        views: Object.fromEntries(probes.map((id) => [id, timelineArrays()])),
      } as unknown as Frame
      say({ type: 'frame', frame })
      return frame
    },
    accept(source: number, inputs: number) {
      const list = Array.from({ length: inputs }, (_, i) => ({ ns: 1, events: i, path: 'm.cpus', value: 4 }))
      say({ type: 'scenario', source, revision: inputs, scenario: { ...scenario, inputs: list } })
    },
  }
}

function opened() {
  const b = bench()
  b.lab.actions.openLink('')
  b.accept(1, 0)
  b.tick()
  b.answer()
  b.tick()
  b.sent.length = 0
  return b
}

describe('the frame loop', () => {
  it('asks for one frame on opening and for no other while nothing changes', () => {
    const b = bench()
    b.lab.actions.openLink('')
    b.tick()
    b.tick()
    expect(b.types()).toBe('open frame')
    b.answer()
    b.tick()
    b.tick()
    expect(b.types()).toBe('open frame')
  })

  it('asks for the next frame only after the last one was painted while it plays', () => {
    const b = opened()
    b.lab.actions.play()
    b.tick()
    expect(b.types()).toBe('play frame')
    b.tick()
    expect(b.requests()).toHaveLength(1)
    b.answer({ mode: 'playing', ns: 1100 })
    expect(b.requests()).toHaveLength(1)
    b.tick()
    expect(b.requests()).toHaveLength(2)
  })

  it('asks for the map alone between whole frames while it plays, and keeps the rest', () => {
    const b = opened()
    b.lab.actions.play()
    b.tick()
    const timelines: unknown[] = []
    b.lab.frames.subscribe((frame) => timelines.push(frame.views.timeline))
    for (let i = 0; i < 10; i++) {
      b.pass(25)
      const asked = b.requests().at(-1)
      b.answer({ mode: 'playing', ns: 1000 + i, probes: asked?.logLines ? ['timeline'] : [] })
      b.tick()
    }
    const whole = b.requests().map((r) => r.logLines > 0 && 'timeline' in r.probes)
    expect(whole).toEqual([true, false, false, false, false, true, false, false, false, false, true])
    expect(b.requests().every((r) => 'iova-space' in r.probes)).toBe(true)
    expect(timelines[0]).toBeDefined()
    expect(timelines.map((t) => timelines.indexOf(t))).toEqual([0, 0, 0, 0, 0, 5, 5, 5, 5, 5])
    expect(b.lab.frames.latest()?.status.ns).toBe(1009)
  })

  it('lets figures follow the canvases of a playing run in shares, a paint each, and at once when it stands', () => {
    const b = opened()
    const told = [0, 0, 0]
    for (const i of told.keys()) b.lab.frames.follow(() => told[i]!++)
    b.lab.actions.hover(1)
    b.tick()
    b.answer()
    expect(told).toEqual([1, 1, 1])
    b.tick()
    b.lab.actions.play()
    b.lab.actions.hover(2)
    b.tick()
    const sums: number[] = []
    for (let i = 0; i < 4; i++) {
      b.answer({ mode: 'playing' })
      b.tick()
      sums.push(told.reduce((sum, n) => sum + n))
    }
    expect(sums).toEqual([4, 5, 6, 6])
    expect(told).toEqual([2, 2, 2])
  })

  it('asks for a whole frame as soon as the map has shown a change, and when somebody waits', async () => {
    const b = opened()
    const asked = () => Object.keys(b.requests().at(-1)?.probes ?? {}).length > 1
    b.lab.actions.play()
    b.tick()
    b.answer({ mode: 'playing' })
    b.tick()
    expect(asked()).toBe(false)
    b.answer({ mode: 'playing', revision: 1, probes: [] })
    b.tick()
    expect(asked()).toBe(true)
    b.answer({ mode: 'playing', revision: 1 })
    b.tick()
    expect(asked()).toBe(false)
    void b.lab.idle()
    b.answer({ mode: 'playing', revision: 1, probes: [] })
    b.tick()
    expect(asked()).toBe(true)
  })

  it('stops playing when the run says that it stands', () => {
    const b = opened()
    b.lab.actions.play()
    b.tick()
    b.answer({ mode: 'paused' })
    expect(b.lab.getState().playing).toBe(false)
  })

  it('does not take a frame asked for before Play as news that the run stands', () => {
    const b = opened()
    b.lab.actions.hover(3)
    b.tick()
    b.lab.actions.play()
    b.answer({ mode: 'paused' })
    expect(b.lab.getState().playing).toBe(true)
  })

  it('gives buffers back only after ten newer frames have come', () => {
    const b = opened()
    const sent: Frame[] = []
    for (let entry = 1; entry <= 11; entry++) {
      b.lab.actions.hover(entry)
      b.tick()
      sent.push(b.answer())
      b.tick()
    }
    const given = () => b.requests().flatMap((r) => r.recycle)
    // The first frame of all came with `opened`.
    expect(given()).toHaveLength(2)
    b.lab.actions.hover(12)
    b.tick()
    expect(given().slice(2)).toEqual(viewBuffers(sent[0]!.views.timeline!))
    // None is given to a frame of the map alone.
    b.lab.actions.play()
    for (const buffers of [0, 2]) {
      b.answer({ mode: 'playing' })
      b.tick()
      expect(b.requests().at(-1)?.recycle.length).toBe(buffers)
      b.lab.actions.hover(null)
    }
  })

  it('drops a frame of a source that was closed', () => {
    const b = opened()
    b.lab.actions.openLink('#at=5')
    b.tick()
    b.answer({ source: 1, ns: 77 })
    expect(b.lab.frames.latest()?.status.ns).toBe(1000)
    b.answer({ ns: 5 })
    expect(b.lab.frames.latest()?.status.ns).toBe(5)
  })

  it('is idle when the frame that was asked for last is painted, and not before', async () => {
    const b = opened()
    let idle = false
    void b.lab.idle().then(() => {
      idle = true
    })
    b.tick()
    b.answer({ mode: 'seeking' })
    b.tick()
    await Promise.resolve()
    expect(idle).toBe(false)
    b.answer()
    b.tick()
    await Promise.resolve()
    expect(idle).toBe(true)
  })
})

describe('a change of a setting', () => {
  it('is posted at once and shows at once', () => {
    const b = opened()
    b.lab.actions.setParam('m.cpus', 4)
    expect(b.sent[0]).toEqual({ type: 'input', source: 1, path: 'm.cpus', value: 4 })
    // The frame that will show it is asked for without waiting for the screen.
    expect(b.sent.slice(1).map((m) => m.type)).toEqual(['frame'])
    expect(b.lab.getState().pending['m.cpus']).toBe(4)
    b.accept(1, 1)
    expect(b.lab.getState().pending).toEqual({})
  })

  it('waits behind the one before of the same field, and only the newest is sent', () => {
    const b = opened()
    for (const value of [4, 2, 1]) b.lab.actions.setParam('m.cpus', value)
    expect(b.sent.filter((m) => m.type === 'input')).toHaveLength(1)
    b.accept(1, 1)
    expect(b.sent.filter((m) => m.type === 'input').map((m) => m.value)).toEqual([4, 1])
  })

  it('is undone and redone by new inputs, a drag being one step', () => {
    const b = opened()
    b.lab.actions.setParam('m.cpus', 4)
    b.accept(1, 1)
    b.pass(10)
    b.lab.actions.setParam('m.cpus', 2)
    b.accept(1, 2)
    b.lab.actions.undo()
    b.accept(1, 3)
    expect(b.lab.getState().canUndo).toBe(false)
    b.lab.actions.redo()
    expect(b.sent.filter((m) => m.type === 'input').map((m) => m.value)).toEqual([4, 2, 8, 2])
  })

  it('is timed from the change to the paint of a frame that holds it', () => {
    const b = opened()
    b.lab.actions.setParam('m.cpus', 4)
    b.tick()
    b.pass(20)
    b.answer({ revision: 0 })
    b.tick()
    b.accept(1, 1)
    b.pass(20)
    b.tick()
    b.answer({ revision: 1 })
    b.pass(2)
    b.tick()
    expect(b.stats.read().lastInputToPaintMs).toEqual([42])
  })
})

describe('the address', () => {
  it('gets an entry for a change and is only rewritten, at most twice a second, by playback', () => {
    const b = opened()
    b.pass(5000)
    b.lab.actions.setParam('m.cpus', 4)
    b.accept(1, 1)
    b.tick()
    b.answer({ revision: 1 })
    b.tick()
    expect(b.entries).toEqual(['push #at=1000&in=1'])
    b.lab.actions.play()
    b.tick()
    for (let i = 1; i <= 10; i++) {
      b.pass(100)
      b.answer({ mode: 'playing', ns: 1000 + i, revision: 1 })
      b.tick()
    }
    expect(b.entries.slice(1)).toEqual(['replace #at=1005&in=1', 'replace #at=1010&in=1'])
  })

  it('tells where the run stands after Pause, not where a frame under way saw it', () => {
    const b = opened()
    b.pass(5000)
    b.lab.actions.play()
    b.tick()
    b.lab.actions.pause()
    b.answer({ mode: 'playing', ns: 1100 })
    b.tick()
    expect(b.entries).toEqual([])
    b.answer({ ns: 1200 })
    b.tick()
    expect(b.entries).toEqual(['push #at=1200&in=0'])
  })

  it('opens what Back or a pasted link brings, with what of it could not be used', () => {
    const b = opened()
    b.visit('#at=7&bad=1')
    expect(b.sent.at(-1)).toMatchObject({ type: 'open', source: 2, at: { ns: 7 } })
    expect(b.lab.getState().problems).toHaveLength(1)
    b.tick()
    b.answer({ ns: 7 })
    b.tick()
    expect(b.entries).toEqual([])
  })
})

describe('a worker that died', () => {
  it('is reported, and a new one is opened where the old one stood', () => {
    const b = opened()
    b.crash()
    expect(b.lab.getState()).toMatchObject({ dead: true, failure: 'out of memory' })
    b.lab.actions.play()
    expect(b.lab.getState().playing).toBe(false)
    b.lab.actions.restartWorker()
    expect(b.made()).toBe(2)
    expect(b.sent.at(-1)).toMatchObject({ type: 'open', at: { ns: 1000, events: 1000 } })
    expect(b.lab.getState()).toMatchObject({ dead: false, failure: null })
  })
})

describe('a recording', () => {
  const recording: Recording = {
    name: 'boot.txt',
    format: 'qemu-spapr',
    liobn: 1,
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

  it('from a file plays at once', async () => {
    const b = withFetch(async () => recording)
    b.lab.actions.openFile('boot.txt', async () => recording)
    await turn()
    expect([b.lab.getState().playing, b.lab.getState().scenario.preset]).toEqual([true, 'file'])
    expect(b.types()).toContain('open play')
  })
})
