// What can be drawn of a run that stands still: each takes the frame of a probe and makes panels of small cells of it.

import {
  type AddressTimeFrame,
  type BootFrame,
  buildFrame,
  CELL_CACHED,
  CELL_FAILED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_NONE,
  CELL_QUEUED,
  CELL_REACHABLE,
  CELL_RESERVED,
  type CellState,
  createArrays,
  type Holder,
  type IovaSpaceFrame,
  type IovaSpaceRequest,
  MARK_PASSED,
  type ProbeFrames,
  type ProbeId,
  type ProbeTypes,
  PTE_EMPTY,
  PTE_TO_LARGE,
  PTE_TO_TABLE,
  type Run,
  type Summary,
} from '../sim/index.ts'
import { blocksAfter } from '../views/boot.view.ts'
import { addressAt, stretchesOf } from '../views/boot-axis.ts'
import { partsOf } from '../views/ledger.view.ts'
import { code, NOTHING, type Panel, type PictureKind, type Tone, WAIT_STEPS } from '../views/pictures/format.ts'

/** A run where its picture is taken. */
export interface Moment {
  readonly run: Run
  summary(table?: number): Summary
  /** The frame of one probe; an Error where the machine has nothing of the kind. */
  frame<K extends ProbeId>(id: K, request: ProbeTypes[K]['request']): ProbeTypes[K]['frame']
}

export interface Drawn {
  readonly kind: PictureKind
  readonly panels: readonly Panel[]
  readonly cells: readonly number[]
}

export type Draw = (m: Moment) => Drawn

export function momentOf(run: Run): Moment {
  const frameOf = (probes: object, table = 0) =>
    buildFrame(
      run.machine,
      { probes, table, inspect: null, logLines: 0 },
      { mode: 'paused', underway: null },
      { source: 0, request: 0, revision: 0 },
      createArrays(),
    )
  return {
    run,
    summary: (table) => frameOf({}, table).summary,
    frame<K extends ProbeId>(id: K, request: ProbeTypes[K]['request']) {
      const { views, failed } = frameOf({ [id]: request })
      const found = (views as ProbeFrames)[id]
      if (!found) throw new Error(`${run.machine.scenario.preset}: no ${id}${failed?.[id] ? `: ${failed[id]}` : ''}`)
      return found as ProbeTypes[K]['frame']
    },
  }
}

/** Bytes of a slot of the bounce pool, and where addresses go on behind registers. */
const SLOT_BYTES = 2048
const HOLE_END = 2 ** 32
/** Columns of the pictures over time. */
const COLUMNS = 192

/** Panels one after the other. */
function sheet(kind: PictureKind) {
  const panels: Panel[] = []
  const cells: number[] = []
  return {
    panel(shape: Panel, at: (column: number, row: number) => number): void {
      panels.push(shape)
      for (let r = 0; r < shape.rows; r++) for (let c = 0; c < shape.columns; c++) cells.push(at(c, r))
    },
    done: (): Drawn => ({ kind, panels, cells }),
  }
}

/** The most, and the mean, of the columns of the recorder that column `c` of `of` stands for. */
function over(c: number, of: number, filled: number, value: (column: number) => number) {
  const from = Math.floor((c * filled) / of)
  const to = Math.max(from + 1, Math.floor(((c + 1) * filled) / of))
  let [most, sum] = [0, 0]
  for (let i = from; i < to; i++) {
    most = Math.max(most, value(i))
    sum += value(i)
  }
  return { most, mean: sum / (to - from), sum }
}

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

const refusals = (m: Moment, out: ReturnType<typeof sheet>) => {
  const f = m.frame('timeline', {})
  happened(f, f.refused, out)
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

/** A track of what went wrong, as high as it was often, where it ever did. */
function happened({ filled }: { filled: number }, counts: Float32Array, out: ReturnType<typeof sheet>): void {
  const sums = Array.from({ length: COLUMNS }, (_, c) => over(c, COLUMNS, filled, (i) => counts[i]!).sum)
  const most = Math.max(...sums)
  if (most === 0) return
  const rows = 6
  out.panel({ columns: COLUMNS, rows, style: 'flat', weight: 1.6, before: 'space' }, (c, r) =>
    Math.sqrt(sums[c]! / most) > (rows - 1 - r) / rows ? code.state(CELL_FAILED) : NOTHING,
  )
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

/** Up to eight owners have a colour each; of more, neighbours share one. */
const hueOf = (owner: number, of: number) => (of <= 8 ? owner : Math.floor((owner * 8) / of))

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

/** The level tables of a tree, a block of cells for each level, top first. */
export const levels: Draw = (m) => {
  const f = m.frame('levels', { table: 0, path: [] })
  const out = sheet('levels')
  const states = [code.state(CELL_FREE), code.state(CELL_RESERVED), CELL_MAPPED, code.tone('useful')] as const
  f.strips.forEach((strip, i) => {
    const columns = Math.min(64, strip.cells)
    const rows = Math.ceil(strip.cells / columns)
    out.panel(
      { columns, rows, style: 'cells', weight: Math.max(2, rows * 2), ...(i > 0 && { before: 'space' }) },
      (c, r) => {
        const cell = strip.at + r * columns + c
        if (r * columns + c >= strip.cells) return NOTHING
        const state = states[f.state[cell]!]!
        return state === CELL_MAPPED ? code.mapped(Math.max(0.15, f.fill[cell]! / 255), 1) : state
      },
    )
  })
  return out.done()
}

/** The whole window to scale, memory where it lies in it; `failed` where it should be mapped and is not. */
export const islands =
  (columns: number, rows: number): Draw =>
  (m) => {
    const f = m.frame('memory', { table: 0 })
    const out = sheet('islands')
    const end = Math.max(f.windowBytes, ...f.islands.map((i) => i.startBytes + i.bytes))
    const per = end / (columns * rows)
    out.panel({ columns, rows, style: 'cells', weight: 1 }, (c, r) => {
      const from = (r * columns + c) * per
      const here = f.islands.find((i) => i.startBytes < from + per && i.startBytes + i.bytes > from)
      const inside = from < f.windowBytes
      if (!here) return inside ? code.state(CELL_FREE) : NOTHING
      if (Math.max(0, from - here.startBytes) < here.mappedBytes) return code.mapped(1, 1)
      return code.state(CELL_FAILED)
    })
    return out.done()
  }

/** A cell for each function: what its window takes of the TCEs that a direct one would. */
export const budget: Draw = (m) => {
  const f = m.frame('budget', {})
  const out = sheet('budget')
  out.panel({ columns: 32, rows: Math.ceil(f.functions / 32), style: 'cells', weight: 1 }, (c, r) => {
    const i = r * 32 + c
    if (i >= f.functions) return NOTHING
    return f.kind[i] === 0 ? code.state(CELL_RESERVED) : code.mapped(f.tceBytes[i]! / f.directBytes, 1)
  })
  return out.done()
}

const HOLDER: Readonly<Record<Holder, number>> = {
  kernel: code.tone('edge'),
  hole: NOTHING,
  'boot-allocator': code.state(CELL_FREE),
  'page-allocator': code.tone('hairline'),
  reserved: code.state(CELL_RESERVED),
  pool: code.mapped(1, 1),
  'given-back': code.state(CELL_CACHED),
  leaked: code.state(CELL_QUEUED),
}

/** Who holds which memory: a row for each step of the boot, address across, on the axis of the boot's own view; below, what
 *  was refused when it ran. */
export const boot: Draw = (m) => {
  const f: BootFrame = m.frame('boot', {})
  const columns = 48
  const stretches = stretchesOf(f, columns * 16)
  const out = sheet('boot')
  out.panel({ columns, rows: f.steps.length, style: 'cells', weight: 10 }, (c, step) => {
    const address = addressAt(stretches, (c + 0.5) * 16) ?? 0
    const block = blocksAfter(f, step).findLast((b) => b.startBytes <= address && address < b.endBytes)
    if (f.steps[step]!.failed && c === columns - 1) return code.state(CELL_FAILED)
    return block ? HOLDER[block.holder] : NOTHING
  })
  refusals(m, out)
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

/** Memory above, the pool below, and a line from each buffer that bounces to its slots. */
export const arcs: Draw = (m) => {
  const f = m.frame('bounce', { table: 0 })
  const out = sheet('bounce')
  const [columns, rows, bar] = [COLUMNS, 72, 8]
  const cells = new Array<number>(columns * rows).fill(NOTHING)
  const set = (x: number, y: number, byte: number) => {
    cells[y * columns + Math.max(0, Math.min(columns - 1, Math.floor(x)))] = byte
  }
  const inMemory = (address: number) => (address / f.endBytes) * columns
  const inPool = (slot: number) => ((slot * SLOT_BYTES) / f.poolBytes) * columns
  for (let x = 0; x < columns; x++) {
    const address = (x / columns) * f.endBytes
    const hole = address >= f.holeStart && address < HOLE_END
    for (let y = 0; y < bar; y++) {
      if (!hole) set(x, y, code.tone('edge'))
      set(x, rows - 1 - y, code.tone('slack'))
    }
  }
  for (const { realAddr, slot } of f.arcs) {
    const [from, to] = [inMemory(realAddr), inPool(slot)]
    // A flat line is as unbroken as a steep one.
    const steps = Math.ceil(Math.max(rows, Math.abs(to - from)))
    for (let i = 0; i <= steps; i++)
      set(from + ((to - from) * i) / steps, Math.round(bar + ((rows - 2 * bar - 1) * i) / steps), code.tone('mapped'))
    for (let y = 0; y < bar; y++) {
      set(from, y, code.tone('mapped'))
      set(to, rows - 1 - y, code.tone('useful'))
    }
  }
  out.panel({ columns, rows, style: 'flat', weight: 1 }, (c, r) => cells[r * columns + c]!)
  return out.done()
}

/** Where the time of a map and unmap goes: of 384 cells as many as the part's share. */
export const ledger: Draw = (m) => {
  const f = m.frame('ledger', { table: 0 })
  const row = f.rows.find(({ mode }) => mode === f.mode)!
  const parts = partsOf(row)
  const whole = parts.reduce((a, b) => a + b, 0)
  const tones: readonly (Tone | null)[] = ['label', 'edge', null, 'quiet', 'hairline']
  const [columns, rows] = [32, 12]
  const out = sheet('ledger')
  out.panel({ columns, rows, style: 'cells', weight: 1 }, (c, r) => {
    let rest = ((c * rows + r + 0.5) / (columns * rows)) * whole
    const i = parts.findIndex((part) => {
      rest -= part
      return rest < 0
    })
    const tone = tones[i]
    return tone ? code.tone(tone) : code.state(CELL_QUEUED)
  })
  return out.done()
}

/** The last tables on the way to the newest mapping, so many of them, upper first. */
export const radix =
  (tables: number): Draw =>
  (m) => {
    const f = m.frame('radix', { table: 0, entry: null })
    const out = sheet('radix')
    const columns = 32 * tables
    const each = f.cells.length / Math.max(1, f.path.length)
    for (let i = Math.max(0, f.path.length - tables), at = i; i < f.path.length; i++)
      out.panel(
        { columns, rows: each / columns, style: 'cells', weight: 1, ...(i > at && { before: 'zigzag' }) },
        (c, r) => {
          const kind = f.cells[i * each + r * columns + c]!
          if (kind === PTE_EMPTY) return code.state(CELL_FREE)
          return kind === PTE_TO_TABLE ? code.tone('edge') : code.mapped(1, kind === PTE_TO_LARGE ? 1 : 0)
        },
      )
    return out.done()
  }

/** The newest commands to the IOTLB, a row each, address across: what each of them names. */
export const commands: Draw = (m) => {
  const f = m.frame('commands', { table: 0 })
  const out = sheet('commands')
  const lines = f.lines.filter(({ pages }) => pages > 0).slice(-12)
  const from = Math.min(...lines.map((line) => line.pfn))
  const end = Math.max(...lines.map((line) => line.pfn + line.pages))
  const columns = 24
  const at = (c: number) => from + ((end - from) * (c + 0.5)) / columns
  out.panel({ columns, rows: lines.length, style: 'cells', weight: 1 }, (c, r) => {
    const { pfn, pages } = lines[r]!
    return at(c) >= pfn && at(c) < pfn + pages ? code.state(CELL_QUEUED) : code.state(CELL_FREE)
  })
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

/** What each CPU's magazines hold, a column each, as full as they are; above, the depot. */
export const magazines: Draw = (m) => {
  const f = m.frame('caches', { table: 0 })
  const out = sheet('magazines')
  const rows = 24
  const most = 2 * f.capacity
  const held = (cpu: number) => {
    let best = 0
    for (let o = 0; o < f.orders; o++)
      best = Math.max(best, f.loaded[cpu * f.orders + o]! + f.previous[cpu * f.orders + o]!)
    return best
  }
  out.panel({ columns: f.cpus, rows, style: 'cells', weight: 1 }, (cpu, r) =>
    ((rows - r - 0.5) / rows) * most < held(cpu) ? code.owner(hueOf(cpu, f.cpus), false) : code.state(CELL_FREE),
  )
  return out.done()
}
