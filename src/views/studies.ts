// The views of studies, fetched when one is shown.

export { Scaling } from './scaling.tsx'
