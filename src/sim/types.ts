// The quantities every mechanism speaks in are plain numbers, and their names say of what: ns, …Ns and …Ps; bytes; npages and
// pages (IOMMU pages); cpu or c, from 0; entry, first, e (of a table, from 0), abs and mask (counted from bus address 0);
// address (a byte of simulated RAM, which the kernel's linear map puts at 0xc000_0000_0000_0000). What a name does not
// say its comment does. Addresses of a window are entries or page frame numbers, never bytes: it may start at byte 2^59,
// where byte-exact doubles end.

/** What an allocator returns when it has no room: the field's -1, never a valid entry. */
export const NO_ENTRY = -1

/** Where a mechanism stands in the kernel. Data, so that the page links it and a test requires it. */
export interface KernelRef {
  readonly file: string
  readonly symbols: readonly string[]
  readonly tag: string
}

/** Most entries that one TCE stands for, where pages of two sizes share a window. */
export const MAX_GRANULE = 16
