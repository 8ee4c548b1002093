import { describe, expect, it } from 'vitest'
import {
  CMD_AMD,
  CMD_AMD_ALL,
  CMD_ATS,
  CMD_DSI,
  CMD_DTE,
  CMD_EXACT,
  CMD_PAGE,
  CMD_PPSI,
  CMD_PSI,
  CMD_RANGE,
  CMD_SMMU_ALL,
} from '../iotlb/command.ts'
import { commandText } from './command-text.ts'

describe('a command is told as its manual does', () => {
  it.each([
    [CMD_PSI, 0x803b800, 512, 9, false, 12, 'PSI 0x803b800000 AM 9 IH 0'],
    [CMD_PPSI, 0x803bc00, 256, 8, true, 12, 'PPSI 0x803bc00000 AM 8 IH 1'],
    [CMD_DSI, 0, 0, -1, false, 12, 'DSI'],
    [CMD_RANGE, 0x12, 22, -1, true, 12, 'TLBI 0x12000 22 pages leaf'],
    [CMD_RANGE, 0x12, 34, -1, false, 16, 'TLBI 0x120000 34 pages'],
    [CMD_PAGE, 0x12, 1, -1, true, 14, 'TLBI 0x48000 1 page leaf'],
    [CMD_SMMU_ALL, 0, 0, -1, false, 12, 'TLBI all'],
    [CMD_ATS, 0, 16, 4, false, 12, 'ATC_INV 0x0 64K'],
    [CMD_AMD, 0x200, 512, 9, false, 12, 'INVALIDATE 0x200000 2M'],
    [CMD_AMD_ALL, 0, 0, -1, false, 12, 'INVALIDATE all'],
    [CMD_DTE, 0, 0, -1, false, 12, 'INVALIDATE_DEVTAB_ENTRY'],
    [CMD_EXACT, 7, 1, 0, true, 12, 'FLUSH 0x7000 4K'],
    [CMD_EXACT, 2 ** 44, 2 ** 18, 18, true, 12, 'FLUSH 0x100000000000000 1G'],
  ])('kind %i at page %i', (kind, pfn, pages, order, leaf, pageShift, text) => {
    expect(commandText(kind, pfn, pages, order, leaf, pageShift)).toBe(text)
  })
})
