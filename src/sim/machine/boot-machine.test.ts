import { describe, expect, it } from 'vitest'
import { BOOT_KERNELS, type BootOutcome, boot, type LowBuffer } from '../boot/boot.ts'
import { bootLines } from '../boot/boot-log.ts'
import type { Settings } from '../params.ts'

import { bounceOf, unitOf } from '../paths/parts.ts'
import { bootInputOf } from '../platform/pc-boot.ts'
import { placeOf } from '../platform/pc-memory.ts'
import { createRun, type Run } from '../run/run.ts'
import type { Scenario } from '../scenario/schema.ts'
import { watchOps } from '../testing/watch.ts'
import { logLines } from '../words/log.ts'
import { timeMarks } from '../words/marks.ts'
import { OP_MAP } from '../workload/workload.ts'
import { DIRECT_MAPPING } from './state.ts'

const GIB = 2 ** 30
const FOUR_GIB = 4 * GIB
const MS = 1_000_000

/** A card of 32 bits that fills two rings of 64 and then receives. */
function card(machine: Settings): Scenario {
  const { platform = 'vtd' } = machine
  return {
    preset: 'boot-machine',
    seed: 7,
    machine: { platform, cpuPage: 4096, cpus: 4, ...machine },
    devices: [{ id: 'd0', name: 'eth0', settings: { dmaMask: 32 } }],
    workloads: [
      { id: 'w0', type: 'nic-rx', device: 0, settings: { rate: 40, ring: 64, queues: 2, bringUp: 0, moderation: 0 } },
    ],
    inputs: [],
  }
}

const tableOf = (run: Run) => run.machine.state.tables[0]!

/** What became of the buffers of a run, by where they lie: "direct 21", in the order of the words. */
function endsOf(run: Run, ns: number): { readonly low: string[]; readonly high: string[] } {
  const table = tableOf(run)
  const bounce = bounceOf(table)
  const counts = new Map<string, number>()
  watchOps(run.machine, (op, { way: { domain } }) => {
    if (op.kind !== OP_MAP) return
    const real = bounce ? placeOf(bounce.memory, op.address) : op.address
    const end = `${real + op.bytes > FOUR_GIB && bounce ? 'high' : 'low'} ${endOf(op.mapping)}`
    counts.set(end, (counts.get(end) ?? 0) + 1)
    if (op.mapping < 0 || op.mapping === DIRECT_MAPPING) return
    // What is written in the table, or behind the slot, leads to the buffer.
    const behind = domain.table.walk(domain.tableState, op.entry)
    expect(bounce ? behind : behind > 0).toBe(bounce ? real : true)
    const address = (op.entry + table.geometry.offset) * 2 ** table.geometry.pageShift
    expect(address + op.bytes).toBeLessThanOrEqual(FOUR_GIB)
  })
  const endOf = (mapping: number) =>
    mapping < 0 ? 'mapping-error' : mapping === DIRECT_MAPPING ? 'direct' : bounce ? 'bounced' : 'translated'
  run.advance(ns)
  const { direct = 0, bounced = 0 } = bounce ?? {}
  const total = (end: string) => (counts.get(`low ${end}`) ?? 0) + (counts.get(`high ${end}`) ?? 0)
  // The books say the same.
  if (bounce) expect([direct, bounced]).toEqual([total('direct'), total('bounced')])
  expect(table.refused).toBe(total('mapping-error'))
  const by = (side: string) =>
    [...counts.keys()].filter((key) => key.startsWith(side)).map((key) => key.slice(side.length + 1))
  return { low: by('low'), high: by('high') }
}

const expected = (end: LowBuffer | BootOutcome['highBuffer']) =>
  end === 'no-boot' || end === 'not-applicable' ? [] : [end]

const MACHINES = (['vtd', 'amd'] as const).flatMap((platform) =>
  (['works', 'absent', 'fails'] as const).flatMap((comesUp) =>
    BOOT_KERNELS.flatMap((bootKernel) =>
      [3 * GIB, 16 * GIB].flatMap((ram) =>
        [10, 6].map((largestOrder) => ({ platform, comesUp, bootKernel, ram, largestOrder })),
      ),
    ),
  ),
)

describe('a machine that came up', () => {
  it('is tried in every combination', () => {
    expect(MACHINES).toHaveLength(2 * 3 * 8 * 2 * 2)
  })

  it.each(MACHINES)('$platform $comesUp, kernel $bootKernel, RAM $ram, order $largestOrder', (machine) => {
    const run = createRun(card(machine), 10 * MS)
    const { state } = run.machine
    const result = boot(bootInputOf(state.settings))
    const { backend, pool, isolation } = result
    expect(state.boot).toEqual(result)
    const table = tableOf(run)
    const translated = backend === 'iommu'
    expect([unitOf(table) !== null, bounceOf(table) !== null, isolation]).toEqual([translated, !translated, translated])
    const bounce = bounceOf(table)
    if (bounce) {
      expect([bounce.isThere, table.windowBytes]).toEqual([pool !== null, pool?.bytes ?? 0])
      if (pool) {
        expect([table.geometry.size, table.locks.length]).toEqual([pool.slots, pool.areas])
        expect(table.geometry.offset * 2048).toBe(pool.start)
      }
    }
    // Of a machine of today whose IOMMU works nothing is told.
    const usual = translated && state.settings['m.bootKernel'] === '6.12'
    const lines = usual ? [] : bootLines(bootInputOf(state.settings), result)
    expect(logLines(run.machine, 0).map(({ ns, kernel, text }) => [ns, kernel, text])).toEqual(
      lines.map((text) => [0, true, text]),
    )

    const { low, high } = endsOf(run, 0.3 * MS)
    if (translated) expect([low, high]).toEqual([['translated'], []])
    else expect([low, high]).toEqual([expected(result.lowBuffer), expected(result.highBuffer)])
    if (backend === 'panic') expect([state.heap.size, state.steps, table.maps]).toEqual([0, 0, 0])
    else expect(table.maps).toBeGreaterThan(30)
  })

  const also: readonly (readonly [Settings, string[], string[]])[] = [
    [{ comesUp: 'absent', force: 'force', ram: 2 * GIB }, ['bounced'], []],
    [{ comesUp: 'absent', force: 'force' }, ['bounced'], ['bounced']],
    [{ comesUp: 'absent', force: 'noforce' }, ['direct'], ['mapping-error']],
    [{ iommuArg: 'off' }, ['direct'], ['mapping-error']],
    [{ iommuArg: 'vendor-off' }, ['direct'], ['bounced']],
    [{ iommuArg: 'pt' }, ['direct'], ['bounced']],
    [{ iommuArg: 'soft', bootKernel: '2.6.31' }, ['direct'], ['bounced']],
    [{ iommuArg: 'soft' }, ['translated'], []],
    [{ iommuArg: 'force' }, ['translated'], []],
  ]
  it.each(also)('%o: low %o, high %o', (machine, low, high) => {
    expect(endsOf(createRun(card(machine), 10 * MS), 0.3 * MS)).toEqual({ low, high })
  })
})

describe('a kernel that is chosen while the machine runs', () => {
  it('boots the machine anew: other table, other log, and back', () => {
    const run = createRun(card({ comesUp: 'fails' }), 10 * MS)
    run.advance(0.3 * MS)
    expect(tableOf(run).live).toBeGreaterThan(50)
    run.input('m.bootKernel', '2.6.31')
    expect([bounceOf(tableOf(run))!.isThere, tableOf(run).live]).toEqual([false, 0])
    run.input('m.comesUp', 'works')
    expect([unitOf(tableOf(run)) !== null, run.machine.state.iotlbs.length]).toEqual([true, 1])
    run.input('m.bootKernel', 'panic')
    run.input('m.comesUp', 'fails')
    const { maps } = tableOf(run)
    run.advance(1 * MS)
    expect([tableOf(run).maps, maps]).toEqual([0, 0])
    expect(timeMarks(run.machine).map(({ text }) => text)).toContain('panic')
    run.input('m.bootKernel', '6.12')
    run.advance(2 * MS)
    expect(bounceOf(tableOf(run))!.bounced).toBeGreaterThan(50)
  })
})
