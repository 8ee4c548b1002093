// What the table of a guest's window takes: whole, allocated now, charged; and where the guest's memory lies.

import { pow2 } from '../../lib/bits.ts'
import type { DmaTable, MachineState } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { readParams } from '../params.ts'
import { levelsOf } from '../paths/parts.ts'
import { farEndBytes, guestMemory } from '../platform/guest-window.ts'
import { directEntries } from '../platform/partition.ts'
import { pseriesMachine } from '../scenario/platform-power.ts'
import {
  flatTableMiB,
  TCE_REFUSALS,
  type TceEra,
  type TceRefusal,
  type TceRequest,
  tceAccounted,
  tceShape,
} from '../table/tce-multi-levels.ts'
import { refusalSums } from '../table/tce-refusal-text.ts'
import { mappedIn } from './live.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'

/** A table that could not be made. */
export interface TableRefusal {
  readonly id: TceRefusal
  /** What the caller is told, a negative errno. */
  readonly errno: number
  readonly why: string
  /** The arithmetic, a line each. */
  readonly sums: readonly string[]
}

/** A stretch of memory that is mapped for the device. */
export interface MemoryIsland {
  readonly name: 'ram' | 'far'
  /** Guest address and size in bytes; how much of it lies inside the window, and how much is mapped. */
  readonly startBytes: number
  readonly bytes: number
  readonly insideBytes: number
  readonly mappedBytes: number
}

/** What a table of several levels takes, all in bytes. */
export interface MemoryFrame {
  readonly table: number
  readonly windowBytes: number
  readonly pageShift: number
  readonly levels: number
  readonly era: TceEra
  readonly userCopy: boolean
  /** One level and all of it, trees together; why that is refused, or null when it is not. */
  readonly flatBytes: number
  readonly flatRefusal: TableRefusal | null
  /** The whole tree of the levels asked for, trees together; 0 when that is refused. */
  readonly wholeBytes: number
  /** Allocated now: the hardware's tree and the user copy. */
  readonly hwBytes: number
  readonly userBytes: number
  /** Charged to user space for this table, and all that was charged so far: a refused table stays charged. */
  readonly accountedBytes: number
  readonly lockedBytes: number
  readonly refusal: TableRefusal | null
  /** Level tables that are there, top first. */
  readonly hwPerLevel: readonly number[]
  readonly userPerLevel: readonly number[]
  readonly mappedBytes: number
  readonly islands: readonly MemoryIsland[]
  /** False where memory is not mapped at its own addresses, only buffers when a driver asks; absent: it is. */
  readonly identity?: false
  /** The formula of the 2018 mail, MiB of one tree: up to the end of the last island; for what is memory alone. */
  readonly mailFlatMiB: number
  readonly mailNeededMiB: number
}

/** Why a table was refused, in words and sums. */
export function refusalFigures(request: TceRequest, id: TceRefusal): TableRefusal {
  return { id, ...TCE_REFUSALS[id], sums: refusalSums(request, id) }
}

/** Bytes of all level tables of a whole tree (or of both), 0 when such a table is refused. */
export function wholeBytes(request: TceRequest): number {
  const shape = tceShape({ ...request, era: 'full' })
  if (typeof shape === 'string') return 0
  return shape.atCreation.reduce((sum, n) => sum + n, 0) * pow2(shape.levelShift) * (request.userCopy ? 2 : 1)
}

/** The level tables of a guest's window, top level first; null where the table is of another kind. */
export function guestTable(
  m: Machine,
  index: number,
):
  | (Pick<MemoryFrame, 'refusal'> & {
      readonly perLevel: readonly number[]
      readonly userPerLevel: readonly number[]
    })
  | null {
  const window = levelsOf(m.state.tables[index]!)
  if (!window) return null
  const { table: made, refusal, request } = window
  return {
    perLevel: made ? made.hw.counts.toReversed() : [],
    userPerLevel: made?.user ? made.user.counts.toReversed() : [],
    refusal: refusal && refusalFigures(request, refusal),
  }
}

function islandsOf(s: MachineState, table: DmaTable, id: string): readonly MemoryIsland[] {
  const page = pow2(table.geometry.pageShift)
  return guestMemory(s.settings, id).map(({ name, abs, pages, entry, inside }) => ({
    name,
    startBytes: abs * page,
    bytes: pages * page,
    insideBytes: inside * page,
    mappedBytes: mappedIn(table, entry, entry + inside) * page,
  }))
}

/** Of a partition, whose tables are the hypervisor's: its RAM, and how much of it a direct window maps. */
function partitionMemory(s: MachineState, index: number): MemoryFrame {
  const { ddw, windowBytes, geometry } = s.tables[index]!
  const direct = ddw!.result === 'direct'
  const partition = readParams(pseriesMachine, s.settings, 'm')
  const ram = Math.min(partition.ram, partition.maxRam)
  const mappedBytes = direct ? directEntries(s.settings, geometry) * pow2(geometry.pageShift) : 0
  return {
    table: index,
    windowBytes,
    pageShift: geometry.pageShift,
    levels: 0,
    era: '6.12',
    userCopy: false,
    flatBytes: 0,
    flatRefusal: null,
    wholeBytes: 0,
    hwBytes: 0,
    userBytes: 0,
    accountedBytes: 0,
    lockedBytes: 0,
    refusal: null,
    hwPerLevel: [],
    userPerLevel: [],
    mappedBytes,
    islands: [
      { name: 'ram', startBytes: 0, bytes: ram, insideBytes: direct ? Math.min(ram, windowBytes) : 0, mappedBytes },
    ],
    ...(direct ? {} : { identity: false }),
    mailFlatMiB: 0,
    mailNeededMiB: 0,
  }
}

export const memoryProbe: Probe<'memory', OfTable, MemoryFrame | null> = {
  id: 'memory',
  build(m, { table: device }): MemoryFrame | null {
    const { state: s } = m
    const index = tableIndex(m, device)
    const table = s.tables[index]!
    const window = levelsOf(table)
    if (!window) return table.ddw ? partitionMemory(s, index) : null
    const { request, table: made, container } = window
    const { windowBytes, pageShift, levels, era, userCopy, kernelPageShift } = request
    const flat = { ...request, levels: 1, backing: 'levels' } as const
    const flatRefusal = tceShape(flat)
    const { refusal, perLevel, userPerLevel } = guestTable(m, index)!
    const islands = islandsOf(s, table, m.scenario.devices[index]!.id)
    const bytesOf = (counts: readonly number[]) => counts.reduce((sum, n) => sum + n, 0) * (made?.levelBytes ?? 0)
    return {
      table: index,
      windowBytes,
      pageShift,
      levels,
      era,
      userCopy,
      flatBytes: Math.max(8 * (windowBytes / pow2(pageShift)), pow2(kernelPageShift)) * (userCopy ? 2 : 1),
      flatRefusal: typeof flatRefusal === 'string' ? refusalFigures(flat, flatRefusal) : null,
      wholeBytes: wholeBytes(request),
      hwBytes: bytesOf(perLevel),
      userBytes: bytesOf(userPerLevel),
      accountedBytes: tceAccounted(request),
      lockedBytes: container.lockedPages * pow2(kernelPageShift),
      refusal,
      hwPerLevel: perLevel,
      userPerLevel,
      mappedBytes: table.mapped * pow2(pageShift),
      islands,
      mailFlatMiB: flatTableMiB(farEndBytes(s.settings), pageShift),
      mailNeededMiB: flatTableMiB(
        islands.reduce((sum, island) => sum + island.bytes, 0),
        pageShift,
      ),
    }
  },
}
