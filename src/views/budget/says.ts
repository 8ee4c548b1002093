// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'budget.title':
    'How virtual functions share one budget of TCEs. A bar is a function, its height the bytes of table its window takes, on a scale of powers of two; the upper row is the kernel that runs, the lower the other one.',
  'budget.direct': 'A window that maps all memory once: no call for each buffer.',
  'budget.indirect': 'A large window in which each buffer is mapped when it is used.',
  'budget.default': 'The small window that each function begins with.',
  'budget.now': 'Functions with this kind of window, in the kernel that runs.',
  'budget.other': 'Functions with this kind of window, in the other kernel.',
  'budget.used': 'Bytes of the budget that are used; when none are left, the next function keeps its default window.',
  'budget.function': 'Number of the virtual function; the triangle marks the one whose traffic runs.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
