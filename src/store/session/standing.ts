// Where a run stands: where its newest frame does, or where it was sent, until a frame shows it at rest again.

import { type Frame, type Position, type Scenario, settledBy } from '../../sim/index.ts'
import type { Place } from './history.ts'
import type { SessionState } from './state.ts'

export interface StandingHost {
  readonly get: () => SessionState
  readonly set: (part: Partial<SessionState>) => void
  /** Number of the newest frame request that was sent. */
  readonly requests: () => number
}

export interface Standing {
  /** Where the newest frame stands. */
  at(): Position
  /** Where the run was sent, or else stands. */
  position(): Position
  /** Where a person stands, or is on the way to; what the run has not answered yet is made at the moment shown last. */
  place(): Place
  /** `go` sends the run to a position. */
  send(to: Position, go: (to: Position) => void): void
  /** It is sent nowhere any more. */
  stays(): void
  /** A frame of it has come. */
  came(frame: Frame): void
  /** Controls show a scenario as its first `inputs` inputs leave it. */
  show(scenario: Scenario, inputs: number): void
  /** Another run stands here. Returns its scenario before any input. */
  begins(place: Place): Scenario
}

export function createStanding(
  { get, set, requests }: StandingHost,
  start: Pick<Place, 'position' | 'horizonNs'>,
): Standing {
  let { position: at, horizonNs } = start
  let heading: Position | null = null
  let sentAt = 0
  /** What `here` of the state stands for: so many inputs of a scenario. */
  let shown = { of: get().scenario, count: 0, settled: settledBy(get().scenario) }
  const position = () => heading ?? at

  return {
    at: () => at,
    position,
    place() {
      const { scenario, pending, view, speed, problems, fromLog } = get()
      const { ns, events } = at
      const made =
        events === undefined ? [] : Object.entries(pending).map(([path, value]) => ({ ns, events, path, value }))
      const inputs = made.length === 0 ? scenario.inputs : [...scenario.inputs.slice(0, shown.count), ...made]
      return { scenario: { ...scenario, inputs }, position: position(), horizonNs, view, speed, problems, fromLog }
    },
    send(to, go) {
      heading = to
      sentAt = requests()
      go(to)
    },
    stays() {
      heading = null
    },
    came({ status: { ns, events, mode }, request }) {
      at = { ns, events }
      if (mode !== 'seeking' && request > sentAt) heading = null
    },
    show(scenario, inputs) {
      if (shown.of !== scenario) shown = { of: scenario, count: 0, settled: settledBy(scenario) }
      shown.count = Math.min(inputs, scenario.inputs.length)
      const here = shown.settled.at(shown.count)
      if (get().here !== here) set({ here })
    },
    begins({ scenario, position, horizonNs: long }) {
      at = position
      horizonNs = long
      heading = null
      shown = { of: scenario, count: 0, settled: settledBy(scenario) }
      return shown.settled.at(0)
    },
  }
}
