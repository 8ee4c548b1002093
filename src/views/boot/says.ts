// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'boot.title':
    'How the machine comes up, from the firmware’s tables to the way that buffers go: through the IOMMU, copied through a pool (swiotlb), or directly. A row is a step of the kernel, a bar the memory of the machine after it, coloured by whose hands it is in.',
  'boot.boot-allocator': 'Free memory that the boot allocator gives out early.',
  'boot.page-allocator': 'Free memory of the page allocator, which serves the running kernel.',
  'boot.kernel': 'Memory of the kernel itself.',
  'boot.hole': 'Addresses where registers answer: no memory.',
  'boot.reserved': 'Memory set aside and not in use yet.',
  'boot.pool': 'The pool of bounce buffers: devices reach it, and data is copied to and from it.',
  'boot.idle': 'A pool of bounce buffers that nobody needs, since the IOMMU translates.',
  'boot.given-back': 'Memory that was set aside and is free again.',
  'boot.leaked': 'Memory that was set aside, is not used, and cannot be given back.',
  'boot.held': 'Memory set aside after this step.',
  'boot.freed': 'Memory given back in this step.',
  'boot.lost': 'Memory set aside for good without use, in this step.',
  'boot.low': 'What becomes of a buffer below 4 GiB, which a device of 32 bits reaches.',
  'boot.high': 'What becomes of a buffer above 4 GiB, which a device of 32 bits does not reach.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
