// The views of studies, fetched when one is shown.

export { BounceStudy } from './bounce-study.tsx'
export { FlushStudy } from './flush-study.tsx'
export { Published } from './published.tsx'
export { Scaling } from './scaling.tsx'
