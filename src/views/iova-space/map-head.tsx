// The line above the map: its name, its scale in words, what the colours mean, and zoom.

import { useEffect, useRef } from 'react'
import { bytes, count } from '../../lib/format.ts'
import { COLOURS_BY, type ColourBy, currentValue, type Frame, type Scenario } from '../../sim/index.ts'
import { useApp, useFigures, useLab } from '../../store/context.ts'
import { viewText } from '../../text/views.ts'
import { type Explained, Says, says } from '../../ui/says.tsx'
import { setBrushMode, useBrushMode } from '../kit/brush.ts'
import { Title } from '../kit/dock-head.tsx'
import { useWidth } from '../kit/hooks.ts'
import { rulerOf } from '../kit/layout.ts'
import { folded } from '../kit/rows.ts'
import { TwinButton } from '../kit/twin.tsx'
import { ChipRow, EntryChip, Minimap } from '../later.ts'
import { hasSpace, iovaSpaceView } from './iova-space.view.ts'
import { wholeOf, zoomBy } from './map-zoom.ts'
import '../../ui/segments.css'
import '../views.css'

const text = viewText.map

const scaleOf = (frame: Frame) => {
  const unfolded = frame.views['iova-space']
  const map = unfolded && folded(unfolded)
  const perCell = map && hasSpace(frame) ? map.entriesPerCell : 0
  return map && { perCell, columns: map.columns, shift: map.pageShift, called: frame.summary.called }
}
type Scale = ReturnType<typeof scaleOf>

function scaleText(scale: Scale | null, narrow: boolean): string {
  if (!scale?.perCell) return ''
  const { perCell, columns, shift, called } = scale
  const page = 2 ** shift
  const entries = (n: number) => `${count(n)} ${text.entries(n, called)}`
  const row = perCell * columns
  if (narrow) return text.short(bytes(perCell * page), bytes(row * page))
  return `${text.cell(entries(perCell), bytes(perCell * page))} · ${text.row(bytes(row * page))}`
}

export function MapHead() {
  const root = useRef<HTMLDivElement>(null)
  const lab = useLab()
  const columns = useApp((s) => s.mapColumns)
  const colourBy = useApp((s) => s.view.colourBy)
  const zoomed = useApp((s) => s.view.count > 0)
  const brush = useApp((s) => s.view.brush)
  const brushing = useBrushMode()
  useEffect(() => () => setBrushMode(false), [])
  const ruler = rulerOf(useWidth(root), columns)
  const scale = useFigures(scaleOf)
  const tables = useApp((s) => ownersOf(s.here).length)
  const isPool = scale?.called === 'slot'
  const choose = (by: ColourBy) => lab.actions.setView({ colourBy: by })
  const head = (
    <div ref={root} className={ruler.narrow ? 'v-head v-head-narrow' : 'v-head v-head-map'}>
      <div
        className="v-head-in"
        style={{
          marginLeft: ruler.narrow ? 16 : ruler.left,
          width: ruler.narrow ? ruler.width - 24 : ruler.plot,
        }}
      >
        <Title id="map" title={isPool ? text.pool : text.title} />
        {tables > 1 && <TableChoice />}
        {brush?.entries && !ruler.narrow ? (
          <EntryChip />
        ) : (
          !(ruler.narrow && tables > 1) && (
            <Says id="map.scale" className="v-sub">
              {scaleText(scale, ruler.narrow || ruler.close || tables > 1)}
            </Says>
          )
        )}
        <span className="v-grow" />
        {ruler.narrow || ruler.close ? (
          <select
            className="v-select"
            aria-label={text.colourBy}
            {...says('map.colour')}
            value={colourBy}
            onChange={(event) => choose(event.target.value as ColourBy)}
          >
            {COLOURS_BY.map((by) => (
              <option key={by} value={by}>
                {viewText.colourNames[by]}
              </option>
            ))}
          </select>
        ) : (
          <>
            {!brush?.entries && (
              <span className="v-quiet" aria-hidden="true" {...says('map.colour')}>
                {text.colourBy}
              </span>
            )}
            <fieldset className="u-segments" {...says('map.colour')}>
              <legend className="v-sr">{text.colourBy}</legend>
              {COLOURS_BY.map((by) => (
                <label key={by}>
                  <input
                    type="radio"
                    name="v-colour-by"
                    checked={colourBy === by}
                    onChange={() => choose(by)}
                    className="v-sr"
                  />
                  <span>{viewText.colourNames[by]}</span>
                </label>
              ))}
            </fieldset>
          </>
        )}
        <span className="v-tools">
          {!ruler.narrow && (
            <>
              <Tool
                id="map.out"
                label={text.zoomOut}
                disabled={!zoomed}
                path="M3 8h10"
                onClick={() => zoomBy(lab, -1, null)}
              />
              <Tool id="map.in" label={text.zoomIn} path="M3 8h10M8 3v10" onClick={() => zoomBy(lab, 1, null)} />
            </>
          )}
          {(zoomed || !ruler.narrow) && (
            <Tool
              id="map.fit"
              label={text.fit}
              disabled={!zoomed}
              path="M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3"
              onClick={() => lab.actions.setView({ first: 0, count: 0 })}
            />
          )}
          <Tool
            id="map.brush"
            label={text.brush}
            pressed={brushing}
            path="M2.5 4.5v-2h2M7 2.5h2M11.5 2.5h2v2M13.5 7v2M13.5 11.5v2h-2M9 13.5h-2M4.5 13.5h-2v-2M2.5 9v-2"
            onClick={() => setBrushMode(!brushing)}
          />
          <TwinButton id={iovaSpaceView.id} title={text.title} />
        </span>
      </div>
      {zoomed && !ruler.narrow && <Minimap className="v-mini-corner" columns={32} cell={[2, 2]} />}
    </div>
  )
  return (
    <>
      {head}
      {ruler.narrow && brush && <ChipRow />}
      {zoomed && ruler.narrow && (
        <Minimap className="v-mini-strip" columns={64} cell={[ruler.plot / 64, 2]} left={ruler.left} />
      )}
    </>
  )
}

/** Whether a device has the table of the first. */
const isShared = (here: Scenario, i: number) => i > 0 && currentValue(here, `${here.devices[i]?.id}.table`) === 'shared'
const ownersOf = (here: Scenario) => here.devices.flatMap((_, i) => (isShared(here, i) ? [] : [i]))

/** Whose window the map shows, where there are several. */
function TableChoice() {
  const lab = useLab()
  const here = useApp((s) => s.here)
  const table = useApp((s) => s.view.table)
  const shares = (i: number) => isShared(here, i)
  const owners = ownersOf(here)
  const names = (owner: number) =>
    here.devices.flatMap((d, i) => (i === owner || (owner === 0 && shares(i)) ? [d.name] : [])).join(', ')
  return (
    <select
      className="v-select"
      aria-label={text.tableOf}
      {...says('map.table')}
      value={shares(table) ? 0 : table}
      onChange={(event) => lab.actions.setView(wholeOf(Number(event.target.value)))}
    >
      {owners.map((owner) => (
        <option key={owner} value={owner}>
          {names(owner)}
        </option>
      ))}
    </select>
  )
}

function Tool(props: {
  id: Explained
  label: string
  path: string
  disabled?: boolean
  pressed?: boolean
  onClick: () => void
}) {
  return (
    <button
      type="button"
      className="v-icon"
      aria-label={props.label}
      {...says(props.id, props.label)}
      aria-disabled={props.disabled}
      aria-pressed={props.pressed}
      onClick={props.onClick}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={props.path} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
      </svg>
    </button>
  )
}
