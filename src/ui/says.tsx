// What explains itself: a caption is a button whose press says what it stands for, a control says it beside what it does.
// Here are only the marks; who shows the words (explainer.tsx) and the words themselves are fetched when the page stands.

import { type CSSProperties, createContext, type ReactNode, type SyntheticEvent, useContext } from 'react'
import { createPortal } from 'react-dom'
import type { Explained } from '../text/explain.ts'
import './says.css'

export type { Explained }

/** Marks an element as explained; `name`: what stands over the sentence, where the element does not show its name. */
export const says = (id: Explained, name?: string) => ({ 'data-says': id, 'data-says-name': name })

/** Marks the line of a field whose words stand in the element with that id; they show beside it. */
export const saysIn = (id: string) => ({ 'data-says': `#${id}`, 'data-says-beside': '' })

/** Marks what holds captions that arrow keys walk. */
export const captions = { 'data-says-group': '' } as const

export interface SaysProps {
  readonly id: Explained
  readonly className?: string
  readonly style?: CSSProperties
  /** What it is called, where that is more than it shows. */
  readonly label?: string
  /** What stands over the sentence, where it shows less. */
  readonly name?: string
  /** The one of its group that Tab comes to; arrow keys go on from there to the others. */
  readonly first?: boolean
  readonly testId?: string
  readonly children: ReactNode
}

/** A caption: name of a colour, head of a column, title of a view. */
export function Says({ id, className = '', style, label, name, first = false, testId, children }: SaysProps) {
  return (
    <button
      type="button"
      className={`u-says ${className}`}
      style={style}
      tabIndex={first ? 0 : -1}
      aria-label={label}
      data-testid={testId}
      {...says(id, name)}
      data-says-tap=""
    >
      {children}
    </button>
  )
}

/** Where the captions of a picture stand: beside it, as what is drawn is not for the keyboard. */
export const CaptionLayer = createContext<HTMLElement | null>(null)

export interface CaptionProps extends Omit<SaysProps, 'style'> {
  /** Where its baseline begins, ends or has its middle, css px from the corner of the plot. */
  readonly x: number
  readonly y: number
  readonly textAnchor?: 'start' | 'middle' | 'end'
}

const SHIFT = { start: '0', middle: '-50%', end: '-100%' } as const
/** From the top of a line to its baseline, css px, where type is of the common size. */
const ASCENT = 12
/** What is meant for the caption is not meant for the picture around it. */
const keep = (event: SyntheticEvent) => event.stopPropagation()

/** A caption in the gutter of a picture, or over it; written where an SVG text would stand. */
export function Caption({ x, y, textAnchor = 'start', className = '', ...props }: CaptionProps) {
  const layer = useContext(CaptionLayer)
  if (!layer) return null
  const style = {
    left: x,
    top: `calc(${y}px - ${ASCENT}px * var(--type))`,
    transform: `translateX(${SHIFT[textAnchor]})`,
  }
  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps events from going on
    <span style={{ display: 'contents' }} onClick={keep} onKeyDown={keep} onPointerDown={keep} onPointerMove={keep}>
      <Says {...props} className={`u-caption ${className}`} style={style} />
    </span>,
    layer,
  )
}
