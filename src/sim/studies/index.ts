// The studies there are. Ids are public, for ever.

export * from './scaling.ts'
export * from './study.ts'
