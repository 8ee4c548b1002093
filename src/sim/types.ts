// The quantities every mechanism speaks in. Addresses are table indexes or page frame numbers, never bytes:
// a window may start at byte 2^59, where byte-exact doubles end.

declare const unit: unique symbol
type Branded<B extends string> = number & { readonly [unit]: B }

/** Integer nanoseconds of simulated time, from 0. */
export type Ns = Branded<'Ns'>
/** Index of a simulated CPU, from 0. */
export type Cpu = Branded<'Cpu'>
/** One TCE = one IOMMU page, counted from the start of its table (0 … size-1). */
export type Entry = Branded<'Entry'>
/** A TCE counted from bus address 0: table-relative entry + the table's offset. */
export type AbsEntry = Branded<'AbsEntry'>
/** A number of IOMMU pages. */
export type Pages = Branded<'Pages'>
/** A number of bytes. */
export type Bytes = Branded<'Bytes'>
/**
 * A byte address in simulated RAM, from 0. The kernel's linear map puts it at 0xc000_0000_0000_0000 + address;
 * only text shows that base, because the sum does not fit a double.
 */
export type RealAddr = Branded<'RealAddr'>

export const ns = (n: number): Ns => n as Ns
export const cpu = (n: number): Cpu => n as Cpu
export const entry = (n: number): Entry => n as Entry
export const absEntry = (n: number): AbsEntry => n as AbsEntry
export const pages = (n: number): Pages => n as Pages
export const bytes = (n: number): Bytes => n as Bytes
export const realAddr = (n: number): RealAddr => n as RealAddr

/** What an allocator returns when it has no room: the field's -1, never a valid entry. */
export const NO_ENTRY = -1 as Entry

/** Where a mechanism stands in the kernel. Data, so that the page links it and a test requires it. */
export interface KernelRef {
  readonly file: string
  readonly symbols: readonly string[]
  readonly tag: string
}

/** Most entries that one TCE stands for, where pages of two sizes share a window. */
export const MAX_GRANULE = 16
