// Wheel, drag and pinch on an element. The device behind it is fetched beside the first picture, not before it.

import { type RefObject, useEffect, useRef } from 'react'
import { createPart } from '../../store/part.ts'
import type { GestureHandlers } from './zoom-device.ts'

const device = createPart(() => import('./zoom-device.ts'))
device.ask()

export function useGestures(ref: RefObject<HTMLElement | null>, handlers: GestureHandlers, active = true): void {
  const current = useRef(handlers)
  current.current = handlers
  useEffect(() => {
    const element = ref.current
    if (!element || !active) return
    let leave: (() => void) | null = null
    const forget = device.whenThere(({ listen }) => {
      leave = listen(element, current)
    })
    return () => {
      forget()
      leave?.()
    }
  }, [ref, active])
}
