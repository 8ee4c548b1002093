// What the stories of the IOTLB say: see stories.ts.

import type { Story } from './story.ts'

export const iotlbStories: Readonly<Record<string, Story>> = {
  strict: {
    says: 'A card of 40 Gbit/s, strict: each unmap clears its entry, tells the IOTLB and waits. In 10 ms that wait is 57 % of what a map and unmap costs; nothing stays reachable, and 25 of the 40 Gbit/s arrive.',
    tryThis: '[Set the flush to deferred]: 36 Gbit/s, and a device that reaches a little more than it should.',
    done: 'An unmap waits for nothing: ranges queue for a common flush, more arrives, and what was unmapped stays reachable until the flush comes.',
  },
  batched: {
    says: 'The default: an unmap clears its entry and goes on; 255 of them wait in a ring for one flush. Until then the device still gets there: up to 4 MiB of memory that was taken back, for 2.57 ms.',
    tryThis:
      '[See what happens with a buffer every 100 µs]: no ring fills any more, and the timer flushes after 10 ms.',
    done: 'Buffers come so seldom that no ring fills: what is unmapped from now on waits for the timer. It stays reachable several times as long, though there is less of it.',
  },
  never: {
    says: 'The bug of 2011: nothing is invalidated, and an address is free at once. Whoever gets it next is led to the page before: in 10 ms 666 of 987 buffers go to the wrong memory.',
    tryThis: '[Set the flush to strict]: what is left over goes first, and nothing goes wrong any more.',
    done: 'Every unmap waits until the IOTLB has forgotten: nothing stays reachable, and no buffer goes to the wrong memory any more.',
  },
  'untrusted-device': {
    says: 'The device comes back to every tenth buffer 1 ms after its unmap. 86 of 94 times in 20 ms it still gets through, 85 of them to data that a new owner has put there.',
    tryThis: '[Set the flush to strict]: every attempt ends in a fault.',
    done: 'Every unmap waits until the IOTLB has forgotten: whatever the device tries afterwards ends in a fault.',
  },
  'hypervisor-2011': {
    says: 'In 2011 the calls that hypervisors use flushed nothing. Memory goes from one guest to another, 2M at a time; the first one’s device goes on using it: 13 140 times in 20 ms it reaches the other’s data.',
    tryThis: '[Set the flush to strict]: the device faults instead.',
    done: 'Every unmap waits until the IOTLB has forgotten: the first guest’s device faults in place of reaching the other’s data.',
  },
  'iotlb-wall': {
    says: 'A device reads 64 bytes here and there in 1 MiB of 4K pages. 64 entries lead to 256 KiB of it: three of four reads miss and wait for a walk, and 12.5 of 27.7 Gbit/s remain.',
    tryThis: '[Make the window 256K]: every read hits.',
    done: 'Every page of the window has room in the IOTLB: reads hit, and nothing waits for a walk.',
  },
  superpages: {
    says: 'The same reads over 64 MiB: 32 pages of 2M take half of the 64 entries, and every read hits.',
    tryThis: '[See what happens with the smallest pages alone]: 16 384 pages for 64 entries, and a third of the speed.',
    done: 'Only the smallest pages are used, far more than the IOTLB has entries: nearly every read misses and waits for a walk.',
  },
  splitting: {
    says: 'A large page needs both addresses aligned. Here the memory of the host begins one page late: each 2M becomes 512 pages of 4K in a table of their own, and eight times the table work.',
    tryThis: '[Align the host memory]: one entry for each 2M, and no leaf table is left.',
    done: 'The host memory is aligned: a large page is mapped as one entry, and no leaf table is made for it.',
  },
  'partial-unmap': {
    says: 'A hypervisor takes 4K back from the start of a page of 2M. An unmap does not know how its range was mapped: VT-d takes the whole 2M away, and the device faults on 511 pages that nobody asked for.',
    tryThis: '[Set the platform to Arm]: it splits the page into a table and takes 4K.',
    done: 'The driver makes a table of the large page and takes away only what was asked for: the device faults there alone.',
  },
  'exact-size-flush': {
    says: 'The other vendors of the debate: hardware that forgets a page only if told its size as mapped. Before it clears a range the kernel looks the sizes up: one command for each 2M, and nothing stays.',
    tryThis:
      '[See what happens when it is told 4K for everything]: 512 commands for each 2M, and the device still gets through.',
    done: 'The hardware is told the smallest size for everything: translations of large pages stay, and from the next unmap on the device gets through.',
  },
}
