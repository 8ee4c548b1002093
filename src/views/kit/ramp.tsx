// What a ramp of colours stands for: its colours from the quiet to the loud end.

import { range } from 'd3'
import type { Ramp } from './palette.ts'

/** Colours that a gradient is made of: it is told from the ramp itself by nobody. */
const STOPS = 5

export function RampKey({ ramp }: { ramp: Ramp }) {
  const [from = 0, to = 1] = ramp.domain()
  const colours = range(STOPS).map((i) => ramp(from + ((to - from) * i) / (STOPS - 1)))
  return <i className="v-gradient" style={{ background: `linear-gradient(to right, ${colours.join(', ')})` }} />
}
