// What a file of any kind may turn out to hold, and what the page keeps of it.

import type { LoggedScenario } from '../share/ddw-scenario.ts'

/** What the devices of a kernel log found, a scenario each; one or more. */
export interface LogFile {
  readonly logged: readonly LoggedScenario[]
}

/** A kernel log that a scenario was made from. */
export interface FromLog extends LogFile {
  /** Name of the file. */
  readonly name: string
  /** Which of its devices is shown. */
  readonly at: number
}

/** A link, or a scenario as one. */
export interface LinkFile {
  readonly link: string
}

/** A line of a file that a preset shows the meaning of. */
export interface Explained {
  readonly line: number
  readonly said: string
  readonly preset: string
}
