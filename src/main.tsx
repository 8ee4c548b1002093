import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { Boundary } from './app/boundary.tsx'
import { PageBroken } from './app/missing.tsx'
import { say } from './app/say.ts'
import { collectStats, exposeForTests, isTesting } from './app/testing.ts'
import { applyTheme, storedTheme, storeTheme } from './app/theme.ts'
import { decodeLink, encodeLink } from './share/url.ts'
import { currentValue, presets } from './sim/index.ts'
import { LabContext } from './store/context.ts'
import { fetchRecording } from './store/files.ts'
import { createHashing } from './store/hashing.ts'
import { createLab } from './store/lab.ts'
import { watchConnection } from './store/loadable.tsx'
import { browserAddressBar } from './store/url-sync.ts'
import { dockViews } from './views/index.ts'
import { createSimClient, createWorker } from './worker/client.ts'
import './app/fonts.css'
import './controls/controls.css'
import './controls/fields.css'
import './controls/transport.css'
import './controls/inspector.css'
import './controls/log.css'
import './controls/search.css'
import './controls/prediction.css'
import './app/app.css'
import './app/sheet.css'

watchConnection()
const theme = storedTheme()
applyTheme(theme)

// A task posted from an animation frame runs when that frame is on the screen.
const channel = new MessageChannel()
const painted: (() => void)[] = []
channel.port1.onmessage = () => painted.shift()?.()

const stats = isTesting() ? collectStats() : null
const lab = createLab({
  client: createSimClient(createWorker),
  presets,
  valueOf: currentValue,
  warmUp: 12,
  codec: { encodeLink, decodeLink },
  fetchRecording,
  dockViews: dockViews.map((view) => view.id),
  address: browserAddressBar(),
  now: () => performance.now(),
  animate: (callback) => requestAnimationFrame(callback),
  afterPaint: (callback) => {
    painted.push(callback)
    channel.port2.postMessage(null)
  },
  say,
  theme,
  saveTheme: storeTheme,
  ...(stats ? { stats } : {}),
})
lab.actions.openLink(location.hash)
if (stats) {
  const makeClient = () => createSimClient(createWorker)
  exposeForTests(lab, stats, createHashing({ makeClient, decodeLink, fetchRecording }))
}

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <LabContext value={lab}>
        <Boundary broken={PageBroken}>
          <App />
        </Boundary>
      </LabContext>
    </StrictMode>,
  )
