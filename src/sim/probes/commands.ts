// What the kernel sent to the invalidation queue of a table: the newest commands one by one, and sums over all of them.

import { entryAt, firstKept } from '../engine/log.ts'
import { unitOf } from '../paths/parts.ts'
import { commandText } from './command-text.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'
import { type AddressSpace, spaceOf } from './space.ts'

/** An invalidation command as it was sent. */
export interface CommandLine {
  /** Number of the command, from 0. */
  readonly nth: number
  readonly ns: number
  readonly cpu: number
  /** CMD_PSI … of iotlb/command.ts. */
  readonly kind: number
  /** In the words of its manual: "PSI 0x803b800000 AM 9 IH 0". */
  readonly text: string
  /** First page, counted from address 0, and pages that it names; 0 pages = everything of the domain. */
  readonly pfn: number
  readonly pages: number
  /** Caches of table pointers stay. */
  readonly leaf: boolean
}

/** What was sent to the invalidation queue. */
export interface CommandsFrame extends AddressSpace {
  readonly table: number
  /** Commands so far, and how often the kernel waited for them. */
  readonly total: number
  readonly waits: number
  /** [16] commands so far by kind. */
  readonly byKind: Float64Array
  /** Pages that the kernel wanted invalidated, and pages that its range commands named; whole-domain commands apart. */
  readonly asked: number
  readonly named: number
  /** Entries that the IOTLB dropped, and those of them whose mapping was still alive. */
  readonly dropped: number
  readonly droppedLive: number
  /** The newest, oldest first. */
  readonly lines: readonly CommandLine[]
}

export const commandsProbe: Probe<'commands', OfTable, CommandsFrame> = {
  id: 'commands',
  build(m, request, arrays): CommandsFrame {
    const index = tableIndex(m, request.table)
    const { geometry } = m.state.tables[index]!
    const iommu = unitOf(m.state.tables[index]!)
    const byKind = arrays.f64(16)
    byKind.fill(0)
    const lines: CommandLine[] = []
    if (iommu) {
      byKind.set(iommu.byKind)
      const log = iommu.commands
      for (let nth = firstKept(log); nth < log.total; nth++) {
        const { ns, kind, cpu, device, a: pfn, b: pages } = entryAt(log, nth)
        const leaf = (device & 1) === 1
        const text = commandText(kind, pfn, pages, (device >> 1) - 1, leaf, geometry.pageShift)
        lines.push({ nth, ns, cpu, kind, text, pfn, pages, leaf })
      }
    }
    return {
      ...spaceOf(m.state.tables[index]!),
      table: index,
      total: iommu?.commands.total ?? 0,
      waits: iommu?.waits ?? 0,
      byKind,
      asked: iommu?.asked ?? 0,
      named: iommu?.named ?? 0,
      dropped: iommu?.dropped ?? 0,
      droppedLive: iommu?.droppedLive ?? 0,
      lines,
    }
  },
}
