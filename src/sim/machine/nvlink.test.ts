import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ParamValue } from '../params.ts'
import { levelsOf as windowOf } from '../paths/parts.ts'
import { type LevelsFrame, levelsProbe } from '../probes/levels.ts'
import { guestTable, type MemoryFrame, memoryProbe } from '../probes/memory.ts'
import { createArrays } from '../probes/probe.ts'
import { createRun, type Run } from '../run/run.ts'
import { fieldsOf, withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import type { Scenario } from '../scenario/schema.ts'
import { ENTRY_MAPPING, ENTRY_STRIDE } from './state.ts'

const MS = 1_000_000
const GIB = 1_073_741_824

interface Row {
  readonly era: string
  readonly window: string
  readonly pageShift: number
  readonly levels: number
  readonly userCopy: boolean
  readonly accounted: number
  readonly rc: number
  /** Of a table that was made. */
  readonly bytes?: number
  readonly levelBytes?: number
  readonly hwPerLevel?: readonly number[]
}

const vector = (name: string) => readFileSync(new URL(`../vectors/powerpc/${name}`, import.meta.url), 'utf8')
const preset = presetById('nvlink-on-demand')!
const sum = (counts: readonly number[]) => counts.reduce((total, n) => total + n, 0)

function changed(scenario: Scenario, changes: Readonly<Record<string, ParamValue>>): Scenario {
  return Object.entries(changes).reduce((s, [path, value]) => withValue(s, path, value), scenario)
}

/** The settings of a row; what the table does not follow from is small, so that many machines are made in no time. */
function scenarioOf(row: Row, cpuPage: number): Scenario {
  return changed(preset.scenario, {
    'm.ram': 64 * 1024 * 1024,
    'm.far': 0,
    'm.cpuPage': cpuPage,
    'd0.iommuPage': 2 ** row.pageShift,
    'd0.window': Number(row.window),
    'd0.levels': row.levels,
    'd0.era': row.era,
    'd0.userCopy': row.userCopy ? 'on' : 'off',
  })
}

const levelsOf = (run: Run, path: readonly number[] = []): LevelsFrame =>
  levelsProbe.build(run.machine, { table: 0, path }, createArrays())
const memoryOf = (run: Run): MemoryFrame => memoryProbe.build(run.machine, { table: 0 }, createArrays())!

/** What the machine and the probes say of the table, in the words of the rows. */
function figuresOf(run: Run) {
  const { table, tableState } = run.machine.domains[0]!
  const { perLevel, userPerLevel, refusal } = guestTable(run.machine, 0)!
  return {
    bytes: table.bytesAllocated(tableState),
    accounted: table.bytesAccounted(tableState),
    perLevel,
    userPerLevel,
    errno: refusal?.errno ?? 0,
  }
}

/** Figures of a row as they should be. A row counts one tree; the user copy has the same shape. */
function recordedOf(row: Row) {
  const perLevel = row.hwPerLevel ?? []
  return {
    bytes: row.bytes ?? 0,
    accounted: row.accounted,
    perLevel,
    userPerLevel: row.userCopy ? perLevel : [],
    errno: row.rc,
  }
}

function expectProbes(run: Run, row: Row): void {
  const frame = memoryOf(run)
  const { hwPerLevel, userPerLevel, hwBytes, userBytes, accountedBytes, refusal, wholeBytes } = frame
  expect([hwBytes + userBytes, accountedBytes]).toEqual([row.bytes ?? 0, row.accounted])
  expect([hwPerLevel, userPerLevel]).toEqual([row.hwPerLevel ?? [], row.userCopy ? (row.hwPerLevel ?? []) : []])
  if (row.era === 'full') expect(wholeBytes).toBe(row.bytes ?? 0)
  else expect(wholeBytes).toBeGreaterThanOrEqual(row.bytes ?? 0)
  const shown = levelsOf(run)
  expect(shown.refusal).toEqual(refusal)
  if (row.rc !== 0) {
    expect(refusal?.errno).toBe(row.rc)
    expect(refusal!.why).toMatch(/^[A-Z].*\.$/)
    expect(refusal!.sums.length).toBeGreaterThan(0)
    for (const line of refusal!.sums) expect(line).not.toMatch(/NaN|undefined|Infinity/)
    expect(shown.strips).toEqual([])
    return
  }
  expect([refusal, shown.shape?.levelBytes, shown.shape?.levels]).toEqual([null, row.levelBytes, row.levels])
  // A strip of each level down to the first of which there is no table yet.
  const strips = shown.strips.filter((strip, i) => strip.height !== shown.strips[i - 1]?.height)
  const counts = strips.map((strip) => strip.tables)
  expect(counts).toEqual(row.hwPerLevel!.slice(0, counts.length))
  expect(strips.map((strip) => strip.userTables)).toEqual(row.userCopy ? counts : counts.map(() => 0))
  expect(sum(row.hwPerLevel!.slice(counts.length))).toBe(0)
}

describe('every recorded creation', () => {
  // Left out: 0 and 6 levels, which no setting has (refused, as the recordings and vectors.test.ts have it), and windows of
  // 4 GiB + 4 KiB and of 64 TiB - 1, which are no settings either (no powers of two; 3 GiB is, and stands for them).
  const allowed = (path: string) =>
    new Set(
      fieldsOf(preset.scenario)
        .find((f) => f.path === path)!
        .param.values!.map(({ value }) => value),
    )
  const [windows, pages, depths] = ['d0.window', 'd0.iommuPage', 'd0.levels'].map(allowed)
  const rowsOf = (kernelPageShift: number) =>
    (JSON.parse(vector(`c_levels_kps${kernelPageShift}.json`)) as { rows: Row[] }).rows.filter(
      (row) =>
        windows!.has(Number(row.window)) && pages!.has(2 ** row.pageShift) && depths!.has(row.levels) && row.levels > 0,
    )

  it.each([
    [12, 548, 237],
    [16, 594, 379],
  ])('with kernel pages of 2^%i bytes: %i rows, %i of them refused', (kernelPageShift, count, refused) => {
    const rows = rowsOf(kernelPageShift)
    for (const row of rows) {
      const run = createRun(scenarioOf(row, 2 ** kernelPageShift), preset.horizonNs)
      expect({ row, ...figuresOf(run) }).toEqual({ row, ...recordedOf(row) })
      expectProbes(run, row)
    }
    expect([rows.length, rows.filter(({ rc }) => rc !== 0).length]).toEqual([count, refused])
    // Each reason that a setting can give, and each way of making the levels, is among them.
    expect(new Set(rows.map(({ rc }) => rc))).toEqual(new Set([0, -22, -12]))
    expect(new Set(rows.map(({ era }) => era))).toEqual(new Set(['full', '2018', '6.12']))
  })
})

describe('the machine of the 2018 mail', () => {
  const figuresAt = (line: string) => {
    const [, m, top, leaves, userTop, userLeaves, bytes] = / m (\d+) \| hw (\d+) (\d+) us (\d+) (\d+) b (\d+)$/
      .exec(line)!
      .map(Number)
    return { mapped: m!, perLevel: [top!, leaves!], userPerLevel: [userTop!, userLeaves!], bytes: bytes! }
  }
  const recorded = vector('c_sparse2018.txt')
    .split('\n')
    .filter((line) => line.startsWith('V '))
    .map(figuresAt)

  it('takes, after each GiB, the level tables that the recording has', () => {
    const run = createRun(changed(preset.scenario, { 'w0.plug': 0 }), preset.horizonNs)
    const { state } = run.machine
    expect(figuresOf(run)).toMatchObject({ bytes: 524_288, accounted: 17_180_393_472, perLevel: [1, 0] })
    for (const step of recorded) {
      while (state.tables[0]!.mapped < step.mapped && run.stepForward());
      const { bytes, perLevel, userPerLevel } = figuresOf(run)
      expect({ mapped: state.tables[0]!.mapped, bytes, perLevel, userPerLevel }).toEqual(step)
    }
    expect(recorded).toHaveLength(32)
    expect(figuresOf(run)).toMatchObject({
      bytes: 8_912_896,
      accounted: 17_180_393_472,
      perLevel: [1, 16],
      userPerLevel: [1, 16],
    })
    expect(memoryOf(run)).toMatchObject({
      mappedBytes: 32 * GIB,
      mailNeededMiB: 4,
      // 36.25 TiB and 128 GiB of room for far memory: the sum of the mail, its slip of the pen mended.
      mailFlatMiB: 4656,
    })
  })

  it('keeps its level tables while memory is plugged out and in', () => {
    const run = createRun(preset.scenario, preset.horizonNs)
    run.advance(preset.horizonNs)
    expect(run.machine.state.tables[0]!.unmaps).toBe(5)
    expect(figuresOf(run)).toMatchObject({ bytes: 8_912_896, perLevel: [1, 16], userPerLevel: [1, 16] })
  })

  it('has 65 538 level tables at creation when they are made whole', () => {
    const run = createRun(presetById('nvlink-whole')!.scenario, preset.horizonNs)
    const { perLevel, userPerLevel, bytes, accounted } = figuresOf(run)
    expect(sum(perLevel) + sum(userPerLevel)).toBe(65_538)
    expect([bytes, accounted, memoryOf(run).wholeBytes]).toEqual([17_180_393_472, 17_180_393_472, 17_180_393_472])
  })

  it('shows the leaf tables of both islands behind the words of the top one', () => {
    const run = createRun(changed(preset.scenario, { 'w0.plug': 0 }), preset.horizonNs)
    run.advance(preset.horizonNs)
    const first = 0x2440_0000_0000 / (2 * GIB)
    const { strips, present } = levelsOf(run, [first])
    const leaf = strips.filter(({ height }) => height === 0)
    // 128 tables in a cell, then the cell of the far memory, a table in each.
    expect(leaf.map(({ cells, tablesPerCell, tables }) => [cells, tablesPerCell, tables])).toEqual([
      [256, 128, 16],
      [128, 1, 16],
    ])
    const tablesIn = ({ at, cells }: (typeof leaf)[number]) => [...present.subarray(at, at + cells)]
    expect(tablesIn(leaf[0]!).flatMap((n, cell) => (n > 0 ? [[cell, n]] : []))).toEqual([
      [0, 8],
      [Math.floor(first / 128), 8],
    ])
    expect(leaf[1]!.chosen ?? leaf[0]!.chosen).toBe(first)
    expect(sum(tablesIn(leaf[1]!))).toBe(8)
  })

  it('tells how much of one table that both islands lie in belongs to each', () => {
    const run = createRun(changed(preset.scenario, { 'd0.memory': 'vmalloc' }), 12 * MS)
    const { table, tableState, geometry } = run.machine.domains[0]!
    const { islands = [] } = geometry
    for (const ms of [1, 4, 10]) {
      run.advance(ms * MS)
      const counted: number[] = []
      table.forEachTable(tableState, (_, set) => counted.push(set))
      const { data } = run.machine.state.tables[0]!.entries
      const mapped = islands.map(({ entry: from, pages }) => {
        let n = 0
        for (let e = from; e < from + pages; e++) if (data[e * ENTRY_STRIDE + ENTRY_MAPPING]! > 0) n++
        return n
      })
      expect([ms, ...counted]).toEqual([ms, ...mapped])
      expect(sum(mapped)).toBeGreaterThan(0)
    }
  })

  it('charges a container for the table that is refused', () => {
    const run = createRun(changed(presetById('nvlink-flat')!.scenario, { 'w0.plug': 0 }), 1)
    const { container, refusal } = windowOf(run.machine.state.tables[0]!)!
    expect([refusal, container.lockedPages * 65_536]).toEqual(['level-table', 16 * GIB])
    expect(memoryOf(run)).toMatchObject({ lockedBytes: 16 * GIB, hwBytes: 0, flatBytes: 16 * GIB })
    run.advance(8 * MS)
    expect([run.machine.state.tables[0]!.mapped, run.machine.state.tables[0]!.refused]).toEqual([0, 1024])
  })
})
