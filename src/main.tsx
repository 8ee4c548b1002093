import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { Boundary } from './app/boundary.tsx'
import { isFirstVisit } from './app/first-visit.ts'
import { PageBroken } from './app/missing.tsx'
import { say } from './app/say.ts'
import { collectStats, exposeForTests, isTesting } from './app/testing.ts'
import { applyTheme, storedTheme, storeTheme } from './app/theme.ts'
import { decodeLink, encodeLink } from './share/url.ts'
import { currentValue, presets } from './sim/index.ts'
import { LabProvider } from './store/context.ts'
import { fetchRecording } from './store/files.ts'
import { createHashing } from './store/hashing.ts'
import { watchConnection } from './store/loadable.tsx'
import { createSessions } from './store/sessions.ts'
import { browserAddressBar } from './store/url-sync.ts'
import { askedBy, dockViews } from './views/index.ts'
import { createSimClient, createWorker } from './worker/client.ts'
import './app/fonts.css'
import './ui/parts.css'
import './ui/menu.css'
import './ui/search.css'
import './controls/fields.css'
import './controls/transport.css'
import './controls/inspector.css'
import './controls/log.css'
import './controls/search.css'
import './controls/prediction.css'
import './app/app.css'
import './app/side.css'
import './app/story.css'
import './app/compared.css'
import './app/centre.css'
import './app/cards.css'
import './app/sheet.css'

watchConnection()

// A task posted from an animation frame runs when that frame is on the screen.
const channel = new MessageChannel()
const painted: (() => void)[] = []
channel.port1.onmessage = () => painted.shift()?.()

const stats = isTesting() ? collectStats() : null

/** Makes a lab of what the address says and draws it; `warmUp`: frames that are painted again after its first. */
function begin(warmUp: number): void {
  const theme = storedTheme()
  applyTheme(theme)
  const makeClient = () => createSimClient(createWorker)
  const address = browserAddressBar()
  const sessions = createSessions({
    makeClient,
    presets,
    valueOf: currentValue,
    warmUp,
    codec: { encodeLink, decodeLink },
    fetchRecording,
    dockViews: dockViews.map((view) => view.id),
    askedBy,
    address,
    now: () => performance.now(),
    animate: (callback) => requestAnimationFrame(callback),
    afterPaint: (callback) => {
      painted.push(callback)
      channel.port2.postMessage(null)
    },
    still: () => matchMedia('(prefers-reduced-motion: reduce)').matches,
    say,
    theme,
    saveTheme: storeTheme,
    ...(stats ? { stats } : {}),
  })
  const lab = sessions.active()
  lab.actions.openLink(location.hash)
  if (location.hash === '' && isFirstVisit()) lab.actions.welcome()

  const place = document.getElementById('root')
  const root = place && createRoot(place)
  root?.render(
    <StrictMode>
      <LabProvider sessions={sessions}>
        <Boundary broken={PageBroken}>
          <App />
        </Boundary>
      </LabProvider>
    </StrictMode>,
  )
  if (stats) {
    const makeSource = () => makeClient().source()
    const hashes = createHashing({ makeSource, decodeLink, fetchRecording })
    const end = () => {
      root?.unmount()
      sessions.close()
      address.leave()
    }
    exposeForTests(sessions, stats, hashes, { end, begin: () => begin(0) })
  }
}

begin(12)
