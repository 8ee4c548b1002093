// The views of the IOMMU's caches, of what waits for their flush and of what they are told, fetched together.

export { Commands } from './commands.tsx'
export { Exposed } from './exposed.tsx'
export { Iotlb } from './iotlb.tsx'
export { Ledger } from './ledger.tsx'
export { Queues } from './queues.tsx'
export { Radix } from './radix.tsx'
