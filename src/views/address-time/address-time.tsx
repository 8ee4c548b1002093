// Address × time with its gutters: the same address axis as the map, how full each region is now, and at most
// three callouts where something happened.

import { range } from 'd3'
import { useMemo } from 'react'
import { percent } from '../../lib/format.ts'
import { type AddressTimeFrame, addressAt, addressBehind, type Frame, type TimeMark } from '../../sim/index.ts'
import { useApp, useFigures, useFrame } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { addressTimeText as text } from '../../text/history.ts'
import { Caption, type Explained, Says } from '../../ui/says.tsx'
import { hasSpace } from '../iova-space/iova-space.view.ts'
import {
  AddressAxis,
  type AddressTick,
  GutterShare,
  gutterAddress,
  gutterEnd,
  RegionBars,
  shortRegion,
  spread,
  wholePercent,
} from '../kit/axis.tsx'
import { Cut } from '../kit/cut.tsx'
import { Title } from '../kit/dock-head.tsx'
import { usePalette } from '../kit/hooks.ts'
import type { Ruler } from '../kit/layout.ts'
import { linear } from '../kit/scales.ts'
import { timeInk } from '../kit/time.ts'
import { Track } from '../kit/track.tsx'
import { TwinButton, useTwin } from '../kit/twin.tsx'
import { TimeChip } from '../later.ts'
import { addressTimeView, bandBytes, begunAt, entryAxis, formerText, regionShare } from './address-time.view.ts'

const frameOf = (frame: Frame) => frame.views['address-time'] ?? null

const sameShape = sameBy((f: AddressTimeFrame) => [
  [f.bands, f.first, f.entriesPerBand, f.pageShift, f.offset, f.size, f.columns, f.columnNs],
  f.former.map(({ until }) => until),
  f.regions.map((r) => [r.start, r.end]),
])

const sharesOf = (frame: Frame) => {
  const f = frame.views['address-time']
  return f?.regions.map((r) => percent(regionShare(f, r, Math.max(0, f.filled - 1))))
}

/** Not whole where there is room for the way to the table only: it stands in the left gutter. */
export function AddressTimeHead({ ruler, whole }: { ruler: Ruler; whole: boolean }) {
  const shape = useFrame(frameOf, sameShape)
  const space = useFrame(hasSpace) ?? true
  const brushed = useApp((s) => !!s.view.brush?.time)
  const twin = <TwinButton id={addressTimeView.id} title={addressTimeView.title} />
  if (!whole)
    return (
      <div className={ruler.narrow ? 'v-head-gutter' : 'v-head v-head-small v-headless'}>
        <h2 className="v-sr">{addressTimeView.title}</h2>
        {twin}
      </div>
    )
  return (
    <div className="v-head" style={{ paddingLeft: ruler.left, paddingRight: ruler.right }}>
      <Title id="history" title={addressTimeView.title} />
      {brushed ? (
        <TimeChip />
      ) : (
        <Cut className="v-sub">
          {shape && space && (
            <>
              {text.sub(bandBytes(shape))} <b>{text.subStrong}</b>
            </>
          )}
        </Cut>
      )}
      <span className="v-grow" />
      <Glyph path="M2,2l4,10M8,2l4,10" id="history.ring" name={text.ring} />
      <Glyph path="M0,7h14" id="history.held" name={text.held} />
      <Glyph path="M2,2v10M7,2v10M12,2v10" id="history.batch" name={text.batch} />
      {twin}
    </div>
  )
}

function Glyph({ path, id, name }: { path: string; id: Explained; name: string }) {
  return (
    <Says id={id} className="v-glyph">
      <svg width="14" height="14" aria-hidden="true">
        <path d={path} />
      </svg>
      {name}
    </Says>
  )
}

export function AddressTime({ ruler, height, head }: { ruler: Ruler; height: number; head: boolean }) {
  const palette = usePalette()
  const ink = useMemo(() => timeInk(palette), [palette])
  const shape = useFrame(frameOf, sameShape)
  const space = useFrame(hasSpace) ?? true
  const y = shape && entryAxis(shape, height)
  return (
    <Track view={addressTimeView} ink={ink} ruler={ruler} height={height}>
      {shape && y && space && (
        <>
          <Former shape={shape} width={ruler.plot} height={height} />
          <AddressAxis scale={y} ticks={ticksOf(shape, height, ruler.narrow)} narrow={ruler.narrow} />
          <RegionBars
            marks={shape.regions
              .filter((r) => y(r.start) < y(r.end))
              .map((r) => ({
                name: r.name,
                top: y(r.start),
                bottom: y(Math.min(r.end, shape.size)),
                hint: null,
                nameY: null,
              }))}
          />
          {shape.regions
            .slice(1)
            .filter((r) => y(r.start) > 0 && y(r.start) < height)
            .map((r) => (
              <path
                key={r.start}
                d={`M${columnEdge(begunAt(shape), shape, ruler.plot)},${Math.round(y(r.start)) - 0.5}H${ruler.plot}`}
                className="v-limit"
              />
            ))}
          {!ruler.narrow && <Shares shape={shape} x={ruler.plot + 7} height={height} head={head} />}
        </>
      )}
    </Track>
  )
}

/** Room that a former window's addresses take, css px. */
const FORMER_TEXT = 300

/** Windows that were there before: what the axis says is not of their columns, so they are set off and say their own. */
function Former({ shape, width, height }: { shape: AddressTimeFrame; width: number; height: number }) {
  const x = (column: number) => columnEdge(column, shape, width)
  return (
    <g>
      {shape.former.map((of, i) => {
        const [from, to] = [x(shape.former[i - 1]?.until ?? 0), x(of.until)]
        return (
          <g key={of.until}>
            <rect x={from} y={0} width={to - from} height={height} className="v-former" />
            <path d={`M${to - 0.5},0v${height}`} className="v-former-end" />
            {to - from >= FORMER_TEXT && (
              <text x={to - 6} y={14} textAnchor="end" className="v-callout">
                {formerText(shape, of)}
              </text>
            )}
          </g>
        )
      })}
    </g>
  )
}

/** Where a column begins, whole css px. */
const columnEdge = (column: number, { columns }: AddressTimeFrame, width: number) =>
  Math.round(linear(columns, 0, width)(column))

/** The least distance of two labels, css px. */
const LABEL_PITCH = 14

/** At halves and quarters of what is shown: powers of two, as the whole is. */
function ticksOf(shape: AddressTimeFrame, height: number, narrow: boolean): readonly AddressTick[] {
  const parts = narrow ? 1 : height >= 4 * LABEL_PITCH ? 4 : 2
  const whole = shape.bands * shape.entriesPerBand
  return range(parts + 1).map((i) => {
    const entry = shape.first + Math.round(i * (whole / parts))
    return {
      at: entry,
      text:
        i === parts
          ? gutterEnd(addressBehind(shape, Math.min(entry, shape.size)), narrow)
          : gutterAddress(addressAt(shape, entry), narrow),
      quiet: i % 2 === 1,
    }
  })
}

/** What a region's name and share take one above the other, and in one line, css px. */
const TWO_LINES = 26
const ONE_LINE = 12
/** Letters and digits that the gutter has room for. */
const LETTERS = 8

/** How full each region is now, beside it; one line each where the regions are many or the picture is low. */
function Shares({ shape, x, height, head }: { shape: AddressTimeFrame; x: number; height: number; head: boolean }) {
  const shares = useFigures(sharesOf) ?? []
  const at = entryAxis(shape, height)
  const shown = shape.regions.flatMap((r, i) => {
    const [top, bottom] = [at(r.start), at(r.end)]
    return top === bottom ? [] : [{ name: shortRegion(r.name), share: shares[i] ?? '', y: (top + bottom) / 2 }]
  })
  const cramped = shape.regions.length > 3 || height < (shown.length + 0.5) * TWO_LINES
  const top = cramped ? 0 : ONE_LINE
  // Of more than there is room for, some.
  const every = cramped ? Math.ceil((shown.length * ONE_LINE) / (height + ONE_LINE / 2)) : 1
  const told = shown.filter((_, i) => i % every === 0)
  const places = spread(
    told.map(({ y }) => y),
    cramped ? ONE_LINE : TWO_LINES,
    top,
    height,
  )
  return (
    <g>
      {(head || !cramped) && (
        <Caption id="history.now" x={x} y={cramped ? -7 : 9}>
          {cramped ? text.nowPercent : text.now}
        </Caption>
      )}
      {told.map(({ name, share }, i) =>
        cramped ? (
          <text key={name} x={x - 4} y={places[i]! + 4} className="v-num">
            <tspan className="v-region-name v-quiet">
              {name.replace(/^< (\d+) (.)iB$/, '<$1$2').slice(0, LETTERS - wholePercent(share).length)}
            </tspan>
            <tspan dx="3">{wholePercent(share)}</tspan>
          </text>
        ) : (
          <g key={name}>
            <text x={x} y={places[i]! - 1} className="v-axis v-quiet">
              {name}
            </text>
            <text x={x} y={places[i]! + 12} className="v-num">
              <GutterShare text={share} />
            </text>
          </g>
        ),
      )}
    </g>
  )
}

const marksOf = (frame: Frame): readonly TimeMark[] => frame.views.timeline?.marks ?? []
const sameMarks = (a: readonly TimeMark[], b: readonly TimeMark[]) =>
  a.length === b.length && a.at(-1)?.ns === b.at(-1)?.ns && a[0]?.ns === b[0]?.ns

/** Rows for callouts, as shares of the height: near the boundary first. */
const CALLOUT_ROWS = [0.66, 0.92, 0.36] as const

/**
 * The first mark of each kind, three at most, with a halo so that they are read on any ground. A layer of its own,
 * above the playhead, which would hide what it crosses.
 */
export function Callouts({ ruler, height }: { ruler: Ruler; height: number }) {
  const shape = useFrame(frameOf, sameShape)
  const all = useFrame(marksOf, sameMarks) ?? []
  const [twin] = useTwin(addressTimeView.id)
  if (!shape || twin || ruler.narrow) return null
  const width = ruler.plot
  const at = linear(shape.columns * shape.columnNs, 0, width)
  const firsts = all.filter((mark, i) => all.findIndex((m) => m.kind === mark.kind) === i).slice(0, CALLOUT_ROWS.length)
  return (
    <svg className="v-over v-callouts" style={{ left: ruler.left }} width={width} height={height} aria-hidden="true">
      {firsts.map((mark, i) => {
        const x = at(mark.ns)
        const left = x > width * 0.45
        return (
          <text
            key={mark.kind}
            x={x + (left ? -6 : 6)}
            y={CALLOUT_ROWS[i]! * height}
            textAnchor={left ? 'end' : 'start'}
            className="v-callout"
          >
            {left ? `${mark.text} →` : `← ${mark.text}`}
          </text>
        )
      })}
    </svg>
  )
}
