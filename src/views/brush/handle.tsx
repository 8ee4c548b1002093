// One end of a brushed range: dragged, or moved by keys.

import { useRef } from 'react'
import { Thumb, type ThumbProps } from '../kit/thumb.tsx'
import { useDrag } from './drag.ts'

export interface HandleProps extends ThumbProps {
  readonly onMove: (value: number) => void
  /** The value under the pointer. */
  readonly at: (event: PointerEvent) => number | null
  readonly onClear: () => void
}

export function Handle({ at, ...thumb }: HandleProps) {
  const element = useRef<HTMLDivElement>(null)
  useDrag(element, {
    press: (event) => {
      event.stopPropagation()
      return thumb.value
    },
    move: (event) => {
      const to = at(event)
      if (to !== null) thumb.onMove(to)
    },
  })
  return <Thumb {...thumb} element={element} down={1} onClick={(event) => event.stopPropagation()} />
}
