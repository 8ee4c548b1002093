// What the kernel prints about all this, as functions of the figures: of boot, and of bounce buffers that are not to be had.
//
// Formats: spec/FORMATS.md 5 and 9. Kernel, today: kernel/dma/swiotlb.c, drivers/iommu/intel/dmar.c, drivers/iommu/iommu.c,
// kernel/dma/direct.h; in 2009: lib/swiotlb.c, drivers/pci/dmar.c, arch/x86/kernel/pci-nommu.c. Lines without time stamps.
// Not modelled: lines about devices and interrupts; what a panic of its own making would say; AMD's line of success.

import { log2Ceil, pow2 } from '../../lib/bits.ts'
import { DEFAULT_SLOTS, parseSwiotlb, SLOT_BYTES, sizeEarly } from '../swiotlb/pool-size.ts'
import type { BootInput, BootKernel, BootOutcome, BootStep } from './boot.ts'
import type { FailureId } from './boot-text.ts'

const MIB = 1048576
/** Where VT-d has its registers on most machines. */
const REGISTERS = 'fed90000'

const USING = 'PCI-DMA: Using software bounce buffering for IO (SWIOTLB)'
const VT_D = 'Intel(R) Virtualization Technology for Directed I/O'

/** `ffffffff`: as %llx. */
const hex = (n: number): string => n.toString(16)
/** `0x00000000b9a00000`: as %pa of a 64-bit address. */
const phys = (n: number): string => `0x${hex(n).padStart(16, '0')}`
const megabytes = (bytes: number): number => Math.floor(bytes / MIB)

/** The lines that tell where the pool is, `end` not included; `start` in bytes below 4 GiB. */
export function poolLines(kernel: BootKernel, start: number, bytes: number): string[] {
  const [end, size] = [start + bytes, megabytes(bytes)]
  if (kernel === '6.12') return [`software IO TLB: mapped [mem ${phys(start)}-${phys(end)}] (${size}MB)`]
  // Kernel addresses of that time: all of memory, from ffff880000000000.
  const [from, to] = [start, end].map((at) => `ffff88${hex(at).padStart(10, '0')}`)
  return [
    `Placing ${size}MB software IO TLB between ${from} - ${to}`,
    `software IO TLB at phys 0x${hex(start)} - 0x${hex(end)}`,
  ]
}

/** What an IOMMU that cannot be initialised leaves in the log; nothing where the kernel kept silent. */
export function failureLines(kernel: BootKernel, cause: FailureId): string[] {
  const today = kernel === '6.12'
  if (cause === 'bad-checksum') return today ? ['AMD-Vi: [Firmware Bug]: IVRS invalid checksum'] : []
  if (!today) return ['Cannot get a valid agaw for iommu (seq_id = 0)', 'DMAR: parse DMAR table failure.']
  return [
    'DMAR: dmar0: No supported address widths. Not attempting DMA translation.',
    `DMAR: dmar0: reg_base_addr ${REGISTERS} ver 0:0 cap 0 ecap 0`,
  ]
}

/** The two lines on policy that kernels print since about 5.15, whether there is an IOMMU or not. */
export function policyLines({ commandLine: cmd }: BootOutcome): string[] {
  const by = (said: boolean | null): string => (said === null ? '' : ' (set via kernel command line)')
  if (cmd.passthrough === true) return [`iommu: Default domain type: Passthrough${by(true)}`]
  const mode = cmd.driverStrict || cmd.strict === true ? 'strict' : 'lazy'
  return [
    `iommu: Default domain type: Translated${by(cmd.passthrough)}`,
    `iommu: DMA domain TLB invalidation policy: ${mode} mode${by(cmd.strict)}`,
  ]
}

/** The lines of a whole boot, in order. The proposals of 2009 print what the same code printed where it shipped. */
export function bootLines(input: BootInput, result: BootOutcome): string[] {
  const { kernel, ramAbove4G } = input
  const { pool, commandLine: cmd } = result
  const lines = kernel === '6.12' ? sizeLines(input, result) : []
  for (const step of result.steps) lines.push(...stepLines(input, result, step))
  // 2.6.31 tells of the pool when it is made; since 2.6.33 this waits until it is known to stay. Today it is not told of a
  // pool that stands by force alone.
  const told = kernel === '2.6.33' || (kernel === '6.12' && (cmd.soft || (ramAbove4G > 0 && !cmd.off)))
  if (pool !== null && told) lines.push(USING, ...poolLines(kernel, pool.start, pool.bytes))
  return lines
}

/** What is said today before the first block is asked for. */
function sizeLines({ cpus }: BootInput, { commandLine: { intel, swiotlb }, steps }: BootOutcome): string[] {
  const lines = intel === true ? ['DMAR: IOMMU enabled'] : []
  if (!steps.some(({ id }) => id === 'no-room' || id === 'reserved-ready')) return lines
  const { slots, areas } = parseSwiotlb(swiotlb)
  const { wantedSlots } = sizeEarly(swiotlb, 0, cpus, true, 0)
  lines.push(`software IO TLB: area num ${areas ?? pow2(log2Ceil(cpus))}.`)
  if (wantedSlots !== (slots ?? DEFAULT_SLOTS))
    lines.push(`software IO TLB: SWIOTLB bounce buffer size roundup to ${megabytes(wantedSlots * SLOT_BYTES)}MB`)
  return lines
}

function stepLines({ kernel, vendor }: BootInput, result: BootOutcome, { id, bytes, cause }: BootStep): string[] {
  const today = kernel === '6.12'
  const { pool } = result
  switch (id) {
    case 'reserved-ready':
      return today || kernel === '2.6.33' || pool === null ? [] : [USING, ...poolLines(kernel, pool.start, pool.bytes)]
    case 'initialised':
      return pool === null ? [] : [USING, ...poolLines(kernel, pool.start, pool.bytes)]
    case 'no-room':
      return today ? [`software IO TLB: swiotlb_memblock_alloc: Failed to allocate ${bytes} bytes tlb structure`] : []
    case 'no-room-panic':
      return ['Kernel panic - not syncing: Cannot allocate SWIOTLB buffer']
    case 'block-found':
      return [
        USING,
        `Warning: only able to allocate ${megabytes(bytes ?? 0)} MB for software IO TLB`,
        ...(pool === null ? [] : poolLines(kernel, pool.start, pool.bytes)),
      ]
    case 'hand-over':
      return today ? policyLines(result) : []
    case 'init-fails':
      return cause === null ? [] : failureLines(kernel, cause)
    case 'init-works':
      if (vendor === 'amd') return []
      return [today ? `DMAR: ${VT_D}` : `PCI-DMA: ${VT_D}`]
    default:
      return []
  }
}

/** A mapping that got no bounce buffer. */
export interface RefusedBounce {
  /** `0000:00:1f.2`; '' prints none. */
  readonly device: string
  /** Size that was looked for, padding included. */
  readonly bytes: number
  readonly total: number
  readonly used: number
  /** Physical address of the buffer, bytes. */
  readonly address: number
  /** DMA mask as hex digits. */
  readonly mask: string
  /** It is to be mapped by an IOMMU, and does not fill its pages. */
  readonly isUnaligned?: boolean
}

/**
 * What is printed when a buffer beyond the device's reach gets no slots: full, scattered and too large look alike and
 * differ in the figures only. With `total` 0 there is no pool to be full.
 */
export function refusedLine(kernel: BootKernel, asked: RefusedBounce): string {
  const { device, bytes, total, used, address, mask } = asked
  const who = device === '' ? '' : `${device}: `
  if (total === 0 && asked.isUnaligned)
    return `${who}DMA bounce buffers are inactive, unable to map unaligned transaction.`
  if (kernel === '6.12')
    return total === 0
      ? `${who}DMA addr ${phys(address)}+${bytes} overflow (mask ${mask}, bus limit 0).`
      : `${who}swiotlb buffer is full (sz: ${bytes} bytes), total ${total} (slots), used ${used} (slots)`
  if (total === 0) return `nommu_map_single: overflow ${hex(address)}+${bytes} of device mask ${mask}`
  return `DMA: Out of SW-IOMMU space for ${bytes} bytes at device ${device === '' ? '?' : device}`
}
