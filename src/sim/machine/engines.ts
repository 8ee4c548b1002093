// Devices that act by themselves: the engine of a workload does the next thing when its time comes.

import { heapPush } from '../../lib/heap.ts'
import { addToColumn } from '../engine/recorder.ts'
import type { Way } from '../paths/way.ts'
import type { DeviceDma } from '../workload/workload.ts'
import * as ev from './events.ts'
import type { MachineState } from './state.ts'
import type { Machine } from './wiring.ts'

/** Arms the one timer of a workload's engine; an earlier one becomes stale. */
export function setEngine(s: MachineState, workload: number, atNs: number): void {
  s.engineNs[workload] = atNs
  if (atNs < Number.POSITIVE_INFINITY) heapPush(s.heap, atNs, ev.EV_ENGINE | (workload << ev.KIND_BITS))
}

/** The device of a workload acts by itself. */
export function fireEngine(m: Machine, workload: number, t: number): void {
  const { state: s } = m
  if (s.engineNs[workload] !== t) return
  const w = s.workloads[workload]!
  const engine = m.workloads[workload]!.engine!
  dma.state = s
  dma.way = m.ways[w.device]!
  dma.device = w.device
  s.steps++
  setEngine(s, workload, engine.run(w.state, t, dma))
}

/** One object for every engine: nothing is allocated on the way. */
const dma: DeviceDma & { state: MachineState; way: Way; device: number } = {
  state: null as unknown as MachineState,
  way: null as unknown as Way,
  device: 0,
  access(e, write) {
    return this.way.access(this.device, e, write)
  },
  deliver(bytes) {
    addToColumn(this.state.recorder, this.state.recorder.delivered, bytes)
  },
}
