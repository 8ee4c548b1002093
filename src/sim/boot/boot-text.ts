// The words of boot: what each step asked, what happened and why, and what options on the command line do. Data that a page
// prints beside a step's figures; ids are those of boot.ts and command-line.ts, spec: spec/SWIOTLB-IOTLB.md A.9 to A.11.

import type { OptionId } from './command-line.ts'

export interface BootStepText {
  /** What a step is called where room is short; behind its size, of one that tries a block. */
  readonly title: string
  readonly asked: string
  readonly happened: string
  readonly why: string
}

const STEPS = {
  'detect-none': {
    title: 'no IOMMU',
    asked: 'Does firmware describe an IOMMU?',
    happened: 'No.',
    why: 'Without its table the kernel does not look for one.',
  },
  'detect-found': {
    title: 'IOMMU found',
    asked: 'Does firmware describe an IOMMU?',
    happened: 'Yes. Whether it works is not known.',
    why: 'Only the table is read: to initialise an IOMMU takes a page allocator and the PCI devices, which come later.',
  },
  'detect-off': {
    title: 'IOMMU off',
    asked: 'Does firmware describe an IOMMU?',
    happened: 'Not asked: the command line switches it off.',
    why: 'iommu=off, or off in the option of the vendor.',
  },
  'detect-soft': {
    title: 'bounce buffers chosen',
    asked: 'Does firmware describe an IOMMU?',
    happened: 'Not asked: the command line chooses bounce buffers.',
    why: 'Before 6.12 iommu=soft and swiotlb=force were said instead of an IOMMU, not beside one.',
  },
  'probe-broken': {
    title: 'IOMMU broken',
    asked: 'Does the IOMMU work? Probed in full, this early.',
    happened: 'No. It counts as absent.',
    why: 'The best result on paper. Nobody could build it: the probe needs an allocator and the PCI devices.',
  },
  'pool-not-needed': {
    title: 'no pool needed',
    asked: 'Is memory for bounce buffers needed?',
    happened: 'No: all RAM lies below 4 GiB.',
    why: 'A device of 32 bits reaches all of it.',
  },
  'pool-off': {
    title: 'no pool wanted',
    asked: 'Is memory for bounce buffers needed?',
    happened: 'Not asked: the command line wants none.',
    why: 'iommu=off means no pool either, and swiotlb=noforce means none at all.',
  },
  'pool-suppressed': {
    title: 'no pool: IOMMU found',
    asked: 'Is memory for bounce buffers needed?',
    happened: 'No: an IOMMU was found.',
    why: 'Found is taken for working. This is the decision that cannot be taken back.',
  },
  'pool-later': {
    title: 'pool put off',
    asked: 'Is memory for bounce buffers needed?',
    happened: 'Decided later.',
    why: 'When it is known whether the IOMMU works, nothing has been wasted.',
  },
  'reserved-ready': {
    title: 'pool ready',
    asked: 'The boot allocator: one block for the pool.',
    happened: 'Taken, and its books are written.',
    why: 'A large block of adjoining memory exists now and never again.',
  },
  reserved: {
    title: 'pool reserved',
    asked: 'The boot allocator: one block for the pool.',
    happened: 'Taken, but not initialised.',
    why: 'Whether it is needed shows later. Until then it is only kept from others.',
  },
  'no-room': {
    title: 'no room',
    asked: 'The boot allocator: one block for the pool.',
    happened: 'It has none of that size.',
    why: 'The block must lie below 4 GiB and in one piece.',
  },
  'no-room-panic': {
    title: 'no room: panic',
    asked: 'The boot allocator: a smaller block?',
    happened: 'Not asked: the kernel stops.',
    why: 'In 2009 the boot allocator either had the memory or panicked.',
  },
  'no-pool': {
    title: 'no pool',
    asked: 'A smaller block?',
    happened: 'None is worth having. There is no pool.',
    why: 'Below 1 MiB early, or 2 MiB late, it is not tried.',
  },
  'hand-over': {
    title: 'memory handed over',
    asked: 'The boot allocator ends.',
    happened: 'What is free goes to the page allocator; what is reserved stays reserved.',
    why: 'The page allocator hands out powers of two of pages, up to 4 MiB on x86.',
  },
  'init-works': {
    title: 'IOMMU works',
    asked: 'Initialise the IOMMU.',
    happened: 'It works.',
    why: 'From here on it can translate.',
  },
  'init-fails': {
    title: 'IOMMU fails',
    asked: 'Initialise the IOMMU.',
    happened: 'It fails.',
    why: 'Mostly the fault of firmware, and it shows only now.',
  },
  'passed-through': {
    title: 'passed through',
    asked: 'Are devices to be translated?',
    happened: 'No: the command line lets them through.',
    why: 'Pass-through: addresses are those of memory, so a device of 32 bits needs its bounce buffers.',
  },
  panic: {
    title: 'panic',
    asked: 'What now?',
    happened: 'The kernel stops.',
    why: 'It would have run well with little memory, or with a pool, only without isolation.',
  },
  initialised: {
    title: 'pool in use',
    asked: 'Is the reserved block needed?',
    happened: 'Yes. Its books are written, it is the pool.',
    why: 'No IOMMU translates.',
  },
  'given-back': {
    title: 'given back',
    asked: 'Is the reserved block needed?',
    happened: 'No. It goes to the page allocator.',
    why: 'The IOMMU maps high memory where the device reaches.',
  },
  leaked: {
    title: 'left behind',
    asked: 'Is the reserved block needed?',
    happened: 'No, but there is no way to give it back.',
    why: 'The boot allocator that it came from is gone.',
  },
  'pool-freed': {
    title: 'pool freed',
    asked: 'Is the pool needed?',
    happened: 'No. The IOMMU’s driver clears the flag, the pool is freed.',
    why: 'The IOMMU maps high memory where the device reaches.',
  },
  'pool-kept': {
    title: 'pool kept idle',
    asked: 'Is the pool needed?',
    happened: 'It is kept.',
    why: 'Buffers of untrusted devices that do not fill whole pages bounce, IOMMU or not.',
  },
  'block-too-large': {
    title: 'too large',
    asked: 'The page allocator: one block for the pool.',
    happened: 'It has no blocks of that size.',
    why: 'Its largest order is a limit of its own, however much memory is free.',
  },
  'block-fragmented': {
    title: 'none free',
    asked: 'The page allocator: one block for the pool.',
    happened: 'None is free.',
    why: 'By now memory is fragmented.',
  },
  'block-found': {
    title: 'found',
    asked: 'The page allocator: one block for the pool.',
    happened: 'Taken, and its books are written.',
    why: 'The first that is there; the wanted size is not asked for again.',
  },
} as const satisfies Readonly<Record<string, BootStepText>>

/** What a step of boot is called. */
export type StepId = keyof typeof STEPS

/** The words of a step by its id. */
export const BOOT_STEP_TEXT: Readonly<Record<StepId, BootStepText>> = STEPS

const FAILURES = {
  'no-address-width': 'Firmware bug: the registers of the DMAR unit read as zero, so it supports no address width.',
  'bad-checksum': 'Firmware bug: the checksum of the IVRS table is wrong.',
} as const

/** Why an IOMMU cannot be initialised; the lines of the log are in boot-log.ts. */
export type FailureId = keyof typeof FAILURES

/** The cause of a failure in words. */
export const FAILURE_TEXT: Readonly<Record<FailureId, string>> = FAILURES

/** What an option on the command line does to boot. */
export const OPTION_TEXT: Readonly<Record<OptionId, string>> = {
  'iommu-off': 'No IOMMU is looked for, and no pool is made for want of reach: high buffers of 32-bit devices fail.',
  'iommu-soft': 'A pool is made whether RAM needs it or not. Before 6.12 the IOMMU is left alone too.',
  'iommu-pt': 'The IOMMU runs but lets devices through untranslated: no isolation, and high buffers bounce.',
  'iommu-nopt': 'Devices are translated.',
  'iommu-force': 'Of no effect here: it concerns old IOMMUs that were used only for high memory.',
  'iommu-noforce': 'Of no effect here: it concerns old IOMMUs that were used only for high memory.',
  'intel-on': 'VT-d is used if firmware describes it.',
  'intel-off': 'VT-d is not used. The pool is made as on a machine without it.',
  'scalable-on': 'VT-d uses scalable mode if it can. Boot is the same.',
  'scalable-off': 'VT-d uses legacy mode. Boot is the same.',
  'amd-off': 'AMD’s IOMMU is not used. The pool is made as on a machine without it.',
  'strict-on': 'Each unmap is invalidated at once. Boot is the same.',
  'strict-off': 'Invalidations are batched. Boot is the same.',
  'passthrough-on': 'As iommu=pt; kernels of 2009 do not know it.',
  'passthrough-off': 'Devices are translated; kernels of 2009 do not know it.',
  'swiotlb-size': 'The pool has this many slots of 2 KiB, rounded up.',
  'swiotlb-areas': 'The pool has this many areas, each with its own lock; kernels of 2009 have one.',
  'swiotlb-force': 'Every buffer bounces unless an IOMMU translates. Before 6.12 the IOMMU is left alone.',
  'swiotlb-noforce': 'No pool is ever made; kernels of 2009 do not know it.',
  other: 'Accepted; boot is the same.',
}
