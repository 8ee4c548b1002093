// The invalidation commands of an SMMUv3: TLBI by address or by range, everything of a domain, and ATC_INV for devices
// that keep translations of their own.
//
// Kernel: drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c, __arm_smmu_tlb_inv_range, arm_smmu_atc_inv_to_cmd.
//   Spec: spec/SWIOTLB-IOTLB.md D.4.
// What it does: without range commands there is one command per page or block. A range command covers a number of pages
//   below 2^5 times a power of two, so a range becomes a command per group of five bits of its length, the lowest
//   first, wherever it begins. A device's cache is told of one naturally aligned power of two.
// Not modelled: the command words (ASID, VMID, stage); the batches of 64 in which the kernel queues commands.
// Invariant: the commands of a range cover it and nothing else; those of a walk may cover one page more.
// Cost: constant per command.

import { alignDown, blockOrder, lowestBit53, pow2 } from '../../lib/bits.ts'
import { CMD_ATS, CMD_PAGE, CMD_RANGE, CMD_SMMU_ALL, type CommandSink, createCommand } from './command.ts'

/** Bits of a count of pages that one range command takes. */
const NUM_VALUES = 32
/** Architecture level of single granules. */
const LAST_LEVEL = 3
/** log2 of the bytes of an ATC_INV of everything. */
const EVERYTHING_SHIFT = 64

const c = createCommand()

function send(sink: CommandSink, kind: number, pfn: number, pages: number, leaf: boolean, order: number): void {
  c.kind = kind
  c.pfn = pfn
  c.pages = pages
  c.leaf = leaf
  c.order = order
  sink.command(c)
}

/**
 * Invalidates pages [pfn, pfn+pages): leaves of 2^order granules each, or (`leaf` false, order 0) whatever hung below
 * an entry, with what was cached of the tables there. A granule has 2^granuleShift bytes; `range`: the SMMU takes range
 * commands. No sync. No pages, no commands.
 */
export function smmuRange(
  sink: CommandSink,
  pfn: number,
  pages: number,
  order: number,
  leaf: boolean,
  granuleShift: number,
  range: boolean,
): void {
  c.ttl = 0
  c.tg = 0
  c.scale = 0
  c.num = 0
  if (!range) {
    const size = pow2(order)
    for (let at = pfn; at < pfn + pages; at += size) send(sink, CMD_PAGE, at, size, leaf, -1)
    return
  }
  c.ttl = leaf ? LAST_LEVEL - Math.floor(order / (granuleShift - 3)) : 0
  c.tg = (granuleShift - 10) >> 1
  // An erratum: a command without a level must not be for a single page.
  let left = !leaf && pages % NUM_VALUES === 1 ? pages + 1 : pages
  for (let at = pfn; left > 0; ) {
    c.scale = lowestBit53(left)
    const unit = pow2(c.scale)
    const num = Math.floor(left / unit) % NUM_VALUES
    c.num = num - 1
    send(sink, CMD_RANGE, at, num * unit, leaf, -1)
    at += num * unit
    left -= num * unit
  }
}

/** Invalidates everything of a domain, by its ASID or VMID. No sync. */
export function smmuAll(sink: CommandSink): void {
  send(sink, CMD_SMMU_ALL, 0, 0, false, -1)
}

/**
 * Invalidates pages [pfn, pfn+pages) of 2^granuleShift bytes in the caches of devices: the smallest naturally aligned
 * power of two around them, or everything if `pages` is 0. No sync.
 */
export function smmuAts(sink: CommandSink, pfn: number, pages: number, granuleShift: number): void {
  const order = pages > 0 ? blockOrder(pfn, pfn + pages - 1) : EVERYTHING_SHIFT - granuleShift
  const size = pow2(order)
  send(sink, CMD_ATS, pages > 0 ? alignDown(pfn, size) : 0, size, false, order)
}
