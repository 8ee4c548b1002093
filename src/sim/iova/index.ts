// The registry of IOVA allocators. Ids are public, for ever.

import type { IovaAllocator } from './allocator.ts'
import { fineCoarse } from './fine-coarse.ts'
import { percpuChunks } from './percpu-chunks.ts'
import { rbtree } from './rbtree.ts'
import { rcache } from './rcache.ts'
import { tceHalves } from './tce-halves.ts'
import { tcePools } from './tce-pools.ts'

export const allocators: readonly IovaAllocator[] = [tceHalves, tcePools, fineCoarse, rbtree, rcache, percpuChunks]

/** The allocator with this id, or undefined. */
export function allocatorById(id: string): IovaAllocator | undefined {
  return allocators.find((a) => a.id === id)
}
