// Words of the gallery and of a new visitor's first page, fetched with it.

export const galleryText = {
  title: 'Start from a machine that already says something',
  about: 'Each picture is a view of the run it opens. Whatever you change in it goes into the link.',
  welcome: {
    title: 'Watch a machine lend its memory to its devices',
    about:
      'A network card writes each frame into memory by itself, to an address that the kernel has lent it. Here every frame gets a page far too large for it, and soon there is none left to lend.',
    watch: 'Watch what happens',
    lab: 'Go to the lab',
    or: 'Or start from another machine',
  },
  search: {
    label: 'Search the presets',
    hint: 'A question, a word, or a line of a kernel log',
    hintShort: 'Ask, or paste a line of a log',
    clear: 'Clear the search',
    best: 'Enter opens the first',
    found: (n: number) => (n === 1 ? '1 preset' : `${n} presets, best first`),
    more: (n: number) => `${n} more with some of the words`,
    inHelp: 'In help',
    inHelpOf: (term: string) => `${term} in help`,
    none: 'No preset is known for that',
    noneHelp:
      'Ask in your own words, name a mechanism or a setting, or paste the line that your kernel printed. For example:',
    examples: [
      'is lazy mode dangerous',
      'why is swiotlb full',
      'what is DDW',
      'iommu_alloc failed',
      'huge pages',
      'SR-IOV',
    ],
    all: (n: number) => `Show all ${n}`,
  },
  filter: {
    label: 'Shelf',
    all: 'All',
    whole: (years: string, title: string) => (years ? `${years}: ${title}` : title),
  },
  open: 'Open',
  isOpen: 'Open now',
  file: 'Open a trace or a kernel log …',
  fileHelp:
    'A recording of a real machine, or what its kernel said about dynamic windows. It can be dropped on the page, too.',
  close: 'Close the gallery',
} as const
