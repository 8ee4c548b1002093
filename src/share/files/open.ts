// A file of any kind that is known, opened piece by piece: page and tools open files here and nowhere else.
//
// The first line that only one format has decides. Until then lines are kept, so that its reader gets all of them; after a
// megabyte without one, a format whose lines these may be is taken.
// Cost: linear in the file, whatever is in it.

import { createDecoding } from './encoding.ts'
import { type FileFormat, type FileReader, MAYBE, type Opened, SURE, unreadable } from './format.ts'
import { fileFormats } from './index.ts'

export interface FileOpening {
  /** Takes the next bytes. False: no more are needed, `end` may be called. */
  push(bytes: Uint8Array): boolean
  /** Yields between steps of the work that is left. */
  end(): Generator<undefined, Opened>
}

/** Characters that are looked through for a line that decides, before one that only may. */
const HEAD = 1024 * 1024

const mebibytes = (bytes: number): string => `${bytes / (1024 * 1024)} MiB`

/** Begins a file called `name`. */
export function beginFile(name: string, formats: readonly FileFormat[] = fileFormats): FileOpening {
  const decoding = createDecoding()
  const mostBytes = formats.reduce((most, f) => Math.max(most, f.mostBytes), 0)
  const longest = formats.reduce((most, f) => Math.max(most, f.longestLine), 0)
  let bytes = 0
  let refusal = ''
  let rest: string[] = []
  let restLength = 0
  let number = 0
  /** Lines so far that are not blank. */
  let nth = 0
  let format: FileFormat | null = null
  let reader: FileReader | null = null
  let maybe: FileFormat | null = null
  /** Lines that no format has been found for. */
  let waiting: string[] = []
  let waitingLength = 0

  function begin(found: FileFormat): void {
    format = found
    reader = found.begin(name)
    const first = number - waiting.length + 1
    for (const [i, line] of waiting.entries()) reader.line(line.slice(0, found.longestLine), first + i)
    waiting = []
  }

  function take(raw: string): void {
    number++
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (reader) {
      reader.line(line, number)
      return
    }
    waiting.push(line)
    waitingLength += line.length + 1
    const found = line.trim() === '' ? null : recognised(line)
    if (found) begin(found)
    if (found || waitingLength < HEAD) return
    if (maybe) begin(maybe)
    else waiting = []
  }

  /** The format that a line which is not blank decides for. */
  function recognised(line: string): FileFormat | null {
    nth++
    for (const candidate of formats) {
      const sureness = candidate.recognises(line, nth)
      if (sureness === SURE) return candidate
      if (sureness === MAYBE) maybe ??= candidate
    }
    return null
  }

  function keep(text: string): void {
    const most = format?.longestLine ?? longest
    if (restLength < most) rest.push(text.slice(0, most - restLength))
    restLength += text.length
  }

  function takeRest(): void {
    const line = rest.join('')
    rest = []
    restLength = 0
    take(line)
  }

  function pushText(text: string): void {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      keep(text.slice(from, end))
      takeRest()
      from = end + 1
    }
    if (from < text.length) keep(text.slice(from))
  }

  return {
    push(piece) {
      if (refusal !== '') return false
      bytes += piece.length
      const text = decoding.push(piece)
      if (text === null) refusal = decoding.binary()
      else pushText(text)
      const most = format?.mostBytes ?? mostBytes
      if (bytes > most) refusal = `the file is larger than ${mebibytes(most)}`
      return refusal === ''
    },
    *end() {
      if (bytes === 0) return unreadable('', 'the file is empty')
      const text = refusal === '' ? decoding.end() : ''
      if (text === null) refusal = decoding.binary()
      if (refusal !== '') return unreadable(format?.label ?? '', refusal)
      pushText(text ?? '')
      if (restLength > 0) takeRest()
      if (!reader && maybe) begin(maybe)
      if (!reader) return unreadable('', unknownFormat(number, formats))
      return yield* reader.end(number)
    },
  }
}

/** The same for bytes that are there as a whole. */
export function openBytes(name: string, bytes: Uint8Array, formats?: readonly FileFormat[]): Opened {
  const opening = beginFile(name, formats)
  opening.push(bytes)
  const work = opening.end()
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

function unknownFormat(lines: number, formats: readonly FileFormat[]): string {
  const known = formats.map(({ label }) => label).join('; ')
  return `none of its ${lines} lines is known here; what can be read: ${known}`
}
