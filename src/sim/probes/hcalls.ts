// Hypervisor calls over time, in the columns of the time-line, and in all.

import type { Chunked } from '../../lib/chunked.ts'
import { COLUMNS } from '../engine/recorder.ts'
import type { HcallCounts } from '../window/ddw-calls.ts'
import type { Probe, Whole } from './probe.ts'

/** Hypervisor calls over time: the columns are those of the time-line. */
export interface HcallsFrame {
  readonly columnNs: number
  readonly columns: number
  /** Columns that have run. */
  readonly filled: number
  /** All memory is mapped once for all devices: buffers need no calls. */
  readonly direct: boolean
  /** [columns] calls in a column. */
  readonly put: Float32Array
  readonly putIndirect: Float32Array
  readonly stuff: Float32Array
  readonly tooHard: Float32Array
  /** So far. */
  readonly totals: HcallCounts & { readonly tooHard: number; readonly ns: number }
}

export const hcallsProbe: Probe<'hcalls', Whole, HcallsFrame> = {
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
      direct: tables.some((table) => table?.ddw?.result === 'direct') && m.ways.every((way) => way.isIdle),
      put: track(r.put),
      putIndirect: track(r.putIndirect),
      stuff: track(r.stuff),
      tooHard: track(r.tooHard),
      totals: { ...counts, ns: Math.round(ps / 1000) },
    }
  },
}
