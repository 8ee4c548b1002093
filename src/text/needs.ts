// Why a view has nothing to show in a run, in a few words for the menu and in a sentence for its place.

import type { FlushMode } from '../sim/index.ts'

const queueless: Readonly<Record<FlushMode, string>> = {
  strict: 'Strict: nothing waits here. Every unmap waits for its own invalidation and then frees its address.',
  deferred: 'Nothing can wait here: no unmap of this device asks for a flush.',
  none: 'None: nothing waits here, because nobody ever invalidates. An address is free at once, and what the IOTLB holds stays reachable.',
}

/** `short`: what it needs; `says`: what is so instead. */
export const needsText = {
  table: {
    short: 'needs a TCE table of one level',
    says: 'The window shown has no TCE table of one level: its table has several, or nothing is translated.',
  },
  space: {
    short: 'needs an IOMMU or a bounce pool',
    says: 'There is nothing to map in: neither an IOMMU nor a bounce pool.',
  },
  caches: { short: 'needs magazines or chunks', says: 'This allocator keeps nothing for a CPU alone.' },
  iotlb: { short: 'needs an IOTLB', says: 'This platform’s cache of translations is not modelled.' },
  ledger: {
    short: 'needs an IOTLB',
    says: 'Without an IOTLB nothing stays reachable, and what a map and unmap costs is not told apart.',
  },
  queue: { short: 'needs deferred flushing', says: 'Nothing waits here: only deferred flushing keeps a queue.' },
  commands: {
    short: 'needs unmaps that are flushed',
    says: 'No command is sent: nothing is unmapped, or nobody flushes it.',
  },
  radix: { short: 'needs VT-d, AMD-Vi or Arm', says: 'There is no table of several levels here.' },
  levels: { short: 'needs a guest’s window', says: 'The window shown has no TCE table of several levels.' },
  memory: {
    short: 'needs a guest’s window',
    says: 'No TCE table of several levels is made here: a powernv host makes them, for the device of a guest.',
  },
  islands: {
    short: 'needs powernv or pseries',
    says: 'Where memory lies is shown of a machine that maps memory at its own addresses.',
  },
  ddw: {
    short: 'needs a partition',
    says: 'Dynamic DMA windows are made for devices of a partition, on the platform pseries.',
  },
  windows: {
    short: 'needs a partition',
    says: 'No windows are given out here: they are what the firmware of a partition makes for a device.',
  },
  hcalls: {
    short: 'needs a hypervisor',
    says: 'There is no hypervisor here: the kernel writes its tables itself.',
  },
  budget: {
    short: 'needs virtual functions',
    says: 'There are no virtual functions here that would share a budget of TCEs.',
  },
  boot: {
    short: 'needs VT-d or AMD-Vi',
    says: 'This platform’s boot is not modelled. Machines with VT-d or AMD-Vi come up step by step.',
  },
  pool: {
    short: 'needs a bounce pool',
    says: 'No pool is in use: addresses are translated, or there is nothing to bounce through.',
  },
  bounce: { short: 'needs no IOMMU, or an untrusted device', says: 'Nothing bounces: addresses are translated.' },
} as const

export const unmetText = {
  needs: needsText,
  queueless,
  /** What is there instead. */
  show: (title: string) => `Show “${title}”`,
  /** A preset in which there is something. */
  open: (title: string) => `Open “${title}”`,
  here: 'For this run',
  studies: 'Studies: many runs behind the page',
  elsewhere: 'Nothing to show in this run',
  full: (last: string) => `Three stand there: a further one takes the place of ${last}`,
  replaced: (title: string, old: string) => `${title} stands in the place of ${old}`,
} as const
