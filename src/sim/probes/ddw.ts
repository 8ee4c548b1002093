// The steps by which a device came by its dynamic window.

import { pow2 } from '../../lib/bits.ts'
import { windowPs } from '../platform/partition.ts'
import type { DdwStep, RtasCall } from '../window/ddw.ts'
import type { HcallCounts } from '../window/ddw-calls.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'

/** What a device's driver found when it set its mask, step by step; null where no window is asked for. */
export interface DdwFrame {
  readonly table: number
  readonly device: string
  readonly maskBits: number
  readonly steps: readonly DdwStep[]
  readonly rtas: readonly RtasCall[]
  readonly hcalls: HcallCounts
  /** Where the device's buffers go from now on; `nowhere`: bypass although no window could be made. */
  readonly result: 'direct' | 'indirect' | 'default' | 'nowhere' | 'refused'
  /** Of the window that is used, log2 of bytes; base in frames of 4 KiB. */
  readonly pageShift: number
  readonly windowShift: number
  readonly base: number
  /** How long the driver waited for it, ns. */
  readonly tookNs: number
}

export const ddwProbe: Probe<'ddw', OfTable, DdwFrame | null> = {
  id: 'ddw',
  build(m, { table: device }): DdwFrame | null {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const run = table.ddw
    if (!run) return null
    const { window, slots, deviceSlot } = run.state
    const used = slots[deviceSlot] ?? slots[0]
    const made = run.result === 'direct' || run.result === 'indirect' ? window : null
    return {
      table: index,
      device: m.scenario.devices[index]!.name,
      maskBits: run.maskBits,
      steps: run.steps,
      rtas: run.rtas,
      hcalls: run.hcalls,
      result: run.result,
      pageShift: made?.pageShift ?? used?.pageShift ?? 0,
      windowShift: made?.windowShift ?? shiftOf(used?.size ?? 0) + (used?.pageShift ?? 0),
      base: made?.base ?? 0,
      tookNs: Math.round(windowPs(run.hcalls) / 1000),
    }
  },
}

function shiftOf(size: number): number {
  let shift = 0
  while (pow2(shift) < size) shift++
  return shift
}
