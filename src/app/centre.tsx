// The centre: figures, the map (space, now), the time stack (history), and at most three further views.

import { useEffect, useState } from 'react'
import { Transport } from '../controls/transport.tsx'
import { useApp, useLab } from '../store/context.ts'
import { loadable } from '../store/loadable.tsx'
import { text } from '../text/en.ts'
import { dockViews, IovaSpace, MapHead, TimeStack } from '../views/index.ts'
import { FailureCard, MapState, ProblemCard } from './cards.tsx'
import { Headline } from './headline.tsx'
import type { Layout } from './layout.ts'

// It counts what the map shows, so it may follow the map.
const Legend = loadable(
  import('../views/legend.tsx').then((m) => m.Legend),
  () => <div className="a-legend-waits" />,
)

const Prediction = loadable(() => import('../controls/prediction.tsx').then((m) => m.default))

export function Centre({ layout }: { layout: Layout }) {
  const { actions } = useLab()
  const { size, columns, maxRows } = layout
  const recorded = useApp((s) => s.scenario.recording !== undefined)
  const small = size === 'phone' || size === 'column'
  useEffect(() => actions.setMapColumns(columns, maxRows), [actions, columns, maxRows])
  return (
    <main className="a-centre" id="map" tabIndex={-1} aria-label={text.places.lab}>
      <div className="a-column">
        <Headline compact={small} />
        <MapHead />
        <div className="a-map">
          <IovaSpace height={layout.mapHeight} />
          <MapState />
        </div>
        <Legend />
        {!small && <Dock />}
        <TimeStack lanes={layout.lanes} height={layout.timeHeight} />
        {small && <Dock />}
        {small && recorded && <Prediction />}
        <div className="a-cards">
          <ProblemCard />
          <FailureCard />
        </div>
      </div>
      {!small && <Transport />}
    </main>
  )
}

/** Further views, of which one is shown at a time. In one column they stand last: map and time come first. */
function Dock() {
  const dock = useApp((s) => s.view.dock)
  const [chosen, setChosen] = useState<string | null>(null)
  const views = dockViews.filter((v) => dock.includes(v.id))
  const shown = views.find((v) => v.id === chosen) ?? views[0]
  if (!shown) return null
  const View = shown.component
  return (
    <section className="a-dock" aria-label={shown.title}>
      {views.length > 1 && (
        <div className="a-dock-tabs">
          {views.map((v) => (
            <button key={v.id} type="button" aria-pressed={v === shown} onClick={() => setChosen(v.id)}>
              {v.title}
            </button>
          ))}
        </div>
      )}
      <View />
    </section>
  )
}
