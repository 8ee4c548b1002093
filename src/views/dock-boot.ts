// The views of how a machine comes up and of what bounces, fetched together.

export { Boot } from './boot/boot.tsx'
export { Bounce } from './bounce/bounce.tsx'
export { Pool } from './pool/pool.tsx'
