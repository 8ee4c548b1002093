// The legend under the map: what its colours mean, how many entries of the table each has now, and a way to see one of
// them alone (pointer or focus) or not at all (press). States stand in the order of a page's life; one that nobody is
// in stays listed, quiet, so that it is noticed when it wakes up.

import { type FocusEvent, Fragment, type ReactNode, useEffect, useRef, useState } from 'react'
import { count } from '../../lib/format.ts'
import {
  CELL_CACHED,
  CELL_FAILED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_QUEUED,
  CELL_REACHABLE,
  CELL_RESERVED,
  type CellState,
  type ColourBy,
  type Frame,
  MARK_FOREIGN,
  MARK_PASSED,
  type StateCounts,
} from '../../sim/index.ts'
import { useApp, useFigures, useFrame, useLab } from '../../store/context.ts'
import { viewText } from '../../text/views.ts'
import { captions, type Explained, Says, says } from '../../ui/says.tsx'
import { cellInk, paintCell } from '../kit/cells.ts'
import { useDpr, usePalette, useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { type Palette, STATE_NAMES } from '../kit/palette.ts'
import { listedNote } from '../listed.ts'
import { AGE_CLASSES, behindMappedNote, hasSpace, legendClass, legendColour, SIZE_CLASSES } from './iova-space.view.ts'
import '../views.css'

const text = viewText.map

const ORDER: readonly (readonly [state: CellState, count: keyof StateCounts])[] = [
  [CELL_MAPPED, 'mapped'],
  [CELL_FREE, 'free'],
  [CELL_RESERVED, 'reserved'],
  [CELL_CACHED, 'cached'],
  [CELL_QUEUED, 'queued'],
  [CELL_REACHABLE, 'reachable'],
  [CELL_FAILED, 'refused'],
]

const countsOf = (frame: Frame) => {
  const counts = frame.views['iova-space']?.counts
  return counts && ORDER.map(([, name]) => counts[name])
}
const listedOf = (frame: Frame) => {
  const map = frame.views['iova-space']
  return map ? listedNote(map) : ''
}
const shortlyListedOf = (frame: Frame) => {
  const map = frame.views['iova-space']
  return map ? listedNote(map, true) : ''
}
const behindOf = (frame: Frame) => {
  const map = frame.views['iova-space']
  return map ? behindMappedNote(map, false) : ''
}
/** Entries by class as the frame has them, those that there are. */
const classesOf = (frame: Frame) => {
  const { classes } = frame.views
  if (!classes) return null
  const { colourBy, counts } = classes
  return { colourBy, some: [...counts.entries()].filter(([, n]) => n > 0) }
}
const cpusOf = (frame: Frame) => frame.views.timeline?.cpus ?? 8

const SAYS: Readonly<Record<CellState, Explained>> = {
  [CELL_FREE]: 'map.free',
  [CELL_RESERVED]: 'map.reserved',
  [CELL_CACHED]: 'map.cached',
  [CELL_MAPPED]: 'map.mapped',
  [CELL_QUEUED]: 'map.queued',
  [CELL_REACHABLE]: 'map.reachable',
  [CELL_FAILED]: 'map.refused',
}
const SAYS_CLASS = {
  cpu: 'map.byCpu',
  device: 'map.byDevice',
  size: 'map.bySize',
  age: 'map.byAge',
  generation: 'map.byReuse',
} as const

/** Swatch size, css px. */
const SWATCH = 14

function Swatch({ state, palette, marks = 0 }: { state: CellState; palette: Palette; marks?: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const dpr = useDpr()
  const side = Math.round(SWATCH * dpr)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const image = context.createImageData(side, side)
    const out = { data: new Uint32Array(image.data.buffer), width: side, height: side }
    const ink = cellInk(palette, null, null)
    out.data.fill(ink.free)
    const mapped = state === CELL_MAPPED
    // Half of it data, so that the swatch shows both tones.
    const values = {
      state,
      used: mapped ? 255 : 0,
      useful: mapped ? 22000 : 0,
      fresh: 0,
      freeRun: 0,
      value: 255,
      marks,
    }
    paintCell({ ...values, many: false }, ink, 0, 0, side, side, out)
    context.putImageData(image, 0, 0)
  }, [state, palette, side, marks])
  return <canvas ref={canvas} width={side} height={side} style={{ width: SWATCH, height: SWATCH }} />
}

/** Ranges that the last search passed, or -1; and whether CPUs own chunks. */
const marksOf = (frame: Frame) => {
  const map = frame.views['iova-space']
  return { steps: map?.walk?.steps ?? -1, owned: !!map?.owner }
}
const useMarks = () => useFigures(marksOf) ?? { steps: -1, owned: false }

/** What lies over the cells: the way of the last search, and mappings in chunks of another CPU. */
function Marks({ palette, reached }: { palette: Palette; reached: string | undefined }) {
  const { steps, owned } = useMarks()
  return (
    <>
      {steps >= 0 && (
        <Says id="map.passed" className="v-legend-mark" first={reached === 'map.passed'}>
          <Swatch state={CELL_MAPPED} marks={MARK_PASSED} palette={palette} />
          {text.lastSearch} <b data-testid="count-passed">{count(steps)}</b>
        </Says>
      )}
      {owned && (
        <Says id="map.foreign" className="v-legend-mark" first={reached === 'map.foreign'}>
          <Swatch state={CELL_MAPPED} marks={MARK_FOREIGN} palette={palette} />
          {text.foreignShort}
        </Says>
      )}
    </>
  )
}

interface Item {
  /** As in `view.off`. */
  readonly key: string
  readonly name: string
  readonly says: Explained
  /** Its whole name, where the short one stands. */
  readonly hint?: string
  readonly n: number
  readonly swatch: ReactNode
}

export function Legend() {
  const root = useRef<HTMLDivElement>(null)
  const lab = useLab()
  const columns = useApp((s) => s.mapColumns)
  const colourBy = useApp((s) => s.view.colourBy)
  const off = useApp((s) => s.view.off) ?? NONE
  const palette = usePalette()
  const ruler = rulerOf(useWidth(root), columns)
  const counts = useFigures(countsOf) ?? []
  const classes = useClasses(colourBy, palette, off)
  const counted = useFrame(hasSpace) ?? true
  const listed = useFrame(listedOf) ?? ''
  const shortlyListed = useFrame(shortlyListedOf) ?? ''
  const behind = useFrame(behindOf) ?? ''
  const { steps: passed, owned } = useMarks()
  const marked = passed >= 0 || owned
  const yields = (state: CellState) =>
    (marked && (state === CELL_REACHABLE || (behind !== '' && state === CELL_QUEUED))) ||
    (listed !== '' && (state === CELL_REACHABLE || state === CELL_FAILED))
  const states = ORDER.flatMap(([state], i): Item[] => {
    const key = STATE_NAMES[state]
    const n = counts[i] ?? 0
    // Classes are what is mapped, and beside them there is no room for states that nobody is in.
    // What nobody is in yields to the marks and to the note, where there are any.
    const quiet = n === 0 && !(state === CELL_REACHABLE && behind !== '')
    if (quiet && yields(state) && !off.includes(key)) return []
    if (classes && (quiet || state === CELL_MAPPED) && !off.includes(key)) return []
    return [
      {
        key,
        name: viewText.shortNames[state],
        says: SAYS[state],
        hint: viewText.stateNames[state],
        n,
        swatch: <Swatch state={state} palette={palette} />,
      },
    ]
  })
  const all = counted ? [...(classes ?? []), ...states] : []
  // Where they stand in one row, those that there are come first.
  const items = ruler.narrow ? [...all.filter(({ n }) => n > 0), ...all.filter(({ n }) => n === 0)] : all
  const [focus, setFocus] = useState<string | null>(null)
  // In the order in which arrow keys go through them; Tab comes to the one that they were at.
  const said = [
    ...items.map(({ key }) => key),
    passed >= 0 && 'map.passed',
    owned && 'map.foreign',
    behind !== '' && 'map.behind',
    listed !== '' && 'map.listed',
  ].filter((key) => key !== false)
  const reached = said.find((key) => key === focus) ?? said[0]

  const { isolate, setView } = lab.actions
  // Who leaves takes the isolation along.
  useEffect(() => () => isolate(null), [isolate])

  const show = (key: string) => isolate(off.includes(key) ? null : key)

  function toggle(key: string) {
    const hide = !off.includes(key)
    setView({ off: hide ? [...off, key] : off.filter((other) => other !== key) })
    isolate(hide ? null : key)
  }

  return (
    <div ref={root} className="v-legend">
      <div
        className={`v-legend-in${classes ? ' v-legend-classes' : ''}${ruler.narrow ? ' v-legend-row' : ''}`}
        role="toolbar"
        aria-label={text.legend}
        data-testid="legend"
        style={{ marginLeft: ruler.narrow ? ruler.left - 4 : ruler.left }}
        onFocus={({ target }) => setFocus(target.dataset.key ?? target.dataset.says ?? null)}
        {...captions}
      >
        {classes && <span className="v-legend-of">{rampNames[colourBy]}</span>}
        {items.map(({ key, says: id, name, hint, n, swatch }) => (
          <Fragment key={key}>
            <button
              type="button"
              data-key={key}
              {...says(id, hint === name ? undefined : hint)}
              data-says-tap=""
              data-says-below=""
              tabIndex={key === reached ? 0 : -1}
              aria-pressed={!off.includes(key)}
              className={n === 0 ? 'v-zero' : undefined}
              onPointerEnter={() => show(key)}
              onPointerLeave={() => isolate(null)}
              onFocus={(event: FocusEvent) => {
                if (event.target.matches(':focus-visible')) show(key)
              }}
              onBlur={() => isolate(null)}
              onClick={() => toggle(key)}
            >
              {swatch}
              <span className="v-legend-name">{name}</span>
              <b data-testid={`count-${key}`}>{count(n)}</b>
            </button>
            {key === 'reachable' && behind !== '' && (
              <Says id="map.behind" className="v-legend-listed" first={reached === 'map.behind'} testId="behind-mapped">
                {behind}
              </Says>
            )}
          </Fragment>
        ))}
        <Marks palette={palette} reached={reached} />
        {listed !== '' && (
          <Says
            id="map.listed"
            className="v-legend-listed v-legend-rest"
            name={listed}
            first={reached === 'map.listed'}
            testId="listed"
          >
            {/* The marks take the room for the whole. */}
            {marked || behind !== '' ? shortlyListed : listed}
          </Says>
        )}
      </div>
    </div>
  )
}

const NONE: readonly string[] = []

const rampNames: Readonly<Record<ColourBy, string>> = {
  state: '',
  cpu: text.rampCpu,
  device: text.rampDevice,
  size: text.rampSize,
  age: text.rampAge,
  generation: text.rampGeneration,
}

/** The classes of the map's colour with their counts, or null when it is coloured by state. */
function useClasses(colourBy: ColourBy, palette: Palette, off: readonly string[]): Item[] | null {
  const cpus = useFrame(cpusOf) ?? 8
  const { devices } = useApp((s) => s.scenario)
  const classes = useFigures(classesOf)
  if (colourBy === 'state') return null
  const counts: number[] = []
  // Right after a change of colour the counts are still those of the former one.
  if (classes?.colourBy === colourBy)
    for (const [value, n] of classes.some) {
      const one = legendClass(colourBy, value, cpus)
      counts[one] = (counts[one] ?? 0) + n
    }
  const names = classNames(colourBy, cpus, devices)
  // Of sizes and generations the list ends with the largest that there is.
  const open = colourBy === 'size' || colourBy === 'generation'
  return names.flatMap((name, i): Item[] => {
    const key = `${colourBy}.${i}`
    if (open && i >= counts.length && i > 0 && !off.includes(key)) return []
    const background = legendColour(palette, colourBy, i)
    return [
      {
        key,
        says: SAYS_CLASS[colourBy],
        name,
        n: counts[i] ?? 0,
        swatch: <i className="v-legend-chip" style={{ background }} />,
      },
    ]
  })
}

function classNames(
  colourBy: Exclude<ColourBy, 'state'>,
  cpus: number,
  devices: readonly { readonly name: string }[],
): readonly string[] {
  if (colourBy === 'cpu') return Array.from({ length: Math.min(8, cpus) }, (_, i) => blockName(i, cpus))
  if (colourBy === 'device') return devices.map((device) => device.name)
  return colourBy === 'age' ? text.ages.slice(0, AGE_CLASSES) : text.powers.slice(0, SIZE_CLASSES)
}

/** `3`, or `6–7` where neighbours share a hue. */
function blockName(slot: number, cpus: number): string {
  if (cpus <= 8) return String(slot)
  const first = Math.ceil((slot * cpus) / 8)
  const last = Math.ceil(((slot + 1) * cpus) / 8) - 1
  return first === last ? String(first) : `${first}–${last}`
}
