// Recordings for Node: those of the presets, and files of any size.

import { closeSync, openSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { type ImportResult, importTrace } from '../share/trace-import/index.ts'
import { type Preset, type Scenario, withRecording } from '../sim/index.ts'
import { ROOT } from './serve.ts'

/** Where the page fetches the recordings of presets from. */
const RECORDINGS = join(ROOT, 'public', 'recordings')
const PIECE = 1 << 20

/** Reads a trace file piece by piece. Throws what the file system throws. */
export function readTrace(path: string): ImportResult {
  const file = importTrace(basename(path))
  const descriptor = openSync(path, 'r')
  try {
    const decoder = new StringDecoder('utf8')
    const piece = Buffer.alloc(PIECE)
    for (let n = readSync(descriptor, piece); n > 0; n = readSync(descriptor, piece)) {
      file.push(decoder.write(piece.subarray(0, n)))
    }
    file.push(decoder.end())
  } finally {
    closeSync(descriptor)
  }
  return file.end()
}

/** `scenario` with the recording of its preset, if it plays one. Throws an Error when that is unreadable. */
export function loaded(scenario: Scenario, preset: Preset | null): Scenario {
  if (scenario.recording || !preset?.recording) return scenario
  const { recording, message } = readTrace(join(RECORDINGS, preset.recording))
  if (!recording) throw new Error(`${preset.recording}: ${message}`)
  return withRecording(scenario, recording)
}

/** The preset with its recording, if it plays one: what tests and tools run. */
export function playable(preset: Preset): Preset {
  return { ...preset, scenario: loaded(preset.scenario, preset) }
}
