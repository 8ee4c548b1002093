// Terms of 2011, how addresses are handed out on PCs and Arm: see terms.ts.

import type { Term } from './term.ts'

export const iovaTerms: readonly Term[] = [
  {
    term: 'allocator',
    says: 'What finds a free address for a buffer.',
    preset: 'one-lock',
  },
  {
    term: 'lock',
    says: 'What only one CPU holds at a time while the others wait in line for it.',
    preset: 'one-lock',
    also: 'spinlock, contention, waiting',
  },
  {
    term: 'hand-over',
    says: 'A lock passes from one CPU to the next; the more wait for it, the longer that takes.',
    preset: 'one-lock',
  },
  {
    term: 'range',
    says: 'A stretch of addresses that is in use, reserved or kept for later.',
    kernel: ['struct iova'],
    preset: 'linear-wall',
  },
  {
    term: 'rbtree',
    says: 'The tree in which all ranges of a domain stand in order, under one lock.',
    kernel: ['struct iova'],
    preset: 'one-lock',
    also: 'red-black tree, tree',
  },
  {
    term: 'walk',
    says: 'A search of the tree from one range to the next below it, until there is a gap that is large enough.',
    kernel: ['rb_prev'],
    preset: 'linear-wall',
    also: 'steps, walk step, linear search',
  },
  {
    term: 'refusal mark',
    says: 'A size of which it is known that there is no room for it below 4 GiB, so that nobody searches in vain.',
    kernel: ['max32_alloc_size'],
    preset: 'mask-32',
  },
  {
    term: 'tree hint',
    says: 'The range at which the next search begins, one below 4 GiB and one above.',
    kernel: ['cached32_node', 'cached_node'],
    preset: 'linear-wall',
    also: 'hint (tree)',
  },
  {
    term: 'rcache',
    says: 'The magazines and depots of a domain, in front of its tree since 2016.',
    kernel: ['struct iova_rcache'],
    preset: 'magazines',
    also: 'IOVA cache, cache',
  },
  {
    term: 'magazine',
    says: 'Up to 127 freed ranges of one size on one CPU, from which it maps again without asking anybody.',
    kernel: ['struct iova_magazine', 'loaded', 'prev'],
    preset: 'magazines',
  },
  {
    term: 'depot',
    says: 'Full magazines that belong to no CPU: whose own is empty takes one.',
    kernel: ['rcache->depot'],
    preset: 'producer-consumer',
  },
  {
    term: 'order',
    says: 'The power of two of pages to which a size is rounded; magazines hold orders 0 to 5, up to 128 KiB.',
    kernel: ['order_base_2'],
    preset: 'nvme-mixed',
  },
  {
    term: 'chunk',
    says: 'A stretch of the space that one CPU maps from first: a plan of 2011 that never shipped.',
    preset: 'chunks',
  },
  {
    term: 'borrowing',
    says: 'A CPU without room of its own takes an address from another one’s chunk.',
    preset: 'greedy-cpu',
    also: 'borrow, foreign',
  },
  {
    term: 'keeper',
    says: 'The CPU in whose magazine a free address is, or the depot.',
    preset: 'producer-consumer',
    also: 'cached',
  },
  {
    term: 'online',
    says: 'Said of a CPU at work: when one goes, its magazines are emptied into the tree.',
    kernel: ['free_cpu_cached_iovas'],
    preset: 'greedy-cpu',
  },
  {
    term: 'island',
    says: 'A stretch of a space so large that only some of it is drawn entry by entry.',
    preset: 'nvlink-on-demand',
  },
  {
    term: 'IOPS',
    says: 'How many requests a disk does in a second.',
    preset: 'nvme-mixed',
  },
]
