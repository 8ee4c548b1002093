// How fast the page is, measured while it runs. Only collected under `?testing=1`.

export interface LongTask {
  readonly atMs: number
  readonly ms: number
}

export interface FrameStats {
  /** Frames painted. */
  readonly frames: number
  readonly medianFps: number
  /** Main-thread time that the canvases took, 95th percentile over the frames. */
  readonly p95PaintMs: number
  /** Main-thread tasks over 50 ms: when they began (ms since 1970), and how long they were. */
  readonly longTasks: readonly LongTask[]
  /** From a control's change to the end of the paint that holds its effect, one per change. */
  readonly lastInputToPaintMs: readonly number[]
}

export interface StatsCollector {
  paintBegins(): void
  paintEnds(): void
  /** A change was made at `now`; the answer is called with the revision that holds it, as soon as that is known. */
  input(): (revision: number) => void
  /** Everything up to `revision` is on the screen. */
  visible(revision: number): void
  longTask(atMs: number, ms: number): void
  read(): FrameStats
}

const KEPT = 4096

export function createStats(now: () => number): StatsCollector {
  let frames = 0
  const longTasks: LongTask[] = []
  let begun = 0
  let lastPaint = -1
  const gaps: number[] = []
  const paints: number[] = []
  const delays: number[] = []
  const open: { readonly at: number; revision: number }[] = []

  function keep(list: number[], value: number) {
    if (list.length === KEPT) list.shift()
    list.push(value)
  }

  return {
    paintBegins() {
      begun = now()
    },
    paintEnds() {
      const at = now()
      frames++
      keep(paints, at - begun)
      if (lastPaint >= 0) keep(gaps, at - lastPaint)
      lastPaint = at
    },
    input() {
      const mark = { at: now(), revision: Number.POSITIVE_INFINITY }
      open.push(mark)
      return (revision) => {
        mark.revision = revision
      }
    },
    visible(revision) {
      for (let i = open.length - 1; i >= 0; i--) {
        const mark = open[i]
        if (!mark || mark.revision > revision) continue
        keep(delays, now() - mark.at)
        open.splice(i, 1)
      }
    },
    longTask(atMs, ms) {
      if (longTasks.length < KEPT) longTasks.push({ atMs, ms })
    },
    read: () => ({
      frames,
      medianFps: gaps.length > 0 ? 1000 / quantile(gaps, 0.5) : 0,
      p95PaintMs: quantile(paints, 0.95),
      longTasks: [...longTasks],
      lastInputToPaintMs: [...delays],
    }),
  }
}

/** The value below which the given share of the list lies; 0 for an empty list. */
export function quantile(list: readonly number[], share: number): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
