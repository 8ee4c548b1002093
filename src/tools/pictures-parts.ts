// Pictures of what stands beside the space: tables, budgets, the boot, commands, prices, magazines.

import {
  type BootFrame,
  CELL_CACHED,
  CELL_FAILED,
  CELL_FREE,
  CELL_MAPPED,
  CELL_QUEUED,
  CELL_RESERVED,
  type Holder,
  PTE_EMPTY,
  PTE_TO_LARGE,
  PTE_TO_TABLE,
} from '../sim/index.ts'
import { blocksAfter } from '../views/boot/boot.view.ts'
import { addressAt, stretchesOf } from '../views/boot/boot-axis.ts'
import { partsOf } from '../views/ledger/ledger.view.ts'
import { code, NOTHING, type Tone } from '../views/pictures/format.ts'
import { COLUMNS, type Draw, hueOf, refusals, sheet } from './pictures-sheet.ts'

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

/** Where addresses go on behind registers. */
const HOLE_END = 2 ** 32

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

/** Memory above, the pool below, and a line from each buffer that bounces to its slots. */
export const arcs: Draw = (m) => {
  const f = m.frame('bounce', { table: 0 })
  const { slotBytes } = m.frame('pool', { table: 0 })
  const out = sheet('bounce')
  const [columns, rows, bar] = [COLUMNS, 72, 8]
  const cells = new Array<number>(columns * rows).fill(NOTHING)
  const set = (x: number, y: number, byte: number) => {
    cells[y * columns + Math.max(0, Math.min(columns - 1, Math.floor(x)))] = byte
  }
  const inMemory = (address: number) => (address / f.endBytes) * columns
  const inPool = (slot: number) => ((slot * slotBytes) / f.poolBytes) * columns
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

/** The newest commands to the IOTLB, a row each: what it names of the stretches that any of them names, in their order. */
export const commands: Draw = (m) => {
  const f = m.frame('commands', { table: 0 })
  const out = sheet('commands')
  const lines = f.lines.filter(({ pages }) => pages > 0).slice(-16)
  const named = [...new Set(lines.map(({ pfn }) => pfn))].sort((a, b) => a - b)
  out.panel({ columns: named.length, rows: lines.length, style: 'cells', weight: 1 }, (c, r) => {
    const { pfn, pages } = lines[r]!
    return code.state(named[c]! >= pfn && named[c]! < pfn + pages ? CELL_QUEUED : CELL_FREE)
  })
  return out.done()
}

/** What each CPU's magazines hold, a column each, as full as they are. */
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
