// Replays a vector file, recognised from its name and its first line.

import { replayAmd } from './vectors-amd.ts'
import { replayArm } from './vectors-arm.ts'
import { replayBoot } from './vectors-boot.ts'
import { replayDdw, replayPageSizes } from './vectors-ddw.ts'
import { replayFrames } from './vectors-frames.ts'
import { replayHalves } from './vectors-halves.ts'
import { replayHcalls } from './vectors-hcalls.ts'
import { replayFlushQueue, replayGather, replaySplit, replayVtd } from './vectors-iotlb.ts'
import { replayIova } from './vectors-iova.ts'
import { replayPools } from './vectors-pools.ts'
import { replaySwiotlbOps, replaySwiotlbSizing } from './vectors-swiotlb.ts'
import { replayTceLevels, replayTceOps } from './vectors-tce-multi.ts'

export interface VectorResult {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Recorded results that were met. */
  readonly checks: number
  readonly firstMismatch?: string
}

interface Format {
  readonly name: RegExp
  readonly header: RegExp
  readonly replay: (text: string) => number
}

const formats: readonly Format[] = [
  { name: /^a_.*\.txt$/, header: /^# ppc iommu pools/, replay: replayPools },
  { name: /^b_.*\.txt$/, header: /^# ppc iommu two-region/, replay: replayHalves },
  { name: /^c_levels.*\.json$/, header: /"indirectLevels"/, replay: replayTceLevels },
  { name: /^c_(ops|sparse).*\.txt$/, header: /(^|\n)N \S+ window=/, replay: replayTceOps },
  { name: /^d_ddw\.json$/, header: /"ddwApplicable"/, replay: replayDdw },
  { name: /^d_pagesize\.json$/, header: /"vfioPgsizes"/, replay: replayPageSizes },
  { name: /^d_hcalls\.txt$/, header: /^# pseries TCE hypercall/, replay: replayHcalls },
  { name: /^e_.*\.json$/, header: /"firstFailAtBuffer"/, replay: replayFrames },
  { name: /^\d\d-[a-z0-9]+\.txt$/, header: /^\{"format":"iova-vec\/1"/, replay: replayIova },
  { name: /^pgsize_.*\.txt$/, header: /^# iommu_pgsize splitting/, replay: replaySplit },
  { name: /^gather\.txt$/, header: /^# iotlb_gather add_page/, replay: replayGather },
  { name: /^flush_queue\.txt$/, header: /^# deferred invalidation \(flush queue\)/, replay: replayFlushQueue },
  {
    name: /^(vtd_pt_.*|misuse_vtd|inval_vtd_psi)\.txt$/,
    header: /^# VT-d (second-level|page-selective)/,
    replay: replayVtd,
  },
  {
    name: /^(arm_pt_.*|misuse_arm|inval_smmuv3)\.txt$/,
    header: /^# (ARM LPAE page table|SMMUv3)/,
    replay: replayArm,
  },
  {
    name: /^(amd_pt_.*|misuse_amd|inval_amd)\.txt$/,
    header: /^# AMD (v1 page table|INVALIDATE_IOMMU_PAGES)/,
    replay: replayAmd,
  },
  { name: /^swiotlb_ops_.*\.txt$/, header: /^# \w+\ncfg \d+ \d+ 0x/, replay: replaySwiotlbOps },
  { name: /^swiotlb_sizing\.txt$/, header: /^E \S+ \d+ \d+ [01] \d+ = nslabs/, replay: replaySwiotlbSizing },
  { name: /^boot_timeline\.json$/, header: /"dma32_low_buffer"/, replay: replayBoot },
]

/** True for the files of a vector folder that are to be replayed: not its documentation. */
export function isVectorFile(name: string): boolean {
  return /\.(txt|json)$/.test(name)
}

/** Replays one file. One of a mechanism that is not built yet is skipped. */
export function replayVectors(name: string, text: string): VectorResult {
  const format = formats.find((f) => f.name.test(name) || f.header.test(text.slice(0, 4000)))
  if (!format) return { name, status: 'skipped', checks: 0 }
  try {
    const checks = format.replay(text)
    if (checks === 0) return { name, status: 'failed', checks, firstMismatch: 'nothing to check' }
    return { name, status: 'passed', checks }
  } catch (error) {
    return { name, status: 'failed', checks: 0, firstMismatch: error instanceof Error ? error.message : String(error) }
  }
}
