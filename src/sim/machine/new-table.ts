// What happens when a driver has its window: the firmware's calls in the log, all memory mapped where the window is direct,
// and why there is no table where it could not be made. Memory that is plugged in later is mapped here too.
//
// Spec: spec/POWERPC.md D.2 step 10, D.4 for a direct window, C.1 for a table of several levels.
// Invariant: a direct window maps the RAM of the partition, in whole IOMMU pages from address 0 on.
// Cost: a record for each 512 TCEs of RAM, once.

import { bootLines } from '../boot/boot-log.ts'
import { logEvent } from '../engine/log.ts'
import { readParams } from '../params.ts'
import { bootInputOf } from '../platform/pc-boot.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import * as ev from './events.ts'
import { noteWindowCalls } from './hypervisor.ts'
import { addMark } from './ledger.ts'
import type { Machine } from './wiring.ts'

/** The kernel of the other stories, whose boot goes as it should. */
const TODAY = '6.12'

/** What the kernel printed while the machine came up: where its IOMMU did not, or a kernel is looked at that is not today's. */
export function announceBoot({ state: s }: Machine): void {
  if (!s.boot || (s.boot.backend === 'iommu' && readParams(bootParams, s.settings, 'm').bootKernel === TODAY)) return
  const { length } = bootLines(bootInputOf(s.settings), s.boot)
  for (let line = 0; line < length; line++) logEvent(s.log, s.nowNs, ev.LOG_BOOT, 0, 0, line, s.inputs)
  if (s.boot.backend === 'panic') addMark(s, s.nowNs, ev.MARK_PANIC, 0, 0, 0)
}

/** Writes down how the new table of a device came about. */
export function announceTable(m: Machine, index: number): void {
  const { state: s } = m
  const table = s.tables[index]!
  const { ddw } = table
  if (ddw) {
    for (let call = 0; call < ddw.rtas.length; call++) logEvent(s.log, s.nowNs, ev.LOG_RTAS, 0, index, call, 0)
    logEvent(s.log, s.nowNs, ev.LOG_WINDOW, 0, index, 0, 0)
    noteWindowCalls(s, ddw.hcalls)
  }
  m.ways[index]!.announce?.(index)
}
