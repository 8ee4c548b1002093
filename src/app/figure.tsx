// One figure of the headline, in a file of its own: the figures that replace it are fetched when they are needed.

import { createContext, type ReactNode, useContext, useId } from 'react'
import type { Frame } from '../sim/index.ts'
import { type Explained, says } from '../ui/says.tsx'

export const summaryOf = (frame: Frame) => frame.summary

/** What a figure was before the last change: in the place of its line, with a word of what it is of where that had none.
 *  `value`: what has come since, in the place of the figure; `unit`: what that is of, if that is something else;
 *  `none`: nothing has, so that nothing fails any more. */
export interface WasWords {
  readonly line: string
  readonly label?: string
  readonly value?: string
  readonly unit?: string
  readonly none?: boolean
  readonly said: string
}

export const NOTHING_WAS: ReadonlyMap<string, WasWords> = new Map()
export const Was = createContext(NOTHING_WAS)

export function Figure({
  id,
  value,
  unit,
  line,
  what,
  fail = false,
  colour,
}: {
  id: Extract<Explained, `figure-${string}`>
  value: string
  unit: string
  line: ReactNode
  /** What it is of, where its line alone says that. */
  what?: string
  fail?: boolean
  /** That of a state, if the figure counts it. */
  colour?: string
}) {
  const was = useContext(Was).get(id)
  const name = useId()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard comes to it for what it is of
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls
    <div className="a-figure" role="group" tabIndex={0} aria-labelledby={name} {...says(id)}>
      <p id={name} className={fail && !was?.none ? 'a-number a-fail' : 'a-number'}>
        <b data-testid={id} style={{ color: was?.none ? undefined : colour }}>
          {was?.value ?? value}
        </b>{' '}
        {was?.unit ?? (
          <>
            {unit} {was && (was.label ?? what)}
          </>
        )}
      </p>
      <p className="a-line" data-testid={was && `was-${id}`}>
        {was?.line ?? line}
      </p>
    </div>
  )
}
