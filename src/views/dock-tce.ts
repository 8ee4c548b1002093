// The views of TCE tables of several levels and of DMA windows, fetched together.

export { Budget } from './budget.tsx'
export { Ddw } from './ddw.tsx'
export { Hcalls } from './hcalls.tsx'
export { Islands } from './islands.tsx'
export { Levels } from './levels.tsx'
export { Memory } from './memory.tsx'
export { Windows } from './windows.tsx'
