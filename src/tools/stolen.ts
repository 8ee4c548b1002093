// What the host took from this machine's processors while something was measured: a figure taken then says little.

import { readFileSync } from 'node:fs'

interface Times {
  /** Ticks of processor time since boot. */
  readonly busy: number
  readonly stolen: number
}

/** null where the system does not tell. */
function processorTimes(): Times | null {
  try {
    const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = line.split(/ +/).slice(1).map(Number)
    return { busy: user + nice + system + irq + softirq, stolen }
  } catch {
    return null
  }
}

const SAMPLE_MS = 50

export interface Watch {
  /** % of the processor time asked for since the start that the host gave to others; null where it is not known. */
  share(): number | null
  /** True when processor time was stolen between two moments of `Date.now()`. */
  during(fromMs: number, toMs: number): boolean
  /** Time since the start in which nothing was stolen, ms. */
  quietMs(): number
  end(): void
}

/** Watches from now on. */
export function watchStolen(): Watch {
  const start = processorTimes()
  let last = { atMs: Date.now(), stolen: start?.stolen ?? 0 }
  let quietMs = 0
  const thefts: { readonly fromMs: number; readonly toMs: number }[] = []
  function sample() {
    const stolen = processorTimes()?.stolen ?? 0
    const atMs = Date.now()
    if (stolen > last.stolen) thefts.push({ fromMs: last.atMs, toMs: atMs })
    else quietMs += atMs - last.atMs
    last = { atMs, stolen }
  }
  const timer = setInterval(sample, SAMPLE_MS)
  return {
    share() {
      const now = processorTimes()
      if (!start || !now) return null
      const stolen = now.stolen - start.stolen
      return Math.round((100 * stolen) / Math.max(1, now.busy - start.busy + stolen))
    },
    during(fromMs, toMs) {
      sample()
      // Stolen time is told in ticks of 10 ms, and told late.
      return thefts.some((t) => t.fromMs - SAMPLE_MS < toMs && t.toMs + SAMPLE_MS > fromMs)
    },
    quietMs: () => quietMs,
    end: () => clearInterval(timer),
  }
}
