// What the view draws and how it is read, and what its colours, columns and figures are.

export const says = {
  'commands.title':
    'The invalidation commands that tell the IOTLB to forget, newest at the right. A bar is one command, as high as it names pages (on a scale of powers of two); below, the newest in words, by CPU. They are named as in the vendors’ manuals.',
  'commands.range': 'A command that names a range of pages.',
  'commands.whole': 'A command that makes all translations of a domain be forgotten: cheap to send, dear afterwards.',
  'commands.tables': 'A tick: the command makes the walk caches forget upper tables, too.',
  'commands.total': 'Commands sent so far.',
  'commands.kind': 'Commands of this kind so far, named as in the manual of the IOMMU.',
  'commands.waits': 'How often a CPU waited until its commands were done; each wait costs time.',
  'commands.asked': 'Pages whose translation had to go.',
  'commands.named': 'Pages that the commands named; where a range must be a power of two, more than was asked.',
  'commands.over': 'Pages named for each page asked; 1 is exact, more throws good translations away.',
  'commands.dropped': 'Entries of the IOTLB that commands removed so far.',
  'commands.live': 'Removed entries that were still in use and must be read again; more is slower.',
} as const

declare module '../../text/explain.ts' {
  interface SaidByViews extends Record<keyof typeof says, string> {}
}
