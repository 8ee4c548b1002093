// Hypervisor calls over time, in the columns of the time-line, and in all.

import type { Chunked } from '../../lib/chunked.ts'
import { COLUMNS } from '../engine/recorder.ts'
import type { HcallsFrame } from './frames-tce.ts'
import type { Probe } from './probe.ts'

export const hcalls: Probe<'hcalls'> = {
  id: 'hcalls',
  build(m, _request, arrays): HcallsFrame {
    const { recorder: r, hcalls: sums, tables } = m.state
    const track = ({ data }: Chunked<Float64Array>) => {
      const calls = arrays.f32(COLUMNS)
      calls.set(data)
      return calls
    }
    const { ps, ...counts } = sums
    return {
      columnNs: r.columnNs,
      columns: COLUMNS,
      filled: r.column + 1,
      direct:
        tables.some((table) => table?.ddw?.result === 'direct') && tables.every((table) => !table || table.direct),
      put: track(r.put),
      putIndirect: track(r.putIndirect),
      stuff: track(r.stuff),
      tooHard: track(r.tooHard),
      totals: { ...counts, ns: Math.round(ps / 1000) },
    }
  },
}
