// What the table of a guest's window takes: whole, allocated now, charged; and where the guest's memory lies.

import { pow2 } from '../../lib/bits.ts'
import { scopeOf } from '../machine/build.ts'
import type { DmaTable, MachineState } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { farEndBytes, guestMemory } from '../platform/guest-window.ts'
import { directEntries } from '../platform/partition.ts'
import {
  flatTableMiB,
  TCE_REFUSALS,
  type TceRefusal,
  type TceRequest,
  tceAccounted,
  tceShape,
} from '../table/tce-multi-levels.ts'
import { refusalSums } from '../table/tce-refusal-text.ts'
import type { TceWindowState } from '../table/tce-window.ts'
import type { MemoryFrame, MemoryIsland, TableRefusal } from './frames-tce.ts'
import { mappedIn } from './live.ts'
import { type Probe, tableIndex } from './probe.ts'

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
  const table = m.state.tables[index]!
  if (table.tableId !== 'tce-multi') return null
  const { table: made, refusal, request } = table.tce as TceWindowState
  return {
    perLevel: made ? made.hw.counts.toReversed() : [],
    userPerLevel: made?.user ? made.user.counts.toReversed() : [],
    refusal: refusal && refusalFigures(request, refusal),
  }
}

function islandsOf(s: MachineState, table: DmaTable, own: Record<string, number | string>): readonly MemoryIsland[] {
  const page = pow2(table.geometry.pageShift)
  return guestMemory(s.settings, own).map(({ name, abs, pages, entry, inside }) => ({
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
  const ram = Math.min(Number(s.settings['m.ram']), Number(s.settings['m.maxRam']))
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

export const memory: Probe<'memory', MemoryFrame | null> = {
  id: 'memory',
  build(m, { table: device }): MemoryFrame | null {
    const { state: s } = m
    const index = tableIndex(m, device)
    const table = s.tables[index]!
    if (table.tableId !== 'tce-multi') return table.ddw ? partitionMemory(s, index) : null
    const { request, table: made, container } = table.tce as TceWindowState
    const { windowBytes, pageShift, levels, era, userCopy, kernelPageShift } = request
    const flat = { ...request, levels: 1, backing: 'levels' } as const
    const flatRefusal = tceShape(flat)
    const { refusal, perLevel, userPerLevel } = guestTable(m, index)!
    const own = scopeOf(s.settings, m.scenario.devices[index]!.id)
    const islands = islandsOf(s, table, own)
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
