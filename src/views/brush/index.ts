// What comes after the page stands: ranges over the pictures, and the small picture of the whole window.

export { ChipRow, EntryChip, TimeChip } from './chips.tsx'
export { MapBrush } from './map-brush.tsx'
export { Minimap } from './minimap.tsx'
export { TimeBrush } from './time-brush.tsx'
