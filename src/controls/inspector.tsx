// Everything about one IOMMU page: what it is, whose, where it leads and what it cost.

import { Check, Copy, Pin, PinOff, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { bytes, count, duration, hex, ms, percent } from '../lib/format.ts'
import {
  addressAt,
  addressBehind,
  CELL_MAPPED,
  CELL_QUEUED,
  type Frame,
  IN_DEPOT,
  type InspectCard,
} from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { inspectorText } from '../text/inspector.ts'
import { says } from '../ui/says.tsx'
import { Lifeline, ReachRows } from './reach.tsx'
import { TablePath } from './table-path.tsx'

const t = inspectorText
const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const
const cardOf = (frame: Frame) => frame.card
const nowOf = (frame: Frame) => frame.status.ns

/** Byte address within the window's bus addresses, exact however high the window lies. */
function busAddress(card: InspectCard, entry: number, offset = 0): bigint {
  return addressAt(card, entry) + BigInt(offset)
}

export function Inspector() {
  const card = useFrame(cardOf)
  const pinned = useApp((s) => s.pinned)
  const selected = useApp((s) => s.view.selected)
  const { actions } = useLab()
  if (!card)
    return (
      <section className="u-block c-inspector" aria-label={t.title}>
        <h2>{t.title}</h2>
        <p className="u-quiet">{t.empty}</p>
      </section>
    )
  const { mapping } = card
  const address = mapping ? busAddress(card, mapping.firstEntry, mapping.pageOffset) : busAddress(card, card.entry)
  const pin = () => {
    if (!pinned && selected !== card.entry) actions.select(card.entry)
    actions.setPinned(!pinned)
  }
  return (
    <section className="u-block c-inspector" aria-label={t.title}>
      <div className="c-card-head">
        <i className={`c-swatch c-state-${card.state}`} aria-hidden="true" />
        <b>{t.states[card.state]}</b>
        <span className="u-quiet u-cut">{mapping ? t.by(mapping.device, mapping.cpu) : card.region}</span>
        <button
          type="button"
          className="u-icon"
          aria-pressed={pinned}
          aria-label={pinned ? t.unpin : t.pin}
          {...says('rail.pin', pinned ? t.unpin : t.pin)}
          onClick={pin}
        >
          {pinned ? <PinOff {...icon} /> : <Pin {...icon} />}
        </button>
        <button
          type="button"
          className="u-icon"
          aria-label={t.clear}
          {...says('rail.clear', t.clear)}
          onClick={() => {
            actions.hover(null)
            actions.select(null)
          }}
        >
          <X {...icon} />
        </button>
      </div>
      <div className="c-address-line">
        <p className="c-address" data-testid="address">
          {hex(address)}
          {card.generation > 0 && <span className="u-quiet">#{card.generation}</span>}
        </p>
        <CopyAddress
          key={hex(address)}
          words={card.generation > 0 ? `${hex(address)}#${card.generation}` : hex(address)}
        />
      </div>
      {mapping && card.state === CELL_MAPPED ? <Portrait card={card} /> : null}
      <Rows card={card} />
      <Lifeline card={card} />
      {(card.path || card.tce !== 0) && <TablePath card={card} />}
      <FreeRoom card={card} />
    </section>
  )
}

const COPIED_MS = 1600

/** With its generation, as the search takes it. */
function CopyAddress({ words }: { words: string }) {
  const { actions } = useLab()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () =>
    navigator.clipboard.writeText(words).then(
      () => {
        setCopied(true)
        actions.announce(t.copied)
      },
      () => actions.announce(t.copyFailed),
    )
  return (
    <button
      type="button"
      className="u-icon"
      aria-label={t.copy}
      {...says('rail.copy', t.copy)}
      onClick={() => void copy()}
    >
      {copied ? <Check {...icon} size={14} /> : <Copy {...icon} size={14} />}
    </button>
  )
}

/** How broken the free room of the entry's region is. Unfolded for an entry that is free itself. */
function FreeRoom({ card }: { card: InspectCard }) {
  const [open, setOpen] = useState<boolean | null>(null)
  const shown = open ?? card.mapping === null
  const { name, free, runs, largestRun, inOne } = card.fragmentation
  const room = (n: number) => t.tces(count(n), bytes(n * 2 ** card.pageShift))
  return (
    <div className="c-path-block" data-testid="free-room">
      <button type="button" className="c-unfold" aria-expanded={shown} onClick={() => setOpen(!shown)}>
        {t.regionShow(name)}
      </button>
      {shown && (
        <dl className="c-rows">
          <dt>{t.freeTotal}</dt>
          <dd data-testid="free-total">{room(free)}</dd>
          <dt>{t.largestRun}</dt>
          <dd data-testid="free-largest">{free === 0 ? t.none : room(largestRun)}</dd>
          <dt>{t.freeRuns}</dt>
          <dd data-testid="free-runs">{count(runs)}</dd>
          <dt>{t.inOne}</dt>
          <dd>
            <span data-testid="free-in-one">{inOne === null ? t.none : share(inOne)}</span>{' '}
            <span className="u-quiet">{t.inOneHelp}</span>
          </dd>
        </dl>
      )}
    </div>
  )
}

/** A share 0…1 with two digits that count: `1`, `0.12`, `0.0034`. */
function share(part: number): string {
  return String(Number(part.toPrecision(2)))
}

/** The mapping to scale, with the buffer in it. */
function Portrait({ card }: { card: InspectCard }) {
  const { mapping } = card
  if (!mapping) return null
  const total = mapping.npages * 2 ** card.pageShift
  const left = (100 * mapping.pageOffset) / total
  const width = (100 * mapping.bytes) / total
  const open = total - mapping.bytes
  const lastByte = addressBehind(card, mapping.firstEntry + mapping.npages) - 1n
  const wide = width > 55
  return (
    <figure className="c-portrait">
      <div className="c-page">
        <i className="c-buffer" style={{ left: `${left}%`, width: `max(2px, ${width}%)` }} />
        {open > 0 && (
          <span
            className={wide ? 'c-open c-on-buffer' : 'c-open'}
            style={left + width > 55 ? { left: 8 } : { right: 8 }}
          >
            {t.open(exact(open))}
          </span>
        )}
      </div>
      <figcaption>
        <b style={{ marginLeft: `min(${left}%, 150px)` }}>{t.buffer(bytes(mapping.bytes))}</b>
        <span className="u-mono u-quiet">{(lastByte & 0xffffn).toString(16).padStart(4, '0')}</span>
      </figcaption>
    </figure>
  )
}

/** Bytes are counted out below this. */
const EXACT = 1_000_000
const READ = 1
const WRITE = 2

function Rows({ card }: { card: InspectCard }) {
  const { mapping } = card
  const first = busAddress(card, mapping?.firstEntry ?? card.entry)
  const end = addressBehind(card, mapping ? mapping.firstEntry + mapping.npages : card.entry + 1) - 1n
  const low = (end & 0xffffn).toString(16).padStart(4, '0')
  const sameHigh = first >> 16n === end >> 16n
  const permissions = [card.tce % 2 === READ && t.read, Math.floor(card.tce / WRITE) % 2 === 1 && t.write].filter(
    Boolean,
  )
  return (
    <dl className="c-rows">
      <dt>{t.iovaPage}</dt>
      <dd className="u-mono">
        {hex(first)} … {sameHigh ? low : hex(end)}
      </dd>
      <dt>{card.isTce ? t.tce(card.entry) : t.pte}</dt>
      <dd className="u-mono">
        {card.tce === 0 ? (
          <span className="u-quiet">{t.notSet}</span>
        ) : (
          <>
            {hex(card.tce)}{' '}
            <span className="u-quiet c-sans">
              {t.permissions((card.tce % 4).toString(2).padStart(2, '0'), permissions.join(', '))}
            </span>
          </>
        )}
      </dd>
      <ReachRows card={card} />
      {mapping ? (
        <>
          <Exposure card={card} mapping={mapping} />
          <dt>{t.vaddr}</dt>
          <dd className="u-mono">
            {pointer(mapping.copyOf ?? mapping.realAddr)}
            {mapping.copyOf !== undefined && (
              <span className="u-quiet c-sans"> {t.copyOf(pointer(mapping.realAddr))}</span>
            )}
          </dd>
          <dt>{t.owner}</dt>
          <dd>
            {mapping.device}, {mapping.owner}
            {mapping.npages > 1 && <span className="u-quiet"> {t.pages(count(mapping.npages))}</span>}
          </dd>
          <Foretold card={card} />
          <dt>{t.age}</dt>
          <dd>
            {duration(mapping.ageNs)} <span className="u-quiet">{t.mappedAt(ms(mapping.mappedAtNs))}</span>
          </dd>
          <dt>{t.paid}</dt>
          <dd>
            <Paid paid={mapping.paid} />
          </dd>
        </>
      ) : (
        <>
          <Keeper card={card} />
          <dt>{t.region}</dt>
          <dd>{card.region}</dd>
          <dt>{t.use}</dt>
          <dd className="u-quiet">{card.generation === 0 ? t.never : t.handedOut(card.generation)}</dd>
        </>
      )}
      {card.chunk && (
        <>
          <dt>{t.chunk}</dt>
          <dd>
            {t.chunkOf(
              card.chunk.owner,
              hex(busAddress(card, card.chunk.firstEntry)),
              bytes(card.chunk.npages * 2 ** card.pageShift),
            )}
          </dd>
        </>
      )}
      <EarlierLife card={card} />
    </dl>
  )
}

/** Of an entry that is neither mapped nor free for all: who has it. */
function Keeper({ card: { state, keeper, reach } }: { card: InspectCard }) {
  if (keeper === null) return null
  // What is still reachable may wait for its flush, too.
  const queued = state === CELL_QUEUED || (reach !== null && reach.untilNs !== null)
  const words = queued ? t.queuedBy(keeper) : keeper === IN_DEPOT ? t.inDepot : t.keptBy(keeper)
  return (
    <>
      <dt>{t.keeper}</dt>
      <dd data-testid="keeper">{words}</dd>
    </>
  )
}

/** Whole IOMMU pages less the buffer: what else the device reaches, and what lies there. */
function Exposure({ card, mapping }: { card: InspectCard; mapping: NonNullable<InspectCard['mapping']> }) {
  const total = mapping.npages * 2 ** card.pageShift
  const after = total - mapping.pageOffset - mapping.bytes
  const others = mapping.neighbours
  return (
    <>
      <dt>{t.useful}</dt>
      <dd data-testid="useful">
        {bytes(mapping.bytes)}{' '}
        <span className="u-quiet">{t.ofMapped(percent(mapping.bytes / total), bytes(total))}</span>
      </dd>
      <dt>{t.exposed}</dt>
      <dd data-testid="exposed">
        {exact(total - mapping.bytes)}{' '}
        {total > mapping.bytes && (
          <span className="u-quiet">
            {t.exposedWhere(exact(mapping.pageOffset), exact(after))};{' '}
            {mapping.copyOf !== undefined
              ? t.zeroed
              : others === 0
                ? t.alone
                : t.neighbours(count(others), others === 1)}
          </span>
        )}
      </dd>
    </>
  )
}

/** A kernel pointer into the linear map. */
const pointer = (address: number) => `c${address.toString(16).padStart(15, '0')}`

function exact(n: number): string {
  return n < EXACT ? `${count(n)} B` : bytes(n)
}

/** What the address was before: the end of its last life where it is known, else only how many there were. */
function EarlierLife({ card }: { card: InspectCard }) {
  const now = useFrame(nowOf) ?? 0
  const { past, freedAtNs, generation } = card
  const earlier = freedAtNs === null ? generation - 1 : generation
  if (earlier < 1) return null
  return (
    <>
      {freedAtNs !== null && !card.reach && (
        <>
          <dt>{t.freeSince}</dt>
          <dd data-testid="free-since">{t.freeFor(ms(freedAtNs), duration(Math.max(0, now - freedAtNs)))}</dd>
        </>
      )}
      <dt>{freedAtNs === null ? t.past : t.lastLife}</dt>
      <dd className="u-quiet" data-testid="earlier-life">
        {past ? t.pastLife(past.generation, t.by(past.device, past.cpu), ms(past.freedAtNs)) : t.pastUnknown(earlier)}
      </dd>
    </>
  )
}

/** Of a recorded mapping: where the allocator would have put it. */
function Foretold({ card }: { card: InspectCard }) {
  const { mapping } = card
  if (mapping?.foretold === undefined) return null
  const { foretold, firstEntry } = mapping
  const recorded = hex(busAddress(card, firstEntry))
  return (
    <>
      <dt>{t.record}</dt>
      <dd data-testid="foretold">
        {foretold < 0 ? t.recordedNotForetold(recorded) : t.recordedAt(recorded, hex(busAddress(card, foretold)))}
      </dd>
    </>
  )
}

function Paid({ paid }: { paid: NonNullable<InspectCard['mapping']>['paid'] }) {
  const parts = [
    [t.lock, paid.lockNs],
    [t.search, paid.searchNs],
    [t.table, paid.tableNs],
  ] as const
  const worth = parts.filter(([, ns]) => ns > 0)
  return (
    <>
      {micro(paid.lockNs + paid.searchNs + paid.tableNs)} µs{' '}
      <span className="u-quiet">{worth.map(([name, ns]) => `${name} ${micro(ns)}`).join(', ')}</span>
    </>
  )
}

/** Microseconds, bare: the unit stands with the sum. */
function micro(ns: number): string {
  return (ns / 1000).toFixed(2)
}
