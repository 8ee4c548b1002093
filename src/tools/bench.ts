// npm run bench [-- <name> …]: a JSON line per figure, with its bar; exits 1 when one misses it. Names: pairs, rounds,
// iova, paint, control, mappings (a minute), size, long (a minute). Without names all run. Ids of presets among them, with settings if wanted
// (`magazines&m.cpus=64`): `long` runs those.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import react from '@vitejs/plugin-react'
import { build, createServer } from 'vite'
import { presets } from '../sim/index.ts'
import type { TraceFigure } from './bench-iova.ts'
import type { BenchPage } from './bench-page.ts'
import { BUSY, ROUND_MS, ROUNDS } from './bench-pairs.ts'
import { findBrowser, LAUNCH_ARGS } from './browser.ts'
import { measureSizes } from './check-size.ts'
import type { FrameStats } from './frame-stats.ts'
import { ROOT } from './root.ts'
import { buildAndServe } from './serve.ts'
import { type Watch, watchStolen } from './stolen.ts'

interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly bar: number
  /** The value must be at least, or at most, its bar. */
  readonly wants: 'least' | 'most'
  readonly aside?: Readonly<Record<string, number | string>>
}

/** To three digits after the point. */
const round = (x: number): number => Math.round(x * 1000) / 1000

const percentile = (list: readonly number[], share: number): number => {
  if (list.length === 0) throw new Error('nothing was measured')
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

/** What the core's bench of this name prints, bundled as the page's worker has it: a loader that rewrites modules one by one
 *  costs half the speed. */
async function inNode(name: 'pairs' | 'rounds' | 'iova'): Promise<unknown> {
  const outDir = join(ROOT, 'node_modules/.cache/bench')
  await build({
    ...{ root: ROOT, configFile: false, logLevel: 'warn' },
    build: { ssr: 'src/tools/bench-node.ts', outDir, emptyOutDir: true, target: 'node20' },
  })
  return JSON.parse(execFileSync(process.execPath, [join(outDir, 'bench-node.js'), name], { encoding: 'utf8' }))
}

/** Traces of the mean: all but the long one. */
const MEAN_OF = 5
const MEAN_BAR = 1.3

function traceFigures(traces: readonly TraceFigure[]): Figure[] {
  const unit = 'CPU time of an alloc+free pair ÷ native C'
  const figures = traces.map(({ name, ns, native, scaled, ratio, checksumOk, bar }): Figure => {
    if (!checksumOk) throw new Error(`trace ${name} handed out other addresses`)
    const aside = { ns: round(ns), native, nativeHere: round(scaled) }
    return { name: `iova-${name}`, value: ratio, unit, bar, wants: 'most', aside }
  })
  const product = traces.slice(0, MEAN_OF).reduce((p, { ratio }) => p * ratio, 1)
  const mean = product ** (1 / MEAN_OF)
  return [...figures, { name: 'iova-mean', value: mean, unit: `${unit}, mean of a to e`, bar: MEAN_BAR, wants: 'most' }]
}

/** Calls `use` with the bench's page, which imports the sources as they stand. */
async function onBenchPage<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
  const html = '<!doctype html><title>bench</title><script type="module" src="/src/tools/bench-page.ts"></script>'
  const server = await createServer({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    server: { port: 0, host: '127.0.0.1', hmr: false },
    worker: { format: 'es' },
    plugins: [
      react(),
      {
        name: 'bench-page',
        configureServer: ({ middlewares }) => {
          middlewares.use('/bench.html', (_, response) => response.setHeader('content-type', 'text/html').end(html))
        },
      },
    ],
  })
  await server.listen()
  const page = await browser.newPage({ deviceScaleFactor: 1 })
  try {
    await page.goto(`${server.resolvedUrls?.local[0]}bench.html`)
    await page.waitForFunction(() => 'bench' in window)
    return await use(page)
  } finally {
    await page.close()
    await server.close()
  }
}

type Bench = { readonly bench: BenchPage }

function pairsInWorker(page: Page): Promise<number> {
  const given = { ...BUSY, rounds: ROUNDS, ms: ROUND_MS }
  return page.evaluate(
    ({ preset, settings, rounds, ms }) =>
      (window as unknown as Bench).bench.pairsPerSecond(preset, settings, rounds, ms),
    given,
  )
}

/** Calls `use` with the lab itself, built and served, open at a link. */
async function onLab<T>(browser: Browser, link: string, use: (page: Page) => Promise<T>): Promise<T> {
  // Only an isolated page may measure its memory.
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
  const served = await buildAndServe({ headers })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 })
  try {
    await page.goto(`${served.url}?testing=1#${link}`)
    await page.waitForFunction(() => 'dmascope' in window)
    await page.evaluate(() => window.dmascope?.ready())
    return await use(page)
  } finally {
    await page.close()
    served.close()
  }
}

const frameStats = (page: Page): Promise<FrameStats> =>
  page.evaluate(() => window.dmascope?.frameStats() ?? Promise.reject(new Error('no stats')))

/** Changes that are measured, after a few in which the browser compiles what they need. */
const CHANGES = 40
const WARM_UP = 4

/** From a control's handler to the end of the paint that holds its effect, while it runs as fast as it goes. */
async function controlTimes(page: Page): Promise<readonly number[]> {
  await page.keyboard.press('Space')
  const radios = page.getByTestId('control-d0.iommuPage').getByRole('radio')
  for (let i = 0; i < WARM_UP + CHANGES; i++) {
    await radios.nth(i % 2).click()
    await page.evaluate(() => window.dmascope?.idle())
  }
  return (await frameStats(page)).lastInputToPaintMs.slice(-CHANGES)
}

/** Bytes that the page and its worker hold after a collection. */
function memory(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { measureUserAgentSpecificMemory: measure } = performance as unknown as {
      measureUserAgentSpecificMemory?: () => Promise<{ bytes: number }>
    }
    if (!measure) throw new Error('the browser does not tell its memory')
    return (await measure.call(performance)).bytes
  })
}

/** Least time without theft in which long tasks can be told from stolen time. */
const QUIET_MS = 20_000

async function minuteAtFullSpeed(page: Page, watch: Watch): Promise<Figure[]> {
  const began = Date.now()
  await page.keyboard.press('Space')
  await page.waitForTimeout(10_000)
  const measuring = Date.now()
  const at10 = await memory(page)
  // Measuring stops the page for a moment; what that costs is not the lab's.
  await page.waitForTimeout(2_000)
  const measured = Date.now()
  await page.waitForTimeout(48_000)
  const until = await frameStats(page)
  const growth = (100 * ((await memory(page)) - at10)) / at10
  const long = until.longTasks.filter(({ atMs }) => atMs >= began && !(atMs >= measuring && atMs < measured))
  // Where the host hardly left a quiet moment, all count.
  const quiet = watch.quietMs() >= QUIET_MS
  const own = long.filter(({ atMs, ms }) => !quiet || !watch.during(atMs, atMs + ms))
  return [
    { name: 'full-speed-fps', value: until.medianFps, unit: 'frames/s, median', bar: 50, wants: 'least' },
    { name: 'full-speed-memory', value: Math.abs(growth), unit: '% change from 10 s to 60 s', bar: 5, wants: 'most' },
    {
      name: 'full-speed-long-tasks',
      value: own.length,
      unit: 'tasks over 50 ms while the host stole no processor time',
      bar: 0,
      wants: 'most',
      aside: {
        // Seconds after Play, and how long.
        tasks: own.map(({ atMs, ms }) => `${((atMs - began) / 1000).toFixed(1)} s: ${Math.round(ms)} ms`).join(', '),
        whileItDid: long.length - own.length,
        quietSeconds: Math.round(watch.quietMs() / 1000),
      },
    },
  ]
}

/** Memory of a guest, RAM and far memory, whose 4K pages are so many mappings. */
const GUESTS = [
  { name: '10^4', ram: '64m', far: '0', mappings: 16_384 },
  { name: '10^5', ram: '512m', far: '0', mappings: 131_072 },
  { name: '10^6', ram: '4g', far: '0', mappings: 1_048_576 },
  { name: '10^7', ram: '32g', far: '8g', mappings: 10_485_760 },
] as const
const MOST_MAPPINGS = GUESTS[3]
/** When all of them are mapped, simulated ns. */
const MAPPED_NS = 200_000_000
const PLAYED_MS = 10_000

/** A guest's link: 4K pages in a window, and memory hotplug every ms where it is to go on. */
const guestLink = ({ ram, far }: { ram: string; far: string }, window: string, atNs: number, plug = 'off'): string =>
  `s=nvlink-on-demand&d0.iommuPage=4k&d0.window=${window}&m.ram=${ram}&m.far=${far}&w0.plug=${plug}&at=${atNs}&dock=levels~memory`

/** Bytes of page and worker when the page at a link has painted. */
function bytesAt(browser: Browser, link: string): Promise<number> {
  return onLab(browser, link, async (page) => {
    await page.evaluate(() => window.dmascope?.idle())
    return memory(page)
  })
}

/** Frames per second while the page at a link plays. */
function fpsAt(browser: Browser, link: string): Promise<number> {
  return onLab(browser, link, async (page) => {
    await page.evaluate(() => window.dmascope?.idle())
    await page.keyboard.press('Space')
    await page.waitForTimeout(PLAYED_MS)
    return (await frameStats(page)).medianFps
  })
}

/** What mappings in a window of 2^47 bytes cost, and that the window itself costs nothing. */
async function mappingFigures(browser: Browser): Promise<Figure[]> {
  const figures: Figure[] = []
  const empty = await bytesAt(browser, guestLink(GUESTS[0], '128t', 0))
  for (const guest of GUESTS) {
    const bytes = await bytesAt(browser, guestLink(guest, '128t', MAPPED_NS))
    const unit = 'bytes of page and worker per mapping, checkpoints included, in a window of 2^47 bytes'
    const aside = { mappings: guest.mappings, MB: round(bytes / 1e6) }
    const value = (bytes - empty) / guest.mappings
    figures.push({ name: `mapping-${guest.name}`, value, unit, bar: 160, wants: 'most', aside })
    if (guest === MOST_MAPPINGS)
      figures.push({ name: 'mappings-memory', value: bytes / 1e6, unit: 'MB at 10^7', bar: 1000, wants: 'most' })
  }
  const fps = await fpsAt(browser, guestLink(MOST_MAPPINGS, '128t', MAPPED_NS, '1ms'))
  figures.push({ name: 'mappings-fps', value: fps, unit: 'frames/s at 10^7, median', bar: 50, wants: 'least' })
  const [, guest] = GUESTS
  const small = await bytesAt(browser, guestLink(guest, '1g', MAPPED_NS))
  const large = await bytesAt(browser, guestLink(guest, '128t', MAPPED_NS))
  const unit = 'memory with a window of 2^47 bytes ÷ with one of 2^30, 10^5 mappings'
  return [...figures, { name: 'mappings-window', value: large / small, unit, bar: 1.05, wants: 'most' }]
}

const STORY = 'frames-64k'
const linkOf = (preset: string) => `s=${preset}&speed=max`

const BENCHES: Readonly<Record<string, (browser: Browser, watch: Watch, preset: string) => Promise<Figure[]>>> = {
  pairs: async (browser) => [
    {
      name: 'pairs-node',
      value: Number(await inNode('pairs')),
      unit: 'map+unmap pairs/s',
      bar: 1_000_000,
      wants: 'least',
    },
    {
      name: 'pairs-worker',
      value: await onBenchPage(browser, pairsInWorker),
      unit: 'map+unmap pairs/s',
      bar: 1_000_000,
      wants: 'least',
    },
  ],
  rounds: async () => [
    {
      name: 'rounds-node',
      value: Number(await inNode('rounds')),
      unit: 'map+access+unmap rounds/s',
      bar: 700_000,
      wants: 'least',
    },
  ],
  iova: async () => traceFigures((await inNode('iova')) as TraceFigure[]),
  paint: async (browser) => {
    const times = await onBenchPage(browser, (page) =>
      page.evaluate(() => (window as unknown as Bench).bench.paintTimes(200)),
    )
    const unit = 'ms of main thread for 1,048,576 cells, p95'
    return [{ name: 'paint-1m', value: percentile(times, 0.95), unit, bar: 16, wants: 'most' }]
  },
  control: async (browser) => {
    const times = await onLab(browser, linkOf(STORY), controlTimes)
    if (times.length < CHANGES) throw new Error(`only ${times.length} of ${CHANGES} changes were painted`)
    return [{ name: 'control-to-paint', value: percentile(times, 0.95), unit: 'ms, p95', bar: 100, wants: 'most' }]
  },
  mappings: (browser) => mappingFigures(browser),
  size: async () => {
    await build({ root: ROOT, logLevel: 'warn' })
    return measureSizes().map(({ name, kB, bar }) => ({ name, value: kB, unit: 'kB gzip', bar, wants: 'most' }))
  },
  long: (browser, watch, preset) => onLab(browser, linkOf(preset), (page) => minuteAtFullSpeed(page, watch)),
}

const stories = process.argv.slice(2).filter((name) => presets.some((p) => p.id === name.split('&')[0]))
const wanted = process.argv.slice(2).filter((name) => !stories.includes(name))
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are: ${Object.keys(BENCHES).join(', ')}`)
  process.exit(2)
}
const browser = await chromium.launch({
  executablePath: findBrowser(),
  args: [...LAUNCH_ARGS, '--enable-blink-features=ForceEagerMeasureMemory'],
})
let missed = 0

function report({ name, value, unit, bar, wants, aside = {} }: Figure, how: object): void {
  const ok = wants === 'least' ? value >= bar : value <= bar
  if (!ok) missed++
  console.log(JSON.stringify({ name, value: round(value), unit, bar: round(bar), ok, ...aside, ...how }))
}

try {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    for (const preset of name === 'long' && stories.length > 0 ? stories : [STORY]) {
      const watch = watchStolen()
      const figures = await bench(browser, watch, preset)
      const stolen = watch.share()
      watch.end()
      for (const figure of figures) report(figure, preset === STORY ? { stolen } : { preset, stolen })
    }
  }
} finally {
  await browser.close()
}
process.exit(missed > 0 ? 1 : 0)
