// The centre: figures, the map (space, now), the time stack (history), and at most three further views.

import { type RefObject, useEffect, useRef, useState } from 'react'
import { Transport } from '../controls/transport.tsx'
import type { ProbeId } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { loadable } from '../store/loadable.tsx'
import { soon } from '../store/part.ts'
import { text } from '../text/en.ts'
import { captions } from '../ui/says.tsx'
import { type DockView, dockViews, Filled, IovaSpace, MapHead, Room, ScrubberRow, TimeStack } from '../views/index.ts'
import { MapState } from './cards.tsx'
import { Headline } from './headline.tsx'
import { type Layout, TABS } from './layout.ts'
import { Drawn, MissingParts, Picture } from './worker-state.tsx'

// It counts what the map shows, so it may follow the map.
const Legend = loadable(
  soon(() => import('../views/iova-space/legend.tsx').then((m) => m.Legend)),
  () => <div className="a-legend-waits" />,
)

const CellCard = loadable(
  () => import('./cell-card.tsx').then((m) => m.default),
  () => null,
  'none',
)
const Explainer = loadable(
  soon(() => import('./explained.tsx').then((m) => m.default)),
  () => null,
  'none',
)
const Prediction = loadable(() => import('../controls/prediction.tsx').then((m) => m.default))

/** The views of the dock in the order of preset or link, and the one of them that is shown. */
export interface Docked {
  readonly views: readonly DockView[]
  readonly shown: DockView | undefined
  choose(id: string): void
}

export function useDock(): Docked {
  const dock = useApp((s) => s.view.dock)
  const [chosen, choose] = useState<string | null>(null)
  // A view that came to the same dock, more or in the place of another, was chosen just now.
  const preset = useApp((s) => s.scenario.preset)
  const [before, stand] = useState({ dock, preset })
  if (before.dock !== dock) {
    stand({ dock, preset })
    const added = dock.filter((id) => !before.dock.includes(id))
    if (before.preset === preset && added.length === 1) choose(added[0] ?? null)
  }
  const views = dock.flatMap((id) => dockViews.filter((v) => v.id === id))
  return { views, shown: views.find((v) => v.id === chosen) ?? views[0], choose }
}

const isThere = () => true

/** `inspected`: the inspector stands beside. */
export function Centre({ layout, dock, inspected }: { layout: Layout; dock: Docked; inspected: boolean }) {
  const { actions } = useLab()
  const { size, columns, maxRows } = layout
  const recorded = useApp((s) => s.scenario.recording !== undefined)
  const small = size === 'phone' || size === 'column'
  const drawn = useFrame(isThere) ?? false
  useEffect(() => actions.setMapColumns(columns, maxRows), [actions, columns, maxRows])
  return (
    <main className="a-centre" id="map" tabIndex={-1} aria-label={text.places.lab}>
      <div className={drawn ? 'a-column' : 'a-column a-undrawn'}>
        <Drawn title={text.worker.figures}>
          <Headline compact={small || layout.plot < 700} />
        </Drawn>
        <div {...captions}>
          <Drawn title={text.worker.map}>
            <MapHead />
          </Drawn>
          <div className="a-map">
            <Picture title={text.worker.map} part="iova-space">
              <IovaSpace height={layout.mapHeight} />
            </Picture>
            <MapState />
          </div>
        </div>
        <Drawn title={text.worker.legend}>
          <Legend />
        </Drawn>
        <MissingParts />
        {!small && <Dock {...dock} height={layout.dockCut ? layout.dockHeight : 0} />}
        <Picture title={text.worker.history} part="timeline">
          <TimeStack lanes={layout.lanes} bytes={layout.bytes} head={layout.head} height={layout.timeHeight} />
        </Picture>
        {small && <Dock {...dock} height={0} />}
        {small && recorded && (
          <Drawn title={text.worker.prediction}>
            <Prediction />
          </Drawn>
        )}
        <Picture title={text.worker.history} part="timeline">
          <ScrubberRow />
        </Picture>
      </div>
      {(size === 'rail' || size === 'narrow') && !inspected && (
        <Drawn title={text.worker.parts.card}>
          <CellCard />
        </Drawn>
      )}
      {!small && (
        <Drawn title={text.worker.time}>
          <Transport />
        </Drawn>
      )}
      {/* Of the whole page; all that is shown lies in a landmark. */}
      <Explainer />
    </main>
  )
}

/** What of a frame the view cannot do without. */
const partOf = ({ asks = {} }: DockView) => Object.keys(asks)[0] as ProbeId | undefined

/** Further views, of which one is shown at a time. In one column they stand last: map and time come first. Where a window
 *  is so low that map and time would not stand beside it, it scrolls in itself (`height` css px; 0: it need not). */
function Dock({ views, shown, choose, height }: Docked & { readonly height: number }) {
  const cut = useRef<HTMLDivElement>(null)
  const more = useMore(cut, height > 0)
  if (!shown) return null
  const View = shown.component
  const room = height > 0 ? height - (views.length > 1 ? TABS : 0) : null
  return (
    <section className="a-dock" aria-label={shown.title} {...captions}>
      {views.length > 1 && (
        <div className="a-dock-tabs">
          {views.map((v) => (
            <button key={v.id} type="button" aria-pressed={v === shown} onClick={() => choose(v.id)}>
              {v.title}
            </button>
          ))}
        </div>
      )}
      <div
        ref={cut}
        className={`a-docked${room === null ? '' : ' a-docked-cut'}${more ? ' a-docked-more' : ''}`}
        style={room === null ? undefined : { maxHeight: room }}
      >
        <div>
          <Room value={room}>
            <Picture key={shown.id} title={shown.title} part={partOf(shown)}>
              <Filled view={shown}>
                <View />
              </Filled>
            </Picture>
          </Room>
        </div>
      </div>
    </section>
  )
}

/** Whether something that scrolls has more below its edge. */
function useMore(of: RefObject<HTMLElement | null>, scrolls: boolean): boolean {
  const [more, set] = useState(false)
  useEffect(() => {
    const box = of.current
    const content = box?.firstElementChild
    if (!scrolls || !box || !content) return set(false)
    const look = () => set(box.scrollHeight - box.clientHeight - box.scrollTop > 1)
    const sizes = new ResizeObserver(look)
    sizes.observe(box)
    sizes.observe(content)
    box.addEventListener('scroll', look)
    return () => {
      sizes.disconnect()
      box.removeEventListener('scroll', look)
    }
  }, [of, scrolls])
  return more
}
