// The windows of a device on the bus: where they lie, what they are made of and how full they are.

import { pow2 } from '../../lib/bits.ts'
import type { DmaTable } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { readParams } from '../params.ts'
import { directEntries } from '../platform/partition.ts'
import { pseriesDevice } from '../scenario/platform-power.ts'
import { framesOfShift } from '../window/ddw-state.ts'
import { FRAME_SHIFT } from '../window/hcalls.ts'
import { mappedIn } from './live.ts'
import { type OfTable, type Probe, tableIndex } from './probe.ts'

/** A window of a device. Places are frames of 4 KiB: a dynamic window begins at byte 2^59. */
export interface WindowInfo {
  readonly name: 'default' | 'dynamic'
  /** `used`: buffers are mapped in it; `direct`: all memory is; `idle`: it is there; `removed`: it was given up. */
  readonly state: 'used' | 'direct' | 'idle' | 'removed'
  readonly base: number
  readonly frames: number
  readonly pageShift: number
  readonly tces: number
  readonly mappedBytes: number
  /** Mapped TCEs are shown in `used`, one value for each of `bands` equal parts; -1 when nothing is known to be mapped. */
  readonly row: number
}

export interface WindowsFrame {
  readonly table: number
  readonly windows: readonly WindowInfo[]
  readonly bands: number
  /** [rows*bands] 0…255 */
  readonly used: Uint8Array
  /** Where the device's mask ends, bits; where 32-bit registers answer, frames [first, end), or null. */
  readonly maskBits: number
  readonly mmio: { readonly first: number; readonly end: number } | null
}

const BANDS = 256
const MMIO = { first: 0x80000, end: 0xff000 }

export const windowsProbe: Probe<'windows', OfTable, WindowsFrame | null> = {
  id: 'windows',
  build(m, { table: device }, arrays): WindowsFrame | null {
    const index = tableIndex(m, device)
    const table = m.state.tables[index]!
    const run = table.ddw
    if (!run) return null
    const used = arrays.u8(BANDS).fill(0)
    const { window } = run.state
    const inDynamic = run.result === 'direct' || run.result === 'indirect'
    const mappedBytes = table.mapped * pow2(table.geometry.pageShift)
    const defaultBytes = readParams(pseriesDevice, m.state.settings, m.scenario.devices[index]!.id).window
    const list: WindowInfo[] = [
      {
        name: 'default',
        state: run.state.defaultSaved ? 'removed' : run.result === 'default' ? 'used' : 'idle',
        base: 0,
        frames: defaultBytes / pow2(FRAME_SHIFT),
        pageShift: FRAME_SHIFT,
        tces: defaultBytes / pow2(FRAME_SHIFT),
        mappedBytes: inDynamic ? 0 : mappedBytes,
        row: inDynamic ? -1 : 0,
      },
    ]
    if (window) {
      const { base, pageShift, windowShift, kind } = window
      const tces = Math.floor(pow2(windowShift) / pow2(pageShift))
      list.push({
        name: 'dynamic',
        state: kind === 'direct64' ? 'direct' : inDynamic ? 'used' : 'idle',
        base,
        frames: framesOfShift(windowShift),
        pageShift,
        tces,
        mappedBytes: inDynamic ? mappedBytes : 0,
        row: inDynamic ? 0 : -1,
      })
    }
    const shown = list.find(({ row }) => row === 0)
    if (shown) fillBands(m, table, shown.tces, used)
    return { table: index, windows: list, bands: BANDS, used, maskBits: run.maskBits, mmio: MMIO }
  },
}

/** The share of each of BANDS equal parts of `tces` TCEs that is mapped. */
function fillBands(m: Machine, table: DmaTable, tces: number, used: Uint8Array): void {
  const per = tces / BANDS
  const all = table.ddw?.result === 'direct' ? directEntries(m.state.settings, table.geometry) : -1
  for (let band = 0; band < BANDS; band++) {
    const from = band * per
    const end = from + per
    // RAM lies in one stretch from the start of a direct window.
    const mapped = all >= 0 ? Math.max(0, Math.min(end, all) - from) : mappedIn(table, Math.floor(from), Math.ceil(end))
    used[band] = mapped <= 0 ? 0 : Math.max(1, Math.min(255, Math.round((mapped * 255) / per)))
  }
}
