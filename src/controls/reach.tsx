// Of a page that was unmapped and that a device still reaches: since when and until when, through which slot of the IOTLB,
// what lies behind it now, and its life as a line.

import { duration, hex, ms } from '../lib/format.ts'
import type { Frame, InspectCard } from '../sim/index.ts'
import { useFrame } from '../store/context.ts'
import { exposureText as t } from '../text/radix.ts'
import './reach.css'

const nowOf = (frame: Frame) => frame.status.ns

export function ReachRows({ card: { reach } }: { card: InspectCard }) {
  const now = useFrame(nowOf) ?? 0
  if (!reach) return null
  const { sinceNs, untilNs, reusedNs, realAddr, set, way } = reach
  return (
    <>
      <dt>{t.since}</dt>
      <dd data-testid="reach-since">
        {duration(Math.max(0, now - sinceNs))} <span className="u-quiet">{t.unmappedAt(ms(sinceNs))}</span>
      </dd>
      <dt>{t.until}</dt>
      <dd data-testid="reach-until">
        {untilNs === null ? (
          t.ever
        ) : (
          <>
            ≤ {duration(Math.max(0, untilNs - now))} <span className="u-quiet">{t.timer(ms(untilNs))}</span>
          </>
        )}
      </dd>
      <dt>{t.page}</dt>
      <dd>
        <span className="u-mono">{hex(realAddr)}</span>{' '}
        <span className={reusedNs === null ? 'u-quiet' : 'u-fail'}>
          {reusedNs === null ? t.kept : t.given(ms(reusedNs))}
        </span>
      </dd>
      <dt>{t.through}</dt>
      <dd>{t.slot(set, way)}</dd>
    </>
  )
}

/** Share of the line that stands for the time when it was mapped: how long that was does not matter here. */
const MAPPED = 0.2

/** Mapped, unmapped, reused, now, flushed: to scale from the unmap on. */
export function Lifeline({ card: { reach } }: { card: InspectCard }) {
  const now = useFrame(nowOf) ?? 0
  if (!reach) return null
  const { sinceNs, untilNs, reusedNs } = reach
  const end = Math.max(sinceNs + 1, now, untilNs ?? 0)
  const at = (ns: number) => `${100 * (MAPPED + ((1 - MAPPED) * Math.max(0, ns - sinceNs)) / (end - sinceNs))}%`
  const nowAt = at(now)
  return (
    <figure className="c-life" data-testid="lifeline">
      <p className="c-life-heads" aria-hidden="true">
        <span>{t.mappedPart}</span>
        <span className="c-life-over" style={{ left: `min(${nowAt}, 100% - ${untilNs === null ? 14 : 44}px)` }}>
          {t.now}
        </span>
        {untilNs !== null && <span style={{ right: 0 }}>{t.flush}</span>}
      </p>
      <div className="c-life-bar" aria-hidden="true">
        <i className="c-state-3" style={{ left: 0, width: at(sinceNs) }} />
        <i className="c-state-5" style={{ left: at(sinceNs), width: `calc(${nowAt} - ${at(sinceNs)})` }} />
        {reusedNs !== null && <b className="c-life-reused" style={{ left: at(reusedNs) }} />}
        <b className="c-life-now" style={{ left: nowAt }} />
      </div>
      <figcaption>
        <span aria-hidden="true" style={{ left: at(sinceNs) }}>
          {ms(sinceNs)}
        </span>
        <span aria-hidden="true" style={{ right: 0 }}>
          {ms(end)}
        </span>
        <span className="c-life-words">
          {t.lifeline(
            ms(sinceNs),
            reusedNs === null ? null : ms(reusedNs),
            ms(now),
            untilNs === null ? null : ms(untilNs),
          )}
        </span>
      </figcaption>
    </figure>
  )
}
