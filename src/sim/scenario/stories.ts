// What a preset says when it is open: fetched when the page stands. Presets themselves are known from the start.

import { withValue } from './fields.ts'
import { presetById } from './presets.ts'
import type { Scenario } from './schema.ts'
import { bootStories } from './stories-boot.ts'
import { iotlbStories } from './stories-iotlb.ts'
import { iovaStories } from './stories-iova.ts'
import { powerStories } from './stories-power.ts'
import { tceStories } from './stories-tce.ts'
import type { Story } from './story.ts'
import { type Changed, changesOf, changeText, otherStory } from './story-other.ts'
import { subjectOf } from './subject.ts'

/** What there is to say of a run as it stands. */
export interface Told extends Omit<Story, 'done'> {
  /** What the part of `tryThis` in brackets does: the nudge, taking that back, the preset's values; null: nothing is in them. */
  readonly does: 'nudge' | 'back' | 'values' | null
}

/** By preset. */
export const stories: Readonly<Record<string, Story>> = {
  ...tceStories,
  ...iovaStories,
  ...iotlbStories,
  ...powerStories,
  ...bootStories,
}

/** What there is to say of a scenario as it is set: what its preset tells of itself only where that is so. Of a recording of
 *  one's own what it is; null where there is nothing to say. */
export function storyOf(scenario: Scenario): Told | null {
  const { preset: id, recording } = scenario
  const story = stories[id]
  const preset = presetById(id)
  if (story && preset) {
    const changes = changesOf(preset.scenario, scenario)
    if (!changes) return { says: story.says, tryThis: story.tryThis, does: 'nudge' }
    const { nudge } = preset
    const nudged = nudge && withValue(preset.scenario, nudge.path, nudge.value)
    if (nudged && !changesOf(nudged, scenario)) return followed(story, changes)
    return { ...otherStory(scenario, changes, subjectOf(scenario)), does: 'values' }
  }
  if (!recording) return null
  return {
    says: `${recording.records} records of ${recording.space}, each at its time and place.`,
    tryThis: 'Choose another allocator and see how many addresses it would have foretold.',
    does: null,
  }
}

function followed({ done }: Story, changes: readonly Changed[]): Told {
  return {
    says: `${changes.map(changeText).join(', ')}. ${done}`,
    tryThis: '[Take it back] and look at the difference.',
    does: 'back',
  }
}
