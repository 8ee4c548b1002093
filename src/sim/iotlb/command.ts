// Invalidation commands: what the kernel writes into the IOMMU's queue so that its caches forget. One shape for all
// vendors; the builders beside this file fill it. Spec: spec/SWIOTLB-IOTLB.md D.

/** VT-d: page-selective (second level), page-selective within a PASID (first level), domain-selective. */
export const CMD_PSI = 1
export const CMD_PPSI = 2
export const CMD_DSI = 3
/** SMMUv3: a range, a single page or block, everything of an ASID or VMID, device caches (ATS). */
export const CMD_RANGE = 4
export const CMD_PAGE = 5
export const CMD_SMMU_ALL = 6
export const CMD_ATS = 7
/** AMD: INVALIDATE_IOMMU_PAGES of a block, or of everything; a rewritten device table entry. */
export const CMD_AMD = 8
export const CMD_AMD_ALL = 9
export const CMD_DTE = 10
/** Hardware that must be told a page exactly as it was mapped. */
export const CMD_EXACT = 11

/** One command; one object is reused. Pages are those of the table (its granule). */
export interface Command {
  kind: number
  /** What it invalidates: pages [pfn, pfn + pages). Both 0 where it names no addresses. */
  pfn: number
  pages: number
  /** Only leaves have changed: caches of table entries above them may stay (VT-d's IH, the SMMU's leaf bit). */
  leaf: boolean
  /** log2 of the pages: AM of a PSI, the size of CMD_EXACT, of CMD_ATS and of AMD's block; -1 elsewhere. */
  order: number
  /** CMD_RANGE: the fields of the command. */
  ttl: number
  tg: number
  scale: number
  num: number
}

export function createCommand(): Command {
  return { kind: 0, pfn: 0, pages: 0, leaf: true, order: -1, ttl: 0, tg: 0, scale: 0, num: 0 }
}

/** Where commands go. */
export interface CommandSink {
  /** One command; `c` is only valid during the call. */
  command(c: Command): void
  /** The kernel waits until everything so far has been done: VT-d's wait descriptor, CMD_SYNC, COMPLETION_WAIT. */
  sync(): void
}

/** True for a command that empties the whole cache of a domain. */
export function isWhole(kind: number): boolean {
  return kind === CMD_DSI || kind === CMD_SMMU_ALL || kind === CMD_AMD_ALL
}
