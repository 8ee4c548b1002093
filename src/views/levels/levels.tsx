// TCE levels on the page: a strip of level tables for each level, each opened table drawn out into the strip below it; or,
// where the table was refused, the arithmetic that says why.

import { useEffect, useMemo, useRef, useState } from 'react'
import { bytes, count } from '../../lib/format.ts'
import { type Frame, LEVEL_ABSENT, type LevelsFrame, type TableRefusal } from '../../sim/index.ts'
import { useApp, useFrame, useLab } from '../../store/context.ts'
import { sameBy } from '../../store/same.ts'
import { levelsText as text } from '../../text/levels.ts'
import { DockHead, FigureHeads, FigureRow, type Figures, figuresWidth } from '../kit/dock-head.tsx'
import { Chip, Sample } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { useDpr, usePalette, useWidth } from '../kit/hooks.ts'
import { type Ruler, rulerOf } from '../kit/layout.ts'
import { bands, linear } from '../kit/scales.ts'
import { useTwin } from '../kit/twin.tsx'
import type { Box } from '../view.ts'
import {
  chosenRect,
  LEVELS_HEIGHT,
  type LevelsInk,
  levelName,
  levelsInk,
  levelsView,
  openedText,
  paintTable,
  SAMPLES,
  shapeText,
  shareNumber,
  stripAt,
  tablesText,
  wordsSet,
} from './levels.view.ts'
import { nearer, opensCell, pathTo, pathUp, placeOf, stepCell } from './levels-path.ts'
import '../views.css'
import '../radix/radix.css'
import './levels.css'

const FIGURES: Figures = {
  heads: text.heads,
  says: ['levels.there', 'levels.user', 'levels.one', 'levels.span'],
  widths: [104, 54, 54, 56],
}
/** css px: the least cell that says how full it is, and the least that says it in words. */
const LABELLED = 22
const WORDED = 200
/** css px: the least strip that text fits into, and what stands below an opened table. */
const TEXT_HEIGHT = 14
const TEXT_GAP = 13

/** All that is written beside and on the cells. */
const partsOf = (f: LevelsFrame) => [
  [f.table, f.tooHard, f.refusal, f.shape],
  f.strips.map((s, row) => [s.height, s.first, s.count, s.tables, s.userTables, s.chosen, wordsSet(f, row)]),
  f.strips
    .filter((s) => s.tablesPerCell === 1)
    .map((s) => [s.at, [...f.fill.subarray(s.at, s.at + s.cells)], [...f.state.subarray(s.at, s.at + s.cells)]]),
]

/** What is drawn over the cells, with arrays of its own: those of a frame are given back when the next one comes. */
const shownOf = (frame: Frame) => {
  const f = frame.views.levels
  if (!f) return null
  const kept = { ...f, state: f.state.slice(), fill: f.fill.slice(), present: f.present.slice() }
  return { parts: partsOf(f), frame: nearer(kept) }
}
const same = sameBy((shown: { readonly parts: unknown }) => shown.parts)

export function Levels() {
  const root = useRef<HTMLElement>(null)
  const palette = usePalette()
  const ink = useMemo(() => levelsInk(palette), [palette])
  const frame = useFrame(shownOf, same)?.frame
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  if (!frame) return <section ref={root} className="v-dock" />
  const left = ruler.narrow ? 16 : ruler.left
  const drawn = !frame.refusal && frame.shape !== null
  return (
    <section ref={root} className="v-dock">
      <DockHead id="levels" title={text.title} ruler={ruler} sub={frame.refusal ? '' : shapeText(frame)} tabled={drawn}>
        {drawn && <Key ink={ink} narrow={ruler.narrow} />}
      </DockHead>
      {ruler.width > 0 && frame.refusal && <Refused refusal={frame.refusal} left={left} />}
      {ruler.width > 0 && drawn && <Strips frame={frame} ink={ink} ruler={ruler} />}
    </section>
  )
}

/** By LEVEL_*. */
const STATES = ['levels.absent', 'levels.empty', 'levels.used', 'levels.replay'] as const

/** What the cells mean, each drawn as it is. */
function Key({ ink, narrow }: { ink: LevelsInk; narrow: boolean }) {
  const dpr = useDpr()
  const names = narrow ? text.statesShort : text.states
  return (
    <span className="v-ramp">
      {SAMPLES.map(([state, fill]) => (
        <Chip key={state} id={STATES[state]!}>
          <Sample
            paint={(out) => {
              out.data.fill(ink.ground)
              paintTable(ink, state, fill, [0, 0, out.width, out.height], dpr, out)
            }}
          />
          {names[state]}
        </Chip>
      ))}
    </span>
  )
}

/** Why there is no table: the answer, the arithmetic, and what would be granted. */
function Refused({ refusal, left }: { refusal: TableRefusal; left: number }) {
  return (
    <div className="v-table-refused" data-testid="no-levels" style={{ marginLeft: left }}>
      <p>
        <b>{text.refused}</b> <code>{text.errno(refusal.errno)}</code> {refusal.why}
      </p>
      <ol>
        {refusal.sums.map((sum) => (
          <li key={sum}>{sum}</li>
        ))}
      </ol>
      <p>{text.remedy(refusal.id)}</p>
    </div>
  )
}

function Strips({ frame, ink, ruler }: { frame: LevelsFrame; ink: LevelsInk; ruler: Ruler }) {
  const lab = useLab()
  const dpr = useDpr()
  const [twin] = useTwin(levelsView.id)
  const surface = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const [byKeyboard, setByKeyboard] = useState(false)
  const box = { width: Math.max(1, ruler.plot - figuresWidth(ruler, FIGURES)), height: LEVELS_HEIGHT, dpr }
  const newest = () => {
    const latest = lab.frames.latest()?.views.levels
    return latest ? nearer(latest) : frame
  }

  function moveTo(cell: number | null, keyboard: boolean) {
    setByKeyboard(keyboard)
    setCursor(cell)
  }

  function pick(cell: number) {
    const now = newest()
    const levelPath = pathTo(now, cell)
    if (levelPath) lab.actions.setView({ levelPath })
    const place = placeOf(now, cell)
    if (!place || place.strip.height > 0 || opensCell(now, place.row)) return
    const { strip, at } = place
    if (now.state[strip.at + at] === LEVEL_ABSENT) return
    lab.actions.select((strip.first + at * strip.tablesPerCell) * strip.spanEntries)
  }

  function onKey(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const now = newest()
    const next = stepCell(now, cursor ?? 0, event.key)
    if (next !== null) moveTo(next, true)
    else if ((event.key === 'Escape' || event.key === 'Backspace') && cursor !== null) {
      const up = pathUp(now, cursor)
      if (up) lab.actions.setView({ levelPath: up.path })
      moveTo(up ? up.cell : null, true)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  // Before the picture's own keys: up and down here follow what is opened.
  const key = useRef(onKey)
  key.current = onKey
  // biome-ignore lint/correctness/useExhaustiveDependencies: the element is another one when the table twin was shown
  useEffect(() => {
    const element = surface.current
    const listen = (event: KeyboardEvent) => key.current(event)
    element?.addEventListener('keydown', listen)
    return () => element?.removeEventListener('keydown', listen)
  }, [twin])

  return (
    <div className="v-view" style={{ height: LEVELS_HEIGHT }}>
      <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
        <Heatmap
          view={levelsView}
          ink={ink}
          width={box.width}
          height={LEVELS_HEIGHT}
          cursor={cursor}
          selected={byKeyboard ? cursor : null}
          onHover={(cell) => moveTo(cell, false)}
          onPick={pick}
          surface={surface}
          tip
        >
          {frame.strips.map((strip, row) => (
            <g key={`${strip.height},${strip.tablesPerCell}`}>
              <Labels frame={frame} row={row} box={box} />
              <Opened frame={frame} row={row} box={box} />
              <Beside frame={frame} row={row} ruler={ruler} />
            </g>
          ))}
          {!ruler.narrow && <FigureHeads figures={FIGURES} right={ruler.plot} y={9} />}
          <Foot frame={frame} narrow={ruler.narrow} right={ruler.plot} />
        </Heatmap>
      </div>
      <p className="v-sr">{text.keys}</p>
      <p className="v-sr" aria-live="polite">
        {byKeyboard && cursor !== null ? levelsView.cellText(newest(), cursor) : ''}
      </p>
    </div>
  )
}

interface RowProps {
  readonly frame: LevelsFrame
  readonly row: number
  readonly box: Box
}

/** How full the tables are, where a cell has room for it. */
function Labels({ frame, row, box }: RowProps) {
  const strip = frame.strips[row]!
  const { y, height } = stripAt(frame.strips.length, row)
  const x = bands(strip.cells, box.width / strip.cells)
  const level = linear(255, 0, height)
  const wide = x.bandwidth()
  if (wide < LABELLED || height < TEXT_HEIGHT || strip.tablesPerCell > 1) return null
  const set = strip.cells === 1 && wide >= WORDED ? wordsSet(frame, row) : null
  const words = set === null ? null : text.wordsSet(count(set), count(frame.shape!.levelEntries))
  return Array.from({ length: strip.cells }, (_, at) => {
    const number = strip.first + at
    const fill = frame.fill[strip.at + at]!
    const absent = frame.state[strip.at + at] === LEVEL_ABSENT
    const covered = level(fill) >= TEXT_HEIGHT
    return (
      <text
        key={number}
        x={words ? wide - 6 : x(at)! + wide / 2}
        y={y + height - 4}
        textAnchor={words ? 'end' : 'middle'}
        className={`v-num ${absent ? 'v-quiet' : covered ? 'v-on-mapped' : 'v-on-level'}`}
      >
        {words ?? (absent ? text.none : shareNumber(fill))}
      </text>
    )
  })
}

/** The table that is opened, framed, with two lines to the strip that it opens into. */
function Opened({ frame, row, box }: RowProps) {
  const from = chosenRect(frame, row, box)
  if (!from || row + 1 >= frame.strips.length) return null
  const bottom = from.y + from.height
  const next = stripAt(frame.strips.length, row + 1)
  const end = from.x + from.width
  const right = from.x > box.width / 2
  // The only table of its strip needs no mark: it is open.
  const alone = frame.strips[row]!.cells === 1
  return (
    <>
      <path d={`M${from.x},${bottom}L0,${next.y}M${end},${bottom}L${box.width},${next.y}`} className="v-edge" />
      {!alone && (
        <rect x={from.x - 1.5} y={from.y - 1.5} width={from.width + 3} height={from.height + 3} className="v-slot" />
      )}
      {!alone && next.y - bottom >= TEXT_GAP && (
        <text
          x={right ? end - 2 : from.x + 2}
          y={bottom + 11}
          textAnchor={right ? 'end' : 'start'}
          className="v-num v-on-cells"
        >
          {openedText(frame, row)}
        </text>
      )}
    </>
  )
}

/** What a level is called and holds; of a strip that opens a cell, where it begins. */
function Beside({ frame, row, ruler }: { frame: LevelsFrame; row: number; ruler: Ruler }) {
  const strip = frame.strips[row]!
  const { y, height } = stripAt(frame.strips.length, row)
  const base = y + height / 2 + 4
  const within = row > 0 && opensCell(frame, row - 1)
  const name = within ? (ruler.narrow ? text.fromShort : text.from)(count(strip.first)) : levelName(frame, strip.height)
  return (
    <>
      <text
        x={ruler.narrow ? -8 : -16}
        y={base}
        textAnchor="end"
        className={`v-axis ${within ? 'v-quiet' : 'v-label'}`}
      >
        {name}
      </text>
      {!ruler.narrow && within && strip.count < frame.strips[row - 1]!.tablesPerCell && (
        <text x={ruler.plot} y={base} textAnchor="end" className="v-axis v-quiet">
          {text.others(count(frame.strips[row - 1]!.tablesPerCell - strip.count))}
        </text>
      )}
      {!ruler.narrow && !within && (
        <FigureRow
          figures={FIGURES}
          values={[
            text.of(tablesText(strip.tables), tablesText(strip.capacity)),
            frame.shape!.userCopy ? tablesText(strip.userTables) : text.none,
            bytes(frame.shape!.levelBytes),
            bytes(strip.spanBytes),
          ]}
          right={ruler.plot}
          y={base}
          tone={(column) => ((column === 0 ? strip.tables : strip.userTables) === 0 && column < 2 ? 'v-quiet' : '')}
        />
      )}
    </>
  )
}

/** Calls that were done twice, and what a cell is for. */
function Foot({ frame, narrow, right }: { frame: LevelsFrame; narrow: boolean; right: number }) {
  const n = frame.tooHard
  return (
    <>
      <text y={LEVELS_HEIGHT - 3} className="v-axis v-label">
        {n === 0 ? (narrow ? text.helpShort : '') : narrow ? text.tooHardShort(count(n)) : text.tooHard(n, count(n))}
      </text>
      {!narrow && (
        <text x={right} y={LEVELS_HEIGHT - 3} textAnchor="end" className="v-axis v-quiet">
          {text.help}
        </text>
      )}
    </>
  )
}
