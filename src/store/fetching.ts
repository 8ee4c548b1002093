// What has to be fetched before it can be opened: one thing at a time, and what was opened last wins.

import type { Preset, Recording, Scenario } from '../sim/index.ts'
import { Unreached } from './part.ts'

export interface FetchingHost {
  readonly presetOf: (id: string) => Preset
  /** Absent where no preset has a recording. Fails with a sentence. */
  readonly fetchRecording: ((file: string) => Promise<Recording>) | undefined
  /** `name` is being fetched; null: nothing is. */
  readonly loading: (name: string | null) => void
  /** `retriable`: it did not come; asked for again it may. */
  readonly failed: (sentence: string, retriable: boolean) => void
}

export interface Fetching {
  /** Calls `then` with the scenario, its recording included, at once or when that has been fetched. */
  whenLoaded(scenario: Scenario, then: (scenario: Scenario) => void): void
  await<T>(name: string, load: () => Promise<T>, then: (content: T) => void): void
  /** Asks again for what did not come last, unless something else was opened since. */
  again(): void
  /** Something else was opened: what is still under way is kept back. */
  supersede(): void
}

export function createFetching(host: FetchingHost): Fetching {
  const fetched = new Map<string, Recording>()
  let openings = 0
  let missed: (() => void) | null = null

  function awaited<T>(name: string, load: () => Promise<T>, then: (content: T) => void) {
    const opening = ++openings
    missed = null
    host.loading(name)
    load().then(
      (content) => {
        if (opening !== openings) return
        host.loading(null)
        then(content)
      },
      (error: unknown) => {
        if (opening !== openings) return
        host.loading(null)
        const retriable = error instanceof Unreached
        host.failed(error instanceof Error ? error.message : String(error), retriable)
        // Reporting it may have opened something else in its place.
        if (retriable) missed = () => awaited(name, load, then)
      },
    )
  }

  return {
    whenLoaded(scenario, then) {
      const { recording: file, title } = host.presetOf(scenario.preset)
      const known = file === undefined ? undefined : fetched.get(file)
      const { fetchRecording } = host
      if (file === undefined || scenario.recording || !fetchRecording) then(scenario)
      else if (known) then({ ...scenario, recording: known })
      else {
        awaited(
          title,
          () => fetchRecording(file),
          (recording) => {
            fetched.set(file, recording)
            then({ ...scenario, recording })
          },
        )
      }
    },
    await: awaited,
    again: () => missed?.(),
    supersede() {
      openings++
      missed = null
    },
  }
}
