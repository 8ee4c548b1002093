// All that can be drawn of a run: each takes the frame of a probe and makes panels of small cells of it.

export * from './pictures-parts.ts'
export * from './pictures-space.ts'
export * from './pictures-time.ts'
