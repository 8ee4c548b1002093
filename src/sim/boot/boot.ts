// How a machine comes to its DMA: an IOMMU, a pool of bounce buffers, neither, or no boot at all. The discussion of
// October 2009 as one procedure: bounce buffers need a large block, which exists EARLY only, and whether the IOMMU works is
// known LATE.
//
// Spec: spec/SWIOTLB-IOTLB.md A.9 to A.11. Kernel: arch/x86/kernel/pci-dma.c pci_iommu_alloc (early), pci_iommu_init (late).
// Not modelled: encrypted memory and Xen, which always bounce; pools that grow later (A.12); detection by two vendors.
// Decided here, for the spec is silent: where in memory blocks lie; what pass-through does to a pool before 6.12 (as 2.6.31:
// it is kept); that a kernel of 2009 whose boot allocator has no room for the pool panics, as alloc_bootmem does.

import { alignDown, alignUp } from '../../lib/bits.ts'
import { DEFAULT_SLOTS, parseSwiotlb, SET_SLOTS, SLOT_BYTES, sizeEarly, sizeLate } from '../swiotlb/pool-size.ts'
import type { FailureId, StepId } from './boot-text.ts'
import { type CommandLine, parseCommandLine } from './command-line.ts'

/** A kernel that shipped, or one of the four ways that the post weighs. `leak` is what `give-back` would leak. */
export type BootKernel = '2.6.31' | 'panic' | 'earlier' | 'late' | 'give-back' | 'leak' | '2.6.33' | '6.12'

export type BootPhase = 'early' | 'mid' | 'late'

export interface BootInput {
  readonly kernel: BootKernel
  /** Whose IOMMU the machine has, or would have. */
  readonly vendor: 'intel' | 'amd'
  /** `fails`: firmware describes an IOMMU that cannot be initialised. */
  readonly hardware: 'works' | 'absent' | 'fails'
  /** All RAM, bytes; at least 64 MiB of it below 4 GiB. */
  readonly ramBytes: number
  /** How much of it lies above 4 GiB; 0 = none. */
  readonly ramAbove4G: number
  /** Largest order that the page allocator has free LATE, -1 … */
  readonly largestOrder: number
  /** Largest order that it hands out at all: 10 for 4 MiB on x86. */
  readonly maxOrder: number
  /** Possible CPUs, 1 …; 6.12 gives each an area of the pool. */
  readonly cpus: number
  readonly commandLine: string
}

/** What stands at one point of the procedure; bytes are totals after it. */
export interface BootStep {
  readonly phase: BootPhase
  readonly id: StepId
  /** Size of the block that the step is about; null where it is about none. */
  readonly bytes: number | null
  /** Order asked of the page allocator; null elsewhere. */
  readonly order: number | null
  /** Why the IOMMU could not be initialised; null for all other steps. */
  readonly cause: FailureId | null
  /** Set aside for bounce buffers. */
  readonly held: number
  /** Set aside once, and given back. */
  readonly freed: number
  /** Set aside, and of use to nobody. */
  readonly leaked: number
}

/** Who has a piece of memory. `reserved`: set aside, without its books; `idle-pool`: kept while the IOMMU does the work. */
export type MemoryHolder =
  | 'kernel'
  | 'boot-allocator'
  | 'page-allocator'
  | 'reserved'
  | 'pool'
  | 'idle-pool'
  | 'given-back'
  | 'leaked'

/** Memory [start, end) in bytes. */
export interface MemoryBlock {
  readonly start: number
  readonly end: number
  readonly holder: MemoryHolder
}

/** All RAM as it is at the end of a phase, in ascending order, adjoining where RAM does. */
export interface MemoryAt {
  readonly phase: BootPhase
  readonly blocks: readonly MemoryBlock[]
}

export interface BootPool {
  readonly start: number
  readonly bytes: number
  readonly slots: number
  readonly areas: number
}

export type LowBuffer = 'translated' | 'direct' | 'bounced' | 'no-boot'

export interface BootOutcome {
  readonly steps: readonly BootStep[]
  readonly memory: readonly MemoryAt[]
  /** Who answers dma_map of an ordinary 32-bit device. `swiotlb`: direct, and bounced where it has to be. */
  readonly backend: 'iommu' | 'swiotlb' | 'direct' | 'panic'
  /** Devices reach only what is mapped for them. */
  readonly isolation: boolean
  /** The pool that stands at the end, used or idle. */
  readonly pool: BootPool | null
  /** Set aside at the end, and not used for plain bouncing. */
  readonly idleBytes: number
  /** Of these, what nobody can ever use. */
  readonly leakedBytes: number
  /** What becomes of a buffer below 4 GiB that a 32-bit device is given. */
  readonly lowBuffer: LowBuffer
  /** And of one above; `not-applicable` without such memory. */
  readonly highBuffer: LowBuffer | 'mapping-error' | 'not-applicable'
  readonly commandLine: CommandLine
}

interface Rule {
  /** Where the pool comes from: reserved and ready, reserved only, or asked of the page allocator. */
  readonly pool: 'ready' | 'reserved' | 'late'
  /** A pool is made also if an IOMMU was found. */
  readonly evenIfFound: boolean
  /** What becomes of it if the IOMMU works. */
  readonly unused: 'given-back' | 'leaked' | 'pool-freed' | 'pool-kept' | null
  readonly panics?: true
  readonly probes?: true
}

const RULES: Readonly<Record<BootKernel, Rule>> = {
  '2.6.31': { pool: 'ready', evenIfFound: false, unused: null },
  panic: { pool: 'ready', evenIfFound: false, unused: null, panics: true },
  earlier: { pool: 'ready', evenIfFound: false, unused: null, probes: true },
  late: { pool: 'late', evenIfFound: true, unused: null },
  'give-back': { pool: 'reserved', evenIfFound: true, unused: 'given-back' },
  leak: { pool: 'reserved', evenIfFound: true, unused: 'leaked' },
  '2.6.33': { pool: 'ready', evenIfFound: true, unused: 'pool-freed' },
  '6.12': { pool: 'ready', evenIfFound: true, unused: 'pool-kept' },
}

/** Every kernel and way, in the order of time. */
export const BOOT_KERNELS: readonly BootKernel[] = Object.keys(RULES) as BootKernel[]

const MIB = 1048576
const FOUR_GIB = 4294967296
const KERNEL_START = 16 * MIB
const KERNEL_END = 48 * MIB
/** Where kernels of 2009 were seen to put the pool: the boot allocator went upwards from 512 MiB. */
const OLD_POOL = 512 * MIB
const PAGE = 4096

interface Run {
  readonly input: BootInput
  readonly cmd: CommandLine
  readonly rule: Rule
  readonly old: boolean
  readonly lowEnd: number
  readonly steps: BootStep[]
  readonly memory: MemoryAt[]
  phase: BootPhase
  held: number
  freed: number
  leaked: number
  pool: BootPool | null
  /** The block that was set aside, whoever has it now. */
  block: { readonly start: number; readonly bytes: number } | null
  holder: MemoryHolder
}

/** Boots. The same input gives the same outcome; a command line that says nothing sensible changes nothing. */
export function boot(input: BootInput): BootOutcome {
  const run: Run = {
    input,
    cmd: parseCommandLine(input.commandLine),
    rule: RULES[input.kernel],
    old: input.kernel !== '6.12',
    lowEnd: input.ramBytes - input.ramAbove4G,
    steps: [],
    memory: [],
    phase: 'early',
    held: 0,
    freed: 0,
    leaked: 0,
    pool: null,
    block: null,
    holder: 'reserved',
  }
  const found = detect(run)
  const wanted = poolWanted(run, found)
  const alive = !wanted || run.rule.pool === 'late' || reserve(run)
  picture(run)
  if (!alive) return outcome(run, 'panic', false)

  run.phase = 'mid'
  step(run, 'hand-over')
  picture(run)

  run.phase = 'late'
  const works = found && input.hardware === 'works'
  if (works) step(run, 'init-works')
  else if (found) step(run, 'init-fails', null, null, failureOf(input))
  const panics = found && !works && run.rule.panics === true
  const translates = works && !passesThrough(run)
  if (works && !translates) step(run, 'passed-through')
  if (panics) step(run, 'panic')
  else if (translates) unused(run)
  else if (wanted && run.rule.pool === 'late') allocateLate(run)
  else if (run.pool !== null && run.rule.pool === 'reserved') {
    run.holder = 'pool'
    step(run, 'initialised', run.pool.bytes)
  }
  picture(run)
  const without = run.pool === null ? 'direct' : 'swiotlb'
  return outcome(run, panics ? 'panic' : translates ? 'iommu' : without, translates)
}

/** EARLY: is an IOMMU there? Firmware's tables say, whether it works or not. */
function detect(run: Run): boolean {
  const { input, cmd, rule, old } = run
  const off = cmd.off || (input.vendor === 'intel' ? cmd.intel === false : cmd.amdOff)
  if (off) step(run, 'detect-off')
  else if (old && (cmd.soft || isForced(run))) step(run, 'detect-soft')
  else if (input.hardware === 'absent') step(run, 'detect-none')
  else if (input.hardware === 'fails' && rule.probes) step(run, 'probe-broken', null, null, failureOf(input))
  else {
    step(run, 'detect-found')
    return true
  }
  return false
}

/** EARLY: is a pool to be made, here or LATE? */
function poolWanted(run: Run, found: boolean): boolean {
  const { input, cmd, rule, old } = run
  const high = input.ramAbove4G > 0
  const noPool = (cmd.off && !cmd.soft && !isForced(run)) || (!old && parseSwiotlb(cmd.swiotlb).noforce)
  if (noPool) step(run, 'pool-off')
  else if (!high && !cmd.soft && !isForced(run)) step(run, 'pool-not-needed')
  else if (found && !rule.evenIfFound && !passesThrough(run)) step(run, 'pool-suppressed')
  else {
    if (rule.pool === 'late') step(run, 'pool-later')
    return true
  }
  return false
}

/** EARLY: takes the block from the boot allocator. False where a kernel of 2009 finds none and stops. */
function reserve(run: Run): boolean {
  const { input, rule, old, lowEnd } = run
  const room = Math.max(1, lowEnd - KERNEL_END)
  const { slots, areas, tries } = old ? oldSizing(run, room) : sizeEarly(run.cmd.swiotlb, 0, input.cpus, true, room)
  for (const { bytes, ok } of tries) if (!ok) step(run, 'no-room', bytes)
  if (slots === 0) {
    step(run, old ? 'no-room-panic' : 'no-pool')
    return !old
  }
  const bytes = slots * SLOT_BYTES
  const top = alignDown(lowEnd - bytes, PAGE)
  const start = old ? (OLD_POOL <= top ? OLD_POOL : KERNEL_END) : top
  hold(run, { start, bytes, slots, areas }, rule.pool === 'reserved' ? 'reserved' : 'pool')
  step(run, rule.pool === 'reserved' ? 'reserved' : 'reserved-ready', bytes)
  return true
}

/** A.9 before areas and before smaller sizes were tried. */
function oldSizing(run: Run, room: number) {
  const slots = oldSlots(run)
  const bytes = slots * SLOT_BYTES
  const ok = bytes <= room
  return { slots: ok ? slots : 0, areas: 1, tries: [{ bytes, ok }] }
}

/** `swiotlb=0` asks a kernel of 2009 for the default. */
function oldSlots(run: Run): number {
  return alignUp(parseSwiotlb(run.cmd.swiotlb).slots || DEFAULT_SLOTS, SET_SLOTS)
}

/** LATE: asks the page allocator, smaller and smaller, A.10. */
function allocateLate(run: Run): void {
  const { maxOrder, largestOrder } = run.input
  const { slots, areas, tries } = sizeLate(String(oldSlots(run)), 0, 1, maxOrder, largestOrder)
  for (const { bytes, order, ok } of tries) {
    if (ok) hold(run, { start: alignDown(run.lowEnd - bytes, bytes), bytes, slots, areas }, 'pool')
    step(run, ok ? 'block-found' : order! > maxOrder ? 'block-too-large' : 'block-fragmented', bytes, order)
  }
  if (slots === 0) step(run, 'no-pool')
}

/** LATE: the IOMMU works, and nobody needs the pool to reach high memory. */
function unused(run: Run): void {
  const { pool, rule } = run
  if (pool === null || rule.unused === null) return
  if (rule.unused === 'pool-kept') run.holder = 'idle-pool'
  else {
    run.pool = null
    run.held = 0
    run.holder = rule.unused === 'leaked' ? 'leaked' : 'given-back'
    if (rule.unused === 'leaked') run.leaked = pool.bytes
    else run.freed = pool.bytes
  }
  step(run, rule.unused, pool.bytes)
}

function hold(run: Run, pool: BootPool, holder: MemoryHolder): void {
  run.pool = pool
  run.block = pool
  run.held = pool.bytes
  run.holder = holder
}

function isForced(run: Run): boolean {
  return parseSwiotlb(run.cmd.swiotlb).force
}

function passesThrough({ cmd, old }: Run): boolean {
  return old ? cmd.pt : cmd.passthrough === true
}

function failureOf({ vendor }: BootInput): FailureId {
  return vendor === 'intel' ? 'no-address-width' : 'bad-checksum'
}

function step(
  run: Run,
  id: StepId,
  bytes: number | null = null,
  order: number | null = null,
  cause: FailureId | null = null,
) {
  const { phase, held, freed, leaked } = run
  run.steps.push({ phase, id, bytes, order, cause, held, freed, leaked })
}

/** Keeps who has which memory now. */
function picture(run: Run): void {
  const { phase, lowEnd, block, holder, input } = run
  const free: MemoryHolder = phase === 'early' ? 'boot-allocator' : 'page-allocator'
  const taken: MemoryBlock[] = [{ start: KERNEL_START, end: Math.min(KERNEL_END, lowEnd), holder: 'kernel' }]
  if (block !== null) taken.push({ start: block.start, end: block.start + block.bytes, holder })
  const blocks: MemoryBlock[] = []
  let at = 0
  for (const piece of taken.sort((a, b) => a.start - b.start)) {
    if (piece.start > at) blocks.push({ start: at, end: piece.start, holder: free })
    blocks.push(piece)
    at = piece.end
  }
  if (at < lowEnd) blocks.push({ start: at, end: lowEnd, holder: free })
  if (input.ramAbove4G > 0) blocks.push({ start: FOUR_GIB, end: FOUR_GIB + input.ramAbove4G, holder: free })
  run.memory.push({ phase, blocks })
}

function outcome(run: Run, backend: BootOutcome['backend'], isolation: boolean): BootOutcome {
  const { steps, memory, pool, leaked, cmd, input } = run
  const dead = backend === 'panic'
  const answer = dead ? 'no-boot' : isolation ? 'translated' : null
  const high = input.ramAbove4G > 0
  return {
    steps,
    memory,
    backend,
    isolation,
    pool,
    idleBytes: leaked + (isolation && pool !== null ? pool.bytes : 0),
    leakedBytes: leaked,
    lowBuffer: answer ?? (pool !== null && isForced(run) ? 'bounced' : 'direct'),
    highBuffer: dead ? 'no-boot' : !high ? 'not-applicable' : (answer ?? (pool === null ? 'mapping-error' : 'bounced')),
    commandLine: cmd,
  }
}
