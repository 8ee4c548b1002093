// What a view must know of the page: its palette, its width and the pixel ratio.

import { type RefObject, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useApp } from '../../store/context.ts'
import { forcedPalette, type Hex, type Palette, palettes } from './palette.ts'

function useMedia(query: string): boolean {
  const media = useMemo(() => window.matchMedia(query), [query])
  return useSyncExternalStore(
    (changed) => {
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => media.matches,
  )
}

/** A CSS system colour as the browser paints it. */
function systemColour(name: string): Hex {
  const probe = document.createElement('span')
  probe.style.color = name
  probe.style.forcedColorAdjust = 'none'
  document.body.append(probe)
  const channels = getComputedStyle(probe).color.match(/\d+/g) ?? ['0', '0', '0']
  probe.remove()
  return `#${channels
    .slice(0, 3)
    .map((c) => Number(c).toString(16).padStart(2, '0'))
    .join('')}`
}

/** The palette that the page shows: the chosen theme, the system's, or the system's own colours. */
export function usePalette(): Palette {
  const theme = useApp((s) => s.theme)
  const systemLight = useMedia('(prefers-color-scheme: light)')
  const forced = useMedia('(forced-colors: active)')
  return useMemo(() => {
    if (forced)
      return forcedPalette({
        ground: systemColour('Canvas'),
        text: systemColour('CanvasText'),
        grey: systemColour('GrayText'),
        accent: systemColour('Highlight'),
      })
    return palettes[theme === 'system' ? (systemLight ? 'light' : 'dark') : theme]
  }, [theme, systemLight, forced])
}

export function useDpr(): number {
  const [dpr, setDpr] = useState(() => window.devicePixelRatio || 1)
  useEffect(() => {
    const media = window.matchMedia(`(resolution: ${dpr}dppx)`)
    const changed = () => setDpr(window.devicePixelRatio || 1)
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }, [dpr])
  return dpr
}

/** Takes an error that came outside of React: the component that has it cannot be drawn, and its boundary says so. */
export function useFail(): (error: unknown) => void {
  const [, fail] = useState(null)
  return useCallback((error: unknown) => {
    fail(() => {
      throw error
    })
  }, [])
}

/** Content width of an element, css px; 0 before it is laid out. */
export function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [ref])
  return width
}
