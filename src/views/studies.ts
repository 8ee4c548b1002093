// The views of studies, fetched when one is shown.

export { Published } from './published.tsx'
export { Scaling } from './scaling.tsx'
