// How the machine came up: its steps, and who held which memory after each.

import type { BootOutcome, BootStep, MemoryBlock, MemoryHolder } from '../boot/boot.ts'
import type { FailureId, StepId } from '../boot/boot-text.ts'
import { readParams } from '../params.ts'
import { commandLineOf } from '../platform/pc-boot.ts'
import { pcMemory } from '../platform/pc-memory.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import type { Probe, Whole } from './probe.ts'

/** What holds a stretch of physical memory. */
export type Holder =
  | 'kernel'
  | 'hole'
  | 'boot-allocator'
  | 'page-allocator'
  | 'reserved'
  | 'pool'
  | 'given-back'
  | 'leaked'

/** A stretch of physical memory in the hands of one holder from the end of step `from` up to that of step `to` (exclusive). */
export interface BootBlock {
  readonly holder: Holder
  readonly startBytes: number
  readonly endBytes: number
  readonly from: number
  readonly to: number
}

/** One step of the boot. */
export interface BootStepFrame {
  readonly phase: 'early' | 'mid' | 'late'
  /** Its words stand in BOOT_STEP_TEXT. */
  readonly id: StepId
  /** Bytes of the block that it is about, 0 if it is about none; why the IOMMU fails, in FAILURE_TEXT. */
  readonly triedBytes: number
  readonly cause: FailureId | null
  /** Memory for bouncing after this step, bytes: held, given back so far, lost so far. */
  readonly heldBytes: number
  readonly freedBytes: number
  readonly leakedBytes: number
  readonly failed: boolean
}

export interface BootFrame {
  /** Which kernel, in words; what the IOMMU does at boot. */
  readonly kernel: string
  readonly hardware: 'works' | 'absent' | 'fails'
  readonly ramBytes: number
  /** Size of the hole below 4 GiB in which registers answer; what would lie there lies above. 0 = no RAM reaches it. */
  readonly holeBytes: number
  /** The kernel command line that the settings stand for. */
  readonly commandLine: string
  readonly steps: readonly BootStepFrame[]
  readonly blocks: readonly BootBlock[]
  readonly backend: 'iommu' | 'swiotlb' | 'direct' | 'panic'
  /** A device reaches only what is mapped for it. */
  readonly isolation: boolean
  readonly poolBytes: number
  readonly slots: number
  readonly areas: number
  /** Reserved and of no use to plain bouncing; lost. */
  readonly idleBytes: number
  readonly leakedBytes: number
  /** What becomes of a buffer below and above 4 GiB for a device of 32 bits. */
  readonly lowBuffer: string
  readonly highBuffer: string
}

const FOUR_GIB = 4_294_967_296

const FAILED = new Set<StepId>([
  'no-room',
  'no-room-panic',
  'no-pool',
  'init-fails',
  'panic',
  'leaked',
  'block-too-large',
  'block-fragmented',
  'probe-broken',
])
/** Steps after which somebody else has the block. */
const MOVES = new Set<StepId>([
  'reserved',
  'reserved-ready',
  'initialised',
  'given-back',
  'leaked',
  'pool-freed',
  'pool-kept',
  'block-found',
])
const LOW = {
  translated: 'translated',
  direct: 'used where it lies',
  bounced: 'copied through the pool',
  'no-boot': 'the machine is dead',
}
const HIGH = { ...LOW, 'mapping-error': 'refused: out of reach', 'not-applicable': 'there is no such memory' }

export const bootProbe: Probe<'boot', Whole, BootFrame | null> = {
  id: 'boot',
  build({ state: { boot, settings } }): BootFrame | null {
    if (!boot) return null
    const { bootKernel, comesUp, ram } = readParams(bootParams, settings, 'm')
    const { holeStart, endBytes } = pcMemory(settings)
    return {
      kernel: kernelOf(bootKernel),
      hardware: comesUp,
      ramBytes: ram,
      holeBytes: endBytes > FOUR_GIB ? FOUR_GIB - holeStart : 0,
      commandLine: commandLineOf(settings),
      steps: boot.steps.map(stepFrame),
      blocks: blocksOf(boot, holeStart, endBytes),
      backend: boot.backend,
      isolation: boot.isolation,
      poolBytes: boot.pool?.bytes ?? 0,
      slots: boot.pool?.slots ?? 0,
      areas: boot.pool?.areas ?? 0,
      idleBytes: boot.idleBytes,
      leakedBytes: boot.leakedBytes,
      lowBuffer: LOW[boot.lowBuffer],
      highBuffer: HIGH[boot.highBuffer],
    }
  },
}

function kernelOf(value: string): string {
  return bootParams.find(({ name }) => name === 'bootKernel')!.values!.find((o) => o.value === value)!.label
}

function stepFrame({ phase, id, bytes, held, freed, leaked, cause }: BootStep): BootStepFrame {
  return {
    phase,
    id,
    triedBytes: bytes ?? 0,
    cause,
    heldBytes: held,
    freedBytes: freed,
    leakedBytes: leaked,
    failed: FAILED.has(id),
  }
}

/** Who has which memory after each step; what stays the same from step to step is one block. */
function blocksOf({ steps, memory }: BootOutcome, holeStart: number, endBytes: number): readonly BootBlock[] {
  const done: BootBlock[] = []
  let open: BootBlock[] = []
  steps.forEach((step, at) => {
    const now = pictureAfter(steps, memory, step, at)
    const same = (a: BootBlock, b: MemoryBlock) =>
      a.startBytes === b.start && a.endBytes === b.end && a.holder === holderOf(b.holder)
    done.push(...open.filter((a) => !now.some((b) => same(a, b))))
    open = now.map((b) => ({
      holder: holderOf(b.holder),
      startBytes: b.start,
      endBytes: b.end,
      from: open.find((a) => same(a, b))?.from ?? at,
      to: at + 1,
    }))
  })
  const hole: BootBlock[] =
    endBytes > FOUR_GIB
      ? [{ holder: 'hole', startBytes: holeStart, endBytes: FOUR_GIB, from: 0, to: steps.length }]
      : []
  return [...done, ...open, ...hole]
}

/** Memory as a step leaves it: that of the end of its phase once the block has moved in it, and that of before until then. */
function pictureAfter(
  steps: readonly BootStep[],
  memory: BootOutcome['memory'],
  { phase }: BootStep,
  at: number,
): readonly MemoryBlock[] {
  const end = memory.findIndex((m) => m.phase === phase)
  const move = steps.findIndex((s) => s.phase === phase && MOVES.has(s.id))
  if (move < 0 || at >= move) return memory[end]!.blocks
  if (end > 0) return memory[end - 1]!.blocks
  return memory[0]!.blocks.map((b) => (b.holder === 'kernel' ? b : { ...b, holder: 'boot-allocator' }))
}

const holderOf = (holder: MemoryHolder): Holder => (holder === 'idle-pool' ? 'pool' : holder)
