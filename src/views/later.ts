// Parts of the views that are fetched when the page stands.

import { loadable } from '../store/loadable.tsx'

const parts = () => import('./brush/index.ts')
export const ChipRow = loadable(() => parts().then((m) => m.ChipRow))
export const EntryChip = loadable(() => parts().then((m) => m.EntryChip))
export const TimeChip = loadable(() => parts().then((m) => m.TimeChip))
export const MapBrush = loadable(() => parts().then((m) => m.MapBrush))
export const Minimap = loadable(() => parts().then((m) => m.Minimap))
export const TimeBrush = loadable(() => parts().then((m) => m.TimeBrush))
