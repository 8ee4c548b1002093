// Figures beside a picture, a line each; and a swatch that the picture's own painter draws.

import { type ReactNode, useEffect, useRef } from 'react'
import { type Explained, Says } from '../../ui/says.tsx'
import type { Pixels } from '../view.ts'
import { useDpr } from './hooks.ts'
import type { Ruler } from './layout.ts'
import './facts.css'

/** Height of a line, css px. */
export const FACT_PITCH = 16
/** Width of the lines beside a picture, and of the gap before them, css px. */
const FACTS_WIDTH = 232
const FACTS_GAP = 24

export interface Fact {
  readonly says: Explained
  readonly name: string
  readonly value: string
  /** 0…1: a bar before the value. */
  readonly share?: number
  /** The value is nothing to look at, or of a state. */
  readonly tone?: 'quiet' | 'reachable'
}

interface FactsProps {
  readonly facts: readonly Fact[]
  /** css px from the corner of the view. */
  readonly left: number
  readonly top: number
  readonly width: number
  readonly two: boolean
}

/** Width of a picture with figures `beside` it, css px: the plot's where the page is narrow and they stand below. */
export const pictureWidth = (ruler: Ruler, beside = FACTS_WIDTH) =>
  Math.max(1, ruler.plot - (ruler.narrow ? 0 : beside + FACTS_GAP))

/** Width of so many figures beside a picture of a height, css px: where they are too many for a column, that of two
 *  columns, if the plot has so much. */
export const factsBeside = (count: number, height: number, ruler: Ruler, one = FACTS_WIDTH) =>
  inTwo(count, height, ruler) ? Math.round(1.7 * one) : one

const inTwo = (count: number, height: number, { narrow, close }: Ruler) =>
  !narrow && !close && count * FACT_PITCH > height

export interface PicturedProps {
  readonly ruler: Ruler
  readonly facts: readonly Fact[]
  /** Height of the picture, css px; `wide`: of picture and figures side by side. */
  readonly height: number
  readonly wide: number
  /** Width of the figures beside the picture, css px. */
  readonly beside?: number
  readonly children: ReactNode
}

/** A picture with its figures: beside it, or below it where the page is narrow. */
export function Pictured({ ruler, facts, height, wide, beside = FACTS_WIDTH, children }: PicturedProps) {
  if (ruler.width === 0) return null
  const place = ruler.narrow
    ? { left: ruler.left, top: height, width: ruler.plot }
    : { left: ruler.left + pictureWidth(ruler, beside) + FACTS_GAP, top: 0, width: beside }
  return (
    <div className="v-view" style={{ height: ruler.narrow ? height + facts.length * FACT_PITCH : wide }}>
      <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
        {children}
      </div>
      <Facts facts={facts} {...place} two={inTwo(facts.length, wide, ruler)} />
    </div>
  )
}

function Facts({ facts, left, top, width, two }: FactsProps) {
  const rows = `repeat(${Math.ceil(facts.length / 2)}, ${FACT_PITCH}px)`
  return (
    <dl
      className={two ? 'v-facts v-facts-two' : 'v-facts'}
      style={{ left, top, width, gridTemplateRows: two ? rows : undefined }}
    >
      {facts.map(({ name, says, value, share, tone }) => (
        <div key={name} style={{ height: FACT_PITCH }}>
          <dt>
            <Says id={says}>{name}</Says>
          </dt>
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

/** What a colour means: a sample of it and its name. */
export function Chip({ id, children }: { id: Explained; children: ReactNode }) {
  return (
    <Says id={id} className="v-chip">
      {children}
    </Says>
  )
}
