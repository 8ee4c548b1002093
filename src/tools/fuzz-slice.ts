// What the fixed slice of the random scenarios in the tests is made of.

export { failuresOf } from './fuzz-kind.ts'
export { kind } from './fuzz-scenarios.ts'
