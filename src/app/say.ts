// What the store has to say, in words.

import { ms } from '../lib/format.ts'
import { fieldsOf, formatParam } from '../sim/index.ts'
import type { Notice } from '../store/lab.ts'
import { text } from '../text/en.ts'

export function say(notice: Notice): string {
  switch (notice.kind) {
    case 'opened':
      return text.say.opened(notice.preset.title)
    case 'log':
      return text.say.log(notice.name, notice.device)
    case 'stopped': {
      const at = ms(notice.frame?.status.ns ?? 0)
      return notice.why === 'failure' ? text.say.refused(at) : text.say.noRefusal(at)
    }
    case 'undo':
    case 'redo': {
      const field = fieldsOf(notice.scenario).find((f) => f.path === notice.path)
      const value = field ? formatParam(field.param, notice.value) : String(notice.value)
      const label = field?.param.label ?? notice.path
      return notice.kind === 'undo' ? text.say.undone(label, value) : text.say.redone(label, value)
    }
  }
}
