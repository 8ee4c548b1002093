// The views of TCE tables of several levels and of DMA windows, fetched together.

export { Budget } from './budget/budget.tsx'
export { Ddw } from './ddw/ddw.tsx'
export { Hcalls } from './hcalls/hcalls.tsx'
export { Islands } from './islands/islands.tsx'
export { Levels } from './levels/levels.tsx'
export { Memory } from './memory/memory.tsx'
export { Windows } from './windows/windows.tsx'
