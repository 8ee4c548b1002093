// Files of any kind for the page: those of a person, and the recordings of presets, which are fetched. What reads them is
// loaded when the first one is opened.

import type { LoggedScenario } from '../share/ddw-scenario.ts'
import type { Opened } from '../share/files/format.ts'
import { encodeLink } from '../share/url.ts'
import { presetById, type Recording } from '../sim/index.ts'
import { viewOf } from './initial.ts'
import { reached, Unreached } from './part.ts'

/** What the devices of a kernel log found, a scenario each; one or more. */
export interface LogFile {
  readonly logged: readonly LoggedScenario[]
}

/** A link, or a scenario as one. */
export interface LinkFile {
  readonly link: string
}

/** Of a file's bytes at a time, and how long they may be worked on before the page gets its turn. */
const PIECE = 64 * 1024
const TURN_MS = 10

/** The page paints and answers. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

/** What a file holds. Fails only when its bytes cannot be had. */
async function open(name: string, stream: ReadableStream<Uint8Array>): Promise<Opened> {
  const { beginFile } = await reached(
    () => import('../share/files/open.ts'),
    `${name}: what reads it could not be loaded`,
  )
  const file = beginFile(name)
  const reader = stream.getReader()
  let due = performance.now() + TURN_MS
  const rest = async () => {
    if (performance.now() < due) return
    await turn()
    due = performance.now() + TURN_MS
  }
  for (let more = true; more; ) {
    const { done, value } = await reader.read()
    if (done) break
    for (let at = 0; more && at < value.length; at += PIECE) {
      more = file.push(value.subarray(at, at + PIECE))
      await rest()
    }
  }
  // Of a file that is not wanted to its end.
  reader.cancel().catch(() => {})
  const work = file.end()
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    await rest()
  }
}

/** What can be opened of a file, or its sentence as an error. */
async function content(name: string, stream: ReadableStream<Uint8Array>): Promise<Recording | LogFile | LinkFile> {
  const opened = await open(name, stream)
  switch (opened.kind) {
    case 'recording':
      return opened.recording
    case 'log':
      return { logged: opened.logged }
    case 'link':
      return { link: opened.fragment }
    case 'scenario': {
      const { scenario } = opened
      const preset = presetById(scenario.preset)!
      return { link: encodeLink({ scenario, position: { ns: preset.openNs }, view: viewOf(preset) }) }
    }
    default: {
      const [first] = opened.problems
      const told = first && !opened.message.includes(first.field)
      const why = told ? `; ${first.field} (${first.given}) is not ${first.allowed}` : ''
      throw new Error(`${name}: ${opened.message}${why}`)
    }
  }
}

/** The recording of a preset, from `recordings/` beside the page. Fails with a sentence. */
export async function fetchRecording(file: string): Promise<Recording> {
  const url = new URL(`recordings/${file}`, document.baseURI)
  const answer = await fetch(url).catch(() => null)
  if (!answer?.ok || !answer.body) {
    throw new Unreached(`${file} could not be fetched${answer ? `: the server said ${answer.status}` : ''}`)
  }
  const found = await content(file, answer.body)
  if ('ops' in found) return found
  throw new Error(`${file}: no recording`)
}

/** What a person's file holds. Fails with a sentence. */
export async function readFile(file: File): Promise<Recording | LogFile | LinkFile> {
  try {
    return await content(file.name, file.stream())
  } catch (error) {
    // The browser's own words do not name the file: it is gone, a folder, or not to be read.
    if (error instanceof DOMException) throw new Error(`${file.name} could not be read: ${error.message}`)
    throw error
  }
}
