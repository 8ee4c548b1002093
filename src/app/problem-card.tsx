// What a link had that could not be used; fetched when there is something of the kind.

import type { Problem } from '../sim/index.ts'
import { useApp, useLab } from '../store/context.ts'
import { problemText as t } from '../text/problem.ts'
import { copyText } from './copy.ts'
import { Notice } from './notice.tsx'

const SHOWN = 4
/** Field of a link that names a file, and what follows the name there. */
const ABSENT_FILE = 'file'
const FILE_DIGITS = /~[0-9a-f]{8}$/

/** It would be told with the names of all. */
const isNoPreset = ({ field, repeated }: Problem) => field === 's' && !repeated

export function ProblemCard() {
  const problems = useApp((s) => s.problems)
  const shown = useApp((s) => s.scenario.preset)
  const { actions } = useLab()
  if (problems.length === 0) return null
  // Nothing of such a link is shown, not even the rest.
  const absent = problems.find((p) => p.field === ABSENT_FILE)
  const instead = absent || problems.some(isNoPreset)
  const told = problems.filter((p) => p !== absent)
  const report = () => {
    const lines = problems.map((p) => `${p.field}=${p.given}: ${p.allowed}`)
    void copyText([location.href, ...lines].join('\n')).then((done) => done && actions.announce(t.copied))
  }
  return (
    <Notice
      title={absent ? t.absent : t.title(problems.length)}
      testid="problem-card"
      onDismiss={actions.dismissProblems}
      actions={
        <>
          {problems.some(isNoPreset) && (
            <button type="button" className="u-button" onClick={() => actions.openGallery()}>
              {t.presets}
            </button>
          )}
          <button type="button" className="u-button" onClick={report}>
            {t.copy}
          </button>
        </>
      }
    >
      {absent && <p>{t.drop(absent.given.replace(FILE_DIGITS, ''))}</p>}
      {told.slice(0, SHOWN).map((p) => (
        <ProblemLine key={`${p.field}=${p.given}`} problem={p} />
      ))}
      {told.length > SHOWN && <p>{t.more(told.length - SHOWN)}</p>}
      {instead && <p>{t.instead(shown)}</p>}
      {!absent && <p>{t.rest}</p>}
    </Notice>
  )
}

function ProblemLine({ problem }: { problem: Problem }) {
  return (
    <p>
      <code>
        {problem.field}={problem.given}
      </code>{' '}
      {problem.repeated ? t.repeated : isNoPreset(problem) ? t.noPreset : t.line(problem.allowed)}
    </p>
  )
}
