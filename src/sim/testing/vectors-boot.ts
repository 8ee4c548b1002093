// Reads swiotlb/boot_timeline.json: machines of 2009 and since, by kernel or proposal, by what the IOMMU does and by whether
// RAM reaches above 4 GiB. A row has the events of boot in order and what the machine ends up with.

import { BOOT_KERNELS, type BootInput, type BootKernel, type BootStep, boot } from '../boot/boot.ts'
import type { StepId } from '../boot/boot-text.ts'
import { Mismatch } from './vector-text.ts'
import { compare } from './vectors-ddw.ts'

interface Event {
  readonly phase: string
  readonly ev: string
  readonly result?: string
  readonly bytes?: number
}

/** One recorded machine. */
export interface BootRow {
  readonly era: string
  readonly option: number | string
  readonly hw: string
  readonly ram_above_4g: boolean
  readonly events: readonly Event[]
  readonly backend: string
  readonly isolation: boolean
  readonly swiotlb_bytes_end: number
  readonly swiotlb_slots_end: number
  readonly idle_bytes_end: number
  readonly dma32_low_buffer: string
  readonly dma32_high_buffer: string
}

const GIB = 1073741824
const MIB = 1048576

const NAMES: Readonly<Record<BootKernel, readonly [option: number | string, era: string]>> = {
  '2.6.31': [0, '2.6.31 behaviour the post starts from'],
  panic: [1, 'post option 1'],
  earlier: [2, 'post option 2'],
  late: [3, 'post option 3'],
  'give-back': [4, 'post option 4'],
  leak: ['4-leak', 'post option 4 without give-back'],
  '2.6.33': ['2.6.33', 'merged in 2.6.33 (Fujita)'],
  '6.12': ['6.12', '6.12'],
}

const HARDWARE = { none: 'absent', ok: 'works', initfail: 'fails' } as const

/** Steps by the words of the file. Those that are missing decide without doing anything: no event records them. */
const EVENTS: Partial<Readonly<Record<StepId, readonly [ev: string, result?: string]>>> = {
  'detect-none': ['detect_iommu', 'none'],
  'detect-found': ['detect_iommu', 'found (tables only)'],
  'probe-broken': ['probe_iommu_fully', 'broken, treat as absent'],
  'reserved-ready': ['reserve+init swiotlb (boot allocator)'],
  reserved: ['reserve swiotlb (boot allocator), not initialised'],
  'hand-over': ['boot allocator hands free pages to page allocator'],
  'init-works': ['iommu init', 'ok'],
  'init-fails': ['iommu init', 'fail'],
  panic: ['panic'],
  initialised: ['initialise reserved swiotlb'],
  'given-back': ['give reserved memory back to page allocator'],
  leaked: ['(no give-back path) reserved memory stays reserved'],
  'pool-freed': ['iommu driver clears the swiotlb flag; pool freed'],
  'pool-kept': ['pool kept although iommu works (bounce for untrusted devices, unaligned small buffers)'],
}

const OUTCOMES: Readonly<Record<string, string>> = {
  panic: 'none (panic)',
  'no-boot': 'no boot',
  'mapping-error': 'mapping error',
  'not-applicable': 'not applicable (no high memory)',
}

/** Decisions that leave no trace in the file. */
const SILENT: readonly StepId[] = ['pool-not-needed', 'pool-suppressed', 'pool-later']

function eventOf({ phase, id, bytes, order }: BootStep): Event[] {
  if (order !== null && bytes !== null) {
    const result = id === 'block-found' ? 'ok' : id === 'block-too-large' ? 'too large' : id
    return [{ phase, ev: `page allocator order ${order} (${bytes / MIB} MiB)`, result }]
  }
  const words = EVENTS[id]
  if (words === undefined) return SILENT.includes(id) ? [] : [{ phase, ev: id }]
  const [ev, result] = words
  return [{ phase, ev, ...(result === undefined ? {} : { result }), ...(bytes === null ? {} : { bytes }) }]
}

/** The machine of a row; what rows do not say is as the spec takes it: orders up to 10, memory not fragmented. */
export function bootInputOf({ option, hw, ram_above_4g: high }: BootRow): BootInput {
  const kernel = BOOT_KERNELS.find((k) => NAMES[k][0] === option)
  const hardware = Object.entries(HARDWARE).find(([name]) => name === hw)?.[1]
  if (kernel === undefined || hardware === undefined) throw new Mismatch(`no option ${option} with hw ${hw}`)
  const ramAbove4G = high ? 5 * GIB : 0
  const ram = { ramBytes: 3 * GIB + ramAbove4G, ramAbove4G }
  return { kernel, vendor: 'intel', hardware, ...ram, largestOrder: 10, maxOrder: 10, cpus: 8, commandLine: '' }
}

/** What boot makes of the machine of a row, in the form of a row. */
export function bootRowOf(row: BootRow): BootRow {
  const input = bootInputOf(row)
  const out = boot(input)
  const [option, era] = NAMES[input.kernel]
  const words = (id: string): string => OUTCOMES[id] ?? id
  return {
    era,
    option,
    hw: row.hw,
    ram_above_4g: input.ramAbove4G > 0,
    events: out.steps.flatMap(eventOf),
    backend: words(out.backend),
    isolation: out.isolation,
    swiotlb_bytes_end: out.pool?.bytes ?? 0,
    swiotlb_slots_end: out.pool?.slots ?? 0,
    idle_bytes_end: out.idleBytes,
    dma32_low_buffer: words(out.lowBuffer),
    dma32_high_buffer: words(out.highBuffer),
  }
}

/** Replays boot_timeline.json; throws Mismatch at the first difference. Returns the number of fields and events met. */
export function replayBoot(text: string): number {
  const { rows } = JSON.parse(text) as { rows?: readonly BootRow[] }
  if (!Array.isArray(rows)) throw new Mismatch('no rows')
  let checks = 0
  ;(rows as readonly BootRow[]).forEach((row, i) => {
    const got = bootRowOf(row)
    row.events.forEach((event, k) => {
      checks += compare(`row ${i}, event ${k}`, event, got.events[k] ?? {})
    })
    checks += compare(`row ${i}`, row, got)
  })
  return checks
}
