// A brushed range in words, with a way out of it.

import { bytes, duration, hex, ms } from '../../lib/format.ts'
import { addressAt, type Frame, type IovaSpaceFrame, sameSpace } from '../../sim/index.ts'
import { useApp, useFrame, useLab } from '../../store/context.ts'
import { brushText as text } from '../../text/brush.ts'
import { says } from '../../ui/says.tsx'
import { setBrush } from '../kit/brush.ts'
import './brush.css'

const windowOf = (frame: Frame) => frame.views['iova-space'] ?? null
const sameWindow = (a: IovaSpaceFrame | null, b: IovaSpaceFrame | null) =>
  a === b || (!!a && !!b && a.size === b.size && sameSpace(a, b))

export function TimeChip() {
  const lab = useLab()
  const time = useApp((s) => s.view.brush?.time ?? null)
  if (!time) return null
  const words = text.timeRange(ms(time.fromNs), ms(time.toNs), duration(time.toNs - time.fromNs))
  return (
    <Chip
      id="brush-time"
      label={text.time}
      words={words}
      clear={text.clearTime}
      onClear={() => setBrush(lab, { time: null })}
    />
  )
}

export function EntryChip() {
  const lab = useLab()
  const range = useApp((s) => s.view.brush?.entries ?? null)
  const map = useFrame(windowOf, sameWindow)
  if (!range || !map) return null
  const end = Math.min(map.size, range.first + range.count)
  const at = (entry: number) => hex(addressAt(map, entry))
  const words = text.entryRange(at(range.first), at(end - 1), bytes((end - range.first) * 2 ** map.pageShift))
  return (
    <Chip
      id="brush-entries"
      label={text.entries}
      words={words}
      clear={text.clearEntries}
      onClear={() => setBrush(lab, { entries: null })}
    />
  )
}

interface ChipProps {
  readonly id: string
  readonly label: string
  readonly words: string
  readonly clear: string
  readonly onClear: () => void
}

function Chip({ id, label, words, clear, onClear }: ChipProps) {
  return (
    <span className="v-brush-chip">
      <span className="v-sr">{label}: </span>
      <span data-testid={id}>{words}</span>
      <button type="button" aria-label={clear} {...says('brush.clear', clear)} onClick={onClear}>
        <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
          <path d="M4 4l8 8M12 4l-8 8" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
        </svg>
      </button>
    </span>
  )
}

/** Both chips in a row of their own, where the heads have no room. */
export function ChipRow() {
  return (
    <div className="v-brush-row">
      <EntryChip />
      <TimeChip />
    </div>
  )
}
