// Where each preset stands in the gallery, and what one will see in it: a line that somebody understands who has not heard
// of any of it. What is happening in it in full stands in its story.

export interface Shelf {
  /** Public: an address may name it. */
  readonly id: string
  readonly title: string
  /** When it was debated; empty where nothing was. */
  readonly years: string
  /** What was asked. */
  readonly question: string
  /** Its name where there is room for one word. */
  readonly short: string
  /** Ids of presets, in the order in which they stand, with the line of each. */
  readonly presets: Readonly<Record<string, string>>
}

export const shelves: readonly Shelf[] = [
  {
    id: 'purpose',
    title: 'What is an IOMMU for?',
    years: '',
    question:
      'Devices read and write memory by themselves. It decides which part of it each of them reaches, and where.',
    short: 'Basics',
    presets: {
      'bounce-load': 'No IOMMU: what the card does not reach is copied, every byte twice.',
      nommu: 'No IOMMU and nothing to copy through: most buffers are refused.',
      'mask-32': 'One card reaches only the first 4 GiB, and another has filled them.',
      'untrusted-device': 'A device comes back to memory that was taken from it, and gets in.',
      'hypervisor-2011': 'The device of one guest goes on using what is another guest’s now.',
      'real-boot': 'Every translation that a real Linux wrote while it started up.',
    },
  },
  {
    id: '2006',
    title: 'Pages larger than what they hold',
    years: '2006',
    question: 'Must the pages of the IOMMU be as large as those of the kernel?',
    short: '2006',
    presets: {
      'frames-64k': 'Each small frame takes a whole large page, until none is left.',
      'frames-4k': 'The same card with small pages: everything fits, nothing is refused.',
      jumbo: 'Frames six times as long, a page for each all the same: full again.',
      tso: 'The card cuts up large sends by itself: few pages for many bytes.',
      'per-table': 'Network card and disk, each with a table whose pages fit it.',
      'one-size': 'Network card and disk in large pages only: full after 1 ms.',
      'fine-coarse': 'Small pages for small buffers, large ones for large: all of it fits.',
      halves: 'Small and large requests live apart; the large outgrow their part.',
      pools: 'One busy processor fills its part and spills into the next.',
      'two-ports': 'A second port comes up and takes the room that the first gives back.',
      pinhole: 'Room for 256 pages, and three buffers too many for it.',
      'real-1mib': 'Linux 6.1 runs out of room for 256 pages, and its log says so.',
    },
  },
  {
    id: '2009',
    title: 'The IOMMU that does not come up',
    years: '2009',
    question: 'The firmware promised one, and it fails. How does a device still get at its data?',
    short: '2009',
    presets: {
      'iommu-fails': 'The IOMMU fails while the machine starts; copying does instead.',
      panic: 'The IOMMU fails while the machine starts, and the kernel gives up.',
      'late-4mb': 'Room to copy through is made late, and is half of what is needed.',
      'give-back': 'Room to copy through is given back: the IOMMU works after all.',
      'leak-64m': 'The IOMMU works, and 64 MiB stay reserved for nothing, for ever.',
      'full-but-empty': 'Full, says the log; empty, says the map. And both are right.',
      'slot-leak': 'A driver forgets one buffer in ten, until there is no room left.',
      'one-area': 'Four jobs stand in line for one lock, and do less than one alone.',
      areas: 'Room to copy through for each processor: four jobs, nobody waits.',
    },
  },
  {
    id: '2011',
    title: 'Forgetting in time, and one lock for all',
    years: '2011',
    question: 'When is memory that was taken back out of reach? And must all processors line up for an address?',
    short: '2011',
    presets: {
      strict: 'Each unmapping waits until the hardware has forgotten: safe and slow.',
      batched: 'The hardware forgets 255 at a time: fast, and open for up to 2.6 ms.',
      never: 'Nobody tells the hardware to forget: data goes to the wrong memory.',
      'iotlb-wall': 'Hardware remembers 64 pages; beyond 256 KiB most reads have to wait.',
      superpages: 'With pages of 2 MiB, the 64 that it remembers are more than enough.',
      splitting: 'Memory that begins one page late: each large page falls to pieces.',
      'partial-unmap': 'A small page is taken back, and the whole large one is gone.',
      'exact-size-flush': 'Hardware that forgets a page only if it is told how large it was.',
      'one-lock': 'Sixteen processors stand in line for one lock, most of their time.',
      chunks: 'A stretch of addresses for each processor: no line, but much room.',
      magazines: 'Each processor keeps what it has freed for itself: the line melts.',
      'linear-wall': 'A search for room passes 200 ranges in use, again and again.',
      'producer-consumer': 'Half of the processors map and half unmap; a depot carries back.',
      'greedy-cpu': 'The first processor takes all the room; the last ones live on loans.',
      'nvme-mixed': 'A disk asks for all sizes: small ones are at hand, large ones not.',
    },
  },
  {
    id: '2018',
    title: 'Tables for memory that is not there',
    years: '2018',
    question: 'Two islands of memory, far apart. Must there be tables for the sea between them?',
    short: '2018',
    presets: {
      'nvlink-flat': 'One table for 64 TiB is 8 GiB in one piece, and is refused.',
      'nvlink-whole': 'Two levels of tables for all of 64 TiB: they take 16 GiB.',
      'nvlink-on-demand': 'Tables only where there is memory: 8.5 MiB instead of 16 GiB.',
      'real-mode': 'The fast way cannot make a table: 16 of 1 024 calls are done again.',
    },
  },
  {
    id: '2021',
    title: 'A window too small for all memory',
    years: '2021',
    question: 'The hypervisor grants a window. What if not all memory can be mapped in it at once?',
    short: '2021',
    presets: {
      'default-window': 'Network card and disk in one small window: some requests are refused.',
      'ddw-direct': 'All memory is mapped once, and from then on a buffer costs no call.',
      'ddw-indirect': 'Memory may outgrow the window: each buffer is mapped in its turn.',
      'hypervisor-64k': 'Small pages only: 1 GiB can be mapped where 64 GiB may be wanted.',
      'vfio-guest': 'A program maps 16 GiB, but its window ends after 2 GiB.',
      'vfs-256': 'One card plays 256 of them, which share what was set aside for all.',
    },
  },
]

/** What one will see in a preset; by its id. */
export const plainLines: Readonly<Record<string, string>> = Object.assign({}, ...shelves.map((shelf) => shelf.presets))
