// A machine that bounces, for tests: with a load that runs, or bare, with the calls of its DMA API.

import { resetMeter } from '../engine/meter.ts'
import { pricedPs } from '../machine/ledger.ts'
import { MAP_STRIDE } from '../machine/state.ts'
import type { Settings } from '../params.ts'
import { bounceOf as bounceIn } from '../paths/parts.ts'
import { createRun, type Run } from '../run/run.ts'
import { SPACE_48 } from '../scenario/platform-iommu.ts'
import type { Scenario } from '../scenario/schema.ts'
import { FROM_DEVICE, OP_MAP, OP_MAP_SG } from '../workload/workload.ts'

const MS = 1_000_000

/** A machine that bounces everything, with one device and one load; where `force` is said, of a device of 32 bits. */
export function bouncing(type: string, load: Settings, machine: Settings = {}): Scenario {
  return {
    preset: 'bounce-ops',
    seed: 11,
    machine: { platform: 'vtd', cpuPage: 4096, cpus: 1, comesUp: 'absent', force: 'force', ...machine },
    devices: [{ id: 'd0', name: 'dev0', settings: !('force' in machine) ? {} : { dmaMask: 32 } }],
    workloads: [{ id: 'w0', type, device: 0, settings: load }],
    inputs: [],
  }
}

export const tableOf = (run: Run) => run.machine.state.tables[0]!
export const bounceOf = (run: Run) => bounceIn(tableOf(run))!
export const slotsOf = (run: Run) => bounceOf(run).pool

/** A machine whose IOMMU works, with one untrusted device and one load. */
export function untrusted(type: string, load: Settings, machine: Settings = {}, own: Settings = {}): Scenario {
  const of = bouncing(type, load, { comesUp: 'works', force: 'auto', ...machine })
  const settings = { iommuPage: 4096, window: SPACE_48, allocator: 'rcache', untrusted: 'on', ...own }
  return { ...of, devices: [{ ...of.devices[0]!, settings }] }
}

/** A machine that bounces on which nothing runs by itself, and calls of its DMA API. */
export const bench = (type = 'map-loop', machine: Settings = {}) => callsOf(bouncing(type, {}, { cpus: 4, ...machine }))

/** A machine on which nothing is run by its time, and calls of its DMA API. */
export function callsOf(scenario: Scenario) {
  const run = createRun(scenario, 10 * MS)
  const { machine: m } = run
  const table = tableOf(run)
  const [by] = m.bindings
  const { way } = by!
  const ps = () => pricedPs(m.meter)
  const call = <T>(what: () => T): T => {
    resetMeter(m.meter, m.state.nowNs)
    return what()
  }
  return {
    run,
    way,
    table,
    ps,
    locks: () => Array.from(m.meter.lockOrder.subarray(0, m.meter.locks)),
    map(c: number, address: number, bytes: number, direction = FROM_DEVICE, kind = OP_MAP) {
      const cpu = m.state.cpus[c]!
      // Whoever maps is a task.
      cpu.task = 0
      Object.assign(cpu.op, { kind, direction, address, bytes })
      call(() => way.map(c, by!, cpu))
      return cpu.op.mapping
    },
    /** Elements of [address, bytes]. Their mappings; none when it is refused. */
    mapList(c: number, elements: readonly (readonly [number, number])[], direction = FROM_DEVICE) {
      const cpu = m.state.cpus[c]!
      const { op } = cpu
      cpu.task = 0
      Object.assign(op, { kind: OP_MAP_SG, direction, elements: elements.length })
      elements.forEach(([address, bytes], i) => {
        op.sgAddress[i] = address
        op.sgBytes[i] = bytes
      })
      return call(() => way.mapList(c, by!, cpu)) ? Array.from(op.sgMapping.slice(0, op.segments)) : []
    },
    unmap: (c: number, id: number) => call(() => way.release(c, id)),
    sync(id: number, bytes: number) {
      const { op } = m.state.cpus[0]!
      Object.assign(op, { mapping: id, bytes })
      call(() => way.sync(0, by!, op))
    },
    record: (id: number) => table.mappings.records.data.subarray(id * MAP_STRIDE, (id + 1) * MAP_STRIDE),
  }
}

/** Six buffers of 64 KiB are kept in a pool of 1 MiB; a list of 16 finds room for ten. */
export function midst(): Scenario {
  const disk = bouncing('disk-sg', { io: 1_048_576, depth: 1, queues: 1 }, { swiotlb: 512 })
  const kept = { id: 'w0', type: 'long-lived', device: 0, settings: { buffers: 6, size: 65_536, lifetime: 0 } }
  return { ...disk, workloads: [kept, { ...disk.workloads[0]!, id: 'w1' }] }
}
