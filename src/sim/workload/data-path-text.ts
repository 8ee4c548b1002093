// What each price of the data path is of, and where it was measured: apart from the numbers, which run in the worker.

import type { PriceText } from '../engine/price-text.ts'
import type { DATA_PATH } from './data-path.ts'

const PCIE_BENCH = 'Neugebauer et al., SIGCOMM 2018, raw data (Broadwell, PCIe 3 x8, 4K mappings)'
const FAST_AND_SAFE = 'Rubin et al., SOSP 2024, section 2.2 (Cascade Lake, 100 Gb/s)'

export const DATA_PATH_TEXT: Readonly<Record<keyof typeof DATA_PATH, PriceText>> = {
  transaction: { what: 'a transaction of 64 bytes or less: 27.7 Gb/s', source: PCIE_BENCH },
  byte: { what: 'each byte of a larger one: about 52 Gb/s of the 63 of the link', source: 'assumed' },
  readWalk: { what: 'a walk for a read, with several in flight', source: `fitted to ${PCIE_BENCH}, 64M` },
  writeWalk: { what: 'a walk for a posted write', source: `fitted to ${PCIE_BENCH}, 64M` },
  page: { what: 'a 4K page of a stream without walks', source: FAST_AND_SAFE },
  tableRead: { what: 'each table entry read for it', source: FAST_AND_SAFE },
}
