// Tables that are opened one into another: a tree, of which each level shows the entries of the one table that is opened
// there, over the whole width of the picture.

import { bisector, type HierarchyRectangularNode, hierarchy, range, treemapDice } from 'd3'

export interface Strip {
  readonly cells: number
  /** The cell that the next strip opens. */
  readonly opened: number
  /** Its width, device px, and where it stands, css px. */
  readonly width: number
  readonly y: number
  readonly height: number
}

/** A cell by its strip and its place there. */
interface Cell {
  readonly row: number
  readonly at: number
}

/** Where a cell stands: x in device px, y in css px. */
export type StripCell = HierarchyRectangularNode<Cell>

/** The cells of each strip in their order. d3 would make the parts of a part ever smaller: here each is opened out. */
export function layStrips(strips: readonly Strip[]): readonly (readonly StripCell[])[] {
  const below = ({ row, at }: Cell) =>
    row < 0 || strips[row]!.opened === at
      ? range(strips[row + 1]?.cells ?? 0).map((at) => ({ row: row + 1, at }))
      : null
  const rows: StripCell[][] = strips.map(() => [])
  hierarchy<Cell>({ row: -1, at: 0 }, below).eachBefore((node) => {
    const { children, depth } = node
    const strip = strips[depth]
    if (!children || !strip) return
    for (const child of children) Object.assign(child, { value: 1 })
    const opened = Object.assign(node, { value: children.length }) as StripCell
    treemapDice(opened, 0, strip.y, strip.width, strip.y + strip.height)
    rows[depth] = opened.children!
  })
  return rows
}

/** Whole device px of an edge: what parts add up to may lack the last bit. */
export const edge = (x: number): number => Math.floor(x + 1e-6)

const byStart = bisector(({ x0 }: StripCell) => x0)

/** The cell at a place, by strip and place there; null between and beside the strips. `x`: device px, `y`: css px. */
export function stripCellAt(rows: readonly (readonly StripCell[])[], x: number, y: number): Cell | null {
  const row = rows.find(([first]) => first && y >= first.y0 && y < first.y1)
  if (!row || x < 0 || x >= row.at(-1)!.x1) return null
  return row[byStart.right(row, x) - 1]!.data
}
