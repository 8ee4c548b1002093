// The views of studies, fetched when one is shown.

export { BounceStudy } from './bounce-study/bounce-study.tsx'
export { FlushStudy } from './flush-study/flush-study.tsx'
export { Published } from './published/published.tsx'
export { Scaling } from './scaling/scaling.tsx'
