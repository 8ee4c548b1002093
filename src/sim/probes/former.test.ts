import { describe, expect, it } from 'vitest'
import { playable } from '../../tools/recordings.ts'
import { BANDS, COLUMNS } from '../engine/recorder.ts'
import { extentOf } from '../iova/geometry.ts'
import { createRun, type Run } from '../run/run.ts'
import { currentValue, fieldsOf } from '../scenario/fields.ts'
import { presets as all } from '../scenario/presets.ts'
import { logLines } from '../words/log.ts'
import { addressTimeProbe } from './address-time.ts'
import { createArrays } from './probe.ts'
import { addressAt } from './space.ts'

const MS = 1_000_000
const presets = all.map(playable)
const open = (id: string): Run => createRun(presets.find((p) => p.id === id)!.scenario, 12 * MS)
const history = (run: Run) => addressTimeProbe.build(run.machine, { table: 0 }, createArrays())
const extent = ({ machine }: Run) => {
  const { geometry, windowBytes } = machine.state.tables[0]!
  return extentOf(geometry, windowBytes)
}

describe('the log', () => {
  it('says of what was before a change what it said then', () => {
    let told = 0
    for (const id of ['pools', 'untrusted-device', 'two-ports', 'real-1mib', 'slot-leak']) {
      const run = createRun(presets.find((p) => p.id === id)!.scenario, 12 * MS)
      run.advance(5 * MS + presets.find((p) => p.id === id)!.openNs)
      for (const { path, param } of fieldsOf(run.scenario())) {
        const now = currentValue(run.scenario(), path)
        const other = param.values?.find(({ value }) => value !== now)
        if (!other || param.effect !== 'restart') continue
        const before = logLines(run.machine, 0)
        if (typeof run.input(path, other.value) === 'string') continue
        expect({ id, path, lines: logLines(run.machine, 0).slice(0, before.length) }).toEqual({
          id,
          path,
          lines: before,
        })
        told += before.length
        if (before.length > 40) break
      }
    }
    expect(told).toBeGreaterThan(100)
  }, 60_000)
})

describe('the picture of address and time', () => {
  it('keeps the columns of far memory that was elsewhere, with its addresses', () => {
    const run = open('nvlink-on-demand')
    run.advance(5_770_650)
    const before = history(run)
    const old = before.mapped.slice(0, before.filled * BANDS)
    expect(run.input('m.farAt', 1024)).not.toBeTypeOf('string')
    run.advance(11_905_749)
    const { former, mapped, filled, first, entriesPerBand, columnNs } = history(run)
    expect(former).toHaveLength(1)
    const [{ until, space }] = former as [(typeof former)[0]]
    expect([until, filled > until]).toEqual([Math.floor(5_770_650 / columnNs), true])
    expect(mapped.slice(0, until * BANDS)).toEqual(old.slice(0, until * BANDS))
    expect(addressAt(space, space.size - 1) >> 40n).toBe(36n)
    expect(addressAt(extent(run), first + BANDS * entriesPerBand - 1) >> 40n).toBe(1n)
  })

  it('breaks wherever a change moves the entries of a window, and nowhere else', () => {
    let breaks = 0
    let others = 0
    for (const id of ['frames-64k', 'fine-coarse', 'nvlink-on-demand', 'ddw-direct', 'superpages', 'bounce-load']) {
      const run = open(id)
      for (const { path, param } of fieldsOf(run.scenario())) {
        const now = currentValue(run.scenario(), path)
        const other = param.values?.find(({ value }) => value !== now)
        if (!other) continue
        const from = extent(run)
        const known = run.machine.state.recorder.bands[0]!.former?.at(-1)?.until ?? 0
        run.advance(run.machine.state.nowNs + 20_000, 2000)
        const { column } = run.machine.state.recorder
        if (typeof run.input(path, other.value) === 'string') continue
        const moved = JSON.stringify(extent(run)) !== JSON.stringify(from)
        if (moved) breaks++
        else others++
        const { former } = history(run)
        expect([id, path, former.at(-1)?.until ?? 0]).toEqual([id, path, moved ? column : known])
      }
    }
    expect(breaks).toBeGreaterThan(8)
    expect(others).toBeGreaterThan(40)
  }, 60_000)

  it('keeps a break at its time when columns are merged, and nothing new under the old', () => {
    const run = open('frames-64k')
    run.advance(3 * MS)
    run.input('d0.iommuPage', 4096)
    run.advance(40 * MS)
    const { former, columnNs, fresh } = history(run)
    expect(columnNs * COLUMNS).toBeGreaterThan(40 * MS)
    expect(former).toHaveLength(1)
    const { until } = former[0]!
    expect(until).toBe(Math.floor((3 * MS) / columnNs))
    expect(fresh.slice(0, until * BANDS).some((n) => n > 0)).toBe(true)
  })

  it('of a window that was shared for a while holds nothing of the meantime', () => {
    const run = open('per-table')
    run.advance(2 * MS)
    const level = () => run.machine.state.recorder.bands[1]!.level.reduce((a, b) => a + b, 0)
    expect(level()).toBeGreaterThan(0)
    run.input('d1.table', 'shared')
    run.advance(4 * MS)
    expect(level()).toBe(0)
  })
})
