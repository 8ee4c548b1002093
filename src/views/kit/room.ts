// Where a window is too low for a view of the dock, the view is told what it has, and draws lower.

import { createContext, useContext } from 'react'

/** css px that a view of the dock has, its head counted in; null: as much as it needs. */
export const Room = createContext<number | null>(null)

/** Height of a view's head, css px; one that wraps has two lines. */
const HEAD = 18
/** No picture is lower than this; what it lacks is scrolled to. */
const LEAST = 72

/** css px for a view's picture, of the `full` ones that it is drawn for. */
export function useRoom(full: number, ruler: { readonly close: boolean; readonly narrow: boolean }): number {
  const room = useContext(Room)
  if (room === null || ruler.narrow) return full
  return Math.max(Math.min(full, LEAST), Math.min(full, room - (ruler.close ? 2 : 1) * HEAD))
}
