// A view of the dock, or why it has nothing to show in this run and which preset fills it.

import { type ReactNode, useRef } from 'react'
import type { Frame } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { unmetText as text } from '../text/needs.ts'
import type { DockView } from './define.ts'
import { dockViews } from './dock-views.ts'
import { DockHead } from './kit/dock-head.tsx'
import { useWidth } from './kit/hooks.ts'
import { rulerOf } from './kit/layout.ts'
import { filling, insteadOf, isMet, type Now, whyUnmet } from './needs.ts'

const summaryOf = (frame: Frame) => frame.summary
/** Only what needs are about: the figures of a run change with every frame. */
const sameNeeds = (a: Frame['summary'], b: Frame['summary']) =>
  !a.exposure === !b.exposure &&
  !a.guest === !b.guest &&
  !a.partition === !b.partition &&
  a.bounce?.pool === b.bounce?.pool &&
  a.untrusted?.pool === b.untrusted?.pool

/** The run as it stands; null before the first frame. */
export function useNow(): Now | null {
  const here = useApp((s) => s.here)
  const table = useApp((s) => s.view.table)
  const summary = useFrame(summaryOf, sameNeeds)
  return summary ? { here, table, summary } : null
}

export function Filled({ view, children }: { view: DockView; children: ReactNode }) {
  const now = useNow()
  if (!now) return <section className="v-dock" />
  return isMet(view.id, now) ? children : <Nothing view={view} now={now} />
}

function Nothing({ view, now }: { view: DockView; now: Now }) {
  const root = useRef<HTMLElement>(null)
  const { actions } = useLab()
  const dock = useApp((s) => s.view.dock)
  const ruler = rulerOf(
    useWidth(root),
    useApp((s) => s.mapColumns),
  )
  const instead = dockViews.find(({ id }) => id === insteadOf(view.id, now))
  const preset = filling(view.id)
  return (
    <section ref={root} className="v-dock" data-testid="nothing">
      <DockHead id={view.id} title={view.title} ruler={ruler} tabled={false} />
      <p className="v-nothing" style={{ marginLeft: ruler.narrow ? 16 : ruler.left }}>
        {whyUnmet(view.id, now)}{' '}
        {instead && (
          <button
            type="button"
            className="v-link"
            onClick={() =>
              actions.setView({ dock: [...new Set(dock.map((id) => (id === view.id ? instead.id : id)))] })
            }
          >
            {text.show(instead.title)}
          </button>
        )}
        {preset && (
          <button type="button" className="v-link" onClick={() => actions.openPreset(preset.id)}>
            {text.open(preset.title)}
          </button>
        )}
      </p>
    </section>
  )
}
