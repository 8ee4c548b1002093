import { presetOf } from '../sim/index.ts'
import { useApp } from '../store/context.ts'
import { text } from '../text/en.ts'

/** What is happening, and what to try. */
export function Story() {
  const preset = presetOf(useApp((s) => s.scenario))
  const fromLog = useApp((s) => s.fromLog)
  const logged = fromLog?.logged[fromLog.at]
  if (fromLog && logged)
    return (
      <p className="a-story" data-testid="story">
        {text.fromLog.says(logged.device, fromLog.name)} <b>{text.fromLog.tryThis}</b>
      </p>
    )
  if (!preset) return null
  return (
    <p className="a-story" data-testid="story">
      {preset.says} <b>{preset.tryThis}</b>
    </p>
  )
}
