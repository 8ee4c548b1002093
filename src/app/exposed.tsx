// The figures of a machine with an IOTLB, in the place of those of the window: what is unmapped and still reachable, for how
// long, what keeping that short costs, and what a device has made of it. Where nothing is unmapped: how the IOTLB fares.

import { bitRate, bytes, bytesParts, count, duration, ms, percent } from '../lib/format.ts'
import type { ExposureFigures, Frame, Summary } from '../sim/index.ts'
import { useFrame } from '../store/context.ts'
import { exposureText as t } from '../text/radix.ts'
import { Figure } from './figure.tsx'

const nowOf = (frame: Frame) => frame.status.ns

interface Props {
  readonly s: Summary
  readonly e: ExposureFigures
  readonly compact: boolean
}

export function Exposed({ story, ...props }: Props & { story: 'exposure' | 'lookups' }) {
  const { s, compact } = props
  return (
    <section className={compact ? 'a-headline a-compact' : 'a-headline'} aria-label={t.label} data-testid="exposure">
      {story === 'lookups' ? (
        <Lookups {...props} />
      ) : (
        <>
          <Reachable {...props} />
          {!compact && <Oldest e={props.e} />}
          {s.refused > 0 ? <Refused {...props} /> : <Flushes {...props} />}
          <Late {...props} />
        </>
      )}
    </section>
  )
}

function Reachable({ e, compact }: Props) {
  const { reachableBytes: all, behindMappedBytes: part } = e
  const [value, unit] = bytesParts(all)
  const behind = part > 0 ? t.behindMapped(part === all ? null : bytes(part)) : t.reachable
  return (
    <Figure
      id="figure-reachable"
      value={value}
      unit={unit}
      line={compact ? t.reachableShort : behind}
      what={t.reachableShort}
      // A state of pages keeps its colour where it is a number.
      {...(all > 0 ? { colour: 'var(--state-reachable)' } : {})}
    />
  )
}

/** How long the oldest of it has been so, and the longest that anything was. */
function Oldest({ e }: { e: ExposureFigures }) {
  const now = useFrame(nowOf) ?? 0
  const age = e.oldestNs === null ? 0 : Math.max(0, now - e.oldestNs)
  const [value = '', unit = ''] = duration(age).split(' ')
  const worst = duration(Math.max(e.worstNs, age))
  const line = e.oldestNs !== null ? t.oldest(worst) : e.worstNs > 0 ? t.nothing(worst) : t.never
  return <Figure id="figure-oldest" value={value} unit={unit} line={line} what={t.oldestShort} />
}

/** Per thousand unmaps: how often the kernel waited until the IOTLB had forgotten. */
function Flushes({ e, compact }: Props) {
  const per = (1000 * e.waits) / Math.max(1, e.unmaps)
  const value = per === 0 || per >= 100 ? count(per) : per.toFixed(1)
  const line = compact ? t.flushesShort : t.flushesOf(count(e.waits), count(e.unmaps))
  return <Figure id="figure-flushes" value={value} unit={compact ? '' : t.flushes} line={line} />
}

function Refused({ s, compact }: Props) {
  const line = compact || !s.firstRefusal ? t.refused : t.refusedFirst(ms(s.firstRefusal.ns))
  return <Figure id="figure-refused" value={count(s.refused)} unit={compact ? '' : t.refused} fail line={line} />
}

/** Accesses that reached memory after its unmap, at addresses that nobody has mapped or that mean another page by now; where
 *  there was no occasion, how often addresses were at hand. */
function Late({ e, compact }: Props) {
  const { lateTried, lateReached, lateNewOwner, wrongPage } = e
  if (lateTried + wrongPage === 0) return <Hits e={e} compact={compact} />
  const landed = lateReached + wrongPage
  const line = landed > 0 ? t.landedIn(count(lateNewOwner), count(wrongPage)) : t.lateRefused(count(lateTried))
  return (
    <Figure
      id="figure-late"
      value={count(landed)}
      unit={compact ? '' : t.landed}
      fail={landed > 0}
      line={compact ? t.landed : line}
    />
  )
}

function Hits({ e, compact }: { e: ExposureFigures; compact: boolean }) {
  const share = percent(e.hits / Math.max(1, e.lookups))
  return (
    <Figure
      id="figure-hits"
      value={share}
      unit={compact ? '' : t.hits}
      line={compact ? t.hits : t.hitsOf(count(e.lookups))}
    />
  )
}

function Lookups({ s, e, compact }: Props) {
  const [mapped, unit] = bytesParts(s.mappedBytes)
  const [rate = '', rateUnit = ''] = bitRate(s.deliveredBps).split(/\s/)
  const reads = (e.reads / Math.max(1, e.lookups)).toFixed(2)
  return (
    <>
      {!compact && (
        <Figure
          id="figure-mapped"
          value={mapped}
          unit={`${unit} ${t.mapped}`}
          line={t.mappedIn(count(s.liveMappings))}
        />
      )}
      <Hits e={e} compact={compact} />
      <Figure
        id="figure-reads"
        value={reads}
        unit={compact ? '' : t.reads}
        line={compact ? t.reads : t.readsOf(count(e.reads))}
      />
      <Figure
        id="figure-delivered"
        value={rate}
        unit={compact ? '' : t.delivered(rateUnit)}
        line={compact ? t.delivered(rateUnit) : t.last}
      />
    </>
  )
}
