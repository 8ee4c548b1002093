// What of an address space is never handed out: the bridge's own windows, holes in what the bridge passes on, and what
// the IOMMU driver keeps (doorbells of interrupts, firmware).
//
// Kernel: drivers/iommu/dma-iommu.c, iova_reserve_pci_windows, iova_reserve_iommu_regions. Spec: spec/IOVA.md 4.1.
// Bytes are BigInt here, because all of it is modulo 2^64; pages come out as numbers.
// Not modelled: the device-tree and ACPI tables that these come from.

import { type IovaTree, treeReserve } from './iova-tree.ts'

/** A window of the PCI host bridge in CPU addresses, `end` inclusive; `offset` less is the bus address. */
export interface BridgeWindow {
  readonly start: bigint
  readonly end: bigint
  readonly offset: bigint
}

/** A region that the IOMMU driver reserves. */
export interface ReservedRegion {
  readonly start: bigint
  readonly length: bigint
  /** A doorbell that software may put where it likes is not reserved. */
  readonly softwareMsi: boolean
}

export interface Reservations {
  readonly windows: readonly BridgeWindow[]
  /** What the bridge lets in, unsorted; none = everything. */
  readonly inbound: readonly BridgeWindow[]
  readonly regions: readonly ReservedRegion[]
}

const LAST_BYTE = (1n << 64n) - 1n
const wrap = (x: bigint): bigint => BigInt.asUintN(64, x)

/** Reserves all of it in a new tree, in the kernel's order; whole pages of 2^pageShift bytes, rounded outward. False when
 *  set-up fails because ranges that are let in overlap. */
export function reserveAll(tree: IovaTree, pageShift: number, r: Reservations): boolean {
  const shift = BigInt(pageShift)
  const reserve = (first: bigint, last: bigint): void => {
    treeReserve(tree, Number(wrap(first) >> shift), Number(wrap(last) >> shift))
  }
  for (const { start, end, offset } of r.windows) reserve(start - offset, end - offset)
  if (r.inbound.length > 0 && !reserveHoles(r.inbound, reserve)) return false
  for (const { start, length, softwareMsi } of r.regions) if (!softwareMsi) reserve(start, start + length - 1n)
  return true
}

function reserveHoles(inbound: readonly BridgeWindow[], reserve: (first: bigint, last: bigint) => void): boolean {
  const sorted = [...inbound].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  let from = 0n
  let begins = 0n
  for (const { start, end, offset } of sorted) {
    begins = wrap(start - offset)
    if (begins < from) return false
    // The page in which the range begins goes with the hole, as in the kernel.
    if (begins > from) reserve(from, begins)
    from = wrap(end - offset + 1n)
  }
  if (begins !== LAST_BYTE && from !== LAST_BYTE) reserve(from, LAST_BYTE)
  return true
}
