// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'islands.title':
    'Where memory lies in the addresses of the machine, and whether the window reaches it. A block is a stretch of memory, low addresses at the left, gaps drawn short; blocks can be dragged.',
  'islands.mapped': 'Memory that the device reaches.',
  'islands.free': 'Memory inside the window that is not mapped.',
  'islands.outside': 'Memory beyond the end of the window: mapping it is refused.',
  'islands.grow': 'Where more memory may be plugged in while the machine runs.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
