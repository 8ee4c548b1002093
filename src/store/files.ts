// Files of any kind for the page: those of a person, and the recordings of presets, which are fetched. What reads them is
// loaded when the first one is opened.

import type { Opened } from '../share/files/format.ts'
import { readable } from '../share/readable.ts'
import { encodeLink } from '../share/url.ts'
import { viewOf } from '../share/view-state.ts'
import { presetById, type Recording } from '../sim/index.ts'
import type { Explained, LinkFile, LogFile } from './file-content.ts'
import { reached, Unreached } from './part.ts'

/** Nothing in a file can be opened: why, and what is known of a line of it. */
export class Unopened extends Error {
  readonly explained: Explained | null

  constructor(message: string, explained: Explained | null = null) {
    super(message)
    this.explained = explained
  }
}

/** Of a text, the line that something can be told of. */
export type Explain = (text: string) => Promise<Explained | null>

/** Bytes of a file that are looked through for such a line. */
const LOOKED_THROUGH = 1024 * 1024

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
async function content(
  name: string,
  stream: ReadableStream<Uint8Array>,
  known: () => Promise<Explained | null> = async () => null,
): Promise<Recording | LogFile | LinkFile> {
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
      const explained = await known()
      if (explained && opened.what === '') throw new Unopened(`${name} holds no run that can be opened.`, explained)
      const [first] = opened.problems
      const told = first && !opened.message.includes(first.field)
      const why = told ? `; ${first.field} says “${first.given}”, allowed: ${first.allowed}` : ''
      throw new Unopened(`${name}: ${opened.message}${why}`, explained)
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

/** How a file begins, as text; empty where it is none. */
async function beginningOf(file: File): Promise<string> {
  const { createDecoding } = await import('../share/files/encoding.ts')
  const decoding = createDecoding()
  const text = decoding.push(new Uint8Array(await file.slice(0, LOOKED_THROUGH).arrayBuffer()))
  return text === null ? '' : text + (decoding.end() ?? '')
}

/** What a person's file holds. Fails with a sentence; `explain`: what else can be told of it then. */
export async function readFile(file: File, explain?: Explain): Promise<Recording | LogFile | LinkFile> {
  const known = async () => {
    if (!explain) return null
    const found = await explain(await beginningOf(file))
    return found && { ...found, said: readable(found.said.trim()) }
  }
  try {
    // What cannot be told of it keeps nobody from being told why it was not opened.
    return await content(file.name, file.stream(), () => known().catch(() => null))
  } catch (error) {
    // The browser's own words do not name the file: it is gone, a folder, or not to be read.
    if (error instanceof DOMException) throw new Error(`${file.name} could not be read: ${error.message}`)
    throw error
  }
}
