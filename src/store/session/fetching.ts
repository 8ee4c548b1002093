// What has to be fetched before it can be opened: one thing at a time, and what was opened last wins.

import type { Preset, Recording, Scenario } from '../../sim/index.ts'
import type { Explained } from '../file-content.ts'
import { Unopened } from '../files.ts'
import { Unreached } from '../part.ts'

export interface FetchingHost {
  /** Recordings that came before, by the file's name. */
  readonly fetched: Map<string, Recording>
  readonly presetOf: (id: string) => Preset
  /** Absent where no preset has a recording. Fails with a sentence. */
  readonly fetchRecording: ((file: string) => Promise<Recording>) | undefined
  /** `name` is being fetched; null: nothing is. */
  readonly loading: (name: string | null) => void
  /** `retriable`: it did not come; asked for again it may. `explained`: what is known of what did come. */
  readonly failed: (sentence: string, retriable: boolean, explained: Explained | null) => void
}

export interface Fetching {
  /** Calls `then` with the scenario, its recording included, at once or when that has been fetched; `late`: it had not come
   *  when it was asked for first. */
  whenLoaded(scenario: Scenario, then: (scenario: Scenario, late: boolean) => void): void
  await<T>(name: string, load: () => Promise<T>, then: (content: T) => void): void
  /** Asks again for what did not come last, unless something else was opened since. */
  again(): void
  /** Somebody works on what is open: the page asks for nothing by itself any more. */
  acted(): void
  /** Asks again, unless somebody has acted since it did not come. */
  againByItself(): void
  /** Something else was opened: what is still under way is kept back. */
  supersede(): void
}

export function createFetching(host: FetchingHost): Fetching {
  const { fetched } = host
  let openings = 0
  let missed: (() => void) | null = null
  /** Nobody has done anything since that was missed. */
  let waited = false

  function awaited<T>(name: string, load: () => Promise<T>, then: (content: T, late: boolean) => void, late = false) {
    const opening = ++openings
    missed = null
    host.loading(name)
    load().then(
      (content) => {
        if (opening !== openings) return
        host.loading(null)
        then(content, late)
      },
      (error: unknown) => {
        if (opening !== openings) return
        host.loading(null)
        const retriable = error instanceof Unreached
        const explained = error instanceof Unopened ? error.explained : null
        host.failed(error instanceof Error ? error.message : String(error), retriable, explained)
        // Reporting it may have opened something else in its place.
        if (retriable) missed = () => awaited(name, load, then, true)
        waited = retriable
      },
    )
  }

  return {
    whenLoaded(scenario, then) {
      const { recording: file, title } = host.presetOf(scenario.preset)
      const known = file === undefined ? undefined : fetched.get(file)
      const { fetchRecording } = host
      if (file === undefined || scenario.recording || !fetchRecording) then(scenario, false)
      else if (known) then({ ...scenario, recording: known }, false)
      else {
        awaited(
          title,
          () => fetchRecording(file),
          (recording, late) => {
            fetched.set(file, recording)
            then({ ...scenario, recording }, late)
          },
        )
      }
    },
    await: (name, load, then) => awaited(name, load, then),
    again: () => missed?.(),
    acted() {
      waited = false
    },
    againByItself: () => waited && missed?.(),
    supersede() {
      openings++
      missed = null
    },
  }
}
