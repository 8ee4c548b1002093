// The decision about a dynamic DMA window on the page: what it rests on, to be changed in place; its steps as a chain, one
// of which is opened into question, answer, decision and reason; and what the device was left with.

import { useEffect, useId, useMemo, useRef } from 'react'
import { type DdwFrame, type Field, type Frame, fieldsOf, formatParam, STEP_TEXT } from '../../sim/index.ts'
import { useApp, useFigures, useLab } from '../../store/context.ts'
import type { FromLog } from '../../store/file-content.ts'
import { ddwText as text } from '../../text/ddw.ts'
import { viewText } from '../../text/views.ts'
import { Says } from '../../ui/says.tsx'
import { DockHead } from '../kit/dock-head.tsx'
import { useWidth } from '../kit/hooks.ts'
import { type Ruler, rulerOf } from '../kit/layout.ts'
import { Cross, useSteps } from '../kit/steps.tsx'
import { Twin, useTwin } from '../kit/twin.tsx'
import {
  cameTo,
  comparison,
  costText,
  DDW_INPUTS,
  ddwTable,
  decisive,
  describeDdw,
  figuresText,
  isRefusal,
  isWarning,
  messageOf,
  windowText,
} from './ddw.view.ts'
import '../views.css'
import './ddw.css'

const ID = 'ddw'
/** css px of the table in place of the steps. */
const STEPS_HEIGHT = 104
/** How the width is shared out among the inputs: a column is as wide as its longest value wants it. */
const SHARES: Readonly<Record<string, number>> = {
  'd0.tces': 122,
  'd0.pageSizes': 150,
  'd0.firmware': 146,
  'm.maxRam': 116,
}
const SHARE = 104
/** Not a setting that anybody would look for here. */
const UNTOLD = 'm.vfs'

const frameOf = (frame: Frame) => frame.views.ddw ?? null

export function Ddw() {
  const root = useRef<HTMLElement>(null)
  const frame = useFigures(frameOf)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const fromLog = useApp((s) => s.fromLog)
  const [twin] = useTwin(ID)
  const { narrow, left, right } = ruler
  const sides = { paddingLeft: narrow ? 16 : left, paddingRight: narrow ? 16 : right }
  return (
    <section
      ref={root}
      className={ruler.narrow || ruler.close ? 'v-dock v-ddw v-ddw-close' : 'v-dock v-ddw'}
      data-testid="view-ddw"
    >
      <DockHead id={ID} title={text.title} ruler={ruler} sub={frame && <Result frame={frame} />} tabled={!!frame}>
        {frame && !narrow && (
          <Says id="ddw.cost" className="v-ddw-cost">
            {costText(frame)}
          </Says>
        )}
      </DockHead>
      {ruler.width > 0 && (
        <div className={`v-ddw-body${fromLog ? ' v-ddw-logged' : ''}`} style={sides}>
          {!frame && <p className="v-nothing">{text.pending}</p>}
          {frame && (
            <>
              <p className="v-sr">{describeDdw(frame)}</p>
              {narrow && (
                <p className="v-ddw-result">
                  <Result frame={frame} /> <span className="v-ddw-cost">{costText(frame)}</span>
                </p>
              )}
              <Inputs fromLog={fromLog} ruler={ruler} />
              {twin ? (
                <Twin title={text.title} table={ddwTable(frame)} height={STEPS_HEIGHT} />
              ) : (
                <Steps frame={frame} ruler={ruler} />
              )}
              {fromLog && <Origin frame={frame} fromLog={fromLog} />}
            </>
          )}
        </div>
      )}
    </section>
  )
}

/** What the device was left with, and for which of its masks. */
function Result({ frame }: { frame: DdwFrame }) {
  return (
    <>
      <strong className={`v-ddw-badge${isWarning(frame) ? ' v-ddw-warning' : ''}`}>{text.results[frame.result]}</strong>
      <span className="v-ddw-window">{windowText(frame)}</span>
    </>
  )
}

const valueText = ({ param, value }: Field) =>
  param.values?.find((o) => o.value === value)?.label ?? formatParam(param, value)

/** Where room is short, rows that are full. */
const columnsOf = (shown: readonly Field[], narrow: boolean) =>
  narrow
    ? `repeat(${shown.length % 3 === 0 ? 3 : 2}, minmax(0, 1fr))`
    : shown.map(({ path }) => `${SHARES[path] ?? SHARE}fr`).join(' ')

/** The settings that the decision rests on; of a log, where each of them comes from. */
function Inputs({ fromLog, ruler }: { fromLog: FromLog | null; ruler: Ruler }) {
  const { actions } = useLab()
  const here = useApp((s) => s.here)
  const pending = useApp((s) => s.pending)
  const fields = useMemo(() => fieldsOf(here), [here])
  const scenario = useApp((s) => s.scenario)
  const unchanged = useMemo(() => fieldsOf({ ...scenario, inputs: [] }), [scenario])
  const shown = DDW_INPUTS.flatMap((path) => fields.filter((f) => f.path === path))

  /** Where a value comes from, as long as it is the one that the log was opened with. */
  function origin({ path, value }: Field): string {
    const logged = fromLog?.logged[fromLog.at]
    if (!logged || path in pending || unchanged.find((f) => f.path === path)?.value !== value) return ''
    return logged.stated.includes(path) ? text.stated : logged.assumed.includes(path) ? text.assumed : ''
  }

  return (
    <fieldset
      className="v-ddw-inputs"
      aria-label={text.inputs}
      style={{ gridTemplateColumns: columnsOf(shown, ruler.narrow) }}
    >
      {!ruler.narrow && (
        <Says id="ddw.inputs" className="v-ddw-gutter">
          {text.gutter.inputs}
        </Says>
      )}
      {shown.map((field) => {
        const { path, param, refused } = field
        const from = origin(field)
        const value = pending[path] ?? field.value
        return (
          // The tag belongs to the name: who hears it is told what is assumed.
          <label key={path} data-testid={`ddw-${path}`}>
            <span>{text.inputNames[path]}</span>
            <select
              className="v-select"
              value={formatParam(param, value)}
              onChange={(event) => {
                const option = param.values?.find((o) => o.key === event.target.value)
                if (option) actions.setParam(path, option.value)
              }}
            >
              {param.values?.map((option) => (
                <option key={option.key} value={option.key} disabled={Object.hasOwn(refused, option.key)}>
                  {option.label}
                </option>
              ))}
            </select>
            {from !== '' && <i className={from === text.assumed ? 'v-ddw-assumed' : ''}>{from}</i>}
          </label>
        )
      })}
    </fieldset>
  )
}

/** The chain of steps, and the one that is opened. */
function Steps({ frame, ruler }: { frame: DdwFrame; ruler: Ruler }) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const { at, pick, onKeyDown } = useSteps(list, frame.steps, decisive(frame), 'ArrowLeft', 'ArrowRight')
  const step = frame.steps[at]
  useWheel(list)
  useEffect(() => {
    const chosen = list.current?.children[at]
    if (!(chosen instanceof HTMLElement) || !list.current) return
    const { scrollLeft, clientWidth } = list.current
    const from = chosen.offsetLeft - list.current.offsetLeft
    if (from < scrollLeft) list.current.scrollLeft = from
    else if (from + chosen.offsetWidth > scrollLeft + clientWidth)
      list.current.scrollLeft = from + chosen.offsetWidth - clientWidth
  }, [at])

  if (!step) return null
  const words = STEP_TEXT[step.id]
  const figures = figuresText(step)
  const message = messageOf(frame, at)
  return (
    <>
      <div className="v-ddw-row">
        {!ruler.narrow && (
          <Says id="ddw.chain" className="v-ddw-gutter">
            {text.gutter.chain}
          </Says>
        )}
        <div ref={list} className="v-ddw-chain" role="tablist" aria-label={text.chain} onKeyDown={onKeyDown}>
          {frame.steps.map((s, i) => (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place; the query may stand there twice
              key={`${i} ${s.id}`}
              type="button"
              role="tab"
              id={`${id}-${i}`}
              aria-selected={i === at}
              aria-controls={`${id}-panel`}
              tabIndex={i === at ? 0 : -1}
              onClick={() => pick(i)}
            >
              <span>
                {isRefusal(s) && <Cross label={viewText.stateNames[6]} />}
                {text.steps[s.id][0]}
              </span>
              <code>{cameTo(s)}</code>
            </button>
          ))}
        </div>
      </div>
      <div className="v-ddw-row">
        {!ruler.narrow && (
          <span className="v-ddw-gutter" aria-hidden="true">
            {text.step(at + 1, frame.steps.length)}
          </span>
        )}
        <div
          className="v-ddw-step"
          role="tabpanel"
          id={`${id}-panel`}
          aria-labelledby={`${id}-${at}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
          tabIndex={0}
        >
          <dl>
            {(['asked', 'answered', 'decided', 'why'] as const).map((part) => (
              <div key={part}>
                <dt>{text.parts[part]}</dt>
                <dd>{words[part]}</dd>
              </div>
            ))}
          </dl>
          {figures !== '' && <p className="v-ddw-figures">{figures}</p>}
          {message !== '' && <code className="v-ddw-message">{message}</code>}
        </div>
      </div>
    </>
  )
}

/** Lets a wheel that turns up and down move a row that is wider than its place. */
function useWheel(list: { readonly current: HTMLElement | null }) {
  useEffect(() => {
    const element = list.current
    if (!element) return
    const turn = (event: WheelEvent) => {
      const most = element.scrollWidth - element.clientWidth
      const to = Math.max(0, Math.min(most, element.scrollLeft + event.deltaY))
      if (event.deltaX !== 0 || to === element.scrollLeft) return
      element.scrollLeft = to
      event.preventDefault()
    }
    element.addEventListener('wheel', turn, { passive: false })
    return () => element.removeEventListener('wheel', turn)
  }, [list])
}

/** Of a log: its name, its devices, whether its window came about here too, and what else was assumed. */
function Origin({ frame, fromLog }: { frame: DdwFrame; fromLog: FromLog }) {
  const { actions } = useLab()
  const here = useApp((s) => s.here)
  const { name, logged, at } = fromLog
  const assumed = logged[at]?.assumed ?? []
  const others = useMemo(() => {
    const hidden = [...DDW_INPUTS, UNTOLD]
    return fieldsOf(here)
      .filter((f) => assumed.includes(f.path) && !hidden.includes(f.path))
      .map((f) => text.setting(f.param.label, valueText(f)))
  }, [here, assumed])
  const also = text.also(others.join(', '))
  return (
    <p className="v-ddw-origin" data-testid="ddw-log">
      {text.log(name)}
      {logged.length > 1 && (
        <select
          className="v-select"
          aria-label={text.logDevice}
          value={at}
          onChange={(event) => actions.openLogged(Number(event.target.value))}
        >
          {logged.map(({ device, line }, i) => (
            <option key={line} value={i}>
              {text.deviceAt(device, line)}
            </option>
          ))}
        </select>
      )}{' '}
      · {comparison(frame, fromLog)} · <span title={also}>{also}</span>
    </p>
  )
}
