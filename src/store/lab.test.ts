import { describe, expect, it } from 'vitest'
import type { Frame } from '../sim/index.ts'
import { viewBuffers } from '../worker/client.ts'
import { completed, createFrameHolder } from './frames.ts'
import { bench, opened } from './testing/lab-bench.ts'

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

  it('lets all figures follow the canvases of a playing run at once, of one whole frame, and in the same moment when it stands', () => {
    const b = opened()
    const told = [0, 0, 0].map((): number[] => [])
    for (const list of told) b.lab.frames.follow(() => list.push(b.lab.frames.read()!.status.ns))
    b.lab.actions.hover(1)
    b.tick()
    b.answer({ ns: 10 })
    expect(told).toEqual([[10], [10], [10]])
    b.tick()
    b.lab.actions.play()
    b.lab.actions.hover(2)
    b.tick()
    for (let i = 1; i <= 4; i++) {
      b.answer({ mode: 'playing', ns: 10 + i })
      // Canvases show what came; what is read is still of the moment before.
      expect([b.lab.frames.latest()!.status.ns, b.lab.frames.read()!.status.ns]).toEqual([10 + i, i === 1 ? 10 : 11])
      b.tick()
    }
    expect(told).toEqual([
      [10, 11],
      [10, 11],
      [10, 11],
    ])
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

  it('has an entry for what was done, although something that only rewrites it came before it was written', () => {
    const b = opened()
    b.pass(5000)
    b.lab.actions.setParam('m.cpus', 4)
    b.lab.actions.select(7)
    b.accept(1, 1)
    for (let frames = 0; frames < 2; frames++) {
      b.answer({ revision: 1 })
      b.tick()
    }
    expect(b.entries).toEqual(['push #at=1000&in=1'])
  })

  it('that the browser refuses is told once, and is written as soon as it is allowed again', () => {
    const b = opened()
    const goTo = (ns: number) => {
      b.pass(5000)
      b.lab.actions.seek(ns)
      b.tick()
      b.answer({ ns })
      b.tick()
    }
    b.allow(false)
    goTo(1)
    expect([b.entries, b.lab.getState().linkShown]).toEqual([[], 'unkept'])
    b.lab.actions.showLink(null)
    goTo(2)
    b.later()
    expect([b.entries, b.lab.getState().linkShown, b.lab.actions.link()]).toEqual([[], null, '#at=2&in=0'])
    b.lab.actions.showLink('unkept')
    b.allow(true)
    goTo(3)
    expect([b.entries, b.lab.getState().linkShown]).toEqual([['push #at=3&in=0'], null])
    b.later()
    expect(b.entries).toHaveLength(1)
  })

  it('that was refused for a while is written without anything else being done', () => {
    const b = opened()
    b.pass(5000)
    b.allow(false)
    b.lab.actions.setParam('m.cpus', 4)
    b.accept(1, 1)
    b.tick()
    b.answer({ revision: 1 })
    b.tick()
    b.allow(true)
    b.later()
    expect([b.entries, b.lab.getState().linkShown]).toEqual([['push #at=1000&in=1'], null])
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

  it('is replaced when something else is opened, and when the page is dead from the start', () => {
    const b = opened()
    b.crash()
    b.lab.actions.openPreset('one')
    expect([b.made(), b.sent.at(-1)?.type]).toEqual([2, 'open'])
    expect(b.lab.getState()).toMatchObject({ dead: false, failure: null })
  })

  it('is replaced by undo too, which opens the run without the last change where it stood', () => {
    const b = opened()
    b.lab.actions.setParam('m.cpus', 4)
    b.accept(1, 1)
    b.lab.actions.setParam('m.cpus', 2)
    b.crash()
    b.lab.actions.undo()
    const open = b.sent.filter((m) => m.type === 'open').at(-1)
    expect([b.made(), open]).toMatchObject([2, { at: { ns: 1000 }, scenario: { inputs: [] } }])
    expect(b.lab.getState()).toMatchObject({ dead: false, undoes: null, redoes: { path: 'm.cpus', to: 2 } })
    b.lab.actions.redo()
    const made = [{ value: 4 }, { ns: 1000, events: 1000, path: 'm.cpus', value: 2 }]
    expect(b.sent.find((m) => m.type === 'inputs')).toMatchObject({ source: 2, inputs: made })
  })

  it('gives way to one that makes the changes which it had not confirmed', () => {
    const b = opened()
    b.lab.actions.setParam('m.cpus', 4)
    b.crash()
    expect(b.lab.getState().pending).toEqual({ 'm.cpus': 4 })
    b.sent.length = 0
    b.lab.actions.restartWorker()
    const made = [{ ns: 1000, events: 1000, path: 'm.cpus', value: 4 }]
    expect(b.sent.find((m) => m.type === 'open')).toMatchObject({ scenario: { inputs: made }, at: { ns: 1000 } })
    expect(b.lab.getState()).toMatchObject({ pending: {}, scenario: { inputs: made }, undoes: { path: 'm.cpus' } })
  })

  it('is told of while it is silent, and no more when it answers, is restarted or left', () => {
    const b = opened()
    const beSilent = () => {
      b.lab.actions.hover(1)
      b.lab.actions.hover(2)
      b.tick()
      for (let i = 0; i < 6; i++) b.second()
      expect(b.lab.getState().silent).toBe(true)
    }
    beSilent()
    b.answer()
    expect(b.lab.getState().silent).toBe(false)
    beSilent()
    b.lab.actions.restartWorker()
    expect([b.lab.getState().silent, b.lab.getState().dead, b.made()]).toEqual([false, false, 2])
    b.tick()
    for (let i = 0; i < 6; i++) b.second()
    b.lab.actions.openPreset('one')
    expect([b.lab.getState().silent, b.made()]).toEqual([false, 3])
  })
})

describe('a part that fails', () => {
  it('keeps no other canvas and no other reader from the frame', () => {
    const reports: unknown[] = []
    const frames = createFrameHolder((error) => reports.push(error))
    const seen: string[] = []
    const broken = () => {
      throw new Error('broken')
    }
    frames.subscribe(broken)
    frames.subscribe(() => seen.push('canvas'))
    frames.follow(broken)
    frames.follow(() => seen.push('reader'))
    frames.put({} as Frame, true)
    frames.tell()
    expect([seen, reports.length]).toEqual([['canvas', 'reader'], 2])
  })

  it('is missing until it is measured again, whatever the frames between were asked for', () => {
    const whole = { views: { timeline: 1 }, failed: { regions: 'broken', 'iova-space': 'broken' } } as unknown as Frame
    const map = { views: { 'iova-space': 1 } } as unknown as Frame
    expect(completed(map, whole).failed).toEqual({ regions: 'broken' })
    const worse = { views: {}, failed: { timeline: 'broken' } } as unknown as Frame
    const after = completed(worse, completed(map, whole))
    expect([after.failed, Object.keys(after.views)]).toEqual([
      { regions: 'broken', timeline: 'broken' },
      ['iova-space'],
    ])
  })
})
