// Invalidation commands in the words of their manuals: name, address, how much, and whether only leaves are meant.

import { addressOf } from '../../lib/format.ts'
import {
  CMD_AMD,
  CMD_AMD_ALL,
  CMD_ATS,
  CMD_DSI,
  CMD_DTE,
  CMD_EXACT,
  CMD_PPSI,
  CMD_PSI,
  CMD_SMMU_ALL,
} from '../iotlb/command.ts'

const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E']

/** 2^shift bytes as manuals write it: 12 is `4K`, 21 is `2M`. */
function sizeName(shift: number): string {
  return `${1 << (shift % 10)}${UNITS[Math.floor(shift / 10)] ?? ''}`
}

const ihOf = (leaf: boolean) => (leaf ? 1 : 0)

/**
 * A command in words. `kind`: CMD_PSI … of iotlb/command.ts; pages of 2^pageShift bytes, `pfn` counted from address 0;
 * `order`: log2 of the pages where the command has such a field, else -1; `leaf`: caches of table pointers stay.
 */
export function commandText(
  kind: number,
  pfn: number,
  pages: number,
  order: number,
  leaf: boolean,
  pageShift: number,
): string {
  const address = `0x${addressOf(pfn, pageShift).toString(16)}`
  switch (kind) {
    case CMD_PSI:
      return `PSI ${address} AM ${order} IH ${ihOf(leaf)}`
    case CMD_PPSI:
      return `PPSI ${address} AM ${order} IH ${ihOf(leaf)}`
    case CMD_DSI:
      return 'DSI'
    case CMD_SMMU_ALL:
      return 'TLBI all'
    case CMD_ATS:
      return `ATC_INV ${address} ${sizeName(order + pageShift)}`
    case CMD_AMD:
      return `INVALIDATE ${address} ${sizeName(order + pageShift)}`
    case CMD_AMD_ALL:
      return 'INVALIDATE all'
    case CMD_DTE:
      return 'INVALIDATE_DEVTAB_ENTRY'
    case CMD_EXACT:
      return `FLUSH ${address} ${sizeName(order + pageShift)}`
    default:
      return `TLBI ${address} ${pages === 1 ? '1 page' : `${pages} pages`}${leaf ? ' leaf' : ''}`
  }
}
