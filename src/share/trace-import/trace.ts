// The contract of a trace importer: it is fed lines and makes a recording of them. Adding a format: a file beside this
// one and a line in index.ts.
//
// Lines that belong to the format and cannot be used are counted and reported, and the rest counts; lines of other
// events are none of its business.

import type { Problem, Recording } from '../../sim/index.ts'
import { readable } from '../readable.ts'

export interface TraceImporter {
  /** Public for ever. */
  readonly id: string
  readonly label: string
  /** True for a line that only this format has. Called for every line until one is found. */
  recognises(line: string): boolean
  begin(): TraceReader
}

/** Reads one file; lines come in order, without their ends. */
export interface TraceReader {
  line(text: string, number: number): void
  /** Yields between steps of its work. What is returned can be played. */
  end(name: string): Generator<undefined, TraceResult>
  readonly problems: BrokenLines
}

export interface TraceResult {
  /** Null when nothing in the file can be played; `message` then says why, without the file's name. */
  readonly recording: Recording | null
  readonly message: string
}

/** Lines that are kept with their text. */
const KEPT = 20

/** Counts what could not be used; the first lines are kept, each cut to a readable length. */
export class BrokenLines {
  count = 0
  readonly first: Problem[] = []

  add(line: number, given: string, allowed: string): void {
    this.count++
    if (this.first.length === KEPT) return
    this.first.push({ field: `line ${line}`, given: readable(given), allowed })
  }
}

/** A growing column of numbers. */
export class Column {
  length = 0
  private data = new Float64Array(1024)

  push(value: number): void {
    if (this.length === this.data.length) {
      const wider = new Float64Array(2 * this.length)
      wider.set(this.data)
      this.data = wider
    }
    this.data[this.length++] = value
  }

  at(i: number): number {
    return this.data[i]!
  }
}
