// Figures beside a picture, a line each; and a swatch that the picture's own painter draws.

import { useEffect, useRef } from 'react'
import type { Pixels } from '../view.ts'
import { useDpr } from './hooks.ts'

/** Height of a line, css px. */
export const FACT_PITCH = 16
/** Width of the lines beside a picture, and of the gap before them, css px. */
export const FACTS_WIDTH = 232
export const FACTS_GAP = 24

export interface Fact {
  readonly name: string
  readonly value: string
  /** 0…1: a bar before the value. */
  readonly share?: number
  /** The value is nothing to look at, or of a state. */
  readonly tone?: 'quiet' | 'reachable'
}

export interface FactsProps {
  readonly facts: readonly Fact[]
  /** css px from the corner of the view. */
  readonly left: number
  readonly top: number
  readonly width: number
}

export function Facts({ facts, left, top, width }: FactsProps) {
  return (
    <dl className="v-facts" style={{ left, top, width }}>
      {facts.map(({ name, value, share, tone }) => (
        <div key={name} style={{ height: FACT_PITCH }}>
          <dt>{name}</dt>
          {share !== undefined && (
            <dd className="v-fact-bar" aria-hidden="true">
              <i style={{ width: `${100 * share}%` }} />
            </dd>
          )}
          <dd className={tone && `v-fact-${tone}`}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A sample of what a picture draws; `paint` fills a square. */
export function Sample({ paint, side = 12 }: { paint: (out: Pixels) => void; side?: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const dpr = useDpr()
  const pixels = Math.round(side * dpr)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const image = context.createImageData(pixels, pixels)
    paint({ data: new Uint32Array(image.data.buffer), width: pixels, height: pixels })
    context.putImageData(image, 0, 0)
  }, [paint, pixels])
  return <canvas ref={canvas} width={pixels} height={pixels} style={{ width: side, height: side }} />
}
