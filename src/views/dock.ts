// The views of the dock, fetched together when the page stands.

export { Caches } from './caches/caches.tsx'
export { Regions } from './regions/regions.tsx'
export { Tables } from './tables/tables.tsx'
export { TcePages } from './tce-pages/tce-pages.tsx'
