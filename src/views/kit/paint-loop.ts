// One paint per animation frame for all canvases together, outside React.

type Paint = () => void

const waiting = new Set<Paint>()
let asked = false

function run(): void {
  asked = false
  const now = [...waiting]
  waiting.clear()
  for (const paint of now) paint()
}

/** Calls `paint` in the next animation frame, once however often it is asked for. */
export function paintSoon(paint: Paint): void {
  waiting.add(paint)
  if (asked) return
  asked = true
  requestAnimationFrame(run)
}

/** Forgets a paint that is no longer wanted. */
export function paintNever(paint: Paint): void {
  waiting.delete(paint)
}
