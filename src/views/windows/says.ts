// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'windows.title':
    'The DMA windows of the device on one axis of bus addresses. A strip is a window, filled as far as mapped; between two strips stands what no window translates. A TCE leads one page of it to memory.',
  'windows.mapped': 'Addresses that lead to memory.',
  'windows.free': 'Addresses of a window that lead nowhere yet.',
  'windows.reserved': 'Addresses below 4 GiB where devices’ registers answer; nothing is mapped there.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
