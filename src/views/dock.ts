// The views of the dock, fetched together when the page stands.

export { Regions } from './regions.tsx'
export { Tables } from './tables.tsx'
export { TcePages } from './tce-pages.tsx'
