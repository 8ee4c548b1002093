// What a heatmap is, apart from the page that shows it. Three spaces, and every number belongs to one:
//   cell    index of a cell in a frame, row-major unless the frame says otherwise
//   css px  what the pointer and the SVG overlay speak
//   device  px of the canvas; cells are whole device pixels, so nothing is ever blurred

import type { ProbeId, ProbeTypes } from '../sim/index.ts'

/** A picture to paint into, device pixels, packed ABGR. */
export interface Pixels {
  readonly data: Uint32Array
  readonly width: number
  readonly height: number
}

/** The space a plot has. */
export interface Box {
  /** css px */
  readonly width: number
  /** css px */
  readonly height: number
  /** Device pixels in a css px. */
  readonly dpr: number
}

/** css px, relative to the plot's top left corner. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The same facts as the picture, as rows of text. `total` counts the rows there would be without the cap. */
export interface TableTwin {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly total: number
}

/** A twin longer than this is cut and says so. */
export const TWIN_ROWS = 200

/** What a view precomputes per palette and settings: look-up tables. The picture is cleared to `ground`. */
export interface Ink {
  readonly ground: number
}

export interface HeatmapView<P extends ProbeId = ProbeId, I extends Ink = Ink> {
  readonly id: string
  readonly title: string
  readonly probe: P
  /** Pixels only; no DOM, no allocation that grows with the frame. */
  paint(frame: ProbeTypes[P]['frame'], ink: I, box: Box, out: Pixels): void
  /** Cells in the picture; the keyboard walks them. */
  grid(frame: ProbeTypes[P]['frame']): { readonly columns: number; readonly rows: number }
  /** Cell under a point, css px; null outside or on padding. */
  hitTest(frame: ProbeTypes[P]['frame'], x: number, y: number, box: Box): number | null
  /** Where a cell stands, css px. */
  cellRect(frame: ProbeTypes[P]['frame'], cell: number, box: Box): Rect
  /** One cell in words. */
  cellText(frame: ProbeTypes[P]['frame'], cell: number): string
  /** The whole picture in a sentence or two. */
  describe(frame: ProbeTypes[P]['frame']): string
  table(frame: ProbeTypes[P]['frame']): TableTwin
}
