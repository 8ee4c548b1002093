// What the stories of the boot say: see stories.ts.

import type { Story } from './story.ts'

export const bootStories: Readonly<Record<string, Story>> = {
  'iommu-fails': {
    says: 'The firmware promised an IOMMU, and its initialisation fails. Today’s kernel had made a bounce pool early all the same: what the 32-bit card does not reach is copied through 64 MiB.',
    tryThis:
      '[See what happens with 2.6.31]: detection alone kept the pool from being made, and buffers above 4 GiB are refused.',
    done: 'The kernel had decided against a pool before the IOMMU failed: what the card does not reach is refused.',
  },
  panic: {
    says: 'The first of four ways of 2009: if the IOMMU that was found does not come up, give up. No driver ever runs.',
    tryThis: '[Take the fourth way]: reserve early, and give back what is not needed.',
    done: 'The pool was reserved early and is there: what the card does not reach is copied, and the driver runs.',
  },
  'late-4mb': {
    says: 'The third way asks the page allocator for a pool when it is needed: 4 MiB is the largest block that it has, 2 048 slots for a card that posts 4 096 buffers.',
    tryThis: '[Take the fourth way]: 64 MiB that the boot allocator still had.',
    done: 'The pool was reserved before memory was handed out, and is large enough: nothing is refused.',
  },
  'give-back': {
    says: 'The fourth way reserves 64 MiB early; the IOMMU comes up, and they are given back. Every buffer is translated, nothing is copied.',
    tryThis: '[See what happens when the IOMMU fails]: the reserved memory becomes the pool.',
    done: 'The IOMMU does not come up, and what was reserved is the pool: what the card does not reach is copied.',
  },
  'leak-64m': {
    says: 'The fourth way without its last part: the IOMMU works, and 64 MiB stay reserved for ever on every such machine.',
    tryThis: '[Let them be given back]: nothing of it is lost any more.',
    done: 'What was reserved is given back when the IOMMU comes up: the machine runs as before and has all its memory.',
  },
  nommu: {
    says: 'Linux 2.6.31: an IOMMU was detected, so no pool was made, and then it fails. Buffers below 4 GiB work; of 16 GiB most lie above, and each of those is refused.',
    tryThis: '[Boot 2.6.33]: that makes the pool before it knows.',
    done: 'The kernel makes the pool before it knows: what the card does not reach is copied, and nothing is refused.',
  },
  'bounce-load': {
    says: 'No IOMMU and a card of 32 bits: five of six buffers lie above 4 GiB and are copied in when they are mapped and out when they come back, at 10 GB/s. A driver that keeps them mapped would copy each frame once.',
    tryThis: '[Give the card 64 bits]: nothing is copied any more.',
    done: 'The card reaches every buffer where it lies: nothing is copied, and more arrives.',
  },
  'full-but-empty': {
    says: 'Requests of up to 1 MiB, and the log says that the buffer is full. It is not: a slot holds 2 KiB and a set is 128 slots, so no mapping above 256 KiB ever fits, in an empty pool either.',
    tryThis: '[Ask for 4K at a time]: nothing more is refused, and far less is moved.',
    done: 'Every request is small enough for the pool, and none is refused any more. The price: each small piece is mapped and copied by itself, and far less is moved.',
  },
  'slot-leak': {
    says: 'A driver forgets one buffer in ten. Its slots are never free again: the pool of 4 MiB fills, and then every request is refused.',
    tryThis: '[Mend the driver]: what is gone stays gone, but nothing more is lost.',
    done: 'The driver forgets nothing more: the slots that it lost stay taken, and what is left of the pool serves it.',
  },
  'one-area': {
    says: 'A virtual machine bounces everything, as confidential ones do. Four jobs of 4K stand in line for the one lock of the pool, and together they do less than one alone.',
    tryThis: '[Give each CPU an area] as Linux does since 6.0.',
    done: 'Each CPU has an area with a lock of its own: nobody waits, and several times as much is moved.',
  },
  areas: {
    says: 'The same machine with an area for each CPU: four jobs, four locks, and nobody waits.',
    tryThis: '[See what happens with one area]: everybody stands in line for its lock.',
    done: 'All CPUs stand in line for one lock: they wait for most of their time, and far less is moved.',
  },
}
