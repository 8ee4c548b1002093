// What the browser tests may ask of the page. Present only with `?testing=1`.

import type { Hashing } from '../store/hashing.ts'
import { partsShown } from '../store/part.ts'
import type { Sessions } from '../store/state.ts'
import { createStats, type FrameStats, type StatsCollector } from '../store/stats.ts'

declare global {
  interface Window {
    dmascope?: {
      /** Resolves when the first frame and every part that is fetched later are on the screen. */
      ready(): Promise<void>
      /** Resolves when nothing is under way; while it plays, when what was changed before is on the screen. */
      idle(): Promise<void>
      /** State hash of the run. */
      hash(): Promise<string>
      frameStats(): FrameStats
      /** Everything that a visit has made ends, and nothing of it stays. */
      end(): void
      /** Another lab begins at the address, as in a page that was just opened; the one before has ended. */
      begin(): void
      /** Opens help at a term, as parts of the page do. */
      help(term: string): void
      /** State hashes of any link's run, in a worker of its own. */
      hashes: Hashing
    }
  }
}

interface Visit {
  readonly end: () => void
  readonly begin: () => void
}

export const isTesting = (): boolean => new URLSearchParams(location.search).get('testing') === '1'

export function collectStats(): StatsCollector {
  const stats = createStats(() => performance.now())
  if (PerformanceObserver.supportedEntryTypes.includes('longtask'))
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        stats.longTask(performance.timeOrigin + startTime, duration)
    }).observe({ type: 'longtask', buffered: true })
  return stats
}

export function exposeForTests(sessions: Sessions, stats: StatsCollector, hashes: Hashing, visit: Visit): void {
  const idle = async () => void (await Promise.all(sessions.all().map((lab) => lab.idle())))
  window.dmascope = {
    ready: () => idle().then(partsShown),
    idle,
    hash: () => sessions.active().hash(),
    frameStats: stats.read,
    help: (term) => sessions.active().actions.openHelp(term),
    hashes,
    ...visit,
  }
}
