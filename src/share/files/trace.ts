// A trace of any importer as a file format.

import type { TraceImporter } from '../trace-import/trace.ts'
import { type FileFormat, NO, SURE, unreadable } from './format.ts'

/** A line longer than this is no trace line. */
const LONGEST_LINE = 4096

export function traceFile(importer: TraceImporter): FileFormat {
  const { id, label } = importer
  return {
    id,
    label,
    mostBytes: 512 * 1024 * 1024,
    longestLine: LONGEST_LINE,
    recognises: (line) => (line.length <= LONGEST_LINE && importer.recognises(line) ? SURE : NO),
    begin(name) {
      const reader = importer.begin()
      return {
        line: (text, number) => reader.line(text, number),
        *end() {
          const { recording, message } = yield* reader.end(name)
          if (recording) return { kind: 'recording', what: label, recording }
          const { count, first } = reader.problems
          return unreadable(label, message, first, count)
        },
      }
    },
  }
}
