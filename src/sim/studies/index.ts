// The studies there are, one line each. Ids are public, for ever.

import type { Scenario } from '../scenario/schema.ts'
import { bouncePoints } from './bounce.ts'
import { flushPoints } from './flush.ts'
import { publishedPoints } from './published.ts'
import { scalingPoints } from './scaling.ts'
import type { StudyPoint } from './study.ts'

export * from './bounce.ts'
export * from './flush.ts'
export * from './prediction.ts'
export * from './published.ts'
export * from './scaling.ts'
export * from './study.ts'

const pointsOf = {
  scaling: scalingPoints,
  published: () => publishedPoints(),
  flush: () => flushPoints(),
  bounce: () => bouncePoints(),
} as const satisfies Record<string, (scenario: Scenario) => readonly StudyPoint[]>

export type StudyId = keyof typeof pointsOf

/** The runs that a study makes of a scenario. */
export function studyPoints(id: StudyId, scenario: Scenario): readonly StudyPoint[] {
  return pointsOf[id](scenario)
}

/** The study with this id, or null. */
export function studyIdOf(text: string): StudyId | null {
  return Object.hasOwn(pointsOf, text) ? (text as StudyId) : null
}
