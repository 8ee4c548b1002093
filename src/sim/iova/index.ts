// The registry of IOVA allocators, and apart from it what the page needs to know of them. Ids are public, for ever.

import type { AllocatorInfo, IovaAllocator } from './allocator.ts'
import { fineCoarse, fineCoarseInfo } from './fine-coarse.ts'
import { percpuChunks, percpuChunksInfo } from './percpu-chunks.ts'
import { rbtree, rbtreeInfo } from './rbtree.ts'
import { rcache, rcacheInfo } from './rcache.ts'
import { tceHalves, tceHalvesInfo } from './tce-halves.ts'
import { tcePools, tcePoolsInfo } from './tce-pools.ts'

export const allocators: readonly IovaAllocator[] = [tceHalves, tcePools, fineCoarse, rbtree, rcache, percpuChunks]
export const allocatorInfos: readonly AllocatorInfo[] = [
  ...[tceHalvesInfo, tcePoolsInfo, fineCoarseInfo, rbtreeInfo, rcacheInfo, percpuChunksInfo],
]

/** The allocator with this id, or undefined. */
export function allocatorById(id: string): IovaAllocator | undefined {
  return allocators.find((a) => a.id === id)
}
