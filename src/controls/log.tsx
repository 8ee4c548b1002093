// What the kernel would have printed, and between it what the lab has to say (those lines begin with a diamond).

import { useLayoutEffect, useRef } from 'react'
import { count, ms } from '../lib/format.ts'
import type { Frame, LogLine } from '../sim/index.ts'
import { useFrame } from '../store/context.ts'
import { text } from '../text/en.ts'

const logOf = (frame: Frame) => frame.log
/** Lines kept in the page; the run keeps them all. */
const SHOWN = 60
const AT_END_PX = 24

export function KernelLog() {
  const log = useFrame(logOf)
  const list = useRef<HTMLOListElement>(null)
  const follow = useRef(true)
  const total = log?.total ?? 0
  const shown = log?.lines.slice(-SHOWN) ?? []
  const lines = shown.map((line, i) => ({ line, number: total - shown.length + i }))
  // biome-ignore lint/correctness/useExhaustiveDependencies: a longer log is the reason to scroll
  useLayoutEffect(() => {
    const box = list.current
    if (box && follow.current) box.scrollTop = box.scrollHeight
  }, [total])
  return (
    <section className="c-block c-log" aria-labelledby="log-title">
      <div className="c-block-head">
        <h2 id="log-title">{text.log.title}</h2>
        {log && total > 0 && <span className="c-quiet">{text.log.count(count(total), count(log.suppressed))}</span>}
      </div>
      {lines.length === 0 ? (
        <p className="c-quiet">{text.log.empty}</p>
      ) : (
        <ol
          ref={list}
          className="c-lines"
          data-testid="log"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
          tabIndex={0}
          aria-labelledby="log-title"
          onScroll={(event) => {
            const box = event.currentTarget
            follow.current = box.scrollHeight - box.scrollTop - box.clientHeight < AT_END_PX
          }}
        >
          {lines.map(({ line, number }) => (
            <Line key={number} line={line} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Line({ line }: { line: LogLine }) {
  const bold = line.text.indexOf(text.log.bold)
  return (
    <li className={line.kernel ? undefined : 'c-ours'}>
      <span className="c-at">{ms(line.ns)}</span>
      <span className="c-message">
        {line.kind === 'refusal' && <i className="c-fail">× </i>}
        {!line.kernel && <i className={line.kind === 'hang' ? 'c-fail' : undefined}>◆ </i>}
        {bold < 0 ? (
          line.text
        ) : (
          <>
            {line.text.slice(0, bold)}
            <b>{text.log.bold}</b>
            {line.text.slice(bold + text.log.bold.length)}
          </>
        )}
      </span>
    </li>
  )
}
