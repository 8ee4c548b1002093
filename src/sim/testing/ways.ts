// The parts of a machine's first window, for tests that look inside or call below the way itself.

import type { IommuDomain } from '../dma/dma-iommu.ts'
import type { DmaTable } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { mappingPath } from '../paths/parts.ts'
import type { IommuPathState } from '../paths/path.ts'

/** What an IOMMU's way keeps of a table; throws where none is. */
export function iommuIn(table: DmaTable): IommuPathState {
  const path = mappingPath(table)
  if (path.kind !== 'iommu') throw new Error(`goes by ${path.kind}`)
  return path.state
}

/** The domain of the first window, with the rules of its driver. */
export function iommuDomain(m: Machine): IommuDomain {
  iommuIn(m.state.tables[0]!)
  return m.domains[0] as IommuDomain
}
