import { describe, expect, it } from 'vitest'
import { PRICES } from '../engine/cost.ts'
import { countOf } from '../machine/happenings.ts'
import { MAP_ADDRESS, MAP_BYTES, MAP_ENTRY, MAP_NPAGES, MAP_NS, MAP_WHO } from '../machine/state.ts'
import type { Settings } from '../params.ts'
import { bounceOf as bounceIn } from '../paths/parts.ts'
import { createRun, type Run } from '../run/run.ts'
import type { Scenario } from '../scenario/schema.ts'
import { NO_BUFFER } from '../swiotlb/pool.ts'
import { bounceProbe } from './bounce.ts'
import { forEachLive } from './live.ts'
import { poolProbe, SLOT_FREE } from './pool.ts'
import { createArrays } from './probe.ts'

const KIB = 1024
const MS = 1_000_000

function bouncing(type: string, load: Settings, machine: Settings = {}, device: Settings = {}): Run {
  const scenario: Scenario = {
    preset: 'bounce-frame',
    seed: 5,
    machine: { platform: 'vtd', cpuPage: 4096, cpus: 4, comesUp: 'absent', force: 'force', ...machine },
    devices: [{ id: 'd0', name: 'dev0', settings: device }],
    workloads: [{ id: 'w0', type, device: 0, settings: load }],
    inputs: [],
  }
  return createRun(scenario, 10 * MS)
}

const tableOf = (run: Run) => run.machine.state.tables[0]!
const poolFrame = (run: Run) => poolProbe.build(run.machine, { table: 0 }, createArrays())!
const bounceFrame = (run: Run) => bounceProbe.build(run.machine, { table: 0 }, createArrays())!

describe('the frame of the pool', () => {
  it.each([
    ['4 096 slots, one a cell', { swiotlb: 2048, swiotlbAreas: 2 }, 1],
    ['32 768 slots, eight a cell', {}, 8],
    ['131 072 slots, 32 a cell', { swiotlb: 131_072 }, 32],
  ])('%s: cells add up to used slots and to waste', (_, machine, slotsPerCell) => {
    for (const mix of ['mixed', '4k']) {
      const run = bouncing('nvme', { queues: 4, depth: 64, mix, writes: 40 }, machine)
      for (const ns of [0.05 * MS, 0.5 * MS, 2 * MS]) {
        run.advance(ns)
        const frame = poolFrame(run)
        const pool = bounceIn(tableOf(run))!.pool
        const { used, waste, cells, usedSlots, wasteBytes } = frame
        expect([frame.slotsPerCell, cells * slotsPerCell]).toEqual([slotsPerCell, pool.geometry.slots])
        expect(usedSlots).toBeGreaterThan(50)
        // Each cell says within half a 255th, and a little that is used is at least one.
        let [sum, lost, expectedLost] = [0, 0, 0]
        for (let cell = 0; cell < cells; cell++) {
          sum += (used[cell]! * slotsPerCell) / 255
          lost += (waste[cell]! * slotsPerCell * 2048) / 255
          let taken = 0
          for (let slot = cell * slotsPerCell; slot < (cell + 1) * slotsPerCell; slot++)
            if (pool.list.data[slot] === 0) taken++
          expect(Math.round((used[cell]! * slotsPerCell) / 255)).toBe(taken)
          expect((frame.direction[cell] === SLOT_FREE) === (taken === 0)).toBe(true)
          expect((frame.cpu[cell] === 255) === (taken === 0)).toBe(true)
        }
        const { data } = tableOf(run).mappings.records
        forEachLive(tableOf(run), (_id, at) => {
          expectedLost += data[at + MAP_NPAGES]! * 2048 - data[at + MAP_BYTES]!
        })
        expect(Math.abs(sum - usedSlots)).toBeLessThan(0.02 * usedSlots)
        expect([usedSlots, wasteBytes]).toEqual([tableOf(run).mapped, expectedLost])
        expect(Math.abs(lost - wasteBytes)).toBeLessThanOrEqual(0.02 * wasteBytes + cells * 4 * slotsPerCell)
        expect(frame.areas.reduce((n, area) => n + area.used, 0)).toBe(usedSlots)
      }
    }
  })

  it('tells waste where buffers do not fill their slots', () => {
    const run = bouncing('nic-rx', { rate: 10, ring: 256, queues: 2, bringUp: 0 })
    run.advance(1 * MS)
    const { wasteBytes, usedSlots, waste, used, cells } = poolFrame(run)
    expect([wasteBytes, usedSlots > 300]).toEqual([usedSlots * (2048 - 1500), true])
    for (let cell = 0; cell < cells; cell++)
      expect(waste[cell]! / 255).toBeCloseTo((used[cell]! / 255) * (548 / 2048), 1)
  })

  it('has areas with cursors and runs that are the pool’s, and counts refusals by reason', () => {
    const run = bouncing('nvme', { queues: 4, depth: 256, mix: 'large' }, { swiotlb: 8192 })
    run.advance(2 * MS)
    const frame = poolFrame(run)
    const pool = bounceIn(tableOf(run))!.pool
    frame.areas.forEach(({ first, slots, used, cursor, longestRun, taken }, area) => {
      expect([first, slots, used]).toEqual([area * 2048, 2048, pool.used[area]])
      expect(cursor).toBe(first + pool.next[area]!)
      const longest = Math.max(...pool.list.data.subarray(first, first + slots))
      expect([longestRun, taken > 0]).toEqual([longest, true])
    })
    expect([frame.tooLarge > 0, frame.tooLarge + frame.full + frame.scattered]).toEqual([true, tableOf(run).refused])
    expect(frame.largestBytes).toBe(252 * KIB)
    expect(poolFrame(bouncing('map-loop', {})).largestBytes).toBe(256 * KIB)
  })
})

describe('the frame of bouncing', () => {
  it('has arcs that are live mappings, the newest first', () => {
    const run = bouncing('nvme', { queues: 4, depth: 64, mix: 'small', writes: 40 })
    for (const ns of [0.01 * MS, 0.3 * MS, 1 * MS]) {
      run.advance(ns)
      const table = tableOf(run)
      const { orig } = bounceIn(table)!.pool
      const { arcs } = bounceFrame(run)
      const { data } = table.mappings.records
      const live = new Map<number, number>()
      forEachLive(table, (_, at) => live.set(data[at + MAP_ENTRY]!, at))
      expect(arcs).toHaveLength(Math.min(48, live.size))
      for (const { realAddr, bytes, slot, slots, direction, cpu, ageNs } of arcs) {
        const at = live.get(slot)!
        expect([realAddr, bytes, slots]).toEqual([data[at + MAP_ADDRESS], data[at + MAP_BYTES], data[at + MAP_NPAGES]])
        expect(orig.data[slot]).toBe(realAddr)
        expect(orig.data[slot]).not.toBe(NO_BUFFER)
        expect(ageNs).toBe(run.machine.state.nowNs - data[at + MAP_NS]!)
        expect([cpu, direction]).toEqual([
          data[at + MAP_WHO]! & 0xff,
          data[at + MAP_WHO]! >> 16 === 1 ? 'to device' : 'from device',
        ])
      }
      const ages = arcs.map(({ ageNs }) => ageNs)
      expect(ages).toEqual([...ages].sort((a, b) => a - b))
      const oldest = Math.max(...ages)
      const younger = [...live.values()].filter((at) => run.machine.state.nowNs - data[at + MAP_NS]! < oldest)
      expect(younger.length).toBeLessThan(arcs.length)
    }
  })

  it('has tracks and a copying time that add up to what was copied', () => {
    const run = bouncing('nic-rx', { rate: 10, ring: 128, queues: 2, bringUp: 0 }, { force: 'auto' }, { dmaMask: 32 })
    run.advance(3 * MS)
    const { copied, uncopied, copiedInBytes, copiedOutBytes, directBytes, copyNs, direct, bounced } = bounceFrame(run)
    const sum = (track: Float32Array) => track.reduce((total, n) => total + n, 0)
    const all = copiedInBytes + copiedOutBytes
    expect([sum(copied), sum(uncopied)]).toEqual([all, directBytes])
    expect([copyNs, direct > 50, bounced > 500]).toEqual([Math.round((all * PRICES.copy.ps) / 1000), true, true])
  })

  const lastOf = (run: Run, ns = 0.02 * MS) => {
    run.advance(ns)
    const { outcome, path } = bounceFrame(run).last!
    return [outcome, ...path.map(({ asked, answered }) => `${asked.replace(/0x[0-9a-f_]+/, 'it')} ${answered}`)]
  }
  const pool = 'Is there a bounce pool? Yes.'

  it('has a path that ends in the outcome', () => {
    const bits = (dmaMask: number, machine: Settings = {}, load: Settings = {}) =>
      bouncing('map-loop', { size: 64 * KIB, queues: 1, ...load }, { force: 'auto', ...machine }, { dmaMask })
    expect(lastOf(bits(64))).toEqual([
      'direct',
      'Is everything to bounce? No.',
      'Does the device reach it with 64 bits? Yes.',
    ])
    expect(lastOf(bits(24))).toEqual([
      'bounced',
      'Is everything to bounce? No.',
      'Does the device reach it with 24 bits? No.',
      pool,
      'Are 32 free slots in a row to be had for 64 KiB? Yes.',
    ])
    expect(lastOf(bits(24, { force: 'noforce' }))).toEqual([
      'refused',
      'Is everything to bounce? No.',
      'Does the device reach it with 24 bits? No.',
      'Is there a bounce pool? No.',
    ])
    // By force nobody asks what the device reaches.
    const all = 'Is everything to bounce? Yes: swiotlb=force.'
    expect(lastOf(bits(64, { force: 'force' }))).toEqual([
      'bounced',
      all,
      pool,
      'Are 32 free slots in a row to be had for 64 KiB? Yes.',
    ])
    const large = bits(64, { force: 'force' }, { size: 1024 * KIB })
    expect(lastOf(large)).toEqual([
      'refused',
      all,
      pool,
      'Are 512 free slots in a row to be had for 1 MiB? Never: a slot set has 128.',
    ])
  })

  it('says how many slots were taken when it was refused, not how many are now', () => {
    const run = bouncing('map-loop', { size: 64 * KIB, queues: 1, depth: 64 }, { swiotlb: 512, cpus: 1 })
    run.advance(10 * MS, undefined, countOf.refusal)
    expect(lastOf(run, run.machine.state.nowNs).at(-1)).toBe(
      'Are 32 free slots in a row to be had for 64 KiB? No: 512 are taken.',
    )
    while (bounceIn(tableOf(run))!.pool.usedSlots === 512) run.stepForward()
    expect(lastOf(run, run.machine.state.nowNs).at(-1)).toContain('512 are taken')
  })

  it('leaves coherent memory out of what is forced', () => {
    const run = bouncing('long-lived', { kind: 'coherent', size: 4 * KIB, buffers: 6, lifetime: 0 })
    expect(lastOf(run)).toEqual([
      'direct',
      'Is everything to bounce? Yes, but not coherent memory.',
      'Does the device reach it with 64 bits? Yes.',
    ])
  })

  it('is none where the IOMMU works', () => {
    const run = bouncing('map-loop', {}, { comesUp: 'works' })
    expect([bounceProbe.build(run.machine, { table: 0 }, createArrays())]).toEqual([null])
    expect(poolProbe.build(run.machine, { table: 0 }, createArrays())).toBeNull()
  })
})
