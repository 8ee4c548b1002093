// The frame loop: when the last frame has been painted, ask for the next, as long as there is a reason to.

export interface LoopHost {
  /** requestAnimationFrame. */
  readonly animate: (callback: () => void) => void
  /** Runs after the browser has put the current animation frame on the screen. */
  readonly afterPaint: (callback: () => void) => void
  /** True while a frame is under way. */
  readonly busy: () => boolean
  /** The picture will differ without anybody asking: playing or seeking. */
  readonly running: () => boolean
  readonly ask: () => void
  /** Calls every canvas; they paint in the animation frame that follows. */
  readonly deliver: () => void
  readonly paintBegins: () => void
  readonly paintEnds: () => void
  readonly visible: () => void
}

export interface FrameLoop {
  /** Something changed: one more frame is needed. */
  wake(): void
  /** The same, and a person waits for it: it is asked for as soon as no other is under way. */
  urge(): void
  /** A frame has come. */
  arrived(): void
  /** Nothing asked, under way or unpainted, whether running or not. */
  settled(): boolean
}

export function createFrameLoop(host: LoopHost): FrameLoop {
  let dirty = false
  let scheduled = false
  let unpainted = false
  let urgent = false

  function schedule() {
    if (scheduled) return
    scheduled = true
    host.animate(() => {
      scheduled = false
      if (host.busy()) return
      if (!dirty && !host.running()) return
      ask()
    })
  }

  function ask() {
    dirty = false
    urgent = false
    host.ask()
  }

  return {
    urge() {
      dirty = true
      if (host.busy()) urgent = true
      else ask()
    },
    wake() {
      dirty = true
      schedule()
    },
    arrived() {
      unpainted = true
      if (urgent) ask()
      // Callbacks of one animation frame run in the order they were asked for: the canvases' lie between these two.
      host.animate(host.paintBegins)
      host.deliver()
      host.animate(() => {
        host.paintEnds()
        host.afterPaint(() => {
          unpainted = false
          host.visible()
        })
      })
      schedule()
    },
    settled: () => !dirty && !unpainted && !host.busy(),
  }
}
