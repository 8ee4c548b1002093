// Figures in a row under a picture: each a name with its value, and in quiet words what it is of.

import { type Explained, Says } from '../../ui/says.tsx'
import './fact-strip.css'

export interface StripFact {
  readonly says: Explained
  readonly name: string
  readonly value: string
  readonly words: string
  /** Something was refused. */
  readonly failed?: boolean
}

export interface FactStripProps {
  readonly facts: readonly StripFact[]
  /** css px from the corner of the view. */
  readonly left: number
  readonly top: number
  readonly width: number
  /** Shares of the width that the facts of a row take. */
  readonly columns: readonly number[]
}

/** Height of a row of facts, css px. */
export const STRIP_PITCH = 26

export function FactStrip({ facts, left, top, width, columns }: FactStripProps) {
  return (
    <dl className="v-strip" style={{ left, top, width, gridTemplateColumns: columns.map((n) => `${n}fr`).join(' ') }}>
      {facts.map(({ name, says, value, words, failed }) => (
        <div key={name}>
          <dt>
            <Says id={says}>{name}</Says>
          </dt>
          <dd className={failed ? 'v-strip-failed' : undefined}>{value}</dd>
          <dd className="v-strip-words" title={words}>
            {words}
          </dd>
        </div>
      ))}
    </dl>
  )
}
