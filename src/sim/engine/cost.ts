// What work costs in simulated time. Mechanisms count work; only the prices below may be tuned. Each price names the
// publication it comes from or says that it is assumed. Prices are picoseconds, so that sums stay integers; an
// operation is rounded to nanoseconds once.

export interface Price {
  readonly ps: number
  readonly what: string
  /** A publication, or the word `assumed`. */
  readonly source: string
}

export const PRICES = {
  lock: { ps: 20_000, what: 'taking an uncontended lock: one cache line moves', source: 'assumed' },
  handover: {
    ps: 17_500,
    what: 'passing a lock on, for each CPU that waits',
    source: 'fitted to the SMMUv3 command queue figures of linux-iommu, 2020 (8, 16 and 64 CPUs)',
  },
  alloc: {
    ps: 32_000,
    what: 'an allocation besides its search: 100 cycles',
    source: 'Malka et al., ASPLOS 2015, table 1',
  },
  free: { ps: 19_000, what: 'giving entries back: 60 cycles', source: 'Malka et al., ASPLOS 2015, table 1' },
  word: { ps: 1_000, what: 'reading one 64-bit word of the bitmap', source: 'assumed' },
  tceCall: { ps: 400_000, what: 'H_PUT_TCE or H_STUFF_TCE: a hypercall and its first TCE', source: 'assumed' },
  tceNext: { ps: 10_000, what: 'each further TCE of the same call', source: 'assumed' },
  map: { ps: 14_000, what: 'the rest of a map or unmap: 44 cycles', source: 'Malka et al., ASPLOS 2015, table 1' },
  packet: {
    ps: 586_000,
    what: 'the driver and the stack for one packet: 1816 cycles at 3.1 GHz',
    source: 'Malka et al., ASPLOS 2015, figure 7',
  },
} as const satisfies Record<string, Price>

/** Hypercalls take at most this many TCEs. */
export const TCES_PER_CALL = 512

/** Hypercalls that write `tces` table entries; 0 for none. */
export function tableCalls(tces: number): number {
  return tces <= 1 ? tces : Math.ceil(tces / TCES_PER_CALL)
}

/** Price in ps of writing `tces` table entries (at least one hypercall). */
export function tablePs(tces: number): number {
  if (tces <= 1) return PRICES.tceCall.ps
  const calls = tableCalls(tces)
  return calls * PRICES.tceCall.ps + (tces - calls) * PRICES.tceNext.ps
}
