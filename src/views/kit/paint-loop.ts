// One paint per animation frame for all canvases together, outside React.

type Paint = () => void

const waiting = new Set<Paint>()
const failing = new WeakMap<Paint, (error: unknown) => void>()
let asked = false

function run(): void {
  asked = false
  const now = [...waiting]
  waiting.clear()
  for (const paint of now)
    try {
      paint()
    } catch (error) {
      // The others are painted all the same; whoever cannot be says so in its place.
      const failed = failing.get(paint)
      if (failed) failed(error)
      else reportError(error)
    }
}

/** Calls `paint` in the next animation frame, once however often it is asked for; `failed` hears of what it throws. */
export function paintSoon(paint: Paint, failed?: (error: unknown) => void): void {
  if (failed) failing.set(paint, failed)
  waiting.add(paint)
  if (asked) return
  asked = true
  requestAnimationFrame(run)
}

/** Forgets a paint that is no longer wanted. */
export function paintNever(paint: Paint): void {
  waiting.delete(paint)
}
