// What the kernel sent to the invalidation queue of a table: the newest commands one by one, and sums over all of them.

import { entryAt, firstKept } from '../engine/log.ts'
import { commandText } from './command-text.ts'
import type { CommandLine, CommandsFrame } from './frames-iommu.ts'
import { type Probe, tableIndex } from './probe.ts'
import { spaceOf } from './space.ts'

export const commands: Probe<'commands'> = {
  id: 'commands',
  build(m, request, arrays): CommandsFrame {
    const index = tableIndex(m, request.table)
    const { geometry, iommu } = m.state.tables[index]!
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
