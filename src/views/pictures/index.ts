// The pictures of presets, fetched with what shows them.

export { figureOf, PresetPicture } from './picture.tsx'
