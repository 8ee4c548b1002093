// What a cell of a map can be, and the shade of one too small to show more.

/** States of an IOMMU page. The order of the numbers is the order of severity: in a cell that covers several
 *  pages the largest number present is `state`. */
export const CELL_FREE = 0
export const CELL_RESERVED = 1
export const CELL_CACHED = 2
export const CELL_MAPPED = 3
export const CELL_QUEUED = 4
export const CELL_REACHABLE = 5
export const CELL_FAILED = 6

/** Padding after the last page of the window. */
export const CELL_NONE = 255

export type CellState = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** Number of shades: 8 states (7 is padding) × 16 steps of use × 64 of what is lit. */
export const SHADES = 8 * 16 * 64

/** A new mapping begins 55 % of the way from slack to mapped: 35 of the 64 steps that are lit. */
const FRESH_STEPS = 35

/** Arguments as the arrays of IovaSpaceFrame hold them; state << 10 | sixteenths of use << 6 | lit, 0…63. */
export function shadeOf(state: number, used: number, useful: number, fresh: number): number {
  const lit = useful >>> 10
  const age = (fresh * FRESH_STEPS) >>> 8
  return ((state & 7) << 10) | ((used >>> 4) << 6) | (lit > age ? lit : age)
}

/** What the map's colours can mean, in the order of their keys. */
export const COLOURS_BY = ['state', 'cpu', 'device', 'size', 'age', 'generation'] as const
export type ColourBy = (typeof COLOURS_BY)[number]
