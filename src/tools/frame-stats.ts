// What the page measures of itself when it is opened for testing.

export interface FrameStats {
  readonly frames: number
  readonly medianFps: number
  readonly p95PaintMs: number
  readonly longTasks: readonly { readonly atMs: number; readonly ms: number }[]
  readonly lastInputToPaintMs: readonly number[]
}
