// The DMA API of a device behind a TCE table: buffers become IOMMU pages here, and nothing else does.
//
// Kernel: arch/powerpc/kernel/iommu.c (iommu_map_page, iommu_unmap_page, iommu_alloc_coherent, ppc_iommu_map_sg …).
// Spec: spec/POWERPC.md A.7, and B for generation 1, which differs only in asking for no alignment: its other way to
// count pages, (align_up(address + length) - align_down(address)) >> pageShift, gives the same number.
// A DMA address is a pair: absolute entry, and offset in that IOMMU page (the buffer's own). As bytes it would not
// fit a double in a window at 2^59.
// Kept on purpose: a scatter-gather element whose TCEs could not be written keeps its entries for ever (a leak in the
// kernel), and a list that begins with an element of length 0 is never unmapped.
// Not modelled: the message on failure (the machine prints it), attributes, highmem.
// Invariant: except for that leak, an entry has a TCE exactly while it is handed out.
// Cost: one allocator call and one table call per element.

import { alignUp, log2Ceil, log2Floor, modPow2, pow2 } from '../../lib/bits.ts'
import type { CostMeter } from '../engine/meter.ts'
import type { AllocRequest, IovaAllocator, Ranges, WindowGeometry } from '../iova/allocator.ts'
import type { TableReader, TranslationTable } from '../table/table.ts'
import { MAX_GRANULE, NO_ENTRY } from '../types.ts'

/** What a mapping returns when there is none. */
export const NO_DMA = -1
/** What map_sg returns when it fails: the kernel's -EIO. */
export const SG_ERROR = -5
/** Coherent memory comes from the page allocator in blocks of at most 2^12 kernel pages. */
const COHERENT_MAX_ORDER = 12

/** A device's window as the kernel and the page see it: how it is divided, where its entries lead, and how large a page is. */
export interface DmaDomain {
  readonly allocator: Ranges
  readonly allocatorState: object
  readonly table: TableReader
  readonly tableState: object
  readonly geometry: WindowGeometry
  /** log2 of the kernel's page size in bytes. */
  readonly kernelPageShift: number
  /** Bytes of an IOMMU page and of a kernel page. */
  readonly pageBytes: number
  readonly kernelPageBytes: number
  /** 1 / pageBytes: exact, since both are powers of two. */
  readonly pageInverse: number
  /** Some TCEs stand for several entries: the place of a buffer among them must be told. */
  readonly mixed: boolean
  /** A buffer begins its first entry, whatever its address: entries are slots that it is copied to. */
  readonly isCopied: boolean
}

/** The same where an allocator hands its entries out. */
export interface AllocDomain extends DmaDomain {
  readonly allocator: IovaAllocator
  /** Scratch, so that mapping a page allocates nothing. */
  readonly request: AllocRequest
}

/** The same where its table is one of TCEs, which the code of this file writes. */
export interface TceDomain extends AllocDomain {
  readonly tces: Pick<TranslationTable, 'set' | 'clear'>
  /** A buffer of whole kernel pages gets a DMA address aligned as its page is; off in the two-region generation 1. */
  readonly alignPages: boolean
  /** Adjacent scatter-gather elements become one segment … */
  readonly mergeSegments: boolean
  /** … of at most this many bytes. */
  readonly maxSegmentBytes: number
}

/** A domain with its derived sizes. */
export function createDomain<A extends Ranges>(parts: {
  readonly allocator: A
  readonly allocatorState: object
  readonly table: TableReader
  readonly tableState: object
  readonly geometry: WindowGeometry
  readonly kernelPageShift: number
  readonly isCopied?: true
}): DmaDomain & { readonly allocator: A } {
  const pageBytes = pow2(parts.geometry.pageShift)
  const { allocator, allocatorState, table, tableState, geometry, kernelPageShift } = parts
  return {
    allocator,
    allocatorState,
    table,
    tableState,
    geometry,
    kernelPageShift,
    pageBytes,
    kernelPageBytes: pow2(kernelPageShift),
    pageInverse: 1 / pageBytes,
    mixed: allocator.granule !== undefined,
    isCopied: parts.isCopied === true,
  }
}

/** A request that is filled anew by every call. */
export function createRequest(): AllocRequest {
  return {
    cpu: 0,
    npages: 0,
    alignOrder: 0,
    mask: 0,
    handle: 0,
    useHandle: false,
    emptyCaches: true,
    phase: 0,
  }
}

/** The domain of a table of TCEs, with its derived sizes and a fresh scratch request. */
export function createTceDomain(
  parts: Parameters<typeof createDomain<IovaAllocator>>[0] & {
    readonly table: TableReader & Pick<TranslationTable, 'set' | 'clear'>
  } & Pick<TceDomain, 'alignPages' | 'mergeSegments' | 'maxSegmentBytes'>,
): TceDomain {
  const { allocator, allocatorState, table, tableState, geometry, kernelPageShift } = parts
  const { pageBytes, kernelPageBytes, pageInverse, mixed, isCopied } = createDomain(parts)
  const { alignPages, mergeSegments, maxSegmentBytes } = parts
  // Written out as createDomain's is: see `withCpus` of iova/geometry.ts.
  return {
    allocator,
    allocatorState,
    table,
    tableState,
    geometry,
    kernelPageShift,
    pageBytes,
    kernelPageBytes,
    pageInverse,
    mixed,
    isCopied,
    request: createRequest(),
    tces: table,
    alignPages,
    mergeSegments,
    maxSegmentBytes,
  }
}

/** A scatter-gather list. Arrays are [capacity]; the first `n` elements count. */
export interface SgList {
  n: number
  readonly address: Float64Array
  readonly length: Float64Array
  /** Output segments: absolute entry, offset in its IOMMU page, bytes (0 ends the list). */
  readonly dmaEntry: Float64Array
  /** Real address that each segment begins with. */
  readonly dmaReal: Float64Array
  readonly dmaOffset: Float64Array
  readonly dmaLength: Float64Array
}

export function createSgList(capacity: number): SgList {
  const array = (): Float64Array => new Float64Array(capacity)
  return {
    n: 0,
    address: array(),
    length: array(),
    dmaEntry: array(),
    dmaReal: array(),
    dmaOffset: array(),
    dmaLength: array(),
  }
}

/** IOMMU pages that `length` bytes touch which begin `offset` bytes into a page (any address will do). */
export function pagesTouched(d: DmaDomain, offset: number, length: number): number {
  const io = d.pageBytes
  const end = offset - Math.floor(offset * d.pageInverse) * io + length
  return end <= io && length > 0 ? 1 : Math.ceil(end * d.pageInverse)
}

/** Number of the IOMMU page that an address lies in, modulo the entries that a TCE may stand for. */
export function phaseOf(d: DmaDomain, address: number): number {
  return modPow2(Math.floor(address * d.pageInverse), MAX_GRANULE)
}

/** Entries that one TCE stands for at an entry. */
export function granuleAt(d: DmaDomain, e: number): number {
  return d.allocator.granule?.(d.allocatorState, e) ?? 1
}

/** Bytes from the first entry of a mapping that begins at `first` to its buffer at `address`. */
export function offsetInMapping(d: DmaDomain, first: number, address: number): number {
  return modPow2(address, d.mixed ? granuleAt(d, first) * d.pageBytes : d.pageBytes)
}

/** Offset of a buffer in its first IOMMU page: the low part of its DMA address. */
export function offsetInPage(d: DmaDomain, address: number): number {
  return modPow2(address, d.pageBytes)
}

/**
 * Maps `size` bytes at `address` for a device that reaches absolute entries up to `mask`. Returns the absolute entry
 * of the DMA address (its low part is offsetInPage(address)), or NO_DMA. Spec A.7 map_page.
 */
export function mapPage(
  d: TceDomain,
  onCpu: number,
  address: number,
  size: number,
  permission: number,
  mask: number,
  meter: CostMeter,
): number {
  return mapRun(d, onCpu, pagesTouched(d, address, size), orderOf(d, address, size), address, permission, mask, meter)
}

/** Takes back `size` bytes at a DMA address. False, and no change, when it is outside the table. Spec A.6, A.7. */
export function unmapPage(
  d: TceDomain,
  onCpu: number,
  at: number,
  offset: number,
  size: number,
  meter: CostMeter,
): boolean {
  return release(d, onCpu, at, pagesTouched(d, offset, size), meter)
}

/**
 * Maps `size` (at least 1) bytes of coherent memory at `address`, which is aligned to its own size as the page
 * allocator gives it. Returns the absolute entry (the low part is 0), or NO_DMA. Spec A.7 coherent.
 */
export function allocCoherent(
  d: TceDomain,
  onCpu: number,
  address: number,
  size: number,
  permission: number,
  mask: number,
  meter: CostMeter,
): number {
  const whole = alignUp(size, d.kernelPageBytes)
  if (log2Ceil(whole / d.kernelPageBytes) > COHERENT_MAX_ORDER) return NO_DMA
  const last = Math.floor((whole - 1) / d.pageBytes)
  const order = last === 0 ? 0 : log2Floor(last) + 1
  return mapRun(d, onCpu, coherentPages(d, size), order, address, permission, mask, meter)
}

/** Takes back coherent memory of `size` bytes. False, and no change, when it is outside the table. */
export function freeCoherent(d: TceDomain, onCpu: number, at: number, size: number, meter: CostMeter): boolean {
  return release(d, onCpu, at, coherentPages(d, size), meter)
}

/**
 * Maps a list, whose output lengths are 0. Returns the number of output segments, or SG_ERROR with every output
 * length 0. Spec A.7 map_sg.
 */
export function mapSg(
  d: TceDomain,
  onCpu: number,
  sg: SgList,
  permission: number,
  mask: number,
  meter: CostMeter,
): number {
  if (sg.n === 0) return 0
  const io = d.pageBytes
  let out = 0
  // Element that opened the current segment: 0 even when element 0 is empty.
  let opener = 0
  let endEntry = 0
  let endOffset = 0
  let handle = 0
  for (let i = 0; i < sg.n; i++) {
    const length = sg.length[i]!
    if (length === 0) {
      endEntry = 0
      endOffset = 0
      continue
    }
    const address = sg.address[i]!
    const npages = pagesTouched(d, address, length)
    const e = allocRun(d, onCpu, npages, orderOf(d, address, length), address, mask, handle, true, meter)
    if (e === NO_ENTRY) return unwind(d, onCpu, sg, out, meter)
    handle = d.request.handle
    if (!d.tces.set(d.tableState, e, npages, address, permission, meter)) return unwind(d, onCpu, sg, out, meter)
    const at = e + d.geometry.offset
    const offset = offsetInPage(d, address)
    if (i !== opener) {
      const adjacent = d.mergeSegments && at === endEntry && offset === endOffset
      if (adjacent && sg.dmaLength[out]! + length <= d.maxSegmentBytes) {
        sg.dmaLength[out]! += length
      } else {
        opener = i
        out++
      }
    }
    if (i === opener) {
      sg.dmaEntry[out] = at
      sg.dmaReal[out] = address
      sg.dmaOffset[out] = offset
      sg.dmaLength[out] = length
    }
    endEntry = at + Math.floor((offset + length) / io)
    endOffset = modPow2(offset + length, io)
  }
  if (out + 1 < sg.n) sg.dmaLength[out + 1] = 0
  return out + 1
}

/** Takes back every output segment up to the first of length 0. Spec A.7 unmap_sg. */
export function unmapSg(d: TceDomain, onCpu: number, sg: SgList, meter: CostMeter): void {
  for (let i = 0; i < sg.n && sg.dmaLength[i] !== 0; i++) releaseSegment(d, onCpu, sg, i, meter)
}

/** A buffer of at least one whole kernel page, beginning at one, keeps that alignment in a window of smaller pages. */
export function orderOf(d: TceDomain, address: number, size: number): number {
  const finer = d.kernelPageShift - d.geometry.pageShift
  if (!d.alignPages || finer <= 0) return 0
  const kernelPage = d.kernelPageBytes
  return size >= kernelPage && modPow2(address, kernelPage) === 0 ? finer : 0
}

function coherentPages(d: DmaDomain, size: number): number {
  return Math.ceil(alignUp(size, d.kernelPageBytes) / d.pageBytes)
}

function allocRun(
  d: TceDomain,
  onCpu: number,
  npages: number,
  alignOrder: number,
  address: number,
  mask: number,
  handle: number,
  useHandle: boolean,
  meter: CostMeter,
): number {
  const req = d.request
  req.cpu = onCpu
  req.npages = npages
  req.alignOrder = alignOrder
  req.mask = mask
  req.handle = handle
  req.useHandle = useHandle
  req.phase = d.mixed ? phaseOf(d, address) : 0
  return d.allocator.alloc(d.allocatorState, req, meter)
}

function mapRun(
  d: TceDomain,
  onCpu: number,
  npages: number,
  alignOrder: number,
  address: number,
  permission: number,
  mask: number,
  meter: CostMeter,
): number {
  const e = allocRun(d, onCpu, npages, alignOrder, address, mask, 0, false, meter)
  if (e === NO_ENTRY) return NO_DMA
  if (d.tces.set(d.tableState, e, npages, address, permission, meter)) return e + d.geometry.offset
  // The hint of the allocator stays where the attempt moved it.
  d.allocator.free(d.allocatorState, e, npages, meter, onCpu)
  return NO_DMA
}

/** Clears the TCEs, then frees the entries, as long as all of them are in the table. */
function release(d: TceDomain, onCpu: number, at: number, npages: number, meter: CostMeter): boolean {
  const e = at - d.geometry.offset
  if (e < 0 || e + npages > d.geometry.size) return false
  d.tces.clear(d.tableState, e, npages, meter)
  return d.allocator.free(d.allocatorState, e, npages, meter, onCpu)
}

function releaseSegment(d: TceDomain, onCpu: number, sg: SgList, i: number, meter: CostMeter): void {
  release(d, onCpu, sg.dmaEntry[i]!, pagesTouched(d, sg.dmaOffset[i]!, sg.dmaLength[i]!), meter)
}

/** Gives the segments so far back. The element that failed last is in none of them. */
function unwind(d: TceDomain, onCpu: number, sg: SgList, lastOut: number, meter: CostMeter): number {
  for (let i = 0; i <= lastOut; i++) {
    if (sg.dmaLength[i] !== 0) releaseSegment(d, onCpu, sg, i, meter)
    sg.dmaLength[i] = 0
  }
  return SG_ERROR
}
