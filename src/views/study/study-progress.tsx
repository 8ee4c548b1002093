// How far a study is, and the button that begins or ends it.

import type { Study } from '../../store/studies.ts'
import { studyText as text } from '../../text/studies.ts'
import { says } from '../../ui/says.tsx'

export interface StudyProgressProps {
  readonly title: string
  readonly study: Study
  readonly onRun: () => void
  /** No room for a bar. */
  readonly narrow?: boolean
}

export function StudyProgress({ title, study, onRun, narrow = false }: StudyProgressProps) {
  const { phase, done, of, held, message, silent } = study
  const running = phase === 'running'
  const words = running
    ? held
      ? text.held
      : silent
        ? text.silent
        : text.progress(done, of)
    : phase === 'cancelled'
      ? text.cancelled(done, of)
      : phase === 'failed'
        ? text.failed(message)
        : ''
  return (
    <span className="v-study">
      {running && !narrow && <progress aria-label={text.progressLabel(title)} value={done} max={Math.max(1, of)} />}
      <span role="status" className="v-study-words">
        {words}
      </span>
      <button type="button" className="v-act" {...says('study.run')} onClick={running ? study.cancel : onRun}>
        {running ? text.cancel : phase === 'none' ? text.run : text.again}
      </button>
    </span>
  )
}
