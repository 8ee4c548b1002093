// Where the mechanisms meet: CPUs run tasks of workloads, each operation goes through the DMA layer to allocator and
// table, is priced, and leaves its trace in mappings, history and log.
//
// Not modelled: interrupts that preempt an operation; the order of clearing TCEs and taking the lock inside one unmap
//   (the whole operation is priced as lock part and rest); the lock being dropped between the elements of a list.
// Invariant: an entry has a TCE, a mapping record and a set bit exactly while it is mapped.

import { createHeap, heapPop, heapPush, heapReplace } from '../lib/heap.ts'
import { adoptBands, buildCpus, buildTable, buildWorkload, settingsOf } from './build.ts'
import { createDomain, createSgList, type DmaDomain, mapPage, mapSg, NO_DMA, offsetInPage, pagesTouched, type SgList, unmapPage } from './dma/dma-ops.ts'
import { PRICES, tablePs } from './engine/cost.ts'
import { dequeue, enqueue, grantNs, isFree, type Lock } from './engine/lock.ts'
import { createLog, logEvent } from './engine/log.ts'
import { type CostMeter, createMeter, resetMeter } from './engine/meter.ts'
import { addLockWait, addToColumn, createRecorder, rollColumns, withCpus } from './engine/recorder.ts'
import * as ev from './events.ts'
import { allocatorById } from './iova/index.ts'
import { addMark, forgetMapping, noteRefusal, recordMapping } from './ledger.ts'
import type { Scenario } from './scenario/schema.ts'
import { type DmaTable, MAP_BYTES, MAP_ENTRY, MAP_NPAGES, MAP_STRIDE, MAP_TASK, type MachineState } from './state.ts'
import { tableById } from './table/index.ts'
import { TCE_BITS, TCE_READ, TCE_WRITE } from './table/table.ts'
import { type AbsEntry, absEntry, type Bytes, bytes, cpu as asCpu, entry, realAddr } from './types.ts'
import { workloadById } from './workload/index.ts'
import { MAX_SG, type Op, OP_MAP, OP_MAP_SG, OP_UNMAP, OP_UNMAP_SG, RUN, TO_DEVICE, type Workload, YIELD } from './workload/workload.ts'

const OPS_KEPT = 8192
const LINES_KEPT = 4096

/** What the behaviour needs beside the state: the registry entries that the state names, and scratch. */
export interface Machine {
  readonly scenario: Scenario
  readonly state: MachineState
  readonly meter: CostMeter
  readonly sg: SgList
  /** By device, following `table`. Renewed by `rewire`. */
  domains: DmaDomain[]
  workloads: Workload[]
}

/** A machine at time 0 with its drivers loaded. `scenario.inputs` are not applied here. */
export function createMachine(scenario: Scenario, horizonNs: number): Machine {
  const bare = { ...scenario, inputs: [] }
  const settings = settingsOf(bare)
  const cpus = Number(settings['m.cpus'])
  const state: MachineState = {
    nowNs: 0,
    events: 0,
    steps: 0,
    settings,
    heap: createHeap(),
    cpus: [],
    tables: [],
    workloads: [],
    taskWorkload: new Int32Array(0),
    taskCpu: new Int32Array(0),
    taskReady: new Uint8Array(0),
    taskTimerNs: new Float64Array(0),
    frames: 0,
    missed: 0,
    refusedTotal: 0,
    ops: createLog(OPS_KEPT),
    log: createLog(LINES_KEPT),
    recorder: createRecorder(horizonNs, cpus),
    marks: [],
    inputs: 0,
    changes: [],
    ratelimit: { beganNs: 0, printed: 0, suppressed: 0 },
    hang: null,
  }
  const machine: Machine = { scenario: bare, state, meter: createMeter(), sg: createSgList(MAX_SG), domains: [], workloads: [] }
  rebuild(machine, () => true)
  return machine
}

/** Connects the behaviour to the state again, after a build or a restored checkpoint. */
export function rewire(m: Machine): void {
  const { state, scenario } = m
  const own = state.tables.map((table) => (table ? domainOf(table) : null))
  m.domains = scenario.devices.map((device) => own[device.table]!)
  m.workloads = state.workloads.map((w) => workloadById(w.type))
}

function domainOf(table: DmaTable): DmaDomain {
  return createDomain({
    allocator: allocatorById(table.allocatorId)!,
    allocatorState: table.alloc,
    table: tableById(table.tableId)!,
    tableState: table.tce,
    geometry: table.geometry,
    kernelPageShift: table.kernelPageShift,
    alignPages: table.alignPages,
    mergeSegments: true,
    maxSegmentBytes: 65_536,
  })
}

/**
 * Loads drivers anew for every device whose table or workload `affected` names (by field scope: `d0`, `w1`); what the
 * old driver had mapped is drained. The others keep their mappings and go on. Returns how many mappings were drained.
 */
export function rebuild(m: Machine, affected: (scope: string) => boolean): number {
  const { state: s, scenario } = m
  const cpus = Number(s.settings['m.cpus'])
  const newTables = scenario.devices.map((d, i) => d.table === i && affected(d.id))
  let drained = 0
  const restart = scenario.workloads.map((w) => affected(w.id) || newTables[scenario.devices[w.device]!.table]!)
  scenario.devices.forEach((device, i) => {
    if (!newTables[i]) {
      s.tables[i] ??= null
      return
    }
    drained += s.tables[i]?.live ?? 0
    const table = buildTable(i, device, s.settings, cpus)
    s.tables[i] = table
    adoptBands(s.recorder, i, table.geometry.size)
  })
  rewire(m)
  let firstTask = 0
  scenario.workloads.forEach((_, i) => {
    const old = s.workloads[i]
    if (old && !restart[i]) {
      s.workloads[i] = { ...old, firstTask }
    } else {
      const table = scenario.devices[scenario.workloads[i]!.device]!.table
      if (old && !newTables[table]) drained += drainTasks(m, table, old.firstTask, old.tasks)
      s.workloads[i] = buildWorkload(scenario, i, s.settings, firstTask, s.nowNs)
    }
    firstTask += s.workloads[i]!.tasks
  })
  rewire(m)
  if (s.recorder.cpus !== cpus) s.recorder = withCpus(s.recorder, cpus)
  startTasks(m, cpus, firstTask, (i) => restart[i] || !s.workloads[i])
  return drained
}

/** Unmaps everything that the given tasks hold, at once: a driver being unloaded. */
function drainTasks(m: Machine, device: number, firstTask: number, tasks: number): number {
  const table = m.state.tables[device]!
  const { ints } = table.mappings
  let drained = 0
  for (let e = 0; e < table.geometry.size; e++) {
    const id = table.mappingByEntry.data[e]! - 1
    if (id < 0) continue
    const task = ints.data[id * MAP_STRIDE + MAP_TASK]!
    if (task < firstTask || task >= firstTask + tasks) continue
    releaseMapping(m, device, id)
    drained++
  }
  return drained
}

/** Fresh CPUs and timers. A restarted task wakes when its driver starts it, another one at once. */
function startTasks(m: Machine, cpus: number, tasks: number, fresh: (workload: number) => boolean): void {
  const { state: s } = m
  s.cpus = buildCpus(cpus, tasks)
  for (const table of s.tables) {
    for (const lock of table?.locks ?? []) {
      lock.heldUntil = s.nowNs
      lock.waiting = 0
    }
  }
  s.hang = null
  s.heap.size = 0
  s.taskWorkload = new Int32Array(tasks)
  s.taskCpu = new Int32Array(tasks)
  s.taskReady = new Uint8Array(tasks)
  s.taskTimerNs = new Float64Array(tasks)
  s.workloads.forEach((w, i) => {
    const kind = m.workloads[i]!
    for (let t = 0; t < w.tasks; t++) {
      const task = w.firstTask + t
      s.taskWorkload[task] = i
      s.taskCpu[task] = t % cpus
      setTimer(s, task, fresh(i) ? kind.firstWakeNs(w.state, t) : s.nowNs)
    }
  })
}

function setTimer(s: MachineState, task: number, atNs: number): void {
  s.taskTimerNs[task] = atNs
  if (atNs < Number.POSITIVE_INFINITY) heapPush(s.heap, atNs, ev.EV_TIMER | (task << 2))
}

/** Asks every task of a workload again at once: its load has changed. */
export function wakeWorkload(s: MachineState, index: number): void {
  const w = s.workloads[index]!
  for (let t = 0; t < w.tasks; t++) if (s.taskReady[w.firstTask + t] === 0) setTimer(s, w.firstTask + t, s.nowNs)
}

/**
 * Processes events in order until `untilNs` (inclusive) or until `maxEvents` have been processed. The clock ends at
 * `untilNs`, or at the last event when the number ran out. Returns the number processed.
 */
export function advance(m: Machine, untilNs: number, maxEvents: number): number {
  const { state: s } = m
  const { heap } = s
  let n = 0
  while (n < maxEvents) {
    if (heap.size === 0 || heap.times[0]! > untilNs) {
      if (untilNs < Number.POSITIVE_INFINITY && untilNs > s.nowNs) moveClock(s, untilNs)
      break
    }
    const t = heap.times[0]!
    const payload = heap.payloads[0]!
    if (t > s.nowNs) moveClock(s, t)
    s.events++
    n++
    const kind = payload & 3
    const arg = payload >> 2
    if (kind === ev.EV_CPU) {
      const again = runCpu(m, arg, t)
      if (again < 0) heapPop(heap)
      else heapReplace(heap, again, payload)
    } else {
      heapPop(heap)
      if (kind === ev.EV_TIMER) fireTimer(s, arg, t)
      else grantLock(m, arg, t)
    }
  }
  return n
}

/** Sets the clock forward, closing the time columns that end on the way. */
export function moveClock(s: MachineState, toNs: number): void {
  s.nowNs = toNs
  if (toNs >= s.recorder.columnEndNs) {
    let mapped = 0
    let useful = 0
    for (const table of s.tables) {
      if (!table) continue
      mapped += table.mapped * (table.windowBytes / table.geometry.size)
      useful += table.usefulBytes
    }
    rollColumns(s.recorder, toNs, mapped, useful)
  }
}

function fireTimer(s: MachineState, task: number, t: number): void {
  if (s.taskTimerNs[task] !== t || s.taskReady[task] === 1) return
  s.taskReady[task] = 1
  const c = s.taskCpu[task]!
  const cpu = s.cpus[c]!
  cpu.ring[(cpu.head + cpu.length++) % cpu.ring.length] = task
  if (!cpu.idle) return
  cpu.idle = false
  heapPush(s.heap, t, ev.EV_CPU | (c << 2))
}

/** Lets CPU `c`, free at `t`, do its next operation. Returns when it is free again, or -1 when it waits or idles. */
function runCpu(m: Machine, c: number, t: number): number {
  const { state: s } = m
  const cpu = s.cpus[c]!
  for (;;) {
    if (cpu.task < 0) {
      if (cpu.length === 0) {
        cpu.idle = true
        return -1
      }
      cpu.task = cpu.ring[cpu.head]!
      cpu.head = (cpu.head + 1) % cpu.ring.length
      cpu.length--
    }
    const task = cpu.task
    const index = s.taskWorkload[task]!
    const w = s.workloads[index]!
    const answer = m.workloads[index]!.next(w.state, task - w.firstTask, t, cpu.op)
    if (cpu.op.missed > 0) noteMissed(s, cpu.op)
    if (answer === RUN) break
    cpu.task = -1
    if (answer === YIELD) {
      cpu.ring[(cpu.head + cpu.length++) % cpu.ring.length] = task
    } else {
      s.taskReady[task] = 0
      setTimer(s, task, answer)
    }
  }
  cpu.requestNs = t
  const device = s.workloads[s.taskWorkload[cpu.task]!]!.device
  const table = tableOf(m, device)
  const index = lockIndex(m, device, c, cpu.op)
  const lock = table.locks[index]!
  if (isFree(lock, t)) return perform(m, c, t, device, lock)
  enqueue(lock, c)
  if (lock.waiting === 1 && lock.heldUntil < Number.POSITIVE_INFINITY) {
    heapPush(s.heap, grantNs(lock), ev.EV_GRANT | (((table.owner << 5) | index) << 2))
  }
  return -1
}

function noteMissed(s: MachineState, op: Op): void {
  s.missed += op.missed
  addToColumn(s.recorder, s.recorder.missed, op.missed)
  op.missed = 0
}

function tableOf(m: Machine, device: number): DmaTable {
  return m.state.tables[m.scenario.devices[device]!.table]!
}

/** The lock that an operation takes first. */
function lockIndex(m: Machine, device: number, c: number, op: Op): number {
  const d = m.domains[device]!
  if (op.kind === OP_MAP || op.kind === OP_MAP_SG) {
    const address = op.kind === OP_MAP ? op.address : op.sgAddress[0]!
    const length = op.kind === OP_MAP ? op.bytes : op.sgBytes[0]!
    return d.allocator.lockForAlloc(d.allocatorState, asCpu(c), pagesTouched(d, address, length))
  }
  const id = op.kind === OP_UNMAP ? op.mapping : op.sgMapping[0]!
  const { ints } = tableOf(m, device).mappings
  return d.allocator.lockForFree(d.allocatorState, entry(ints.data[id * MAP_STRIDE + MAP_ENTRY]!))
}

function grantLock(m: Machine, arg: number, t: number): void {
  const { state: s } = m
  const table = s.tables[arg >> 5]!
  const lock = table.locks[arg & 31]!
  const payload = ev.EV_GRANT | (arg << 2)
  if (lock.heldUntil > t) {
    if (lock.heldUntil < Number.POSITIVE_INFINITY) heapPush(s.heap, grantNs(lock), payload)
    return
  }
  const c = dequeue(lock)
  const cpu = s.cpus[c]!
  const waited = t - cpu.requestNs
  lock.waitNs += waited
  addLockWait(s.recorder, c, waited)
  const device = s.workloads[s.taskWorkload[cpu.task]!]!.device
  const again = perform(m, c, t, device, lock)
  if (again >= 0) heapPush(s.heap, again, ev.EV_CPU | (c << 2))
  if (lock.waiting > 0 && lock.heldUntil < Number.POSITIVE_INFINITY) heapPush(s.heap, grantNs(lock), payload)
}

/** Does the operation of CPU `c`, which holds `lock` from `t` on. Returns when the CPU is free again, -1 if never. */
function perform(m: Machine, c: number, t: number, device: number, lock: Lock): number {
  const { state: s, meter } = m
  const cpu = s.cpus[c]!
  const { op } = cpu
  resetMeter(meter)
  lock.taken++
  const ok = performOp(m, c, t, device)
  s.steps++
  if (meter.hang) {
    lock.heldUntil = Number.POSITIVE_INFINITY
    cpu.hung = true
    s.hang = { ns: t, cpu: c }
    addMark(s, t, 'hang', `CPU ${c} never returns`)
    logEvent(s.log, t, ev.LOG_HANG, c, device, 0, 0)
    return -1
  }
  const table = tableOf(m, device)
  const writePs = ok ? tablePs(meter.tceWrites) : 0
  const isMap = op.kind === OP_MAP || op.kind === OP_MAP_SG
  const searchPs = isMap ? PRICES.alloc.ps + meter.bitmapWords * PRICES.word.ps : PRICES.free.ps
  const share = searchPs / (meter.locks + 1)
  const underLock = table.tceUnderLock ? writePs : 0
  let at = t + Math.round((PRICES.lock.ps + share + underLock) / 1000)
  lock.heldUntil = at
  for (let i = 0; i < meter.locks && i < meter.lockOrder.length; i++) {
    const next = table.locks[meter.lockOrder[i]!]!
    const waited = Math.max(0, next.heldUntil - at)
    if (waited > 0 && waited < Number.POSITIVE_INFINITY) {
      next.contended++
      next.waitNs += waited
      addLockWait(s.recorder, c, waited)
      at += waited
    }
    next.taken++
    at += Math.round((PRICES.lock.ps + share) / 1000)
    if (next.heldUntil < at) next.heldUntil = at
  }
  const w = s.workloads[s.taskWorkload[cpu.task]!]!
  m.workloads[s.taskWorkload[cpu.task]!]!.done(w.state, cpu.task - w.firstTask, op, t)
  if (op.delivered > 0) {
    s.frames++
    addToColumn(s.recorder, s.recorder.delivered, op.delivered)
  }
  return at + Math.max(1, Math.round((writePs - underLock + PRICES.map.ps + op.workPs) / 1000))
}

/** The effect of an operation, without its time. True unless it was refused. */
function performOp(m: Machine, c: number, t: number, device: number): boolean {
  const { state: s } = m
  const { op, task } = s.cpus[c]!
  const table = tableOf(m, device)
  const home = m.scenario.devices[device]!.table
  if (op.kind === OP_UNMAP || op.kind === OP_UNMAP_SG) {
    const n = op.kind === OP_UNMAP ? 1 : op.segments
    for (let i = 0; i < n; i++) {
      const id = op.kind === OP_UNMAP ? op.mapping : op.sgMapping[i]!
      const at = id * MAP_STRIDE
      const { data } = table.mappings.ints
      if (i === 0) logEvent(s.ops, t, op.kind === OP_UNMAP ? ev.STEP_UNMAP : ev.STEP_UNMAP_SG, c, device, data[at + MAP_ENTRY]!, data[at + MAP_NPAGES]!)
      releaseMapping(m, home, id)
    }
    table.unmaps++
    return true
  }
  const ok = op.kind === OP_MAP ? mapOne(m, c, t, device, task) : mapList(m, c, t, device, task)
  table.maps++
  if (!ok && !m.meter.hang) refuse(m, c, t, device)
  return ok
}

function permissionOf(direction: number): number {
  return direction === TO_DEVICE ? TCE_READ : TCE_READ | TCE_WRITE
}

function mapOne(m: Machine, c: number, t: number, device: number, task: number): boolean {
  const { state: s, meter } = m
  const { op } = s.cpus[c]!
  const table = tableOf(m, device)
  const d = m.domains[device]!
  const e = mapPage(d, asCpu(c), op.address, op.bytes, permissionOf(op.direction), table.mask as AbsEntry, meter)
  if (e === NO_DMA) {
    op.mapping = -1
    return false
  }
  const first = e - table.geometry.offset
  op.mapping = recordMapping(s, d, table, c, device, task, op, t, first, op.address, op.bytes, meter)
  logEvent(s.ops, t, ev.STEP_MAP, c, device, first, meter.tceWrites)
  return true
}

function mapList(m: Machine, c: number, t: number, device: number, task: number): boolean {
  const { state: s, meter, sg } = m
  const { op } = s.cpus[c]!
  const table = tableOf(m, device)
  const d = m.domains[device]!
  sg.n = op.elements
  for (let i = 0; i < sg.n; i++) {
    sg.address[i] = op.sgAddress[i]!
    sg.length[i] = op.sgBytes[i]!
    sg.dmaLength[i] = 0
  }
  op.segments = mapSg(d, asCpu(c), sg, permissionOf(op.direction), table.mask as AbsEntry, meter)
  if (op.segments < 0) return false
  for (let i = 0; i < op.segments; i++) {
    const first = sg.dmaEntry[i]! - table.geometry.offset
    // The TCE knows the page; after merging the list no longer tells which element a segment begins with.
    const tce = d.table.walk(d.tableState, entry(first))
    const address = tce - (tce % TCE_BITS) + sg.dmaOffset[i]!
    op.sgMapping[i] = recordMapping(s, d, table, c, device, task, op, t, first, address, sg.dmaLength[i]!, meter)
  }
  logEvent(s.ops, t, ev.STEP_MAP_SG, c, device, sg.dmaEntry[0]! - table.geometry.offset, meter.tceWrites)
  return true
}

function refuse(m: Machine, c: number, t: number, device: number): void {
  const { op } = m.state.cpus[c]!
  const d = m.domains[device]!
  const sg = op.kind === OP_MAP_SG
  const address = sg ? op.sgAddress[0]! : op.address
  const length = sg ? op.sgBytes[0]! : op.bytes
  noteRefusal(m.state, tableOf(m, device), c, device, t, address, pagesTouched(d, address, length), m.meter)
}

/** Takes a mapping back: TCEs, entries, record. */
function releaseMapping(m: Machine, device: number, id: number): void {
  const { state: s, meter } = m
  const table = s.tables[device]!
  const d = m.domains[device]!
  const { ints, nums } = table.mappings
  const first = ints.data[id * MAP_STRIDE + MAP_ENTRY]!
  const length = ints.data[id * MAP_STRIDE + MAP_BYTES]! as Bytes
  const offset = offsetInPage(d, realAddr(nums.data[2 * id + 1]!))
  unmapPage(d, absEntry(first + table.geometry.offset), offset, bytes(length), meter)
  forgetMapping(s, table, id)
}
