// What the store has to say, in words.

import { fieldsOf, formatParam, type ParamValue } from '../sim/index.ts'
import type { Notice } from '../store/notice.ts'
import type { Act } from '../store/session/history.ts'
import { text } from '../text/en.ts'

const MOST_NAMED = 32

export function say(notice: Notice): string {
  switch (notice.kind) {
    case 'opened':
      return text.say.opened(notice.preset.title)
    case 'log':
      return text.say.log(notice.name, notice.device)
    case 'ended':
      return text.ended(notice.ended)
    case 'seed':
      return text.say.seed
    case 'undo':
    case 'redo': {
      const { act, kind } = notice
      if (act.kind !== 'change') return kind === 'undo' ? text.say.undone(nameOf(act)) : text.say.redone(nameOf(act))
      const { label, value } = fieldIn(act, kind === 'undo' ? act.from : act.to)
      return kind === 'undo' ? text.say.changeUndone(label, value) : text.say.changeRedone(label, value)
    }
  }
}

/** What undo or redo is about, as their buttons say it. */
export function nameOf(act: Act): string {
  const { acts } = text
  switch (act.kind) {
    case 'change': {
      const { label, value } = fieldIn(act, act.to)
      return acts.change(label, value)
    }
    case 'preset':
      return acts.preset(short(act.title))
    case 'seed':
      return acts.seed(`0x${act.seed.toString(16)}`)
    case 'file':
    case 'device':
      return acts[act.kind](short(act.name))
    case 'home':
    case 'values':
    case 'link':
    case 'back':
    case 'forward':
      return acts[act.kind]
  }
}

/** As much of a name as a menu of a phone has room for. */
const short = (name: string) => (name.length > MOST_NAMED ? `${name.slice(0, MOST_NAMED - 1)}…` : name)

function fieldIn({ here, path }: Extract<Act, { kind: 'change' }>, value: ParamValue) {
  const param = fieldsOf(here).find((f) => f.path === path)?.param
  const option = param?.values?.find((o) => o.value === value)
  return { label: param?.label ?? path, value: option?.label ?? (param ? formatParam(param, value) : String(value)) }
}
