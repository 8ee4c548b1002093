// A link in a file: the fragment, or the whole address, in its first line.

import { atOnce, type FileFormat, NO, SURE, unreadable } from './format.ts'

/** A preset or a version, as any link names it. */
const NAMED = /(?:^|&)[sv]=/

function fragmentOf(line: string): string | null {
  const text = line.trim()
  const fragment = text.slice(text.indexOf('#') + 1)
  return text !== '' && !/\s/.test(text) && NAMED.test(fragment) ? fragment : null
}

export const link: FileFormat = {
  id: 'link',
  label: 'a link of the lab',
  mostBytes: 1024 * 1024,
  longestLine: 1024 * 1024,
  recognises: (line, nth) => (nth === 1 && fragmentOf(line) !== null ? SURE : NO),
  begin() {
    let fragment = ''
    let more = 0
    return {
      line(text) {
        if (fragment === '') fragment = fragmentOf(text) ?? ''
        else if (text.trim() !== '') more++
      },
      end: () =>
        atOnce(
          more > 0
            ? unreadable(link.label, `${more} lines follow the link: one link to a file`)
            : { kind: 'link', what: link.label, fragment },
        ),
    }
  },
}
