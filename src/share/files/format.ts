// The contract of a file format: it says whether a line is its own, and reads a file line by line. Adding a format is a
// file beside this one and a line in index.ts; page and tools then open it, and say what it is.

import type { Problem, Recording, Scenario } from '../../sim/index.ts'
import type { LoggedScenario } from '../ddw-scenario.ts'

/** What a line tells of the format: nothing; it may be one of its lines; no other format has such a line. */
export const NO = 0
export const MAYBE = 1
export const SURE = 2
export type Sureness = typeof NO | typeof MAYBE | typeof SURE

/** What is in a file. Whatever is returned can be opened: a recording can be played, a scenario run. */
export type Opened =
  | { readonly kind: 'recording'; readonly what: string; readonly recording: Recording }
  /** One or more devices of a kernel log, in its order. */
  | { readonly kind: 'log'; readonly what: string; readonly logged: readonly LoggedScenario[] }
  /** As text, to be decoded by whoever opens it: a link is taken for what of it can be used. */
  | { readonly kind: 'link'; readonly what: string; readonly fragment: string }
  | { readonly kind: 'scenario'; readonly what: string; readonly scenario: Scenario }
  | Unreadable

/** Nothing that can be opened: why, in a sentence without the file's name, and the first lines that could not be used. */
export interface Unreadable {
  readonly kind: 'unreadable'
  /** What the file is all the same; empty where nothing is known of it. */
  readonly what: string
  readonly message: string
  readonly broken: number
  readonly problems: readonly Problem[]
}

export interface FileFormat {
  /** Public for ever. */
  readonly id: string
  /** What such a file is, and by what it is known: `a kernel log (ibm,query-pe-dma-windows)`. */
  readonly label: string
  readonly mostBytes: number
  /** Characters of a line beyond which its end is dropped. */
  readonly longestLine: number
  /** Called for the lines of a file that are not blank, `nth` from 1, until one is sure. Linear in the line. */
  recognises(line: string, nth: number): Sureness
  begin(name: string): FileReader
}

/** Reads one file; lines come in order, without their ends. Time and memory grow with the file, no faster. */
export interface FileReader {
  line(text: string, number: number): void
  /** What the file holds; `lines` = how many it has. Long work is done in steps, so that others get their turn. */
  end(lines: number): Generator<undefined, Opened>
}

/** A result that takes no steps. */
export function* atOnce<T>(value: T): Generator<undefined, T> {
  yield
  return value
}

export function unreadable(
  what: string,
  message: string,
  problems: readonly Problem[] = [],
  broken = problems.length,
): Unreadable {
  return { kind: 'unreadable', what, message, broken, problems }
}
