// The hypervisor calls that write TCEs: for buffers of an indirect table, and for RAM in a direct window.
//
// Kernel: arch/powerpc/platforms/pseries/iommu.c, see `hcallKernel` below. Spec: spec/POWERPC.md D.3, D.4.
// What it does: a partition does not write its TCEs, it asks the hypervisor to: H_PUT_TCE for one entry,
// H_PUT_TCE_INDIRECT for up to 512 entries listed in a page, H_STUFF_TCE for up to 512 entries of one value. Of a direct
// window all RAM is mapped once, of an indirect table each buffer is mapped and unmapped.
// As in the kernel: an error other than H_NOT_ENOUGH_RESOURCES is reported as success to the mapper of a buffer; when
// the first H_PUT_TCE_INDIRECT runs out, taking back what was done is one H_STUFF_TCE of no entries; of RAM, a tail
// shorter than an IOMMU page is left out.
// Not modelled: the time of a call, the page that lists the entries when no memory is left for it.
// Invariant: after H_NOT_ENOUGH_RESOURCES no entry of the mapping is left.
// Cost: one call per entry, or one per 512.
//
// Addresses are frames, units of 4 KiB, the smallest IOMMU page: a window may begin at byte 2^59. IOMMU pages of a
// window are counted from bus address 0.

import { alignDown, modPow2, pow2 } from '../../lib/bits.ts'
import type { KernelRef } from '../types.ts'

/** log2 of the bytes of a frame. */
export const FRAME_SHIFT = 12
/** Entries of one H_PUT_TCE_INDIRECT or H_STUFF_TCE: the 8-byte entries of a page of 4K. */
export const TCES_PER_CALL = 512

export const H_SUCCESS = 0
/** The hypervisor has no resources left for this partition; the one error that fails a mapping. */
export const H_NOT_ENOUGH_RESOURCES = -44

/** Permission bits of a TCE. */
const READ = 1
const READ_WRITE = 3

export const hcallKernel: KernelRef = {
  file: 'arch/powerpc/platforms/pseries/iommu.c',
  symbols: [
    'tce_build_pSeriesLP',
    'tce_buildmulti_pSeriesLP',
    'tce_free_pSeriesLP',
    'tce_freemulti_pSeriesLP',
    'tce_setrange_multi_pSeriesLP',
    'tce_clearrange_multi_pSeriesLP',
  ],
  tag: 'v6.12',
}

/** Which calls of several entries the hypervisor has; `multitce=off` takes both away. */
export interface MultiTce {
  readonly putIndirect: boolean
  readonly stuff: boolean
}

/** The hypervisor's side. Each call returns 0 (H_SUCCESS) or a negative error. */
export interface TceHypervisor {
  /** H_PUT_TCE: sets the entry at the bus frame `ioba` to the real frame `real`; clears it when `permission` is 0. */
  put(ioba: number, real: number, permission: number): number
  /** H_PUT_TCE_INDIRECT: sets `count` entries from `ioba` on to `real`, `real + step` …; `count` is 0 … 512. */
  putIndirect(ioba: number, count: number, real: number, permission: number, step: number): number
  /** H_STUFF_TCE: clears `count` entries from `ioba` on; `count` is 0 … 512. */
  stuff(ioba: number, count: number): number
}

/** A table of IOMMU pages of 2^pageShift bytes (12 … 34), and the calls there are for it. */
export interface HcallTable extends MultiTce {
  readonly pageShift: number
}

/** Frames of an IOMMU page. */
const framesOf = (t: HcallTable): number => pow2(t.pageShift - FRAME_SHIFT)

/** Calls of up to 512 entries that `count` entries take: at least one, also for none. */
export function callsFor(count: number): number {
  return Math.max(1, Math.ceil(count / TCES_PER_CALL))
}

/** One H_PUT_TCE per entry from the bus frame `ioba` on; errors other than -44 leave a hole and go unnoticed. */
function putEach(h: TceHypervisor, ioba: number, count: number, real: number, permission: number, step: number) {
  for (let i = 0; i < count; i++) {
    if (h.put(ioba + i * step, real + i * step, permission) !== H_NOT_ENOUGH_RESOURCES) continue
    for (let done = 0; done < i; done++) h.put(ioba + done * step, 0, 0)
    return H_NOT_ENOUGH_RESOURCES
  }
  return H_SUCCESS
}

/** Up to 512 entries per H_STUFF_TCE, until one fails; returns its error or 0. */
function stuffAll(h: TceHypervisor, ioba: number, count: number, step: number): number {
  for (let done = 0; ; ) {
    const chunk = Math.min(TCES_PER_CALL, count - done)
    const rc = h.stuff(ioba + done * step, chunk)
    done += chunk
    if (rc !== H_SUCCESS || done >= count) return rc
  }
}

/** Clears `count` entries of an indirect table from IOMMU page `page` on. Errors are only a message in the log. */
export function unmapIndirect(h: TceHypervisor, t: HcallTable, page: number, count: number): void {
  const step = framesOf(t)
  if (t.stuff) stuffAll(h, page * step, count, step)
  else for (let i = 0; i < count; i++) h.put((page + i) * step, 0, 0)
}

/**
 * Maps a buffer: `count` entries (1 or more) from IOMMU page `page` on lead to the real frame `real` and what follows
 * it, rounded down to an IOMMU page. The device may always read; it may write unless the buffer is `toDevice`. Returns
 * 0, or -44 when the hypervisor had no room and everything was taken back.
 */
export function mapIndirect(
  h: TceHypervisor,
  t: HcallTable,
  page: number,
  count: number,
  real: number,
  toDevice: boolean,
): number {
  const step = framesOf(t)
  const first = alignDown(real, step)
  const permission = toDevice ? READ : READ_WRITE
  if (count === 1 || !t.putIndirect) return putEach(h, page * step, count, first, permission, step)
  for (let done = 0; done < count; ) {
    const chunk = Math.min(TCES_PER_CALL, count - done)
    const rc = h.putIndirect((page + done) * step, chunk, first + done * step, permission, step)
    if (rc === H_NOT_ENOUGH_RESOURCES) {
      unmapIndirect(h, t, page, done)
      return rc
    }
    if (rc !== H_SUCCESS) return H_SUCCESS
    done += chunk
  }
  return H_SUCCESS
}

/**
 * Entries that a range of RAM takes in a direct window: `frames` from the frame `start` on, the first page in full, a
 * tail shorter than a page not at all. Without H_PUT_TCE_INDIRECT, what the first page begins too early is not added.
 */
export function directEntries(t: HcallTable, start: number, frames: number): number {
  const step = framesOf(t)
  return Math.floor((frames + (t.putIndirect ? modPow2(start, step) : 0)) / step)
}

/**
 * Maps RAM one to one: `frames` from the real frame `start` on, at the same distance from the bus frame `base`. The
 * base of a window need not be a multiple of its page. Returns 0 or the first error.
 */
export function mapDirect(h: TceHypervisor, t: HcallTable, base: number, start: number, frames: number): number {
  const step = framesOf(t)
  const count = directEntries(t, start, frames)
  const first = alignDown(start, step)
  if (!t.putIndirect) return putEach(h, alignDown(start + base, step), count, first, READ_WRITE, step)
  for (let done = 0; ; ) {
    const chunk = Math.min(TCES_PER_CALL, count - done)
    const rc = h.putIndirect(base + first + done * step, chunk, first + done * step, READ_WRITE, step)
    done += chunk
    if (rc !== H_SUCCESS || done >= count) return rc
  }
}

/** Clears what `mapDirect` maps, with H_STUFF_TCE even where the hypervisor does not announce it. Returns 0 or the first error. */
export function clearDirect(h: TceHypervisor, t: HcallTable, base: number, start: number, frames: number): number {
  const step = framesOf(t)
  const count = Math.floor((frames + modPow2(start, step)) / step)
  return stuffAll(h, base + alignDown(start, step), count, step)
}
