// What a browser must fetch before the lab runs, and the bounds it must keep. The numbers stand here and nowhere else.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { DIST } from './serve.ts'

export interface Size {
  readonly name: 'first-js' | 'worker-js'
  readonly label: string
  /** kB = 1000 bytes, gzip. */
  readonly kB: number
  readonly bar: number
  readonly files: readonly string[]
}

const FIRST_JS_KB = 165
// It holds every mechanism there is, and is fetched while the page is drawn.
const WORKER_JS_KB = 120

/** The scripts and everything that they import statically, each once. */
function withStaticImports(entries: readonly string[]): string[] {
  const seen = new Set<string>()
  const queue = [...entries]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
      /(?:\bfrom|\bimport)\s*["'](\.[^"']+\.js)["']/g,
    )) {
      const imported = resolve(dirname(file), specifier)
      // Text that only looks like an import names no file of the build.
      if (existsSync(imported)) queue.push(imported)
    }
  }
  return [...seen]
}

function sized(name: Size['name'], label: string, bar: number, entries: readonly string[]): Size {
  if (entries.length === 0) throw new Error(`${label}: nothing found in ${DIST}; run "npm run build"`)
  const files = withStaticImports(entries)
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0)
  return { name, label, kB: bytes / 1000, bar, files: files.map((file) => basename(file)) }
}

/** Sizes of what was built. Throws an Error when there is no build. */
export function measureSizes(): readonly Size[] {
  if (!existsSync(join(DIST, 'index.html'))) throw new Error(`nothing built in ${DIST}; run "npm run build"`)
  const html = readFileSync(join(DIST, 'index.html'), 'utf8')
  const linked = [...html.matchAll(/<(?:script|link rel="modulepreload")\b[^>]*\b(?:src|href)="([^"]+\.js)"/g)]
  const worker = readdirSync(join(DIST, 'assets')).filter((file) => /^entry-[\w-]+\.js$/.test(file))
  return [
    sized(
      'first-js',
      'first JavaScript',
      FIRST_JS_KB,
      linked.map(([, src = '']) => join(DIST, src)),
    ),
    sized(
      'worker-js',
      'worker',
      WORKER_JS_KB,
      worker.map((file) => join(DIST, 'assets', file)),
    ),
  ]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const sizes = measureSizes()
  for (const { label, kB, bar, files } of sizes) {
    console.log(`${kB > bar ? 'TOO BIG' : 'ok'}  ${label}: ${kB.toFixed(1)} of ${bar} kB gzip  (${files.join(', ')})`)
  }
  if (sizes.some(({ kB, bar }) => kB > bar)) process.exit(1)
}
