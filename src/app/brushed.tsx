// The figures of a brushed range, in the place of those of the whole. Each line says which range it speaks of.

import { bitRate, bytes, bytesParts, count, hex, ms, percent } from '../lib/format.ts'
import { addressAt, type Filtered, type Frame, type IovaSpaceFrame, sameSpace, type TimeFigures } from '../sim/index.ts'
import { useApp, useFrame } from '../store/context.ts'
import { brushText as t } from '../text/brush.ts'
import { Figure, summaryOf } from './figure.tsx'

const windowOf = (frame: Frame) => frame.views['iova-space'] ?? null
const sameWindow = (a: IovaSpaceFrame | null, b: IovaSpaceFrame | null) => a === b || (!!a && !!b && sameSpace(a, b))

export function Brushed({ filtered, compact }: { filtered: Filtered; compact: boolean }) {
  const s = useFrame(summaryOf)
  const brush = useApp((state) => state.view.brush)
  const map = useFrame(windowOf, sameWindow)
  if (!s || !brush || !map) return null
  const { time, entries } = filtered
  const address = (entry: number) => hex(addressAt(map, entry))
  const inTime = brush.time ? t.inTime(ms(brush.time.fromNs, 2), ms(brush.time.toNs, 2)) : ''
  const inEntries = entries ? t.inEntries(address(entries.first), address(entries.first + entries.count - 1)) : ''
  const mappedBytes = entries?.mappedBytes ?? Math.round(time?.meanMappedBytes ?? 0)
  const usefulBytes = entries?.usefulBytes ?? Math.round(time?.meanUsefulBytes ?? 0)
  const [mean, unit] = bytesParts(mappedBytes)
  const refused = time?.refused ?? s.refused
  const useful = t.useful(bytes(usefulBytes), bytes(mappedBytes - usefulBytes))
  return (
    <section className={compact ? 'a-headline a-compact' : 'a-headline'} aria-label={t.figures} data-testid="filtered">
      {entries ? (
        <Figure
          id="figure-mapped"
          value={count(entries.mapped)}
          unit={compact ? '' : `${t.ofEntries(count(entries.count))} · ${t.live(count(entries.liveMappings))}`}
          line={compact ? t.ofEntries(count(entries.count)) : inEntries}
        />
      ) : (
        <Figure
          id="figure-mapped"
          value={mean}
          unit={compact ? '' : t.onAverage(unit)}
          line={compact ? t.onAverage(unit) : `${t.atMost(bytes(time?.maxMappedBytes ?? 0))} · ${inTime}`}
        />
      )}
      <Figure
        id="figure-useful"
        value={percent(mappedBytes > 0 ? usefulBytes / mappedBytes : 0)}
        unit={compact ? '' : t.ofThatIsData}
        line={compact ? t.ofThatIsData : useful}
      />
      <Figure
        id="figure-refused"
        value={count(refused)}
        unit={compact ? '' : t.refused}
        fail={refused > 0}
        line={compact ? t.refused : refusedLine(time, inTime)}
      />
      {!compact && <Last filtered={filtered} inTime={inTime} />}
    </section>
  )
}

function refusedLine(time: TimeFigures | null, inTime: string): string {
  if (!time) return t.noAddress
  return time.columns === 0 ? t.notYet : `${t.missed(count(time.missed))} · ${inTime}`
}

/** Room where addresses are brushed, else what was delivered in the time. */
function Last({ filtered: { time, entries }, inTime }: { filtered: Filtered; inTime: string }) {
  if (entries)
    return (
      <Figure
        id="figure-run"
        value={count(entries.largestFreeRun)}
        unit={t.run(entries.largestFreeRun)}
        line={t.largestRun(count(entries.free))}
      />
    )
  const [value = '', unit = ''] = bitRate(time?.deliveredBps ?? 0).split(/\s/)
  return (
    <Figure id="figure-delivered" value={value} unit={t.delivered(unit)} line={time?.columns ? inTime : t.notYet} />
  )
}
