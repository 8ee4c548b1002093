// Files for Node, read as the page reads them, and the recordings of presets.

import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Opened } from '../share/files/format.ts'
import { beginFile } from '../share/files/open.ts'
import { type Preset, type Scenario, withRecording } from '../sim/index.ts'
import { ROOT } from './root.ts'

/** Where the page fetches the recordings of presets from. */
const RECORDINGS = join(ROOT, 'public', 'recordings')
const PIECE = 1 << 20

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the file may not be read',
  EISDIR: 'a folder, not a file',
}

/** Why a path cannot be read, in a sentence that names it. */
export function whyNot(path: string, error: unknown): Error {
  const { code = '', message } = error as NodeJS.ErrnoException
  return new Error(`${path}: ${WHY[code] ?? message}`)
}

/** What is in a file, read piece by piece. Throws a sentence where there is no file that can be read. */
export function openPath(path: string): Opened {
  try {
    if (statSync(path).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
    const file = beginFile(basename(path))
    const descriptor = openSync(path, 'r')
    try {
      const piece = Buffer.alloc(PIECE)
      for (let n = readSync(descriptor, piece); n > 0; n = readSync(descriptor, piece)) {
        if (!file.push(piece.subarray(0, n))) break
      }
    } finally {
      closeSync(descriptor)
    }
    const work = file.end()
    for (;;) {
      const { done, value } = work.next()
      if (done) return value
    }
  } catch (error) {
    throw whyNot(path, error)
  }
}

/** `scenario` with the recording of its preset, if it plays one. Throws an Error when that is unreadable. */
export function loaded(scenario: Scenario, preset: Preset | null): Scenario {
  if (scenario.recording || !preset?.recording) return scenario
  const opened = openPath(join(RECORDINGS, preset.recording))
  if (opened.kind !== 'recording') throw new Error(`${preset.recording}: no recording`)
  return withRecording(scenario, opened.recording)
}

/** The preset with its recording, if it plays one: what tests and tools run. */
export function playable(preset: Preset): Preset {
  return { ...preset, scenario: loaded(preset.scenario, preset) }
}
