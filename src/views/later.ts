// Parts of the views that are fetched when the page stands.

import { loadable } from '../store/loadable.tsx'

const none = () => null
const parts = () => import('./brush/index.ts')
export const ChipRow = loadable(() => parts().then((m) => m.ChipRow), none, 'button')
export const EntryChip = loadable(() => parts().then((m) => m.EntryChip), none, 'button')
export const TimeChip = loadable(() => parts().then((m) => m.TimeChip), none, 'button')
export const MapBrush = loadable(() => parts().then((m) => m.MapBrush), none, 'none')
export const Minimap = loadable(() => parts().then((m) => m.Minimap), none, 'none')
export const TimeBrush = loadable(() => parts().then((m) => m.TimeBrush), none, 'none')
