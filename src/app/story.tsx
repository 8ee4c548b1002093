// What is happening, and what to try: in a file of its own, fetched with the words of all presets.

import { storyOf } from '../sim/scenario/stories.ts'
import { useApp } from '../store/context.ts'
import { fromLogText } from '../text/story.ts'

export function Story() {
  const story = storyOf(useApp((s) => s.scenario))
  const fromLog = useApp((s) => s.fromLog)
  const logged = fromLog?.logged[fromLog.at]
  const told =
    fromLog && logged ? { says: fromLogText.says(logged.device, fromLog.name), tryThis: fromLogText.tryThis } : story
  if (!told) return null
  return (
    <p className="a-story" data-testid="story">
      {told.says} <b>{told.tryThis}</b>
    </p>
  )
}
