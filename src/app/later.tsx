// What the page says of itself: parts that did not come, a version on the server that is newer than it, an address that does
// not follow the run.

import { useEffect, useState } from 'react'
import { FILE_PRESET } from '../sim/index.ts'
import { useApp, useLab } from '../store/context.ts'
import { fetchAgain } from '../store/loadable.tsx'
import { missingParts, watchMissing } from '../store/part.ts'
import type { AppState, Lab } from '../store/state.ts'
import { laterText as t } from '../text/later.ts'
import { missingText as m } from '../text/missing.ts'
import { linkOf } from './copy.ts'
import { Notice } from './notice.tsx'
import { isNewer } from './version.ts'

/** How often at most it is asked whether there is a newer version when the page is looked at again. */
const ASK_MS = 60_000

export default function LaterCards() {
  const lab = useLab()
  const [missing, setMissing] = useState(missingParts)
  const [newer, setNewer] = useState(false)
  const linkShown = useApp((s) => s.linkShown)
  const retriable = useApp((s) => s.unreadable !== null && s.retriable)
  useEffect(() => {
    if (!retriable) return
    const online = () => lab.actions.fetchAgain(true)
    addEventListener('online', online)
    return () => removeEventListener('online', online)
  }, [lab, retriable])
  useEffect(() => {
    let askedAt = Number.NEGATIVE_INFINITY
    const ask = (now: number) => {
      askedAt = now
      void isNewer().then((is) => is && setNewer(true))
    }
    const look = () => {
      if (document.visibilityState === 'visible' && performance.now() - askedAt >= ASK_MS) ask(performance.now())
    }
    const off = watchMissing((more) => {
      setMissing(missingParts())
      if (!more) return
      lab.actions.announce(t.told)
      if (navigator.onLine) ask(performance.now())
    })
    document.addEventListener('visibilitychange', look)
    return () => {
      off()
      document.removeEventListener('visibilitychange', look)
    }
  }, [lab])
  return (
    <>
      {newer ? <Newer onLater={() => setNewer(false)} /> : missing > 0 && <Missing onDismiss={() => setMissing(0)} />}
      {linkShown && <ShownLink why={linkShown} />}
    </>
  )
}

/** Some parts are too small to say so themselves. */
function Missing({ onDismiss }: { onDismiss: () => void }) {
  const lab = useLab()
  return (
    <Notice
      title={t.told}
      testid="missing-card"
      onDismiss={onDismiss}
      actions={
        <>
          <button type="button" className="u-button" onClick={() => void fetchAgain()}>
            {m.again}
          </button>
          {navigator.onLine && (
            <button type="button" className="u-button u-bare" onClick={() => reload(lab)}>
              {m.reload}
            </button>
          )}
        </>
      }
    >
      <p>{navigator.onLine ? t.missingWhy : t.offlineWhy}</p>
      {navigator.onLine && <Kept />}
    </Notice>
  )
}

function Newer({ onLater }: { onLater: () => void }) {
  const lab = useLab()
  return (
    <Notice
      title={t.newer}
      testid="newer-card"
      onDismiss={onLater}
      dismiss={t.later}
      actions={
        <button type="button" className="u-button u-filled" onClick={() => reload(lab)}>
          {m.reload}
        </button>
      }
    >
      <p>{t.newerWhy}</p>
      <Kept />
    </Notice>
  )
}

/** What reloading keeps: all but a file of one's own. */
function Kept() {
  const log = useApp((s) => s.fromLog?.name)
  const recording = useApp((s) => (s.scenario.preset === FILE_PRESET ? s.scenario.recording?.name : undefined))
  const file = log ?? recording
  return <p>{file ? t.keepsNotFile(file) : t.keeps}</p>
}

function ShownLink({ why }: { why: NonNullable<AppState['linkShown']> }) {
  const { actions } = useLab()
  const file = useApp((s) => s.scenario.recording?.name ?? '')
  return (
    <Notice title={t[why]} testid="link-card" onDismiss={() => actions.showLink(null)}>
      <p>{why === 'fileless' ? t.filelessWhy(file) : t[`${why}Why`]}</p>
      <input
        className="a-link u-mono"
        readOnly
        aria-label={t.shownLink}
        onFocus={({ target }) => {
          target.value = linkOf(actions.link())
          target.select()
        }}
        defaultValue={linkOf(actions.link())}
      />
    </Notice>
  )
}

/** Begins the page anew where the run stands. */
function reload(lab: Lab): void {
  try {
    history.replaceState(null, '', lab.actions.link())
  } catch {
    // The address stays as it is, and holds what it held last.
  }
  location.reload()
}
