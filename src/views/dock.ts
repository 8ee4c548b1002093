// The views of the dock, fetched together when the page stands.

export { Caches } from './caches.tsx'
export { Locks } from './locks.tsx'
export { Regions } from './regions.tsx'
export { Tables } from './tables.tsx'
export { TcePages } from './tce-pages.tsx'
