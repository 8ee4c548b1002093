// At most four figures, each with one line that says what it is of.

import { type ReactNode, useState } from 'react'
import { bitRate, bytes, bytesParts, count, many, ms, percent } from '../lib/format.ts'
import { type Frame, listingOf, type Summary, type TreeFigures } from '../sim/index.ts'
import { useApp, useFrame } from '../store/context.ts'
import { loadable } from '../store/loadable.tsx'
import { text } from '../text/en.ts'
import { useFlushStory } from '../views/index.ts'
import { Figure, NOTHING_WAS, summaryOf, Was } from './figure.tsx'

const t = text.figures
const filteredOf = (frame: Frame) => frame.filtered
const Brushed = loadable(() => import('./brushed.tsx').then((m) => m.Brushed))
const Exposed = loadable(
  () => import('./exposed.tsx').then((m) => m.Exposed),
  ({ compact }) => <div className={compact ? 'a-headline a-compact' : 'a-headline'} />,
)

const Since = loadable(
  () => import('./compared.tsx').then((m) => m.Since),
  () => null,
  'none',
)

export function Headline({ compact }: { compact: boolean }) {
  const compares = useApp(({ compared, view }) => compared !== null && view.brush === null)
  const [was, setWas] = useState(NOTHING_WAS)
  return (
    <Was value={was}>
      {compares && <Since compact={compact} onWas={setWas} />}
      <Figures compact={compact} />
    </Was>
  )
}

function Figures({ compact }: { compact: boolean }) {
  const s = useFrame(summaryOf)
  const filtered = useFrame(filteredOf)
  const brushed = useApp((state) => state.view.brush !== null)
  const story = useFlushStory()
  if (brushed && filtered) return <Brushed filtered={filtered} compact={compact} />
  if (!s) return <div className="a-headline" />
  if (story && s.exposure) return <Exposed s={s} e={s.exposure} story={story} compact={compact} />
  const window = s.windowBytes
  const [mapped, unit] = bytesParts(s.mappedBytes)
  const [whole, wholeUnit] = bytesParts(window)
  // Of a window that is not listed whole the usable pages are not worth a number.
  const part = listingOf(s) !== null
  const noPool = s.bounce !== null && s.bounce.pool !== 'there'
  const mappedText = noPool
    ? t.noWindow
    : unit === wholeUnit
      ? t.mapped(mapped, `${whole} ${wholeUnit}`)
      : t.mapped(bytes(s.mappedBytes), bytes(window))
  const first = s.firstRefusal
  const { second, last } = OF_WAY[s.tells]
  return (
    <section className={compact ? 'a-headline a-compact' : 'a-headline'} aria-label={t.label}>
      <Figure
        id="figure-mapped"
        value={count(s.mapped)}
        unit={compact ? '' : noPool ? t.noPool : part ? t.pages : t.ofUsable(count(s.usable), s.called)}
        line={!compact ? mappedText : noPool ? t.noPool : part ? t.pagesMapped : t.ofUsableShort(count(s.usable))}
      />
      {second ? second(s, compact) : <Plain s={s} compact={compact} />}
      <Figure
        id="figure-refused"
        value={count(s.refused)}
        unit={compact ? '' : s.refusedRecently > 0 ? t.refusedRecently(count(s.refusedRecently)) : t.refused}
        fail={s.refused > 0}
        line={
          s.hang ? (
            <span className="a-hang">{t.hang(s.hang.cpu, ms(s.hang.ns))}</span>
          ) : compact ? (
            t.refused
          ) : first ? (
            <>
              {t.refusedFirst(ms(first.ns))} · <span data-testid="fitted">{t.fitted(count(first.fitted))}</span>
            </>
          ) : (
            t.refusedNone
          )
        }
      />
      {!compact && (last ? last(s) : <Room s={s} part={part} />)}
    </section>
  )
}

/** What is told of a way besides how much is mapped and what was refused; where a way has nothing of its own, what all tables have. */
interface OfWay {
  readonly second?: (s: Summary, compact: boolean) => ReactNode
  readonly last?: (s: Summary) => ReactNode
}

const OF_WAY: Readonly<Record<Summary['tells'], OfWay>> = {
  plain: {},
  levels: {
    second: ({ guest, tableBytes }, compact) =>
      guest && (
        <Figure
          id="figure-tables"
          value={bytes(tableBytes)}
          unit={compact ? '' : t.levelTables}
          line={
            guest.refused
              ? compact
                ? t.noTableShort
                : t.noTable
              : compact
                ? t.levelTables
                : t.tables(count(guest.tables), bytes(guest.wholeBytes))
          }
        />
      ),
    last: ({ guest }) =>
      guest && (
        <Figure
          id="figure-charged"
          value={bytes(guest.accountedBytes)}
          unit={t.charged}
          line={guest.refused ? t.chargedInVain : t.chargedFor}
        />
      ),
  },
  hypercalls: {
    second: ({ partition }, compact) =>
      partition && (
        <Figure
          id="figure-hcalls"
          value={count(partition.calls)}
          unit={compact ? '' : t.hcalls}
          line={compact ? t.hcalls : t.windowCalls(count(partition.windowCalls), t.results[partition.result])}
        />
      ),
    last: (s) => (
      <Figure
        id="figure-delivered"
        value={bitRate(s.deliveredBps)}
        unit=""
        line={t.delivered(count(s.frames), count(s.missed))}
        what={t.deliveredShort}
      />
    ),
  },
  copies: {
    second: (s, compact) => (
      <Figure
        id="figure-delivered"
        value={bitRate(s.deliveredBps)}
        unit={compact ? '' : t.moved}
        line={compact ? t.moved : t.waiting(percent(s.lockWait))}
      />
    ),
    last: copied,
  },
  bounced: { last: copied },
}

function copied({ bounce, untrusted }: Summary) {
  const of = bounce ?? untrusted
  return (
    of && (
      <Figure
        id="figure-copied"
        value={bytes(of.inBytes + of.outBytes)}
        unit={t.copied}
        line={t.copiedOf(bytes(of.inBytes), bytes(of.outBytes), bytes(of.directBytes))}
      />
    )
  )
}

/** Of a recording what was foretold; else how much of what is mapped is data, or how fast it is mapped. */
function Plain({ s, compact }: { s: Summary; compact: boolean }) {
  const useful = s.mappedBytes > 0 ? s.usefulBytes / s.mappedBytes : 0
  // A record tells nothing of the data inside its pages; it can be told beforehand or not.
  const { prediction } = s
  if (prediction)
    return (
      <Figure
        id="figure-predicted"
        value={count(prediction.predicted)}
        unit={compact ? '' : t.ofAddresses(count(prediction.allocations))}
        line={
          compact
            ? t.predictedShort(count(prediction.allocations))
            : t.predictedBy(prediction.allocator, count(prediction.corrected))
        }
      />
    )
  if (s.tree && useful > ALL_DATA) return <Maps s={s} compact={compact} />
  return (
    <Figure
      id="figure-useful"
      value={s.mappedBytes > 0 ? percent(useful) : t.nothing}
      unit={compact ? '' : t.ofThatIsData}
      line={compact ? t.ofThatIsData : t.useful(bytes(s.usefulBytes), bytes(s.mappedBytes - s.usefulBytes))}
    />
  )
}

/** What searching costs where a tree is searched, else the longest free run. `part`: not the whole window is listed. */
function Room({ s, part }: { s: Summary; part: boolean }) {
  if (s.tree) return <InLine share={s.lockWait} tree={s.tree} />
  return (
    <Figure
      id="figure-run"
      value={count(s.largestFreeRun)}
      unit={t.run(s.largestFreeRun, s.called)}
      line={(part ? t.largestRunListed : t.largestRun)(count(s.freeEntries))}
    />
  )
}

/** Where every page is data through and through, that compares nothing: there what is told is how much is mapped. */
const ALL_DATA = 0.999

function Maps({ s, compact }: { s: Summary; compact: boolean }) {
  const [value = '', unit = ''] = many((s.maps * 1e9) / Math.max(1, s.mapsForNs)).split(' ')
  const kept = s.tree?.cached ?? 0
  return (
    <Figure
      id="figure-maps"
      value={value}
      unit={compact ? unit : `${unit} ${t.mapsPerS}`}
      line={compact ? t.mapsPerS : kept > 0 ? t.kept(count(kept)) : t.allData}
    />
  )
}

/** What waiting costs now, and what kept the others from it. */
function InLine({ share, tree }: { share: number; tree: TreeFigures }) {
  const { byCpu, byDepot, byTree, searches, steps, last } = tree
  const all = byCpu + byDepot + byTree
  const of = (n: number) => percent(n / all)
  const mean = searches > 0 ? (steps / searches).toFixed(1) : ''
  const line =
    byCpu + byDepot > 0
      ? byDepot > 0
        ? t.answered(of(byCpu), of(byDepot), of(byTree))
        : t.answeredNoDepot(of(byCpu), of(byTree))
      : last
        ? t.searches(mean, count(last.steps))
        : t.noSearch
  return <Figure id="figure-in-line" value={percent(share)} unit={t.inLine} line={line} />
}
