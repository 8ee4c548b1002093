// The memory of a guest that was given a device, and the window and table that its host makes for it.
//
// Spec: spec/POWERPC.md C.1, C.6. What is mapped lies at the guest's own addresses; the table is asked for as VFIO does.
// Not modelled: a window that does not begin at 0; more than two stretches of memory.

import { log2Floor } from '../../lib/bits.ts'
import type { Island, WindowGeometry } from '../iova/allocator.ts'
import { keptBack } from '../iova/geometry.ts'
import { readParams, type Settings } from '../params.ts'
import { commonParams } from '../scenario/platform.ts'
import { powernvMachine, powernvParams } from '../scenario/platform-power.ts'
import type { TceRequest } from '../table/tce-multi-levels.ts'
import type { MemoryStretch } from '../workload/workload.ts'

const GIB = 1_073_741_824
/** The page allocator's largest block is 16 MiB. */
const LARGEST_BLOCK_SHIFT = 24

/** A stretch of guest memory: RAM, or what lies far away. */
export interface GuestMemory extends MemoryStretch {
  readonly name: 'ram' | 'far'
}

const machineOf = (settings: Settings) => readParams(powernvMachine, settings, 'm')

/** Where the memory of the guest with device `id` lies, from the lowest address on. Far memory begins behind RAM at the earliest. */
export function guestMemory(settings: Settings, id: string): readonly GuestMemory[] {
  const { iommuPage: pageBytes, window } = readParams(powernvParams, settings, id)
  const windowPages = Math.floor(window / pageBytes)
  const { ram, far, ...host } = machineOf(settings)
  const farAt = Math.max(ram, host.farAt * GIB)
  let entry = 0
  const all: GuestMemory[] = []
  for (const [name, from, bytes] of [
    ['ram', 0, ram],
    ['far', farAt, far],
  ] as const) {
    const abs = Math.ceil(from / pageBytes)
    const pages = Math.floor(bytes / pageBytes)
    if (pages === 0) continue
    const inside = Math.max(0, Math.min(pages, windowPages - abs))
    all.push({ name, abs, pages, entry, inside })
    entry += inside
  }
  return all
}

/** The window as the entries of memory in it: what lies between two stretches is not listed. */
export function guestWindow(settings: Settings, id: string): { geometry: WindowGeometry; windowBytes: number } {
  const { iommuPage, window } = readParams(powernvParams, settings, id)
  const islands: Island[] = guestMemory(settings, id)
    .filter(({ inside }) => inside > 0)
    .map(({ entry, abs, inside }) => ({ entry, abs, pages: inside }))
  if (islands.length === 0) islands.push({ entry: 0, abs: 0, pages: 0 })
  const last = islands.at(-1)!
  // A driver of the host asks an allocator for entries: it gets none that no memory stands behind.
  const { size, resStart, resEnd } = keptBack(last.entry + last.pages, last.abs + last.pages)
  islands[islands.length - 1] = { ...last, pages: size - last.entry }
  const geometry = {
    size,
    offset: 0,
    pageShift: log2Floor(iommuPage),
    blockSize: 16,
    resStart,
    resEnd,
    boundary: Number.POSITIVE_INFINITY,
    islands,
  }
  return { geometry, windowBytes: window }
}

/** The table that VFIO asks for. */
export function requestOf(settings: Settings, id: string, pageShift: number): TceRequest {
  const own = readParams(powernvParams, settings, id)
  const kernelPageShift = log2Floor(readParams(commonParams, settings, 'm').cpuPage)
  return {
    era: own.era,
    windowBytes: own.window,
    pageShift,
    levels: own.levels,
    userCopy: own.userCopy === 'on',
    offset: 0,
    kernelPageShift,
    maxPageOrder: LARGEST_BLOCK_SHIFT - kernelPageShift,
    memoryBytes: Number.MAX_SAFE_INTEGER,
    backing: own.memory,
    clearAllocates: own.clearing === 'allocates',
  }
}

/** Bytes from address 0 to the end of what far memory may grow to. */
export function farEndBytes(settings: Settings): number {
  const { ram, far, farAt, farRoom } = machineOf(settings)
  if (far === 0) return ram
  return Math.max(ram, farAt * GIB) + Math.max(far, farRoom)
}
