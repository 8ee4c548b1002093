// What stands right of the map, fetched together when the page stands.

export { Inspector } from './inspector.tsx'
export { KernelLog } from './log.tsx'
export { WhyRefused } from './refusal.tsx'
