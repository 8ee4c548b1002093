// The only door into the simulation: code outside `sim/` imports from here.

export * from './params.ts'
export * from './probes/frames.ts'
export * from './scenario/schema.ts'
export * from './types.ts'
