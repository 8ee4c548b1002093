// One figure of the headline, in a file of its own: the figures that replace it are fetched when they are needed.

import type { ReactNode } from 'react'
import type { Frame } from '../sim/index.ts'
import { type Explained, says } from '../ui/says.tsx'

export const summaryOf = (frame: Frame) => frame.summary

export function Figure({
  id,
  value,
  unit,
  line,
  fail = false,
  colour,
}: {
  id: Extract<Explained, `figure-${string}`>
  value: string
  unit: string
  line: ReactNode
  fail?: boolean
  /** That of a state, if the figure counts it. */
  colour?: string
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard comes to it for what it is of
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls
    <div className="a-figure" role="group" tabIndex={0} {...says(id)}>
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
