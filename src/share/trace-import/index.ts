// Trace files in: which formats there are, and how a file of any size becomes a recording.

import type { Problem, Recording } from '../../sim/index.ts'
import { qemuSpapr } from './qemu-spapr.ts'
import type { TraceImporter, TraceReader } from './trace.ts'

export const importers: readonly TraceImporter[] = [qemuSpapr]

export interface ImportResult {
  /** Null when nothing in the file can be played; `message` then says why. */
  readonly recording: Recording | null
  readonly message: string
  /** Lines that could not be used, and the first of them. */
  readonly broken: number
  readonly problems: readonly Problem[]
}

/** A file on its way in; pieces come in order and may end anywhere. Time and memory grow with the file, no faster. */
export interface TraceImport {
  push(text: string): void
  end(): ImportResult
}

/** A line longer than this is no trace line: its end is dropped, so that a file without line ends stays cheap. */
const LONGEST_LINE = 4096

/** Begins a file called `name`. The format is told from the content. */
export function importTrace(name: string): TraceImport {
  let rest: string[] = []
  let restLength = 0
  let number = 0
  let reader: TraceReader | null = null

  function take(raw: string): void {
    number++
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    reader ??= importers.find((importer) => importer.recognises(line))?.begin() ?? null
    reader?.line(line, number)
  }

  function keep(text: string): void {
    if (restLength < LONGEST_LINE) rest.push(text.slice(0, LONGEST_LINE - restLength))
    restLength += text.length
  }

  function takeRest(): void {
    const line = rest.join('')
    rest = []
    restLength = 0
    take(line)
  }

  return {
    push(text) {
      let from = 0
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        keep(text.slice(from, end))
        takeRest()
        from = end + 1
      }
      if (from < text.length) keep(text.slice(from))
    },
    end() {
      if (restLength > 0) takeRest()
      const recording = reader?.end(name) ?? null
      return {
        recording,
        message: recording ? '' : reader ? NOTHING_IN_IT : unknownFormat(number),
        broken: reader?.problems.count ?? 0,
        problems: reader?.problems.first ?? [],
      }
    },
  }
}

/** The recording in a text that is there as a whole. */
export function importText(name: string, text: string): ImportResult {
  const file = importTrace(name)
  file.push(text)
  return file.end()
}

const NOTHING_IN_IT = 'the file has the right events, but none of them maps or unmaps anything'

function unknownFormat(lines: number): string {
  const known = importers.map((importer) => importer.label).join('; ')
  return `none of its ${lines} lines is known here; what can be read: ${known}`
}
