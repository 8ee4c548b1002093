// Arrow keys in a grid of cards whose rows are as long as the window lets them be, on shelves of their own.

interface Box {
  readonly left: number
  readonly top: number
}

/** What is taken for one row, css px. */
const SAME = 4

/** The card that a key leads to from the one at `at`, by where they stand; null: the key leads nowhere. */
export function walkTo(key: string, at: number, boxes: readonly Box[]): number | null {
  const last = boxes.length - 1
  if (key === 'Home') return 0
  if (key === 'End') return last
  if (key === 'ArrowRight') return at < last ? at + 1 : null
  if (key === 'ArrowLeft') return at > 0 ? at - 1 : null
  const from = boxes[at]
  if (!from || (key !== 'ArrowDown' && key !== 'ArrowUp')) return null
  const down = key === 'ArrowDown'
  const beyond = boxes.filter((box) => (down ? box.top > from.top + SAME : box.top < from.top - SAME))
  const row = beyond[down ? 0 : beyond.length - 1]
  if (!row) return null
  let best: number | null = null
  for (const [i, box] of boxes.entries()) {
    if (Math.abs(box.top - row.top) > SAME) continue
    if (best === null || Math.abs(box.left - from.left) < Math.abs((boxes[best]?.left ?? 0) - from.left)) best = i
  }
  return best
}
