// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'ddw.title':
    'DDW: how a driver comes to a window larger than the default one. A box is a step of the kernel’s decision, in order, with what firmware answered.',
  'ddw.cost': 'Calls of firmware and hypervisor that the decision took, and their time.',
  'ddw.inputs': 'Settings that the decision rests on; each can be changed here.',
  'ddw.chain': 'Steps in the order of the kernel; a cross marks what was refused, a press opens one.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
