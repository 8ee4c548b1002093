// The bench's side in the browser: the real worker and the real painter, without the page around them.

import { type IovaSpaceFrame, presets, type Scenario, type Summary, withValue } from '../sim/index.ts'
import { iovaSpaceView } from '../views/iova-space/iova-space.view.ts'
import { cellInk } from '../views/kit/cells.ts'
import { palettes } from '../views/kit/palette.ts'
import type { FromWorker, ToWorker } from '../worker/protocol.ts'

const SOURCE = 1
const SIDE = 1024
const HORIZON_NS = 1_000_000_000

function startWorker(scenario: Scenario) {
  const worker = new Worker(new URL('../worker/entry.ts', import.meta.url), { type: 'module' })
  const post = (message: ToWorker, transfer: Transferable[] = []) => worker.postMessage(message, transfer)
  post({ type: 'open', source: SOURCE, scenario, horizonNs: HORIZON_NS, at: { ns: 0 } })
  let request = 0

  /** The next frame; `use` is called with it inside the message handler, and its own time is measured. */
  function frame<T>(map: boolean, recycle: ArrayBuffer[], use: (message: FromWorker & { type: 'frame' }) => T) {
    return new Promise<{ answer: T; ms: number }>((done, failed) => {
      worker.onerror = (event) => failed(new Error(event.message))
      worker.onmessage = (event: MessageEvent<FromWorker>) => {
        const start = performance.now()
        const message = event.data
        if (message.type === 'problem') failed(new Error(message.message))
        if (message.type !== 'frame' || message.frame.request !== request) return
        const answer = use(message)
        done({ answer, ms: performance.now() - start })
      }
      request++
      const whole = {
        table: 0,
        first: 0,
        count: 0,
        columns: SIDE,
        maxRows: SIDE,
        colourBy: 'state',
        breaks: false,
      } as const
      const probes = map ? { 'iova-space': whole } : {}
      post({ type: 'frame', source: SOURCE, request, probes, table: 0, inspect: null, logLines: 0, recycle }, recycle)
    })
  }
  return { post, frame, end: () => worker.terminate() }
}

function scenario(preset: string, settings: Readonly<Record<string, number | string>>): Scenario {
  const start = presets.find((p) => p.id === preset)?.scenario
  if (!start) throw new Error(`no preset ${preset}`)
  return Object.entries(settings).reduce((s, [path, value]) => withValue(s, path, value), start)
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Pairs of map and unmap per second of wall time, as fast as the worker goes, the best of `rounds`. */
async function pairsPerSecond(preset: string, settings: Record<string, number | string>, rounds: number, ms: number) {
  const worker = startWorker(scenario(preset, settings))
  const read = () => worker.frame(false, [], (m): [number, Summary] => [performance.now(), m.frame.summary])
  worker.post({ type: 'play', source: SOURCE, speed: 'max' })
  await pause(ms)
  let best = 0
  for (let i = 0; i < rounds; i++) {
    const [from, before] = (await read()).answer
    await pause(ms)
    const [to, after] = (await read()).answer
    best = Math.max(best, ((after.unmaps - before.unmaps) * 1000) / (to - from))
  }
  worker.end()
  return best
}

/** Main-thread milliseconds per frame of 1024 × 1024 cells: from its message to the end of its paint. */
async function paintTimes(frames: number): Promise<number[]> {
  // 4 GiB in 4 KiB pages are 1,048,576 entries, a cell each; jumbo frames take three of them.
  const settings = { 'd0.window': 2 ** 32, 'd0.iommuPage': 4096, 'w0.mtu': 9000, 'w0.ring': 8192, 'w0.queues': 16 }
  const worker = startWorker(scenario('frames-4k', settings))
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIDE
  document.body.append(canvas)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  const image = context.createImageData(SIDE, SIDE)
  const out = { data: new Uint32Array(image.data.buffer), width: SIDE, height: SIDE }
  const ink = cellInk(palettes.dark, null, null)
  const box = { width: SIDE, height: SIDE, dpr: 1 }

  worker.post({ type: 'play', source: SOURCE, speed: 'max' })
  await pause(1500)
  const times: number[] = []
  let used: ArrayBuffer[] = []
  for (let i = 0; i < frames + 20; i++) {
    const { answer, ms } = await worker.frame(true, used, (message) => {
      const map = message.frame.views['iova-space'] as IovaSpaceFrame
      if (map.state.length !== SIDE * SIDE) throw new Error(`${map.state.length} cells`)
      iovaSpaceView.paint(map, ink, box, out)
      context.putImageData(image, 0, 0)
      return map
    })
    used = [answer.state, answer.used, answer.useful, answer.fresh, answer.freeRun, answer.shade, answer.value].map(
      (array) => array.buffer as ArrayBuffer,
    )
    if (i >= 20) times.push(ms)
    await new Promise((done) => requestAnimationFrame(done))
  }
  worker.end()
  return times
}

export type BenchPage = { pairsPerSecond: typeof pairsPerSecond; paintTimes: typeof paintTimes }
;(window as unknown as { bench: BenchPage }).bench = { pairsPerSecond, paintTimes }
