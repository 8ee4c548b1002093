// The kernel's command line, to be read and written: what stands there is what the settings stand for, and what is entered
// sets them.

import { useId, useMemo, useState } from 'react'
import { fieldsOf, OPTION_TEXT, type Problem, parseCommandLine, refusalOf } from '../../sim/index.ts'
import { useApp, useLab } from '../../store/context.ts'
import { bootText as text } from '../../text/boot.ts'
import { changesOf, type Settings, stillHolds } from './boot.view.ts'

/** What was typed, and what of it could not be set. */
interface Typed {
  readonly text: string
  /** What the settings are as long as it holds; null while it is being written. */
  readonly expected: Settings | null
  readonly problems: readonly Problem[]
  readonly refusals: readonly string[]
}

export function BootLine({ line, narrow }: { line: string; narrow: boolean }) {
  const id = useId()
  const { actions } = useLab()
  const here = useApp((s) => s.here)
  const pending = useApp((s) => s.pending)
  const [typed, setTyped] = useState<Typed | null>(null)
  const fields = useMemo(() => fieldsOf(here), [here])
  const current = (path: string) => pending[path] ?? fields.find((f) => f.path === path)?.value ?? null

  // Words that set nothing stay as they were written, until a setting says something else.
  const settled = Object.keys(pending).length === 0
  const open = typed !== null && typed.expected === null
  const own = typed && (open || !settled || stillHolds(typed.expected ?? {}, current)) ? typed : null
  const shown = own?.text ?? line

  function enter() {
    const platform = current('m.platform')
    const { settings, problems } = parseCommandLine(shown, platform)
    const { changes, expected } = changesOf(settings, parseCommandLine(line, platform).settings, current)
    const refusals: string[] = []
    for (const [path, value] of Object.entries(changes)) {
      const refusal = refusalOf(here, path, value)
      if (refusal === null) actions.setParam(path, value)
      else refusals.push(refusal)
      if (refusal !== null) delete expected[path]
    }
    setTyped({ text: shown, expected, problems, refusals })
  }

  const wrong = own !== null && own.problems.length + own.refusals.length > 0
  return (
    <div className="v-boot-line">
      <label htmlFor={id} className={narrow ? '' : 'v-boot-gutter'}>
        {narrow ? text.line : text.gutter.line}
      </label>
      <input
        id={id}
        value={shown}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        placeholder={text.placeholder}
        aria-label={text.line}
        aria-describedby={`${id}-help ${id}-wrong`}
        aria-invalid={wrong}
        data-testid="boot-line"
        onChange={(event) => setTyped({ text: event.target.value, expected: null, problems: [], refusals: [] })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') enter()
          else if (event.key === 'Escape') setTyped(null)
          // The page's own keys are letters, too.
          event.stopPropagation()
        }}
      />
      <p id={`${id}-help`} className={open ? '' : 'v-sr'}>
        {text.lineHelp}
      </p>
      {open && (
        <ul data-testid="boot-line-words">
          {parseCommandLine(shown).found.map(({ word, id: option }) => (
            <li key={word}>
              <b>{word}</b> {OPTION_TEXT[option]}
            </li>
          ))}
        </ul>
      )}
      <ul id={`${id}-wrong`} aria-live="polite" data-testid="boot-line-problems">
        {own?.problems.map((p) => (
          <li key={`${p.field}=${p.given}`}>
            <code>{text.wrong(p.field, p.given)}</code> {text.allowed(p.allowed)}
          </li>
        ))}
        {own?.refusals.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </div>
  )
}
