// Pictures of a space as it is now: the map, what the IOTLB leads to, the slots of the pool, windows.

import {
  CELL_CACHED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_NONE,
  CELL_RESERVED,
  type CellState,
  type IovaSpaceFrame,
  type IovaSpaceRequest,
  MARK_PASSED,
} from '../sim/index.ts'
import { code, NOTHING } from '../views/pictures/format.ts'
import { type Draw, hueOf, refusals, sheet } from './pictures-sheet.ts'

export type MapPart = Partial<Pick<IovaSpaceRequest, 'table' | 'first' | 'count' | 'columns' | 'maxRows' | 'colourBy'>>

/** The map of the space, never-used stretches left out; below, when something was refused. */
export const map =
  (part: MapPart = {}): Draw =>
  (m) => {
    const table = part.table ?? 0
    const { size } = m.run.machine.state.tables[table]!.geometry
    const cpus = m.run.machine.state.cpus.length
    const colourBy = part.colourBy ?? 'state'
    const f = m.frame('iova-space', {
      ...{ table, first: 0, count: size, columns: 64, maxRows: 20, colourBy, breaks: true },
      ...part,
    })
    const out = sheet(colourBy === 'cpu' ? 'map-cpu' : colourBy === 'device' ? 'map-device' : 'map')
    for (const { row, rows, gapBefore, apart } of f.segments)
      out.panel(
        {
          ...{ columns: f.columns, rows, style: 'cells', weight: (10 * rows) / f.rows },
          ...((gapBefore > 0 || apart) && row > 0 && { before: 'zigzag' }),
        },
        (c, r) => mapCell(f, (row + r) * f.columns + c, cpus),
      )
    refusals(m, out)
    return out.done()
  }

function mapCell(f: IovaSpaceFrame, i: number, cpus: number): number {
  const state = f.state[i]!
  if (state === CELL_NONE) return NOTHING
  const hued = f.colourBy !== 'state'
  const [value, owner] = [f.value[i]!, f.owner?.[i] ?? CELL_NONE]
  const by = (n: number, kept: boolean) => code.owner(f.colourBy === 'cpu' ? hueOf(n, cpus) : n, kept)
  if (hued && state === CELL_MAPPED && value !== CELL_NONE) return by(value, false)
  if (hued && state === CELL_CACHED && value !== CELL_NONE) return by(value, true)
  if (hued && owner !== CELL_NONE) return by(owner, true)
  if (((f.marks?.[i] ?? 0) & MARK_PASSED) !== 0) return code.tone('useful')
  return state === CELL_MAPPED ? code.mapped(f.used[i]! / 255, f.useful[i]! / 65535) : code.state(state as CellState)
}

/** The pages that are mapped, in the order of their addresses, those strong that the IOTLB leads to; below, how many of its
 *  slots that takes. */
export const cached =
  (columns: number, part: MapPart = {}): Draw =>
  (m) => {
    const f = m.frame('iotlb', { table: 0 })
    const found = m.frame('iova-space', {
      ...{ table: 0, first: 0, count: m.run.machine.state.tables[0]!.geometry.size, columns: 64, maxRows: 64 },
      ...{ colourBy: 'state', breaks: true, ...part },
    } as IovaSpaceRequest)
    const covered = (entry: number) => {
      const pfn = found.offset + entry
      return f.pfn.some((first, i) => f.state[i]! > 0 && pfn >= first && pfn < first + 2 ** f.order[i]!)
    }
    const pages: number[] = []
    for (const { row, rows, firstEntry } of found.segments)
      for (let i = 0; i < rows * found.columns; i++)
        if (found.state[row * found.columns + i] === CELL_MAPPED)
          pages.push(code.mapped(1, covered(firstEntry + i * found.entriesPerCell) ? 1 : 0))
    const out = sheet('cached')
    const rows = Math.ceil(pages.length / columns)
    out.panel({ columns, rows, style: 'cells', weight: 8 }, (c, r) => pages[r * columns + c] ?? NOTHING)
    const slots = f.state.length
    out.panel({ columns: 32, rows: Math.ceil(slots / 32), style: 'cells', weight: 2, before: 'zigzag' }, (c, r) =>
      r * 32 + c < f.used ? code.mapped(1, 1) : code.state(CELL_RESERVED),
    )
    return out.done()
  }

/** The pool, area by area; below, when something was refused. */
export const pool =
  (columns: number, rows: number, byCpu = false): Draw =>
  (m) => {
    const f = m.frame('pool', { table: 0 })
    const out = sheet('pool')
    const areas = f.areas.length
    const perArea = f.cells / areas
    const areaRows = Math.max(1, Math.floor(rows / areas))
    const per = perArea / (columns * areaRows)
    f.areas.forEach((_, a) => {
      out.panel(
        { columns, rows: areaRows, style: 'cells', weight: 10 / areas, ...(a > 0 && { before: 'space' }) },
        (c, r) => {
          const from = Math.floor(a * perArea + (r * columns + c) * per)
          const to = Math.max(from + 1, Math.floor(a * perArea + (r * columns + c + 1) * per))
          let [used, waste, cpu] = [0, 0, CELL_NONE]
          for (let i = from; i < to; i++) {
            used += f.used[i]! / 255
            waste += f.waste[i]! / 255
            if (f.cpu[i] !== CELL_NONE) cpu = f.cpu[i]!
          }
          if (used === 0) return code.state(CELL_FREE)
          if (byCpu && cpu !== CELL_NONE) return code.owner(cpu, false)
          return code.mapped(used / (to - from), Math.max(0, 1 - waste / used))
        },
      )
    })
    refusals(m, out)
    return out.done()
  }

/** The windows of a device, one below the other, as far as they are mapped. */
export const windows: Draw = (m) => {
  const f = m.frame('windows', { table: 0 })
  const out = sheet('windows')
  const columns = Math.min(64, f.bands)
  f.windows.forEach(({ row }, i) => {
    out.panel({ columns, rows: 1, style: 'cells', weight: 1, ...(i > 0 && { before: 'zigzag' }) }, (c) => {
      const used = row < 0 ? 0 : f.used[row * f.bands + Math.floor((c * f.bands) / columns)]! / 255
      return used > 0 ? code.mapped(used, 1) : code.state(CELL_FREE)
    })
  })
  return out.done()
}
