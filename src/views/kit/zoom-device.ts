// Wheel, drag and pinch through d3-zoom, used as an input device only: what comes out is "zoom in here" and "this
// many css px further". The transform that d3 keeps on the element means nothing and is thrown away.

import { type D3ZoomEvent, select, zoom, zoomIdentity } from 'd3'

export interface GestureHandlers {
  /** A step of a factor of two at a point, css px from the element's corner; in is +1. */
  readonly onStep: (steps: 1 | -1, x: number, y: number) => void
  /** Dragged down by `dy` css px since the last call that returned true; true when that was used. */
  readonly onDrag: (dy: number) => boolean
  /** A drag of one finger or the mouse moves the picture rather than the page. */
  readonly canDrag: () => boolean
}

/** Listens on an element; returns the way out. */
export function listen(element: HTMLElement, current: { readonly current: GestureHandlers }): () => void {
  let scale = 1
  let last = zoomIdentity
  let dragged = 0
  const behaviour = zoom<HTMLElement, unknown>()
    .scaleExtent([1e-6, 1e6])
    .clickDistance(4)
    .filter((event: WheelEvent | MouseEvent | TouchEvent) => {
      if ('touches' in event) return event.touches.length > 1 || current.current.canDrag()
      if (event.type === 'wheel') return true
      // With Shift a drag selects.
      return event.type === 'mousedown' && event.button === 0 && !event.shiftKey && current.current.canDrag()
    })
    .on('start', () => {
      dragged = 0
    })
    .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
      const { transform, sourceEvent } = event
      if (!sourceEvent) return
      if (transform.k === last.k) {
        dragged += transform.y - last.y
        if (current.current.onDrag(dragged)) dragged = 0
      } else {
        scale *= transform.k / last.k
        const { left, top } = element.getBoundingClientRect()
        const point = 'touches' in sourceEvent ? sourceEvent.touches[0] : sourceEvent
        const [x, y] = [(point?.clientX ?? left) - left, (point?.clientY ?? top) - top]
        if (scale >= Math.SQRT2) {
          current.current.onStep(1, x, y)
          scale = 1
        } else if (scale <= Math.SQRT1_2) {
          current.current.onStep(-1, x, y)
          scale = 1
        }
      }
      last = transform
    })
  const selection = select(element)
  selection.call(behaviour).on('dblclick.zoom', null)
  return () => {
    selection.on('.zoom', null)
  }
}
