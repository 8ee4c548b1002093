// What a preset says when it is open: fetched when the page stands. Presets themselves are known from the start.

import type { Scenario } from './schema.ts'
import { bootStories } from './stories-boot.ts'
import { iotlbStories } from './stories-iotlb.ts'
import { iovaStories } from './stories-iova.ts'
import { powerStories } from './stories-power.ts'
import { tceStories } from './stories-tce.ts'

export interface Story {
  /** One sentence or a few: what is happening. */
  readonly says: string
  /** One sentence: what to try; what stands in brackets is what the preset's nudge does. */
  readonly tryThis: string
}

/** What there is to say of a run as it stands. */
export interface Told extends Story {
  /** What the part in brackets does; null: nothing stands in them. */
  readonly does: 'nudge' | 'undo' | 'values' | null
}

/** By preset. */
export const stories: Readonly<Record<string, Story>> = {
  ...tceStories,
  ...iovaStories,
  ...iotlbStories,
  ...powerStories,
  ...bootStories,
}

/** What there is to say of the preset that a scenario started from, or of a recording of one's own; null when nothing. */
export function storyOf({ preset, recording }: Scenario): Told | null {
  const known = stories[preset]
  if (known) return { ...known, does: 'nudge' }
  if (!recording) return null
  return {
    says: `${recording.records} records of window ${recording.liobn.toString(16)}, each at its time and place.`,
    tryThis: 'Choose another allocator and see how many addresses it would have foretold.',
    does: null,
  }
}
