// The views of the IOMMU's caches, of what waits for their flush and of what they are told, fetched together.

export { Commands } from './commands/commands.tsx'
export { Exposed } from './exposed/exposed.tsx'
export { Iotlb } from './iotlb/iotlb.tsx'
export { Ledger } from './ledger/ledger.tsx'
export { Queues } from './queues/queues.tsx'
export { Radix } from './radix/radix.tsx'
