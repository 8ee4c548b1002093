// Recordings for the page: those of presets are fetched, those of a person read from the file. What reads traces is
// loaded when the first one is opened.

import { REC_MAP, type Recording } from '../sim/index.ts'

const MOST_BYTES = 512 * 1024 * 1024

async function read(name: string, stream: ReadableStream<Uint8Array>): Promise<Recording> {
  const { importTrace } = await import('../share/trace-import/index.ts')
  const file = importTrace(name)
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    // Between two pieces the page gets its turn.
    const { done, value } = await reader.read()
    if (done) break
    file.push(decoder.decode(value, { stream: true }))
  }
  file.push(decoder.decode())
  const { recording, message, problems } = file.end()
  if (recording?.ops.kind.includes(REC_MAP)) return recording
  const first = problems[0]
  const why = recording ? 'nothing is mapped in it' : message
  throw new Error(`${name}: ${why}${first ? `; ${first.field} (${first.given}) is not ${first.allowed}` : ''}`)
}

/** The recording of a preset, from `recordings/` beside the page. Fails with a sentence. */
export async function fetchRecording(file: string): Promise<Recording> {
  const url = new URL(`recordings/${file}`, document.baseURI)
  const answer = await fetch(url).catch(() => null)
  if (!answer?.ok || !answer.body) {
    throw new Error(`${file} could not be fetched${answer ? `: the server said ${answer.status}` : ''}`)
  }
  return read(file, answer.body)
}

/** The recording in a trace file of any format that is known. Fails with a sentence. */
export async function readRecording(file: File): Promise<Recording> {
  if (file.size > MOST_BYTES) throw new Error(`${file.name} is larger than 512 MiB`)
  return read(file.name, file.stream())
}
