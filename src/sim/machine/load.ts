// Loading drivers: a machine from a scenario, and anew when a setting changes that a driver must be reloaded for.

import { pow2 } from '../../lib/bits.ts'
import { createHeap } from '../../lib/heap.ts'
import { createSgList } from '../dma/dma-ops.ts'
import { createLog } from '../engine/log.ts'
import { createMeter, resetMeter } from '../engine/meter.ts'
import { createRecorder, endBands, replaceBands, withCpus } from '../engine/recorder.ts'
import { flushDomain } from '../iotlb/iotlb.ts'
import { extentOf } from '../iova/geometry.ts'
import { readParam, readParams } from '../params.ts'
import { connectWay, sharesOneWindow } from '../paths/index.ts'
import { allocatorOf, bounceOf, unitOf } from '../paths/parts.ts'
import type { Way } from '../paths/way.ts'
import { bootOf } from '../platform/pc-boot.ts'
import { commonParams, maskParam, pageBytesOf, tableParam } from '../scenario/platform.ts'
import { platformParam } from '../scenario/platform-names.ts'
import { isPseries } from '../scenario/platform-power.ts'
import type { DeviceSpec, Scenario } from '../scenario/schema.ts'
import { workloadById } from '../workload/index.ts'
import { MAX_SG } from '../workload/workload.ts'
import { buildCpus, buildIotlbs, buildTable, buildWorkload, settingsOf } from './build.ts'
import { setEngine } from './engines.ts'
import { forgetRefusals } from './ledger.ts'
import { setTimer } from './machine.ts'
import { announceBoot, announceTable } from './new-table.ts'
import { armWork } from './put-off.ts'
import {
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  MAP_HOLDER,
  MAP_STRIDE,
  type MachineState,
  onlineCpus,
  tableOf,
  workloadOfHolder,
} from './state.ts'
import type { Binding, Machine } from './wiring.ts'

/** Operations and log lines that are remembered; powers of two. */
const OPS_KEPT = 1024
const LINES_KEPT = 4096

/** A machine at time 0 with its drivers loaded. `scenario.inputs` are not applied here. */
export function createMachine(scenario: Scenario, horizonNs: number): Machine {
  const bare = { ...scenario, inputs: [] }
  const settings = settingsOf(bare)
  const { cpus } = readParams(commonParams, settings, 'm')
  const state: MachineState = {
    nowNs: 0,
    events: 0,
    steps: 0,
    settings,
    heap: createHeap(),
    cpus: [],
    tables: [],
    boot: null,
    iotlbs: [],
    iotlbPageBytes: 0,
    engineNs: new Float64Array(0),
    workloads: [],
    taskWorkload: new Int32Array(0),
    taskCpu: new Int32Array(0),
    taskReady: new Uint8Array(0),
    taskTimerNs: new Float64Array(0),
    frames: 0,
    missed: 0,
    missedNs: Number.NEGATIVE_INFINITY,
    refusedTotal: 0,
    hcalls: { put: 0, putIndirect: 0, stuff: 0, tcesPut: 0, tcesStuffed: 0, tooHard: 0, ps: 0 },
    ops: createLog(OPS_KEPT),
    log: createLog(LINES_KEPT),
    recorder: createRecorder(horizonNs, cpus),
    marks: [],
    inputs: 0,
    changes: [],
    built: [],
    ratelimit: { beganNs: Number.NEGATIVE_INFINITY, printed: 0, suppressed: 0 },
    hang: null,
  }
  const machine: Machine = {
    scenario: bare,
    state,
    meter: createMeter(),
    sg: createSgList(MAX_SG),
    ways: [],
    domains: [],
    workloads: [],
    bindings: [],
  }
  rebuild(machine, () => true)
  return machine
}

/** Connects the behaviour to the state again, after a build or a restored checkpoint. */
export function rewire(m: Machine): void {
  const { state, scenario } = m
  m.workloads = state.workloads.map((w) => workloadById(w.type))
  const own = state.tables.map((table) => table && connectWay(m, table))
  m.ways = scenario.devices.map((_, i) => own[tableOf(state, i)]!)
  m.domains = m.ways.map((way) => way.domain)
  const bound = state.workloads.map((w, i): Binding => {
    const { state: driver, firstTask, device } = w
    const table = state.tables[tableOf(state, device)]!
    const way = m.ways[device]!
    const mask = maskOf(state, scenario.devices[device]!, table, way)
    return { kind: m.workloads[i]!, state: driver, firstTask, workload: i, device, mask, table, way }
  })
  m.bindings = Array.from(state.taskWorkload, (index) => bound[index]!)
}

/** By device: bits of an address that its driver wants to keep in a bounce buffer. */
function alignMasks({ devices, workloads }: Scenario): Int32Array {
  const masks = new Int32Array(devices.length)
  for (const w of workloads) masks[w.device] = Math.max(masks[w.device]!, workloadById(w.type).minAlignMask ?? 0)
  return masks
}

/** Highest absolute entry that a device reaches in a window. What a guest maps it chooses inside of its window. */
function maskOf({ settings }: MachineState, { id }: DeviceSpec, { geometry }: DmaTable, way: Way): number {
  const bits = readParam(maskParam, settings, id) - geometry.pageShift
  return way.reach(pow2(Math.min(52, bits)) - 1)
}

/**
 * Loads drivers anew for every device whose table or workload `affected` names (by field scope: `d0`, `w1`); what the
 * old driver had mapped is drained. The others keep their mappings and go on. Returns how many mappings were drained.
 */
export function rebuild(m: Machine, affected: (scope: string) => boolean): number {
  const { state: s, scenario } = m
  const { cpus } = readParams(commonParams, s.settings, 'm')
  const before = scenario.devices.map((_, i) => tableOf(s, i))
  s.boot = bootOf(s.settings)
  const owns = scenario.devices.map(
    (d, i) => i === 0 || (!sharesOneWindow(s.boot) && readParam(tableParam, s.settings, d.id) === 'own'),
  )
  const newTables = scenario.devices.map((d, i) => owns[i]! && (affected(d.id) || !s.tables[i]))
  const after = scenario.devices.map((_, i) => (owns[i] ? i : 0))
  let drained = 0
  const made: number[] = []
  cancelWaiting(m)
  renewIotlbs(s, scenario.devices)
  const restart = scenario.workloads.map(
    (w) => affected(w.id) || newTables[after[w.device]!]! || before[w.device] !== after[w.device],
  )
  scenario.devices.forEach((device, i) => {
    if (newTables[i] || !owns[i]) {
      drained += s.tables[i]?.live ?? 0
      // The hardware is told that the old table is gone.
      for (const iotlb of s.iotlbs) flushDomain(iotlb, i, s.nowNs)
    }
    const old = s.tables[i]
    const before = old ? extentOf(old.geometry, old.windowBytes) : null
    if (!owns[i]) {
      if (before) endBands(s.recorder, i, before)
      s.tables[i] = null
      if (old) noteBuilt(s, i, s.tables[0]!, true)
    }
    if (!newTables[i]) return
    const table = buildTable(i, device, s, cpus, scenario.devices.length, alignMasks(scenario))
    s.tables[i] = table
    noteBuilt(s, i, table, false)
    made.push(i)
    replaceBands(s.recorder, i, before, extentOf(table.geometry, table.windowBytes))
  })
  rewire(m)
  let firstTask = 0
  scenario.workloads.forEach((w, i) => {
    const old = s.workloads[i]
    if (old && !restart[i]) {
      s.workloads[i] = { ...old, firstTask }
    } else {
      const table = before[w.device]!
      if (old && owns[table] && !newTables[table]) drained += drainWorkload(m, table, i)
      s.workloads[i] = buildWorkload(scenario, i, s.settings, firstTask, s.nowNs)
      const kept = s.tables[after[w.device]!]
      if (kept) forgetRefusals(kept)
    }
    firstTask += s.workloads[i]!.tasks
  })
  rewire(m)
  if (s.recorder.cpus !== cpus) s.recorder = withCpus(s.recorder, cpus)
  startTasks(m, cpus, firstTask, (i) => restart[i] || !s.workloads[i])
  if (affected('m')) announceBoot(m)
  for (const i of made) announceTable(m, i)
  return drained
}

/** Keeps what lines about a device's table will be made of, when it may be gone. */
function noteBuilt(s: MachineState, device: number, table: DmaTable, shares: boolean): void {
  const { geometry } = table
  const bounce = bounceOf(table)
  const poolSlots = bounce && (bounce.isThere ? bounce.pool.geometry.slots : 0)
  const driver = unitOf(table)?.driver ?? null
  const allocatorId = allocatorOf(table)
  const { inputs } = s
  s.built.push({ device, line: s.log.total, inputs, shares, allocatorId, geometry, driver, poolSlots })
}

/** IOTLBs of the sizes that settings ask for. New ones are empty: what was exposed ends, and is still counted. */
function renewIotlbs(s: MachineState, devices: readonly DeviceSpec[]): void {
  const next = buildIotlbs(s.settings, s.boot, devices.length)
  // A partition's device has no such setting, and its machine no IOTLB.
  s.iotlbPageBytes = isPseries(readParam(platformParam, s.settings, 'm')) ? 0 : pageBytesOf(s.settings, devices[0]!.id)
  const [old, first] = [s.iotlbs[0], next[0]]
  const same = old && first && old.entries === first.entries && old.ways === first.ways
  if (same && old.walkEntries === first.walkEntries && s.iotlbs.length === next.length) return
  for (const iotlb of s.iotlbs) {
    for (let domain = 0; domain < s.tables.length; domain++) flushDomain(iotlb, domain, s.nowNs)
    if (!first) continue
    const { exposure: sum } = first
    const { pageNs, entries, reused, worstNs, worstPfn, worstDomain } = iotlb.exposure
    sum.pageNs += pageNs
    sum.sinceNs = s.nowNs
    sum.entries += entries
    sum.reused += reused
    if (worstNs > sum.worstNs) Object.assign(sum, { worstNs, worstPfn, worstDomain })
    first.lookups += iotlb.lookups
    first.hits += iotlb.hits
    first.reads += iotlb.reads
    first.faults += iotlb.faults
    first.evicted += iotlb.evicted
  }
  s.iotlbs = next
}

/** Operations that CPUs hold but have not performed, because they wait for a lock or never return, are given back. */
function cancelWaiting(m: Machine): void {
  const { state: s } = m
  const waiting = new Set<number>()
  for (const table of s.tables) {
    for (const lock of table?.locks ?? []) {
      for (let i = 0; i < lock.waiting; i++) waiting.add(lock.queue[(lock.head + i) % lock.queue.length]!)
    }
  }
  s.cpus.forEach((cpu, c) => {
    const bound = m.bindings[cpu.task]
    // Who waits in the midst of an operation has done it.
    const begun = cpu.stage < cpu.stages
    if (bound && !begun && (waiting.has(c) || cpu.hung))
      bound.kind.cancel(bound.state, cpu.task - bound.firstTask, cpu.op)
  })
}

/** Unmaps everything that a workload holds in the table of a device, at once: a driver being unloaded. */
function drainWorkload(m: Machine, device: number, workload: number): number {
  const table = m.state.tables[device]!
  const { records } = table.mappings
  let drained = 0
  for (let e = 0; e < table.geometry.size; e++) {
    const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    if (id < 0) continue
    if (workloadOfHolder(records.data[id * MAP_STRIDE + MAP_HOLDER]!) !== workload) continue
    resetMeter(m.meter, m.state.nowNs)
    m.ways[device]!.release(0, id)
    drained++
  }
  return drained
}

/** Fresh CPUs and timers. A restarted task wakes when its driver starts it, another one at once. */
function startTasks(m: Machine, cpus: number, tasks: number, fresh: (workload: number) => boolean): void {
  const { state: s } = m
  s.cpus = buildCpus(cpus, tasks, s.tables.length)
  for (const table of s.tables) {
    for (const lock of table?.locks ?? []) {
      lock.heldUntil = s.nowNs
      lock.waiting = 0
    }
  }
  s.hang = null
  s.heap.size = 0
  const online = onlineCpus(s)
  s.tables.forEach((table, i) => {
    if (!table) return
    const d = m.domains[i]!
    resetMeter(m.meter, s.nowNs)
    // What the caches of an offline CPU held is the tree's again. Not priced: it is the work of the hotplug thread.
    for (let c = 0; c < cpus; c++) d.allocator.setOnline?.(d.allocatorState, c, c < online, m.meter)
    table.workNs.fill(Number.POSITIVE_INFINITY)
    armWork(s, table, d)
    m.ways[i]!.armLate?.()
  })
  s.taskWorkload = new Int32Array(tasks)
  s.taskCpu = new Int32Array(tasks)
  s.taskReady = new Uint8Array(tasks)
  s.taskTimerNs = new Float64Array(tasks)
  s.workloads.forEach((w, i) => {
    const kind = m.workloads[i]!
    for (let t = 0; t < w.tasks; t++) {
      const task = w.firstTask + t
      s.taskWorkload[task] = i
      s.taskCpu[task] = t % online
      const { readyNs } = s.tables[tableOf(s, w.device)]!
      setTimer(s, task, Math.max(readyNs, fresh(i) ? kind.firstWakeNs(w.state, t) : s.nowNs))
    }
  })
  s.engineNs = new Float64Array(s.workloads.length).fill(Number.POSITIVE_INFINITY)
  s.workloads.forEach((w, i) => {
    const { engine } = m.workloads[i]!
    if (engine) setEngine(s, i, Math.max(s.nowNs, engine.firstNs(w.state)))
  })
  rewire(m)
}
