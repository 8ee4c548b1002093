// What has to be fetched before it can be opened: one thing at a time, and what was opened last wins.

import type { Preset, Recording, Scenario } from '../sim/index.ts'

export interface FetchingHost {
  readonly presetOf: (id: string) => Preset
  /** Absent where no preset has a recording. Fails with a sentence. */
  readonly fetchRecording: ((file: string) => Promise<Recording>) | undefined
  /** `name` is being fetched; null: nothing is. */
  readonly loading: (name: string | null) => void
  readonly failed: (sentence: string) => void
}

export interface Fetching {
  /** Calls `then` with the scenario, its recording included, at once or when that has been fetched. */
  whenLoaded(scenario: Scenario, then: (scenario: Scenario) => void): void
  await<T>(name: string, load: () => Promise<T>, then: (content: T) => void): void
  /** Something else was opened: what is still under way is kept back. */
  supersede(): void
}

export function createFetching(host: FetchingHost): Fetching {
  const fetched = new Map<string, Recording>()
  let openings = 0

  function awaited<T>(name: string, load: () => Promise<T>, then: (content: T) => void) {
    const opening = ++openings
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
        host.failed(error instanceof Error ? error.message : String(error))
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
    supersede() {
      openings++
    },
  }
}
