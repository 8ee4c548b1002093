// Why the last request was refused: the allocator's tries in the order in which the kernel makes them.

import { X } from 'lucide-react'
import { count, ms } from '../lib/format.ts'
import type { Frame, Refusal } from '../sim/index.ts'
import { useFrame } from '../store/context.ts'
import { refusalText } from '../text/inspector.ts'
import { captions, Says } from '../ui/says.tsx'

const t = refusalText
const refusalOf = (frame: Frame) => frame.refusal
const calledOf = (frame: Frame) => frame.summary.called
const sameRefusal = (a: Refusal | null, b: Refusal | null) =>
  a?.ns === b?.ns && a?.cpu === b?.cpu && a?.vaddr === b?.vaddr

export function WhyRefused() {
  const refusal = useFrame(refusalOf, sameRefusal)
  return (
    <section className="u-block c-why" aria-labelledby="why-title">
      <div className="c-block-head">
        <h2 id="why-title">{t.title}</h2>
        {refusal && <span className="u-mono u-quiet">{ms(refusal.ns)} ms</span>}
      </div>
      {refusal ? <Tries refusal={refusal} /> : <p className="u-quiet">{t.none}</p>}
    </section>
  )
}

function Tries({ refusal }: { refusal: Refusal }) {
  const called = useFrame(calledOf) ?? 'TCE'
  const { tries, npages, cpu, device, reason } = refusal
  if (reason)
    return (
      <p className="u-label">
        {t.wants(t.pages(npages, called), cpu, device)}: {reason}.
      </p>
    )
  const found = Math.max(0, ...tries.map((one) => one.freeEntries))
  return (
    <>
      <ol className="c-tries" {...captions}>
        {tries.map((one, i) => {
          const again = tries.findIndex((o) => o.region === one.region && o.from === one.from) < i
          const begin = Math.min(...tries.filter((o) => o.region === one.region).map((o) => o.start))
          const whole = Math.max(1, one.limit - begin)
          const from = (100 * (one.start - begin)) / whole
          const free = (100 * one.freeEntries) / whole
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the tries are a sequence; their place is what they are
            <li key={i}>
              <span className="u-quiet">{i + 1}</span>
              <span className="u-cut">
                {one.region.replace(/ (pool|region|half|part)$/, '')}, {again ? t.again : t.from[one.from]}
              </span>
              <span className="c-bar" aria-hidden="true">
                <i style={{ left: `${from}%`, right: `${free}%` }} />
              </span>
              <Says id="rail.free" name={t.free} first={i === 0} className="u-mono u-quiet">
                {count(one.freeEntries)}
              </Says>
              <X className="u-fail" size={12} strokeWidth={2.5} aria-hidden="true" />
            </li>
          )
        })}
      </ol>
      <p className="u-label">
        {t.wants(t.pages(npages, called), cpu, device)}. {found === 0 ? t.full : t.holes(npages)}{' '}
        {found === 0 && called === 'TCE' && t.lastKept}
      </p>
    </>
  )
}
