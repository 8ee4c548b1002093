// The page: what stands where at which size. LOOK's grid at 1440 × 900, drawers below it, a sheet on a phone.

import { X } from 'lucide-react'
import { type CSSProperties, type ReactNode, useLayoutEffect, useState } from 'react'
import { ControlsPanel, Inspector, KernelLog, PanelFoot, WhyRefused } from '../controls/parts.tsx'
import { useApp, useLab } from '../store/context.ts'
import { loadable } from '../store/loadable.tsx'
import { soon } from '../store/part.ts'
import { text } from '../text/en.ts'
import { Centre, useDock } from './centre.tsx'
import { useEscape } from './escape.ts'
import { useFocusBack } from './focus.ts'
import type { GalleryProps } from './gallery.tsx'
import { useKeys } from './keys.ts'
import { useLayout } from './layout.ts'
import { card } from './missing.tsx'
import { useTheme } from './theme.ts'
import { type Drawers, TopBar } from './top-bar.tsx'
import { Drawn, WorkerCard } from './worker-state.tsx'

const story = soon(() => import('./story.tsx'))
const Story = loadable(() => story().then((m) => m.Story))
const StoryLine = loadable(
  () => story().then((m) => m.StoryLine),
  () => <div className="a-told" />,
  (_, missing) => <div className="a-told">{missing}</div>,
)
const Files = loadable(
  soon(() => import('./files.tsx').then((m) => m.default)),
  () => null,
  card,
)
const ProblemCard = loadable(
  () => import('./problem-card.tsx').then((m) => m.ProblemCard),
  () => null,
  card,
)
const LaterCards = loadable(
  soon(() => import('./later.tsx').then((m) => m.default)),
  () => null,
  'none',
)
const Prediction = loadable(() => import('../controls/prediction.tsx').then((m) => m.default))
const Help = loadable(
  () => import('./help.tsx').then((m) => m.default),
  () => null,
  card,
)
const Gallery = loadable<GalleryProps>(
  soon(() => import('./gallery.tsx').then((m) => m.default)),
  () => <div className="a-cover" />,
  card,
)
const Sheet = loadable(
  () => import('./sheet.tsx').then((m) => m.default),
  () => <div className="a-sheet a-sheet-waits" />,
)

const { parts } = text.worker

export function App() {
  const dock = useDock()
  const layout = useLayout(dock.views.length, dock.shown?.tall ?? false)
  const { size, type, low, tight, plot, left, centre, story: storyHeight } = layout
  const [drawers, setDrawers] = useState<Drawers>({ controls: false, rail: false })
  const over = useApp((s) => s.over)
  const { actions } = useLab()
  const announcement = useApp((s) => s.announcement)
  const problems = useApp((s) => s.problems.length > 0)
  const recorded = useApp((s) => s.scenario.recording !== undefined)
  useTheme(useApp((s) => s.theme))
  useKeys()

  const toggle = (which: keyof Drawers) => setDrawers((d) => ({ ...d, [which]: !d[which] }))
  const small = size === 'phone' || size === 'column'
  const controlsDrawn = size === 'narrow'
  const railDrawn = size === 'narrow' || size === 'rail'
  const style = {
    '--left': `${left}px`,
    '--right': `${centre - left - plot}px`,
    '--story': `${storyHeight}px`,
    '--centre': `${centre}px`,
  } as CSSProperties
  // Menus stand beside the page.
  useLayoutEffect(() => document.documentElement.style.setProperty('--type', String(type)), [type])
  return (
    <div className={`a-page a-at-${size}${low ? ' a-low' : ''}${tight ? ' a-tight' : ''}`} style={style}>
      <button type="button" className="a-skip" onClick={skipToMap}>
        {text.skip}
      </button>
      <Drawn title={text.worker.bar}>
        <TopBar layout={layout} drawers={drawers} onDrawer={toggle} />
      </Drawn>
      {storyHeight > 0 && (
        <Drawn title={text.worker.story}>
          <StoryLine touch={small} />
        </Drawn>
      )}
      {!small && (
        <Side
          className="a-controls"
          label={text.places.controls}
          drawn={controlsDrawn}
          open={drawers.controls}
          onClose={() => toggle('controls')}
        >
          <Drawn title={text.places.controls}>
            <ControlsPanel />
            <PanelFoot />
          </Drawn>
        </Side>
      )}
      <Centre layout={layout} dock={dock} inspected={drawers.rail} />
      {small ? (
        <Drawn title={text.places.controls}>
          <Sheet />
        </Drawn>
      ) : (
        <Side
          className="a-rail"
          label={text.places.rail}
          drawn={railDrawn}
          open={drawers.rail}
          onClose={() => toggle('rail')}
        >
          {!railDrawn && (
            <Drawn title={text.worker.story}>
              <Story />
            </Drawn>
          )}
          <Drawn title={parts.card}>
            <Inspector />
          </Drawn>
          <Drawn title={text.worker.prediction}>{recorded && <Prediction />}</Drawn>
          <Drawn title={parts.refusal}>
            <WhyRefused />
          </Drawn>
          <Drawn title={parts.log}>
            <KernelLog />
          </Drawn>
        </Side>
      )}
      <div className="a-live" aria-live="polite">
        {announcement}
      </div>
      <div className="a-cards">
        <LaterCards />
        {problems && <ProblemCard />}
        <WorkerCard />
        <Drawn title={text.worker.files}>
          <Files />
        </Drawn>
        <Drawn title={text.preset.part}>
          {over?.kind === 'gallery' && <Gallery query={over.query} first={over.first} onClose={actions.closeOver} />}
        </Drawn>
        <Drawn title={text.top.help}>{over?.kind === 'help' && <Help onClose={actions.closeOver} />}</Drawn>
      </div>
    </div>
  )
}

/** A button and no link: the fragment belongs to the run. */
function skipToMap() {
  const map = document.getElementById('map')
  const target = map?.querySelector<HTMLElement>('.a-map [tabindex="0"]') ?? map
  target?.focus()
}

interface SideProps {
  readonly className: string
  readonly label: string
  readonly drawn: boolean
  readonly open: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A panel at the side; where there is no room for it, a drawer. */
function Side({ className, label, drawn, open, onClose, children }: SideProps) {
  if (drawn && !open) return null
  return (
    <aside className={drawn ? `${className} a-drawer` : className} aria-label={label}>
      {drawn && <CloseDrawer onClose={onClose} />}
      {children}
    </aside>
  )
}

/** Escape closes it, too. */
function CloseDrawer({ onClose }: { onClose: () => void }) {
  useFocusBack()
  useEscape(onClose)
  return (
    <button type="button" className="u-icon a-close" aria-label={text.top.close} onClick={onClose}>
      <X size={16} strokeWidth={1.75} aria-hidden="true" />
    </button>
  )
}
