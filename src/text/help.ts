// Words of the help sheet, fetched with it; the terms in it stand in terms.ts.

export const helpText = {
  title: 'Help',
  about: 'dmascope simulates how Linux hands out the addresses that devices use.',
  search: 'Search terms and keys',
  clear: 'Clear the search',
  start: 'In five sentences',
  sentences: [
    ['A device', 'reads and writes memory by itself, without the processor: a network card, a disk, a GPU.'],
    ['An address', 'is to it a number that it was told to use; what lies behind that, it does not know.'],
    [
      'The IOMMU',
      'leads each such address to a page of memory, and lets the device reach what was mapped for it and nothing else.',
    ],
    [
      'A cell',
      'of the map is one page of these addresses, or several: faint while free, coloured once mapped, strongest where the buffer lies.',
    ],
    ['First,', 'press Play and watch the map fill; then try what is marked, and see what becomes of it.'],
  ] as readonly (readonly [string, string])[],
  watch: 'Watch what happens',
  gallery: 'Choose a story',
  keys: 'Keys',
  keyList: [
    ['Space', 'play and pause, wherever the focus is; Enter presses what has it'],
    [', .', 'one step back, one step on; with Shift 100. Where nothing else wants them, the arrows ← → do the same'],
    [
      '[ ]',
      'to the previous and the next thing that the story is about: refusal, flush, late access, bounce, fallback',
    ],
    ['g', 'the gallery: all presets, found by a question, a word or a line of a kernel log'],
    ['w', 'play into the next refusal (or flush …) and stand there'],
    ['s', 'past what nothing happens in'],
    ['r', 'back to the start'],
    ['n', 'what the preset suggests to try'],
    ['u, Ctrl Z', 'undo: as if the last change, or opening, had never been; Ctrl Shift Z or Ctrl Y does it again'],
    ['1 … 6', 'colour by state, CPU, device, size, age, how often reused'],
    ['/', 'search: an address, cpu:3, dev:eth0, gen:>5, fail; Enter and Shift Enter go through what is found'],
    ['arrows', 'in the map: walk from cell to cell; Enter selects, + − zoom, 0 fits'],
    ['Shift arrows', 'in the map and in pictures of time: mark a range, which the figures then speak of; Esc clears'],
    ['Shift drag', 'in the map: mark addresses; a plain drag over a picture of time marks a time'],
    ['arrows on a title', 'through the captions of a view, each of which says what it stands for; Esc ends that'],
    ['c', 'copy the link'],
    ['t', 'next theme'],
    ['?', 'this page'],
  ] as readonly (readonly [string, string])[],
  singleKeys:
    'Keys act everywhere but in text fields and open menus. After a choice in a menu they are the page’s again.',
  parts: 'Parts of the help',
  see: 'See',
  sees: (preset: string, title: string, term: string) => `See ${preset}: “${title}” shows “${term}”`,
  terms: (n: number) => (n === 1 ? '1 term' : `${n} terms`),
  found: (terms: number, all: number, keys: number) =>
    `${terms} of ${all} terms${keys === 0 ? '' : keys === 1 ? ', 1 key' : `, ${keys} keys`}`,
  nothing: (query: string) => `No term and no key has “${query}”.`,
  nothingWhy:
    'Terms are found by their name, by what it stands for, by the kernel’s symbol and by every word of their sentence.',
  inGallery: 'Look for it in the stories',
  all: 'Show all terms',
} as const
