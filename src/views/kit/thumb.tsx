// What is taken hold of on a picture: a slider for whoever moves it by keys. Its element is dragged by whoever draws it.

import type { CSSProperties, KeyboardEvent, MouseEvent, RefObject } from 'react'

export interface ThumbProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  /** The value in words. */
  readonly text: string
  /** What an arrow key adds, and what it adds with Shift. */
  readonly step: number
  readonly shiftStep: number
  readonly className: string
  readonly style: CSSProperties
}

interface Moved extends ThumbProps {
  readonly element: RefObject<HTMLDivElement | null>
  /** 1 where values grow downwards, else -1: what the keys that point down add. */
  readonly down: 1 | -1
  readonly onMove: (value: number) => void
  readonly onClear?: () => void
  readonly onClick?: (event: MouseEvent) => void
}

export function Thumb(props: Moved) {
  const { value, min, max, onClear } = props

  function key(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = event.shiftKey ? props.shiftStep : props.step
    const [down, page] = [step * props.down, 10 * props.step * props.down]
    const keys: Readonly<Record<string, number>> = {
      ...{ ArrowRight: value + step, ArrowLeft: value - step, ArrowDown: value + down, ArrowUp: value - down },
      ...{ PageDown: value + page, PageUp: value - page, Home: min, End: max },
    }
    const to = keys[event.key]
    if (to !== undefined) props.onMove(Math.min(max, Math.max(min, to)))
    else if (onClear && (event.key === 'Escape' || event.key === 'Delete')) onClear()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div
      ref={props.element}
      className={`v-handle ${props.className}`}
      style={props.style}
      role="slider"
      tabIndex={0}
      aria-label={props.label}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={value}
      aria-valuetext={props.text}
      onKeyDown={key}
      onClick={props.onClick}
    />
  )
}
