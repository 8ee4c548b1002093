// What the store has to say, in words.

import { fieldsOf, formatParam } from '../sim/index.ts'
import type { Notice } from '../store/lab.ts'
import { text } from '../text/en.ts'

export function say(notice: Notice): string {
  switch (notice.kind) {
    case 'opened':
      return text.say.opened(notice.preset.title)
    case 'log':
      return text.say.log(notice.name, notice.device)
    case 'ended':
      return text.ended(notice.ended)
    case 'undo':
    case 'redo': {
      const field = fieldsOf(notice.scenario).find((f) => f.path === notice.path)
      const value = field ? formatParam(field.param, notice.value) : String(notice.value)
      const label = field?.param.label ?? notice.path
      return notice.kind === 'undo' ? text.say.undone(label, value) : text.say.redone(label, value)
    }
  }
}
