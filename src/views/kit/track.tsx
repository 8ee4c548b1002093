// A picture over time where it stands: between the gutters that all of them share. A column that is picked is the time to
// go to; columns that are marked are a brushed range.

import type { ReactNode } from 'react'
import type { ProbeId } from '../../sim/index.ts'
import { useLab } from '../../store/context.ts'
import type { HeatmapView, Ink } from '../view.ts'
import { brushColumns } from './brush.ts'
import { Heatmap } from './heatmap.tsx'
import type { Ruler } from './layout.ts'

export interface TrackProps<P extends ProbeId, I extends Ink> {
  /** Its cells are numbered row by row, and its columns are those of the time-line. */
  readonly view: HeatmapView<P, I>
  readonly ink: I
  readonly ruler: Ruler
  /** css px */
  readonly height: number
  /** SVG over the cells and in the gutters, css px from the plot's corner. */
  readonly children?: ReactNode
}

export function Track<P extends ProbeId, I extends Ink>({ view, ink, ruler, height, children }: TrackProps<P, I>) {
  const lab = useLab()
  return (
    <div className="v-view" style={{ height }}>
      <div className="v-plot" style={{ left: ruler.left, width: ruler.plot }}>
        <Heatmap
          view={view}
          ink={ink}
          width={ruler.plot}
          height={height}
          tip
          onExtend={(from, to) => brushColumns(lab, from, to)}
          onPick={(cell) => {
            const history = lab.frames.latest()?.views.timeline
            if (history) lab.actions.seek(Math.round(((cell % history.columns) + 1) * history.columnNs))
          }}
        >
          {children}
        </Heatmap>
      </div>
    </div>
  )
}
