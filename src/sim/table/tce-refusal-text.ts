// Why a TCE table cannot be made, with the arithmetic: what a page prints beside the reason.
//
// Spec: spec/POWERPC.md C.1; the tests are those of tce-multi-levels.ts.

import { log2Ceil, pow2 } from '../../lib/bits.ts'
import { bytes, count } from '../../lib/format.ts'
import type { TceRefusal, TceRequest } from './tce-multi-levels.ts'

const ENTRY_SHIFT = 3
const TOP_BIT = 55

/** The arithmetic that ends in a refusal, a line each. */
export function refusalSums(r: TceRequest, id: TceRefusal): readonly string[] {
  const { windowBytes, pageShift, kernelPageShift } = r
  const levels = r.backing === 'vmalloc' ? 1 : r.levels
  const entriesShift = log2Ceil(windowBytes) - pageShift
  const share = Math.ceil(entriesShift / levels)
  const bits = Math.max(share, kernelPageShift - ENTRY_SHIFT)
  const entries = `${bytes(windowBytes)} in pages of ${bytes(pow2(pageShift))}: ${count(pow2(Math.max(0, entriesShift)))} entries`
  switch (id) {
    case 'page-size':
      return [`The group offers no pages of ${bytes(pow2(pageShift))}.`]
    case 'levels':
      return [`${r.levels} levels were asked for; 1 to 5 are allowed.`]
    case 'window':
      return [`${count(windowBytes)} bytes lie between 2^${log2Ceil(windowBytes) - 1} and 2^${log2Ceil(windowBytes)}.`]
    case 'page':
      return [`The window has ${bytes(windowBytes)}, an IOMMU page ${bytes(pow2(pageShift))}.`]
    case 'top-bits':
      return [
        entries,
        `${entriesShift} bits over ${levels} levels: ${share} bits each`,
        ...(bits > share
          ? [`a level table is at least a kernel page of ${bytes(pow2(kernelPageShift))}: ${bits} bits each`]
          : []),
        `${levels} × ${bits} + ${pageShift} bits of page = ${levels * bits + pageShift}; it must stay below ${TOP_BIT}`,
      ]
    case 'level-table':
      return [
        entries,
        `${count(pow2(bits))} entries × 8 bytes = ${bytes(pow2(bits + ENTRY_SHIFT))} in one level table`,
        `the page allocator’s largest block: ${bytes(pow2(kernelPageShift + r.maxPageOrder))}`,
      ]
    case 'memory':
      return [entries, `${bytes(r.memoryBytes)} of memory are left.`]
  }
}
