// How a machine comes up, on the page: memory on an axis that opens out what was set aside for bouncing, a row for each step,
// one of which is told beside it; what it came to; and the kernel's command line.

import { useId, useMemo, useRef } from 'react'
import { bytes } from '../../lib/format.ts'
import { BOOT_STEP_TEXT, type BootFrame, type Frame } from '../../sim/index.ts'
import { useApp, useFigures } from '../../store/context.ts'
import { bootText as text } from '../../text/boot.ts'
import { Says } from '../../ui/says.tsx'
import { DockHead } from '../kit/dock-head.tsx'
import { Chip, Sample } from '../kit/facts.tsx'
import { Heatmap } from '../kit/heatmap.tsx'
import { usePalette, useWidth } from '../kit/hooks.ts'
import { type Ruler, rulerOf } from '../kit/layout.ts'
import { Cross, useSteps } from '../kit/steps.tsx'
import { Twin, useTwin } from '../kit/twin.tsx'
import type { Pixels } from '../view.ts'
import {
  type BootInk,
  bootInk,
  bootView,
  type Drawn,
  decisive,
  drawnIn,
  isWarning,
  paintDrawn,
  resultOf,
  subOf,
} from './boot.view.ts'
import { bootHeight, rowAt } from './boot-axis.ts'
import { BootLine } from './boot-line.tsx'
import { BootMarks } from './boot-marks.tsx'
import { happenedIn, titleOf } from './boot-words.ts'
import '../views.css'
import './boot.css'

const ID = 'boot'
/** css px beside the rows: the steps' titles, what is told of one, and the gaps before and after the picture. */
const TITLES = 140
const TOLD = 264
const GAPS = 8 + 20
/** css px of the table in place of the picture. */
const TABLE = 196

const frameOf = (frame: Frame) => frame.views.boot ?? null

export function Boot() {
  const root = useRef<HTMLElement>(null)
  const frame = useFigures(frameOf)
  const palette = usePalette()
  const ink = useMemo(() => bootInk(palette), [palette])
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const [twin] = useTwin(ID)
  const { narrow, left, right } = ruler
  return (
    <section ref={root} className="v-dock v-boot" data-testid="view-boot-dock">
      <DockHead
        id={ID}
        title={text.title}
        ruler={ruler}
        sub={frame && <Result frame={frame} />}
        tabled={frame !== null}
      />
      {ruler.width > 0 && (
        <div className="v-boot-body" style={{ paddingLeft: left, paddingRight: narrow ? 14 : right }}>
          {frame && (
            <>
              {narrow && (
                <p className="v-boot-result">
                  <Result frame={frame} />
                </p>
              )}
              <Key frame={frame} ink={ink} />
              {twin ? (
                <Twin title={text.title} table={bootView.table(frame)} height={TABLE} />
              ) : (
                <Steps frame={frame} ink={ink} ruler={ruler} />
              )}
              <div className="v-boot-foot" style={{ gridTemplateColumns: narrow ? '1fr' : `1fr ${TOLD}px` }}>
                <BootLine line={frame.commandLine} narrow={narrow} />
                <Buffers frame={frame} />
              </div>
            </>
          )}
        </div>
      )}
    </section>
  )
}

function Result({ frame }: { frame: BootFrame }) {
  return (
    <strong className={`v-boot-badge${isWarning(frame) ? ' v-boot-warning' : ''}`} data-testid="boot-result">
      {resultOf(frame)}
    </strong>
  )
}

/** The machine in words, and in whose hands memory is, each drawn as it is. */
function Key({ frame, ink }: { frame: BootFrame; ink: BootInk }) {
  const paints = useMemo(() => {
    const paintOf = (drawn: Drawn) => (out: Pixels) => {
      out.data.fill(ink.ground)
      paintDrawn(drawn, ink, out.width / 12, [0, 0, out.width, out.height], out)
    }
    return new Map((Object.keys(text.key) as Drawn[]).map((drawn) => [drawn, paintOf(drawn)]))
  }, [ink])
  return (
    <p className="v-boot-key">
      <span>{subOf(frame)}</span>
      {drawnIn(frame).map((drawn) => (
        <Chip key={drawn} id={`boot.${drawn}`}>
          <Sample paint={paints.get(drawn)!} />
          {text.key[drawn]}
        </Chip>
      ))}
    </p>
  )
}

/** The rows, their titles, and what is told of the step that is chosen. */
function Steps({ frame, ink, ruler }: { frame: BootFrame; ink: BootInk; ruler: Ruler }) {
  const id = useId()
  const { narrow, plot } = ruler
  const { steps } = frame
  const list = useRef<HTMLDivElement>(null)
  const { at, pick, onKeyDown } = useSteps(list, steps, decisive(frame), 'ArrowUp', 'ArrowDown')
  const step = steps[at]
  const x = narrow ? 0 : TITLES + 8
  const width = Math.max(1, narrow ? plot : plot - TITLES - TOLD - GAPS)
  const height = bootHeight(steps.length, narrow)

  if (!step) return null
  const { asked, why } = BOOT_STEP_TEXT[step.id]
  return (
    <div className="v-boot-picture" style={{ minHeight: height }}>
      <div className="v-boot-map" style={{ left: x, width }}>
        <Heatmap
          view={bootView}
          ink={ink}
          width={width}
          height={height}
          tip
          onPick={(cell) => pick(Math.floor(cell / bootView.grid(frame).columns))}
        >
          <BootMarks frame={frame} at={at} width={width} gutter={narrow ? -8 : -x - 16} narrow={narrow} />
        </Heatmap>
      </div>
      <div
        ref={list}
        className="v-boot-steps"
        role="tablist"
        aria-label={text.steps}
        aria-orientation="vertical"
        onKeyDown={onKeyDown}
      >
        {steps.map((s, i) => {
          const row = rowAt(i, steps.length, narrow)
          return (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place; a try may stand there twice
              key={`${i} ${s.id}`}
              type="button"
              role="tab"
              id={`${id}-${i}`}
              aria-selected={i === at}
              aria-controls={`${id}-panel`}
              tabIndex={i === at ? 0 : -1}
              style={{ top: row.top, width: narrow ? plot : TITLES, height: row.title }}
              onClick={() => pick(i)}
            >
              <span>{titleOf(s)}</span>
              {s.failed && <Cross label={text.failed} />}
            </button>
          )
        })}
      </div>
      <div
        className="v-boot-told"
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${at}`}
        style={narrow ? { paddingTop: height + 6 } : { left: plot - TOLD, width: TOLD, height }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        tabIndex={0}
      >
        <h3>{text.step(at + 1, steps.length, titleOf(step))}</h3>
        <p>
          {asked} <span className="v-boot-what">{happenedIn(step)}</span>
        </p>
        <p>{why}</p>
        <dl className="v-boot-figures">
          {(['held', 'freed', 'leaked'] as const).map((name) => {
            const n = step[`${name}Bytes`]
            return (
              <div key={name}>
                <dd className={n > 0 ? '' : 'v-boot-zero'}>{n > 0 ? bytes(n) : text.nothing}</dd>
                <dt>
                  <Says id={`boot.${name === 'leaked' ? 'lost' : name}`}>
                    {text.figures[name === 'leaked' ? 'lost' : name]}
                  </Says>
                </dt>
              </div>
            )
          })}
        </dl>
      </div>
    </div>
  )
}

/** What becomes of a buffer for a device of 32 bits. */
function Buffers({ frame }: { frame: BootFrame }) {
  const failed = frame.backend === 'panic'
  const facts = [
    { says: 'boot.low', name: text.low, value: frame.lowBuffer, bad: failed },
    { says: 'boot.high', name: text.high, value: frame.highBuffer, bad: failed || isWarning(frame) },
  ] as const
  return (
    <dl className="v-boot-buffers" aria-label={text.buffers}>
      {facts.map(({ says, name, value, bad }) => (
        <div key={name}>
          <dt>
            <Says id={says}>{name}</Says>
          </dt>
          <dd className={bad ? 'v-boot-bad' : ''}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
