// Pictures over time: addresses, lanes of CPUs, memory that is still within reach.

import { type AddressTimeFrame, CELL_FREE, CELL_REACHABLE } from '../sim/index.ts'
import { code, WAIT_STEPS } from '../views/pictures/format.ts'
import { COLUMNS, type Draw, happened, over, refusals, sheet } from './pictures-sheet.ts'

/** The bands in which anything ever was: a space of which little is used is shown as far as it is. */
function usedBands({ bands, columns, mapped, fresh }: AddressTimeFrame): readonly [from: number, to: number] {
  const used = (band: number) => {
    for (let c = 0; c < columns; c++) if (mapped[c * bands + band]! > 0 || fresh[c * bands + band]! > 0) return true
    return false
  }
  let [from, to] = [0, bands]
  while (from < to - 8 && !used(from)) from++
  while (to > from + 8 && !used(to - 1)) to--
  return to - from > 0.8 * bands ? [0, bands] : [from, to]
}

/** Address down, time across, table by table; below, when something was refused. */
export const overTime =
  ({ tables = [0], upToNs = Number.POSITIVE_INFINITY }: { tables?: readonly number[]; upToNs?: number } = {}): Draw =>
  (m) => {
    const out = sheet('address-time')
    tables.forEach((table, i) => {
      const f = m.frame('address-time', { table })
      const filled = Math.min(f.filled, Math.ceil(upToNs / f.columnNs))
      const [from, to] = usedBands(f)
      const at = (data: Uint8Array, band: number) => (column: number) => data[column * f.bands + band]!
      out.panel(
        { columns: COLUMNS, rows: to - from, style: 'flat', weight: 10, ...(i > 0 && { before: 'zigzag' }) },
        (c, r) =>
          code.band(
            over(c, COLUMNS, filled, at(f.mapped, from + r)).mean / 255,
            over(c, COLUMNS, filled, at(f.fresh, from + r)).most / 255,
          ),
      )
    })
    refusals(m, out)
    return out.done()
  }

/** Address down, time across, of a few entries of a space: the run is led through it once more. */
export const closeOverTime =
  ({ count, fromNs }: { count: number; fromNs: number }): Draw =>
  (m) => {
    const untilNs = m.run.machine.state.nowNs
    const rowsAt = Array.from({ length: COLUMNS }, (_, c) => {
      m.run.seek({ ns: Math.round(fromNs + ((untilNs - fromNs) * (c + 1)) / COLUMNS) })
      const part = { table: 0, first: 0, count, columns: 64, maxRows: 256, colourBy: 'state', breaks: false } as const
      const f = m.frame('iova-space', part)
      return Array.from({ length: f.rows }, (_, r) => {
        let used = 0
        for (let i = r * f.columns; i < (r + 1) * f.columns; i++) used += f.used[i]! / 255
        return used
      })
    })
    const most = Math.max(...rowsAt.flat())
    const out = sheet('address-time')
    const rows = rowsAt[0]!.length
    out.panel({ columns: COLUMNS, rows, style: 'flat', weight: 1 }, (c, r) => {
      const [used, before] = [rowsAt[c]![r]!, c > 0 ? rowsAt[c - 1]![r]! : 0]
      return code.band(used / most, used === before ? 0 : 1)
    })
    return out.done()
  }

/** How long each CPU stood in line, a lane each, time across. */
export const lanes: Draw = (m) => {
  const out = sheet('lanes')
  const f = m.frame('timeline', {})
  const waited = (c: number, cpu: number) => {
    const share = over(c, COLUMNS, f.filled, (i) => f.lockWait[i * f.cpus + cpu]!).mean / 255
    return code.waited(share === 0 ? 0 : Math.max(1, Math.round(share * (WAIT_STEPS - 1))))
  }
  // Few lanes would flow together.
  const panels = f.cpus <= 8 ? f.cpus : 1
  const rows = f.cpus / panels
  for (let i = 0; i < panels; i++)
    out.panel({ columns: COLUMNS, rows, style: 'flat', weight: 1, ...(i > 0 && { before: 'space' }) }, (c, r) =>
      waited(c, i * rows + r),
    )
  return out.done()
}

/** Memory that was unmapped and could still be reached, over time; below, accesses that reached it. */
export const exposed: Draw = (m) => {
  const f = m.frame('timeline', {})
  const out = sheet('exposed')
  const at = f.exposedBytes!
  const most = Math.max(...at)
  const rows = 40
  const heights = Array.from({ length: COLUMNS }, (_, c) => over(c, COLUMNS, f.filled, (i) => at[i]!).most / most)
  out.panel({ columns: COLUMNS, rows, style: 'flat', weight: 10 }, (c, r) =>
    code.state((rows - r - 0.5) / rows < heights[c]! ? CELL_REACHABLE : CELL_FREE),
  )
  happened(f, f.late, out)
  return out.done()
}
