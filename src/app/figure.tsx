// One figure of the headline, in a file of its own: the figures that replace it are fetched when they are needed.

import type { ReactNode } from 'react'
import type { Frame } from '../sim/index.ts'

export const summaryOf = (frame: Frame) => frame.summary

export function Figure({
  id,
  value,
  unit,
  line,
  fail = false,
  colour,
}: {
  id: string
  value: string
  unit: string
  line: ReactNode
  fail?: boolean
  /** That of a state, if the figure counts it. */
  colour?: string
}) {
  return (
    <div className="a-figure">
      <p className={fail ? 'a-number a-fail' : 'a-number'}>
        <b data-testid={id} style={{ color: colour }}>
          {value}
        </b>{' '}
        {unit}
      </p>
      <p className="a-line">{line}</p>
    </div>
  )
}
