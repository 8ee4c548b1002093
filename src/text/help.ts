// Words of the help sheet, fetched with it.

export const helpText = {
  title: 'Help',
  about:
    'dmascope simulates how Linux hands out DMA addresses through an IOMMU. Each cell of the map is one page that a device can reach; the same operations run here, in the same order, with the same refusals.',
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
    ['c', 'copy the link'],
    ['t', 'next theme'],
    ['?', 'this page'],
  ] as readonly (readonly [string, string])[],
  singleKeys:
    'Keys act everywhere but in text fields and open menus. After a choice in a menu they are the page’s again.',
  terms: 'Terms',
  termList: [
    ['IOVA', 'An address as a device sees it. The IOMMU turns it into a real one.'],
    [
      'TCE',
      'Translation control entry: one IOMMU page of the window, with the real page behind it and who may read or write.',
    ],
    [
      'IOMMU page',
      'The smallest piece the IOMMU can open to a device. A buffer smaller than that opens the rest of the page too.',
    ],
    ['DMA window', 'The range of addresses a device may use. When it is full, mapping fails.'],
    ['pool', 'A part of the window that some CPUs search first, so that they do not wait for each other.'],
    ['hint', 'Where the next search begins: just behind the last address that was handed out.'],
    [
      'in one run',
      'How whole the free room is: the sum of the squares of its runs, over the square of their sum. 1 when all free TCEs stand in one run, 1/n when they stand in n runs of the same length.',
    ],
    ['generation', 'How often a TCE has been handed out: 0x3f0000#7 is the seventh life of that address.'],
    ['exposed', 'Bytes that a mapping opens to the device beyond the buffer: whole IOMMU pages less the buffer.'],
    ['spill', 'A request that finds its own region full and is served from another one.'],
    ['refused', 'The allocator found no room; the driver must do without the mapping and try again.'],
    ['receive ring', 'The list of buffers a network card may fill. Each is mapped before the frame comes.'],
    ['MTU', 'The largest frame that the link carries.'],
  ] as readonly (readonly [string, string])[],
} as const
