// What the stories of large windows say: see stories.ts.

import type { Story } from './story.ts'

export const powerStories: Readonly<Record<string, Story>> = {
  'nvlink-flat': {
    says: 'A guest with 16 GiB of RAM at 0 and 16 GiB of GPU memory 36 TiB up needs a window of 64 TiB. In one level that is a table of 8 GiB in one piece, and the page allocator has no piece above 16 MiB. So there is no table, and nothing can be mapped.',
    tryThis: '[Give the table two levels]: it is made at once.',
    done: 'In levels the table is made of pieces that the page allocator has: it is there, and memory is mapped.',
  },
  'nvlink-whole': {
    says: 'Before 2018 all level tables are made with the window: 65 538 of them in two trees, 17 180 393 472 bytes, for 32 GiB of memory that needs 34 of them.',
    tryThis: '[Let levels be made on demand]: 524 288 bytes at first, 8 912 896 when all memory is mapped.',
    done: 'A level table is made when the first entry below it is set: few are there, and they grow with what is mapped.',
  },
  'nvlink-on-demand': {
    says: 'On demand, a level table is made when the first entry below it is set: the top ones with the window, then one for each 2 GiB that is mapped. Two trees of 1 + 16 tables hold both islands in 8.5 MiB; all 16 GiB are charged all the same.',
    tryThis: '[Move the GPU’s memory down to 1 TiB] or elsewhere, or let the tables be made whole.',
    done: 'The far memory lies elsewhere: other level tables lead to it, made on demand as before.',
  },
  'real-mode': {
    says: 'KVM answered hypercalls in real mode, where nothing can be allocated. The first of 64 calls into each 2 GiB finds no level table and comes back too hard, and virtual mode does it again: 16 of 1 024.',
    tryThis: '[Let the tables be made whole]: no call is too hard any more.',
    done: 'All level tables are made with the window: real mode finds each of them, and no call is too hard.',
  },
  'default-window': {
    says: 'Started with disable_ddw: network card and disk share a default window of 128 MiB in pages of 4K. Frames and requests of 1 MiB want more TCEs than it has, and each map and unmap is a hypercall.',
    tryThis: '[Let a dynamic window be made]: all memory is mapped once, and nothing is refused.',
    done: 'A dynamic window holds all memory: it is mapped once, a buffer costs no call, and nothing is refused.',
  },
  'ddw-direct': {
    says: 'The hypervisor has TCEs for all memory that the partition may ever have: 512 calls map 16 GiB one to one when the driver is loaded, and from then on a buffer costs no call. 40 Gbit/s on two CPUs.',
    tryThis:
      '[See what happens without the dynamic window]: two calls for each buffer, and less than half of the frames.',
    done: 'Only the default window is left: every buffer costs hypercalls, and once the rings are full far fewer frames arrive.',
  },
  'ddw-indirect': {
    says: 'This partition may grow to 2 TiB: 33 554 432 TCEs of 64K, and the hypervisor has 262 144. Since 5.16 the window is made all the same and used indirectly: 16 GiB for buffers instead of 2, at two calls for each.',
    tryThis: '[Let it grow to no more than 16 GiB]: the same TCEs hold all memory.',
    done: 'The memory can grow no further than it is: the window holds all of it, mapped once, and a buffer costs no call.',
  },
  'hypervisor-64k': {
    says: 'The hypervisor sets 16 384 TCEs aside for this device and offers no page above 64K: 1 GiB of window, where 64 GiB of memory may have to be mapped. With pages of 16M the same TCEs would hold 256 GiB.',
    tryThis: '[Let it offer 16M]: the largest is taken, and the window becomes direct.',
    done: 'The hypervisor offers larger pages: the same TCEs hold all memory, mapped once, and a buffer costs no call.',
  },
  'vfio-guest': {
    says: 'A program of user space maps 16 GiB in huge pages of 16M through VFIO, into a window of 2 GiB: 128 of them fit, each with 256 TCEs of 64K, and the others lie outside.',
    tryThis: '[Give it a window of 16 GiB]: everything fits.',
    done: 'The window is as large as the guest’s memory: every huge page fits, and nothing is refused.',
  },
  'vfs-256': {
    says: 'The platform has set 64 MiB aside for TCEs, and 256 virtual functions share it: 32 768 each. A direct window for 64 GiB takes 1 048 576 of 64K, so none is made; each function gets an indirect window of 2 GiB.',
    tryThis: '[See what happens before 5.16]: all 256 are left with the default window.',
    done: 'The older kernel makes no window that does not hold all memory: this function, as all others, is left with the default one.',
  },
}
