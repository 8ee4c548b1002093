// What dma-iommu.ts works with: a table's state, its driver, its queue, and the way of its commands to the hardware.

import type { FlushQueue } from '../flush/flush-queue.ts'
import type { Gather } from '../flush/gather.ts'
import type { CommandSink } from '../iotlb/command.ts'
import type { RadixState } from '../table/radix.ts'
import type { DriverIo, IommuDriver } from './iommu-driver.ts'
import type { IommuState } from './iommu-state.ts'

/** Where the commands of one table go. While `muted`, nowhere: nobody tells the hardware. */
export interface TableSink extends CommandSink {
  muted: boolean
  /** CPU that sends. */
  cpu: number
  /** A flush of everything is under way: it is counted as one. */
  flushing: boolean
}

/** Rules of the DMA API over an IOMMU driver: the state of a table with its driver, its queue and its commands' way. */
export interface IommuRules {
  readonly state: IommuState
  readonly driver: IommuDriver
  /** The window's entries in the table. */
  readonly radix: RadixState
  readonly io: DriverIo
  readonly sink: TableSink
  readonly gather: Gather
  /** Holds the queue in deferred mode; null in the others. */
  readonly queue: { flush: FlushQueue | null }
}
