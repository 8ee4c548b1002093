// What is happening, and what to try: in a file of its own, fetched with the words of all presets.

import { storyOf } from '../sim/scenario/stories.ts'
import { useApp } from '../store/context.ts'
import { fromLogText } from '../text/story.ts'

/** Numbers are not broken between their digits. */
const unbroken = (words: string) => words.replace(/(\d) (?=\d{3})/g, '$1\u202f')

export function Story() {
  const story = storyOf(useApp((s) => s.scenario))
  const fromLog = useApp((s) => s.fromLog)
  const logged = fromLog?.logged[fromLog.at]
  const told =
    fromLog && logged
      ? { says: fromLogText.says(logged.device, fromLog.name, logged.asked), tryThis: fromLogText.tryThis }
      : story
  if (!told) return null
  return (
    <p className="a-story" data-testid="story">
      {unbroken(told.says)} <b>{unbroken(told.tryThis)}</b>
    </p>
  )
}
