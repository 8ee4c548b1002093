// The picture of a preset: measured once (`npm run pictures`), painted in the palette of the page. Their cells are fetched
// together when the first picture is shown; what they are of and the figure beside them are known before.

import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { createPart, Unreached } from '../../store/part.ts'
import { pictureText } from '../../text/pictures.ts'
import { useDpr, usePalette } from '../kit/hooks.ts'
import { paintNever, paintSoon } from '../kit/paint-loop.ts'
import cellsUrl from './cells.bin?url'
import { type Pictures, withCells } from './format.ts'
import { paintPicture, pictureInk } from './paint.ts'
import stored from './pictures.json'

const infos = stored as Pictures

/** The figure that the story of a preset is about, as it was measured where its picture was taken; null: there is none. */
export function figureOf(id: string): { readonly text: string; readonly failing: boolean } | null {
  return infos[id]?.figure ?? null
}

const part = createPart(async () => {
  const answer = await fetch(cellsUrl)
  if (!answer.ok || !answer.body) throw new Unreached(pictureText.missing)
  const inflated = answer.body.pipeThrough(new DecompressionStream('deflate-raw'))
  return withCells(infos, new Uint8Array(await new Response(inflated).arrayBuffer()))
})

/** Fills its box. Without a picture, or until it has come, there is the ground alone. */
export function PresetPicture({ id }: { readonly id: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const palette = usePalette()
  const dpr = useDpr()
  const ink = useMemo(() => pictureInk(palette), [palette])
  const picture = useSyncExternalStore(part.subscribe, part.value)?.get(id)
  const size = useShownSize(canvas)
  useEffect(part.ask, [])

  useEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false })
    if (!context || !picture || !size) return
    const paint = () => {
      const image = context.createImageData(
        Math.max(1, Math.round(size.width * dpr)),
        Math.max(1, Math.round(size.height * dpr)),
      )
      context.canvas.width = image.width
      context.canvas.height = image.height
      const { width, height } = image
      paintPicture(picture, ink, dpr, { data: new Uint32Array(image.data.buffer), width, height })
      context.putImageData(image, 0, 0)
    }
    paintSoon(paint)
    return () => paintNever(paint)
  }, [picture, ink, size, dpr])

  const info = infos[id]
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={info ? pictureText.label(info.kind, info.atNs) : ''}
      title={info && pictureText.label(info.kind, info.atNs)}
      data-testid={`picture-${id}`}
      style={{ display: 'block', width: '100%', height: '100%' }}
    />
  )
}

interface Size {
  readonly width: number
  readonly height: number
}

/** The size of an element once it has come near the visible part of the page; null before. */
function useShownSize(ref: { readonly current: HTMLElement | null }): Size | null {
  const [size, setSize] = useState<Size | null>(null)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element
      if (width > 0 && height > 0)
        setSize((before) => (before?.width === width && before.height === height ? before : { width, height }))
    }
    const resized = new ResizeObserver(measure)
    const seen = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return
        seen.disconnect()
        resized.observe(element)
        measure()
      },
      { rootMargin: '200px' },
    )
    seen.observe(element)
    return () => {
      seen.disconnect()
      resized.disconnect()
    }
  }, [ref])
  return size
}
