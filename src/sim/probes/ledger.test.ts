import { describe, expect, it } from 'vitest'
import { createRun } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import { ledgerProbe } from './ledger.ts'
import { createArrays } from './probe.ts'

const MS = 1_000_000

function open(id: string, changes: Record<string, string>) {
  const scenario = Object.entries(changes).reduce((s, [p, v]) => withValue(s, p, v), presetById(id)!.scenario)
  return createRun(scenario, 12 * MS)
}

describe('the ledger', () => {
  it('has a row for each mode that the run has had, and prices invalidation in it', () => {
    const run = open('producer-consumer', { 'd0.flush': 'strict' })
    run.advance(2 * MS)
    const before = ledgerProbe.build(run.machine, { table: 0 }, createArrays())
    expect(before.rows.map((row) => row.mode)).toEqual(['strict'])
    expect(before.rows[0]!.pairs).toBe(run.machine.state.tables[0]!.unmaps)
    run.input('d0.flush', 'deferred')
    run.advance(4 * MS)
    const { mode, rows } = ledgerProbe.build(run.machine, { table: 0 }, createArrays())
    expect(mode).toBe('deferred')
    expect(rows.map((row) => row.mode)).toEqual(['strict', 'deferred'])
    const [strict, deferred] = rows.map((row) => row.invalidationPs / row.pairs) as [number, number]
    // A submission and its wait for each unmap, 686 ns; against one for a queue of them.
    expect(strict).toBeGreaterThan(600_000)
    expect(deferred).toBeLessThan(strict / 5)
    for (const row of rows) expect(row.tablePs).toBeGreaterThan(0)
  })

  it.each(['deferred', 'none'])('keeps how long something was reached under a mode that has ended: %s', (mode) => {
    const run = open('producer-consumer', { 'd0.flush': mode })
    run.advance(2 * MS)
    const worst = () =>
      ledgerProbe.build(run.machine, { table: 0 }, createArrays()).rows.find((row) => row.mode === mode)!.worstNs
    const before = worst()
    expect(before).toBeGreaterThan(0)
    run.input('d0.flush', 'strict')
    expect(worst()).toBe(before)
  })

  it('is empty where there is no IOTLB to be told', () => {
    const run = open('frames-64k', {})
    run.advance(MS)
    expect(ledgerProbe.build(run.machine, { table: 0 }, createArrays()).rows).toEqual([])
  })
})
