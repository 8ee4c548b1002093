// What studies on the dock have in common: they are asked for when they are shown and the map is there; a head with how far
// they are; a plot, or its table.

import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import type { PointResult, StudyId } from '../../sim/studies/index.ts'
import { useApp } from '../../store/context.ts'
import { type Study, useStudy } from '../../store/studies.ts'
import { DockHead, type Titled } from '../kit/dock-head.tsx'
import { useWidth } from '../kit/hooks.ts'
import { type Ruler, rulerOf } from '../kit/layout.ts'
import { Twin, useTwin } from '../kit/twin.tsx'
import type { TableTwin } from '../view.ts'
import { StudyProgress } from './study-progress.tsx'
import '../views.css'
import './studies.css'

const NO_RESULTS: readonly PointResult[] = []

export interface DockStudy {
  readonly study: Study
  /** Of what is asked for now; none of what was asked for before. */
  readonly results: readonly PointResult[]
  readonly onRun: () => void
  readonly root: RefObject<HTMLElement | null>
  readonly ruler: Ruler
  /** Of the plot, css px: studies have no values at the playhead, and take their place. */
  readonly width: number
}

/** A study that runs as soon as it is shown. `key`: what it is asked for; equal keys have equal results. */
export function useDockStudy(id: StudyId, key: string): DockStudy {
  const root = useRef<HTMLElement>(null)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const scenario = useApp((s) => s.here)
  const ready = useApp((s) => s.ready)
  const study = useStudy(id)
  const { run } = study
  // The map comes first; and what is already there, or was cancelled, is not asked for again.
  const wanted = ready && study.key !== key
  useEffect(() => {
    if (wanted) run(scenario, key)
  }, [wanted, run, scenario, key])
  return {
    study,
    results: study.key === key ? study.results : NO_RESULTS,
    onRun: () => run(scenario, key),
    root,
    ruler,
    width: ruler.plot + (ruler.narrow ? 0 : ruler.right - 14),
  }
}

export interface StudyFrameProps {
  readonly id: Titled
  readonly title: string
  readonly sub: string
  readonly dock: DockStudy
  /** Of everything under the head, css px. */
  readonly height: number
  readonly table: TableTwin
  /** In the head, before how far the study is. */
  readonly legend?: ReactNode
  /** Height of what stands under the plot and its table, css px, and that itself. */
  readonly under?: { readonly height: number; readonly children: ReactNode }
  readonly children: ReactNode
}

export function StudyFrame({ id, title, sub, dock, height, table, legend, under, children }: StudyFrameProps) {
  const { root, ruler, width, study, onRun } = dock
  const [twin] = useTwin(id)
  return (
    <section ref={root} className="v-dock v-tall">
      <DockHead id={id} title={title} ruler={ruler} sub={sub}>
        {legend}
        <StudyProgress narrow={ruler.narrow} title={title} study={study} onRun={onRun} />
      </DockHead>
      {ruler.width > 0 && (
        <div className="v-view" style={{ height: height + (under?.height ?? 0) }}>
          <div className="v-plot" style={{ left: ruler.left, width }}>
            {twin ? <Twin title={title} table={table} height={height} /> : children}
          </div>
          {under?.children}
        </div>
      )}
    </section>
  )
}
