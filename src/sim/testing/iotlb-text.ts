// What the readers of iotlb/*.txt share: records `a = b`, addresses as pages, commands as text, and the operations that
// all page tables are driven by. What the records mean for each vendor stands in its own reader.

import { pow2 } from '../../lib/bits.ts'
import { mapRange, unmapRange } from '../dma/iommu-core.ts'
import { createIo, type DriverIo, EINVAL, type IommuDriver } from '../dma/iommu-driver.ts'
import { createGather, type Gather, resetGather } from '../flush/gather.ts'
import {
  CMD_AMD,
  CMD_AMD_ALL,
  CMD_DSI,
  CMD_DTE,
  CMD_PAGE,
  CMD_PPSI,
  CMD_PSI,
  CMD_RANGE,
  type Command,
  type CommandSink,
} from '../iotlb/command.ts'
import { createWalk, type PageTableState, type Walk } from '../table/page-table.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { expectText, toHex, unreadable, type VectorRecord } from './vector-text.ts'

const BOTH = TCE_READ | TCE_WRITE
/** Commands of one invalidation that a record shows; of the rest it gives the number. */
const SHOWN = 40

/** Throws Mismatch unless `got` stands behind the record's ` = `. */
export function expectResult(r: VectorRecord, got: string): void {
  const end = r.text.indexOf(' = ')
  if (end < 0) unreadable(r, 'no result')
  expectText(r, `${r.text.slice(0, end)} = ${got}`)
}

/** Word `i` as hexadecimal bytes. */
export function bytesAt(r: VectorRecord, i: number): bigint {
  return toHex(r, r.words[i])
}

/** A number of bytes as whole pages of 2^shift bytes; what is below a page is cut off. */
export function pagesOf(bytes: bigint, shift: number): number {
  return Number(bytes >> BigInt(shift))
}

/** Pages as `0x…` bytes, with an offset into the page. */
export function bytesText(pages: number, shift: number, offset = 0n): string {
  return `0x${((BigInt(pages) << BigInt(shift)) + offset).toString(16)}`
}

/** The page sizes of a bitmap, as orders of the smallest; and log2 of that one in bytes. */
export function readBitmap(bitmap: bigint): { orders: number[]; shift: number } {
  const shifts = [...bitmap.toString(2)].reverse().flatMap((bit, i) => (bit === '1' ? [i] : []))
  const shift = shifts[0] ?? 0
  return { orders: shifts.map((s) => s - shift), shift }
}

/** The bitmap of page sizes, as text. */
export function bitmapText(s: PageTableState): string {
  const bits = s.orders.reduce((sum, order) => sum | (1n << BigInt(order + s.granuleShift)), 0n)
  return `0x${bits.toString(16)}`
}

/** A command as the records write it. `shift` is log2 of the bytes of its pages. */
export function commandText(c: Command, shift: number): string {
  const at = bytesText(c.pfn, shift)
  const leaf = c.leaf ? 1 : 0
  switch (c.kind) {
    case CMD_PSI:
      return `PSI:${at}:${c.order}:${leaf}`
    case CMD_PPSI:
      return `PPSI:${at}:${c.order}:${leaf}`
    case CMD_DSI:
      return 'DSI'
    case CMD_RANGE:
      return `R:${at}:${leaf}:${c.ttl}:${c.tg}:${c.scale}:${c.num}`
    case CMD_PAGE:
      return `P:${at}:${leaf}`
    case CMD_AMD:
      return `INV:0x${amdWord(c).toString(16)}`
    case CMD_AMD_ALL:
      return 'INV:0x7ffffffffffff001'
    case CMD_DTE:
      return 'DTE'
    default:
      return `?${c.kind}`
  }
}

/** The address word of INVALIDATE_IOMMU_PAGES: a block of 2^order pages shows in the run of ones below its address. */
function amdWord(c: Command): bigint {
  const address = BigInt(c.pfn) << 12n
  if (c.order === 0) return address
  const ones = (BigInt(pow2(c.order - 1)) - 1n) << 12n
  return address | ones | 1n
}

/** A sink that keeps the commands as text. */
export interface CommandLog extends CommandSink {
  /** The commands since the last call, or `-`. */
  take(): string
}

/**
 * Keeps commands on pages of 2^shift bytes. `syncWord` stands for each sync (none: syncs are not shown). Of one
 * invalidation that many commands as a record shows are kept, and with `+N` the number of the others.
 */
export function commandLog(shift: number, syncWord?: string): CommandLog {
  let events: string[] = []
  let open: string[] = []
  const close = (word: string[]) => {
    events.push(...open.slice(0, SHOWN), ...word)
    if (open.length > SHOWN) events.push(`+${open.length - SHOWN}`)
    open = []
  }
  return {
    command: (c) => open.push(commandText(c, shift)),
    sync: () => close(syncWord === undefined ? [] : [syncWord]),
    take() {
      close([])
      const text = events.length === 0 ? '-' : events.join(' ')
      events = []
      return text
    },
  }
}

/** A table with its driver, as a `cfg` record makes it. */
export interface Rig<S extends PageTableState> {
  readonly driver: IommuDriver<S>
  readonly s: S
  readonly io: DriverIo
  readonly log: CommandLog
  readonly gather: Gather
  readonly walk: Walk
}

/** A rig around a new table; `syncWord` as for `commandLog`. */
export function createRig<S extends PageTableState>(driver: IommuDriver<S>, s: S, syncWord?: string): Rig<S> {
  const log = commandLog(s.granuleShift, syncWord)
  return { driver, s, io: createIo(log), log, gather: createGather(), walk: createWalk() }
}

function aligned(rig: Rig<PageTableState>, values: readonly bigint[]): boolean {
  return values.every((v) => v % (1n << BigInt(rig.s.granuleShift)) === 0n)
}

/** Clears the counts of the driver before an operation. */
function begin({ io }: { io: DriverIo }): void {
  io.warned = false
  io.error = 0
  io.tablesNew = 0
  io.tablesFreed = 0
  io.tablesDetached = 0
}

/** `m <iova> <paddr> <size>`: 0 or the error. */
export function replayMap<S extends PageTableState>(rig: Rig<S>, r: VectorRecord): number {
  const { driver, s, io } = rig
  const [iova, paddr, size] = [bytesAt(r, 0), bytesAt(r, 1), bytesAt(r, 2)]
  begin(rig)
  if (!aligned(rig, [iova, paddr, size])) return EINVAL
  const shift = s.granuleShift
  mapRange(driver, s, pagesOf(iova, shift), pagesOf(paddr, shift), pagesOf(size, shift), BOTH, false, io)
  return io.error
}

/** `u` or `q <iova> <size>`: the bytes unmapped as `0x…`. `u` (not `queued`) invalidates and gives back at once. */
export function replayUnmap<S extends PageTableState>(rig: Rig<S>, r: VectorRecord, queued: boolean): string {
  const { driver, s, io, gather } = rig
  const [iova, size] = [bytesAt(r, 0), bytesAt(r, 1)]
  begin(rig)
  resetGather(gather)
  gather.queued = queued
  const shift = s.granuleShift
  const ok = aligned(rig, [iova, size])
  const done = ok ? unmapRange(driver, s, pagesOf(iova, shift), pagesOf(size, shift), gather, io) : 0
  if (!queued || gather.urgent) driver.sync(s, gather, io)
  return bytesText(done, shift)
}

/** `f`: everything of the domain is invalidated, then the waiting tables go back. */
export function replayFlush<S extends PageTableState>({ driver, s, io, ...rest }: Rig<S>): void {
  begin({ io, ...rest })
  driver.flushAll(s, io)
  driver.release(s, -1, io)
}

/** `w <iova>`: walks from the top. Returns the page found as `pa 0x…`, or `fault`; the rest stands in `rig.walk`. */
export function replayWalk<S extends PageTableState>(rig: Rig<S>, r: VectorRecord): string {
  const { driver, s, walk } = rig
  const iova = bytesAt(r, 0)
  driver.table.walk(s, pagesOf(iova, s.granuleShift), -1, 0, walk)
  const offset = iova & ((1n << BigInt(s.granuleShift)) - 1n)
  return walk.found ? `pa ${bytesText(walk.page, s.granuleShift, offset)}` : 'fault'
}

/** `inv <commands>[ WARN]`: how the results of `m`, `u` and `q` end. */
export function invText({ log, io }: { log: CommandLog; io: DriverIo }): string {
  return `inv ${log.take()}${io.warned ? ' WARN' : ''}`
}

/** `<name> <top..leaf>`: a count by height, the top first. */
export function byHeight(name: string, levels: number, count: (height: number) => number): string {
  return [name, ...Array.from({ length: levels }, (_, i) => count(levels - 1 - i))].join(' ')
}
