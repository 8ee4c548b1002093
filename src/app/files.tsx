// Files from outside: a trace may be dropped anywhere on the page. Tells that it is being read, and what was wrong.

import { FileDown } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { useApp, useLab } from '../store/context.ts'
import { missingText } from '../text/missing.ts'
import { recordingText as t } from '../text/recording.ts'
import { rememberVisit } from './first-visit.ts'
import { Notice } from './notice.tsx'
import { openable } from './read-file.ts'

const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const
const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

export default function Files() {
  const loading = useApp((s) => s.loading)
  const unreadable = useApp((s) => s.unreadable)
  const explained = useApp((s) => s.explained)
  const retriable = useApp((s) => s.retriable)
  const recording = useApp((s) => s.scenario.recording)
  const [read, setRead] = useState<typeof recording>()
  const { actions } = useLab()
  const take = useCallback(
    (dropped: DataTransfer) => {
      const [file, ...others] = Array.from(dropped.files)
      if (!file) return
      const refusal = others.length > 0 ? t.several(others.length + 1) : isFolder(dropped) ? t.folder(file.name) : ''
      rememberVisit()
      actions.openFile(file.name, () => (refusal === '' ? openable(file) : Promise.reject(new Error(refusal))))
    },
    [actions],
  )
  const over = useDrop(take)
  return (
    <>
      {over && (
        <div className="a-drop" data-testid="drop">
          <p>
            <FileDown {...icon} /> {t.drop}
          </p>
          <p className="a-line">{t.dropHelp}</p>
        </div>
      )}
      {loading !== null && (
        <p className="a-card" role="status" data-testid="loading-recording">
          {t.loading(loading)}
        </p>
      )}
      {recording?.remark !== undefined && recording !== read && (
        <Notice title={t.remark(recording.name)} testid="remark-card" onDismiss={() => setRead(recording)}>
          <p>{recording.remark}</p>
        </Notice>
      )}
      {unreadable !== null && (
        <Notice
          title={t.unreadable}
          testid="file-card"
          onDismiss={actions.dismissUnreadable}
          actions={
            <>
              {explained && (
                <button type="button" className="u-button" onClick={() => actions.openPreset(explained.preset)}>
                  {t.open(explained.preset)}
                </button>
              )}
              {retriable && (
                <button type="button" className="u-button" onClick={() => actions.fetchAgain()}>
                  {missingText.again}
                </button>
              )}
            </>
          }
        >
          <p>{unreadable}</p>
          {explained && (
            <>
              <p>{t.explained(explained.line, explained.preset)}</p>
              <code>{explained.said}</code>
            </>
          )}
          <p>{t.stays}</p>
        </Notice>
      )}
    </>
  )
}

/** A folder comes as a file that cannot be read. */
const isFolder = ({ items }: DataTransfer): boolean => items[0]?.webkitGetAsEntry?.()?.isDirectory ?? false

/** True while files are held over the page; calls `take` with what is let go. */
function useDrop(take: (dropped: DataTransfer) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    // Entering a child leaves its parent: only the last way out counts.
    let depth = 0
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth++
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const hold = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
    }
    const drop = (event: DragEvent) => {
      depth = 0
      setOver(false)
      if (!hasFiles(event)) return
      event.preventDefault()
      if (event.dataTransfer) take(event.dataTransfer)
    }
    addEventListener('dragenter', enter)
    addEventListener('dragleave', leave)
    addEventListener('dragover', hold)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragenter', enter)
      removeEventListener('dragleave', leave)
      removeEventListener('dragover', hold)
      removeEventListener('drop', drop)
    }
  }, [take])
  return over
}
