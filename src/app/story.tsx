import { presetOf } from '../sim/index.ts'
import { useApp } from '../store/context.ts'

/** What is happening, and what to try. */
export function Story() {
  const preset = presetOf(useApp((s) => s.scenario))
  if (!preset) return null
  return (
    <p className="a-story" data-testid="story">
      {preset.says} <b>{preset.tryThis}</b>
    </p>
  )
}
