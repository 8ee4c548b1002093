// The only door into the simulation: code outside `sim/` imports from here.

export { PRICES, type Price } from './engine/cost.ts'
export { allocatorById, allocators } from './iova/index.ts'
export * from './params.ts'
export * from './probes/frames.ts'
export { fieldsOf, refusalOf, valueOf, withValue } from './scenario/fields.ts'
export { presetById, presets } from './scenario/presets.ts'
export * from './scenario/schema.ts'
export * from './types.ts'
