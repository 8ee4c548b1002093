// A text as a file of any kind, for tests and fuzzing.

import type { Opened } from '../share/files/format.ts'
import { openBytes } from '../share/files/open.ts'
import type { Recording } from '../sim/index.ts'

export function openText(name: string, text: string): Opened {
  return openBytes(name, new TextEncoder().encode(text))
}

/** The recording in a trace; throws its sentence where there is none. */
export function recordingIn(text: string, name = 't'): Recording {
  const opened = openText(name, text)
  if (opened.kind === 'recording') return opened.recording
  throw new Error(opened.kind === 'unreadable' ? opened.message : opened.what)
}
