// How fast simulated time passes, on a logarithmic scale.

import { Slider } from 'radix-ui'
import { useApp, useLab } from '../store/context.ts'
import { text } from '../text/en.ts'
import { says } from '../ui/says.tsx'
import { SPEEDS, speedIndex, speedText } from './param-text.ts'

export default function Speed() {
  const { actions } = useLab()
  const speed = useApp((s) => s.speed)
  return (
    <div className="c-speed" data-says-field="">
      <span id="speed-name" {...says('time.speed')}>
        {text.transport.speed}
      </span>
      <Slider.Root
        className="c-slider"
        min={0}
        max={SPEEDS.length - 1}
        step={1}
        value={[speedIndex(speed)]}
        onValueChange={([i = 0]) => actions.setSpeed(SPEEDS[i] ?? 'max')}
      >
        <Slider.Track className="c-track">
          <Slider.Range className="c-range" />
        </Slider.Track>
        <Slider.Thumb
          className="c-thumb"
          aria-labelledby="speed-name"
          aria-valuetext={text.transport.speedValue(speedText(speed))}
        />
      </Slider.Root>
      <output className="c-speed-value">{speedText(speed)}</output>
    </div>
  )
}
