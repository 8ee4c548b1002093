// What a view must know of the page: its palette, its width, the pixel ratio, and parts of the newest frame.

import { type RefObject, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Frame } from '../../sim/index.ts'
import { useApp, useLab } from '../../store/context.ts'
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

/** While a run plays, numbers and axes follow the frames at most this often; the canvases follow every one. */
const RENDER_EVERY_MS = 80

const behind = new Set<() => void>()
let lastRender = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** Renders all who are behind together. */
function catchUp(): void {
  clearTimeout(timer)
  timer = undefined
  lastRender = performance.now()
  const now = [...behind]
  behind.clear()
  for (const take of now) take()
}

/**
 * A part of the newest frame; renders again only when `same` says that it changed. `select` must be stable (a
 * module function or memoised), and so must `same`. When the run stands still the value is never behind.
 */
export function useFrameValue<T>(select: (frame: Frame) => T, same: (a: T, b: T) => boolean = Object.is): T | null {
  const { frames } = useLab()
  const [value, setValue] = useState<T | null>(() => {
    const frame = frames.latest()
    return frame ? select(frame) : null
  })
  useEffect(() => {
    const take = () => {
      const frame = frames.latest()
      if (!frame) return
      setValue((old) => {
        const next = select(frame)
        return old !== null && same(old, next) ? old : next
      })
    }
    take()
    const leave = frames.subscribe((frame) => {
      if (frame.status.mode !== 'playing') return take()
      behind.add(take)
      timer ??= setTimeout(catchUp, Math.max(0, lastRender + RENDER_EVERY_MS - performance.now()))
    })
    return () => {
      leave()
      behind.delete(take)
    }
  }, [frames, select, same])
  return value
}
