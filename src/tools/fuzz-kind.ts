// What a kind of fuzzing is: numbered cases, each of which follows from its seed and its number alone. A new kind is a
// file `fuzz-<kind>.ts` that exports one as `kind`, and a line in fuzz-kinds.ts.

/** A case that did not hold. */
export interface FuzzFailure {
  /** What did not hold, in words; of an exception its stack. */
  readonly what: string
  /** What opens it again: a link, or the file itself. */
  readonly input: string
}

/** What a case came to. */
export interface FuzzCase {
  /** What it was, short: shown if it is the slowest. A link, a preset, a file. */
  readonly name: string
  readonly failure: FuzzFailure | null
  /** What of its time is not the case's own, ms of the CPU: a bar that stands beside it. */
  readonly outsideMs?: number
}

export interface FuzzKind {
  /** ms of the CPU that a case may take at most. */
  readonly mostMs: number
  /** Case `n` (from 0) of a seed (uint32). An exception is a failure: it need not be caught. */
  run(seed: number, n: number): FuzzCase | Promise<FuzzCase>
}

/** A case as it went. */
export interface FuzzResult {
  readonly n: number
  readonly ms: number
  readonly name: string
  readonly failure: FuzzFailure | null
}

/** Runs one case; whatever it throws is its failure, and so is taking too long. */
export async function runCase({ run, mostMs }: FuzzKind, seed: number, n: number): Promise<FuzzResult> {
  const before = process.cpuUsage()
  let done: FuzzCase
  try {
    done = await run(seed, n)
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    done = { name: `seed ${seed}, case ${n}`, failure: { what, input: '' } }
  }
  const { user, system } = process.cpuUsage(before)
  const ms = (user + system) / 1000 - (done.outsideMs ?? 0)
  const { name } = done
  const slow = ms > mostMs ? { what: `took ${Math.round(ms)} ms, ${mostMs} allowed`, input: name } : null
  return { n, ms, name, failure: done.failure ?? slow }
}

/** Runs cases [from, from+count) and returns those that failed: a fixed slice for a test. */
export async function failuresOf(kind: FuzzKind, seed: number, from: number, count: number): Promise<FuzzResult[]> {
  const failed: FuzzResult[] = []
  for (let n = from; n < from + count; n++) {
    const result = await runCase(kind, seed, n)
    if (result.failure) failed.push(result)
  }
  return failed
}
