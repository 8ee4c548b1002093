// How the machine came up: its steps, and who held which memory after each.

import type { BootOutcome, BootStep, MemoryBlock, MemoryHolder } from '../boot/boot.ts'
import type { StepId } from '../boot/boot-text.ts'
import { commandLineOf } from '../platform/pc-boot.ts'
import { pcMemory } from '../platform/pc-memory.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import type { BootBlock, BootFrame, BootStepFrame, Holder } from './frames-boot.ts'
import type { Probe } from './probe.ts'

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

export const bootProbe: Probe<'boot', BootFrame | null> = {
  id: 'boot',
  build({ state: { boot, settings } }): BootFrame | null {
    if (!boot) return null
    const { holeStart, endBytes } = pcMemory(settings)
    return {
      kernel: kernelOf(String(settings['m.bootKernel'])),
      hardware: settings['m.comesUp'] as BootFrame['hardware'],
      ramBytes: Number(settings['m.ram']),
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
