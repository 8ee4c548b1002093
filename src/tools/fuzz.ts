// npm run fuzz -- <kind> [--minutes <n>] [--seed <n>] [--from <n>] [--count <n>] [--shard <i>/<n>]: random cases until the
// time is over or so many have run. A failure is a line of JSON on standard output; progress goes to standard error,
// at the end with what goes on from there. The exit code is 1 when a case failed, 2 when the command is wrong.

import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { endWithReader, refuser } from './command.ts'
import type { FuzzResult } from './fuzz-kind.ts'
import { KINDS } from './fuzz-kinds.ts'
import type { FuzzTask } from './fuzz-worker.ts'

const USAGE = `npm run fuzz -- <kind> [--minutes <n>] [--seed <n>] [--from <n>] [--count <n>] [--shard <i>/<n>]
  kind:    ${Object.keys(KINDS).join(', ')}
  minutes: 1 if neither it nor a count is given   seed: 0 … 4294967295, 1 if not given
  from:    number of the first case, 0 if not given   shard: every n-th case, from the i-th on, i from 0`

const PROGRESS_MS = 10_000
/** A case that takes longer than this of wall time never ends. */
const HANG_MS = 120_000
const MOST_CASES = 2 ** 31 - 1
const POLL_MS = 250

const refuse: (message: string) => never = refuser(USAGE)

function whole(name: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null
  const n = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : Number.NaN
  return n <= most ? n : refuse(`--${name} ${text}: a whole number from 0 to ${most}`)
}

function readCommand() {
  const options = Object.fromEntries(
    ['minutes', 'seed', 'from', 'count', 'shard'].map((name) => [name, { type: 'string' as const }]),
  )
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    return { given: values as Readonly<Record<string, string | undefined>>, positionals }
  } catch (error) {
    return refuse((error as Error).message)
  }
}

endWithReader()
const { given, positionals } = readCommand()
const [kind = '', ...rest] = positionals
if (!Object.hasOwn(KINDS, kind) || rest.length > 0) refuse(`${positionals.join(' ') || 'no kind'}: not a kind`)
const [shard, shards] = (/^(\d+)\/(\d+)$/.exec(given.shard ?? '0/1') ?? refuse(`--shard ${given.shard}: i/n`))
  .slice(1)
  .map(Number) as [number, number]
if (shard >= shards) refuse(`--shard ${given.shard}: i from 0 to ${shards - 1}`)
const minutes = given.minutes === undefined ? null : Number(given.minutes)
if (minutes !== null && !(minutes > 0)) refuse(`--minutes ${given.minutes}: a number above 0`)
const seed = whole('seed', given.seed, 0xffffffff) ?? 1
const first = whole('from', given.from, MOST_CASES) ?? 0
const count = whole('count', given.count, MOST_CASES)
const end = Math.min(MOST_CASES, count === null ? MOST_CASES : first + count)
const forMs = (minutes ?? (count === null ? 1 : Number.POSITIVE_INFINITY)) * 60_000

const began = Date.now()
let next = first + ((((shard - first) % shards) + shards) % shards)
let done = 0
let failed = 0
let slowest: FuzzResult | null = null

function note(result: FuzzResult): void {
  done++
  next = result.n + shards
  if (!slowest || result.ms > slowest.ms) slowest = result
  const { failure, n } = result
  if (!failure) return
  failed++
  console.log(JSON.stringify({ kind, seed, n, ...failure }))
}

function progress(): void {
  const s = (Date.now() - began) / 1000
  const slow = slowest ? `; slowest: case ${slowest.n}, ${Math.round(slowest.ms)} ms, ${slowest.name}` : ''
  console.error(`${kind}: ${done} cases in ${Math.round(s)} s, ${failed} failed, up to ${next - shards}${slow}`)
}

/** Runs cases from `next` on until the end, the time is over, or one does not end; that one is a failure. */
function runWorker(): Promise<void> {
  const now = new Int32Array(new SharedArrayBuffer(4)).fill(-1)
  const workerData: FuzzTask = { kind, seed, from: next, step: shards, end, now }
  // A thread does not read TypeScript by itself.
  const start = `import('tsx/esm/api').then(({ register }) => (register(), import('${new URL('./fuzz-worker.ts', import.meta.url)}')))`
  const worker = new Worker(start, { eval: true, workerData })
  let at = -1
  let since = Date.now()
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const n = Atomics.load(now, 0)
      if (n !== at) {
        at = n
        since = Date.now()
      }
      const over = Date.now() - began >= forMs
      const hangs = n >= 0 && Date.now() - since > HANG_MS
      if (!over && !hangs) return
      clearInterval(timer)
      void worker.terminate().then(() => {
        if (hangs) fail(n, `has not ended after ${HANG_MS / 1000} s`)
        resolve()
      })
    }, POLL_MS)
    worker.on('message', (results: readonly FuzzResult[]) => results.forEach(note))
    worker.on('error', (error) => {
      const n = Atomics.load(now, 0)
      if (n < 0) throw error
      fail(n, error.stack ?? String(error))
    })
    worker.on('exit', () => {
      clearInterval(timer)
      resolve()
    })
  })
}

function fail(n: number, what: string): void {
  const name = `seed ${seed}, case ${n}`
  note({ n: Math.max(n, next), ms: 0, name, failure: { what, input: '' } })
}

const ticker = setInterval(progress, PROGRESS_MS)
process.on('SIGINT', () => finish())
while (next < end && Date.now() - began < forMs) await runWorker()
finish()

function finish(): never {
  clearInterval(ticker)
  progress()
  const more = given.shard ? ` --shard ${given.shard}` : ''
  if (next < end) console.error(`to go on: npm run fuzz -- ${kind} --seed ${seed} --from ${next}${more}`)
  process.exit(failed > 0 ? 1 : 0)
}
