// What the stories of TCE windows say: see stories.ts.

import type { Story } from './story.ts'

export const tceStories: Readonly<Record<string, Story>> = {
  'frames-64k': {
    says: 'Every 1500-byte buffer takes a whole 64 KiB IOMMU page, so 4 093 buffers fill the 256 MiB window; the card wants 8 192.',
    tryThis: '[Set the IOMMU page to 4K] while it runs and watch the refusals stop.',
    done: 'A buffer takes one page of 4K in place of one of 64K: the same buffers fill a small part of the window, none is refused, and far more of what is mapped is data.',
  },
  'frames-4k': {
    says: 'The kernel still has 64K pages, the IOMMU maps 4K ones: the same 8 192 buffers need an eighth of the window.',
    tryThis: '[See what happens with pages of 64K again]: the window fills.',
    done: 'Every buffer takes a whole page of 64K again: the window fills with pages that hold little data, and once it is full requests are refused.',
  },
  pools: {
    says: 'A window of 1 GiB or more is cut into four pools, each CPU hashed to one. CPU 0 keeps 8 192 buffers, more than its pool holds, and spills into the next.',
    tryThis: '[Set the ring of queue 0 to the size of the others]: the bands stay apart.',
    done: 'All rings are of one size: each CPU finds room in its own pool, and none spills into the next any more.',
  },
  halves: {
    says: 'Requests of up to 15 entries start in the lower three quarters, larger ones in the top quarter. The disk asks for 16 at a time and outgrows its region.',
    tryThis: '[Set the request size to 64K] or switch the allocator to pools and compare.',
    done: 'Requests are smaller: the disk keeps within its region, and nothing is refused.',
  },
  pinhole: {
    says: 'The whole window is 256 entries of 4 KiB. One queue with a ring of 256 is three buffers too many for it.',
    tryThis: '[Set the receive ring to 128]: the refusals stop.',
    done: 'The ring is smaller than the window: every buffer finds an entry, and nothing is refused.',
  },
  'per-table': {
    says: 'Each device has a table with pages that fit what it maps: eth0 holds 1500-byte buffers in 4K pages, 32 MiB for all of them; scsi0 holds 128 MiB of requests in 64K pages, every byte of it data.',
    tryThis: '[See what happens when scsi0 shares the table of eth0]: its requests find no 16 pages in a row.',
    done: 'scsi0 maps into the table of eth0, in its small pages: a request needs many of them in a row, and soon many requests are refused.',
  },
  'fine-coarse': {
    says: 'The idea of 2006 that never shipped: 4K pages in the lower quarter for small mappings, 64K pages above for a full page or more. 8 188 frame buffers and 128 MiB of disk requests take 160 MiB; nothing is refused.',
    tryThis: '[See what happens with a fine part of 12.5 %]: the last buffers spill into 64K pages.',
    done: 'The fine part is too small for all frame buffers: once it is full, the last of them take coarse pages, a whole one each.',
  },
  'one-size': {
    says: 'The load of fine and coarse in a window as large, all of it 64K pages: 255 MiB are mapped, 22 of them data, and the first buffer is refused after 1.1 ms.',
    tryThis: '[Set the IOMMU page to 4K]: hardly anything is refused, but eight times as many TCEs are written.',
    done: 'Pages are small: nearly all that is mapped is data. A request takes many more TCEs, and once most are taken one now and then finds not as many in a row.',
  },
  jumbo: {
    says: 'A 9000-byte frame fills 13.7 % of its 64 KiB page, where one of 1500 fills 2.3 %. It takes a whole page all the same: 4 093 buffers fill the window, and the card wants 8 192.',
    tryThis: '[Set the IOMMU page to 4K]: a buffer takes three TCEs, and all 8 192 take three eighths of the window.',
    done: 'A frame takes a few small pages in place of a large one: all buffers fit, and most of what is mapped is data.',
  },
  tso: {
    says: 'Eight queues have 1 MiB each in flight. With TSO that is 16 packets of 65 160 bytes a queue, a linear part and two pieces of payload each: 384 TCEs of 64 KiB for 8 MB.',
    tryThis:
      '[See what happens without TSO]: the same bytes in single frames want 8 192 TCEs, and the window has 1 021.',
    done: 'The same bytes go out in single frames, each in a page of its own: they want more than the window has, and as soon as it is full requests are refused.',
  },
  'two-ports': {
    says: 'Two ports of a card map into one window. eth0, its link full, had all its 2 048 buffers posted until eth1 came up at 2 ms; what eth0 frees since then fills the rings of eth1. At 12 ms eth0 has 520 buffers left.',
    tryThis: '[Give eth1 a table of its own]: both rings fill and no frame is missed.',
    done: 'eth1 has a window of its own: the buffers of both ports fit, and nothing more is refused.',
  },
  'real-1mib': {
    says: 'Linux 6.1 on an emulated POWER9, its window cut to 1 MiB: 256 TCEs. The NVMe disk keeps 96, the rings of the e1000e 32, so 125 of 256 receive buffers fit, and no packet can be sent. The log speaks the kernel’s words.',
    tryThis: '[Set the DMA window to 4M]: every buffer and every packet finds room.',
    done: 'The window has room for the rings and for every packet: nothing is refused any more.',
  },
  'real-boot': {
    says: 'Every TCE that an unmodified Linux 6.1 wrote while it booted on an emulated POWER9: the table emptied, a network card and an NVMe disk brought up, a ping, a few reads. The pools put every mapping where the kernel did.',
    tryThis:
      '[Choose another allocator] and count how often it would have been right; it has most to say from the start.',
    done: 'From here on the older rules choose an address before each recorded one is known: not every one is where the kernel put it.',
  },
}
