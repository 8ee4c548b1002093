// The line above a dock view and the columns of figures beside its lanes.

import type { ReactNode } from 'react'
import { viewText } from '../../text/views.ts'
import { Caption, type Explained, Says } from '../../ui/says.tsx'
import { Cut } from './cut.tsx'
import type { Ruler } from './layout.ts'
import { TwinButton } from './twin.tsx'

/** Columns of figures right of the lanes: what stands above each, what that means, and its width in css px. */
export interface Figures {
  readonly heads: readonly string[]
  readonly says: readonly Explained[]
  readonly widths: readonly number[]
}

/** Room that the figures take, css px; none where the page is narrow. */
export function figuresWidth(ruler: Ruler, { widths }: Figures): number {
  return ruler.narrow ? 0 : widths.reduce((a, b) => a + b, 0)
}

/** Views of the dock that say what they draw. */
export type Titled = Explained extends infer E ? (E extends `${infer Id}.title` ? Id : never) : never

export interface DockHeadProps {
  readonly id: Titled
  readonly title: string
  readonly ruler: Ruler
  /** In words, beside the title where there is room. */
  readonly sub?: ReactNode
  readonly figures?: Figures
  /** Whether there is a picture that a table can stand for; absent: there is. */
  readonly tabled?: boolean
  /** What the colours mean. */
  readonly children?: ReactNode
}

/** css px: the margin of a narrow page, and what stands there right of the colours: the way to the table. */
const MARGIN = 16
const TOOL = 36

export function DockHead({ id, title, ruler, sub, figures, tabled = true, children }: DockHeadProps) {
  const { narrow, close, left, right } = ruler
  const padding = { paddingLeft: narrow ? MARGIN : left, paddingRight: narrow ? MARGIN + TOOL : right }
  return (
    <div className={`v-head v-head-small${close ? ' v-head-close' : ''}`} style={padding}>
      <Title id={id} title={title} />
      {sub && !narrow && <Cut className="v-sub">{sub}</Cut>}
      <span className="v-grow" />
      {children}
      {figures && !narrow && (
        <span className="v-figures">
          {figures.heads.map((head, i) => (
            <Says key={head} id={figures.says[i]!} style={{ width: figures.widths[i]! }}>
              {head}
            </Says>
          ))}
        </span>
      )}
      <span className="v-gutter-tool">{tabled && <TwinButton id={id} title={title} />}</span>
    </div>
  )
}

/** What a view is called; pressed, what it draws and how that is read. */
export function Title({ id, title }: { id: Titled; title: string }) {
  return (
    <h2>
      <Says id={`${id}.title`} label={viewText.whatIs(title)} first>
        {title}
      </Says>
    </h2>
  )
}

export interface FigureRowProps {
  readonly figures: Figures
  readonly values: readonly ReactNode[]
  /** Where the figures end, and their baseline, css px. */
  readonly right: number
  readonly y: number
  /** Class of a figure beside its own: quiet, failed. */
  readonly tone?: (column: number) => string
}

/** Heads of the columns, where they stand in the picture itself. */
export function FigureHeads({ figures, right, y }: Pick<FigureRowProps, 'figures' | 'right' | 'y'>) {
  let x = right - figures.widths.reduce((a, b) => a + b, 0)
  return figures.heads.map((head, i) => {
    x += figures.widths[i]!
    return (
      <Caption key={head} id={figures.says[i]!} x={x} y={y} textAnchor="end">
        {head}
      </Caption>
    )
  })
}

/** A lane's figures, each under its head. */
export function FigureRow({ figures, values, right, y, tone }: FigureRowProps) {
  let x = right - figures.widths.reduce((a, b) => a + b, 0)
  return values.map((value, i) => {
    x += figures.widths[i]!
    return (
      <text key={figures.heads[i]} x={x} y={y} textAnchor="end" className={`v-num ${tone?.(i) ?? ''}`}>
        {value}
      </text>
    )
  })
}
