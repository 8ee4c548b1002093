// What the kernel would have printed, and between it what the lab has to say (those lines begin with a diamond).
// A cross before the kernel's words stands for something that failed.

import { count, ms } from '../lib/format.ts'
import type { Frame, LogLine } from '../sim/index.ts'
import { useApp, useFrame } from '../store/context.ts'
import { logText, stepWords } from '../text/inspector.ts'
import { Says } from '../ui/says.tsx'

type Log = Frame['log']
const logOf = (frame: Frame) => frame.log
/** The newest operation in words, while the run stands still. */
const stepOf = ({ status }: Frame) => (status.mode === 'paused' ? status.lastStep : '')
const calledOf = (frame: Frame) => frame.summary.called
const sameLog = (a: Log, b: Log) =>
  a.total === b.total &&
  a.suppressed === b.suppressed &&
  a.lines[0]?.ns === b.lines[0]?.ns &&
  a.lines.at(-1)?.ns === b.lines.at(-1)?.ns &&
  // Another run may say other things at the same times.
  a.lines[0]?.text === b.lines[0]?.text &&
  a.lines.at(-1)?.text === b.lines.at(-1)?.text
/** Lines kept in the page; the run keeps them all. */
const SHOWN = 80

export function KernelLog() {
  const log = useFrame(logOf, sameLog)
  const time = useApp((s) => s.view.brush?.time ?? null)
  const step = useFrame(stepOf) ?? ''
  const called = useFrame(calledOf) ?? 'page'
  const total = log?.total ?? 0
  const lines = log ? log.lines.slice(-SHOWN) : []
  return (
    <div className="u-block c-log">
      <div className="c-block-head">
        <h2 id="log-title">{logText.title}</h2>
        {log && total > 0 && (
          <span className="u-quiet">
            {logText.count(total)}
            {time && ` · ${ms(time.fromNs, 2)}–${ms(time.toNs, 2)} ms`}
          </span>
        )}
      </div>
      {step !== '' && (
        <p className="c-step">
          <Says id="rail.step" className="c-step-label" first>
            {logText.step}
          </Says>{' '}
          <span data-testid="last-step">{stepWords(step, called)}</span>
        </p>
      )}
      {lines.length === 0 ? (
        <p className="u-quiet">{logText.empty}</p>
      ) : (
        // The box runs from bottom to top, so that it stays at the newest line without measuring anything.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
        <section className="c-lines" data-testid="log" tabIndex={0} aria-labelledby="log-title">
          <ol>
            {lines.map((line, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line's number in the log is what it is
              <Line key={total - lines.length + i} line={line} />
            ))}
            {log && log.suppressed > 0 && (
              <li className="c-ours">
                <span className="c-at" />
                <span className="c-message">◆ {logText.heldBack(count(log.suppressed))}</span>
              </li>
            )}
          </ol>
        </section>
      )}
    </div>
  )
}

function Line({ line }: { line: LogLine }) {
  const bold = line.text.indexOf(logText.bold)
  return (
    <li className={line.kernel && line.kind !== 'suppressed' ? undefined : 'c-ours'}>
      <span className="c-at">{ms(line.ns)}</span>
      <span className="c-message">
        {line.kernel && (line.kind === 'change' ? '› ' : <i className="u-fail">× </i>)}
        {!line.kernel && <i className={line.kind === 'hang' ? 'u-fail' : undefined}>◆ </i>}
        {bold < 0 ? (
          line.text
        ) : (
          <>
            {line.text.slice(0, bold)}
            <b>{logText.bold}</b>
            {line.text.slice(bold + logText.bold.length)}
          </>
        )}
      </span>
    </li>
  )
}
