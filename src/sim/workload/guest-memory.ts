// A guest that was given a device maps all of its memory for it, from the lowest address on, and later plugs memory out and
// in. It chooses the addresses: they are its own.
//
// Kernel: drivers/vfio/vfio_iommu_spapr_tce.c; the guest's calls are H_PUT_TCE and H_PUT_TCE_INDIRECT. Spec:
//   spec/POWERPC.md C.3, C.6, D.4.
// What it does: one task maps call by call: up to 512 TCEs, one TCE, or, from user space, a piece of the host's memory. Then,
//   where memory hotplug is on, it takes the last stretch away at each interval and maps it again half an interval later.
// Not modelled: the device's traffic, pinning, what the guest does with its memory.
// Invariant: `done` pages of the memory have been asked for; of the `out` pages plugged out, the first `back` are again.
// Cost: the price of its hypercalls; no work of its own.

import { alignDown, pow2 } from '../../lib/bits.ts'
import type { ParamsOf } from '../params.ts'
import { guestMemoryParams as params } from './guest-memory-params.ts'
import {
  BY_IOCTL,
  type MemoryStretch,
  OP_IOMMU_MAP,
  OP_IOMMU_UNMAP,
  type Op,
  RUN,
  type WorkloadEnv,
  type WorkloadInfo,
  withCode,
} from './workload.ts'

const TCES_PER_CALL = 512
const BOTH_WAYS = 0
/** An address that host memory may begin at, whatever its pages are. */
const PIECE = 2_147_483_648

export interface GuestMemoryState {
  readonly memory: readonly MemoryStretch[]
  readonly pageBytes: number
  /** Bytes of the host's memory in one piece; pages that one call asks for at most. */
  readonly piece: number
  readonly perCall: number
  readonly ioctl: boolean
  readonly base: number
  readonly pages: number
  readonly startNs: number
  /** Pages asked for so far, of all memory. */
  done: number
  plugNs: number
  plugPages: number
  /** Pages plugged out, from page `outAt` on, and how many of them were mapped again; the time of the next plug, ns. */
  out: number
  outAt: number
  back: number
  nextNs: number
}

/** What it is set to. */
type Settings = ParamsOf<typeof params>

function create(settings: Settings, env: WorkloadEnv): GuestMemoryState {
  const pageBytes = pow2(env.iommuPageShift)
  const memory = env.memory ?? []
  const piece = settings.backing
  const perCall =
    settings.calls === 'put'
      ? 1
      : settings.calls === 'ioctl'
        ? Math.max(1, Math.floor(piece / pageBytes))
        : TCES_PER_CALL
  const state: GuestMemoryState = {
    memory,
    pageBytes,
    piece,
    perCall,
    ioctl: settings.calls === 'ioctl',
    base: alignDown(env.base, PIECE) + PIECE,
    pages: memory.reduce((sum, { pages }) => sum + pages, 0),
    startNs: env.nowNs,
    done: 0,
    plugNs: 0,
    plugPages: 0,
    out: 0,
    outAt: 0,
    back: 0,
    nextNs: 0,
  }
  setLoad(state, settings)
  return state
}

function setLoad(s: GuestMemoryState, settings: Settings): void {
  s.plugNs = settings.plug
  s.plugPages = Math.floor(settings.plugSize / s.pageBytes)
}

/** The stretch of memory that page `page` (of all memory) lies in, and how far. */
function stretchAt(s: GuestMemoryState, page: number): { readonly stretch: MemoryStretch; readonly at: number } {
  let at = page
  for (const stretch of s.memory) {
    if (at < stretch.pages) return { stretch, at }
    at -= stretch.pages
  }
  throw new RangeError(`page ${page} of ${s.pages}`)
}

/** Fills `op` with the call that begins at page `page` and ends before `end`; nothing crosses a stretch or its window. */
function call(s: GuestMemoryState, kind: number, page: number, end: number, op: Op): void {
  const { stretch, at } = stretchAt(s, page)
  // Calls begin where a page of the guest that lists 512 TCEs would.
  const abs = stretch.abs + at
  const room = s.perCall - (abs % s.perCall)
  const border = at < stretch.inside ? stretch.inside : stretch.pages
  const pages = Math.min(room, border - at, end - page)
  const bytes = pages * s.pageBytes
  op.kind = kind
  op.slot = page
  op.address = s.base + page * s.pageBytes
  op.bytes = bytes
  op.direction = BOTH_WAYS
  op.sgAddress[0] = at < stretch.inside ? stretch.entry + at : -1
  op.sgAddress[1] = abs
  op.sgBytes[0] = kind === OP_IOMMU_MAP ? s.piece : pages
  op.elements = s.ioctl ? BY_IOCTL : 0
}

function next(s: GuestMemoryState, _task: number, nowNs: number, op: Op): number {
  op.missed = 0
  op.used = 0
  op.descriptor = -1
  op.delivered = 0
  op.workPs = 0
  if (s.done < s.pages) {
    call(s, OP_IOMMU_MAP, s.done, s.pages, op)
    return RUN
  }
  if (s.out === 0) {
    if (s.plugNs === 0 || s.plugPages === 0 || s.pages === 0) return Number.POSITIVE_INFINITY
    if (s.nextNs <= nowNs - s.plugNs) s.nextNs = nowNs + s.plugNs
    if (nowNs < s.nextNs) return s.nextNs
    return plugOut(s, op)
  }
  if (nowNs < s.nextNs) return s.nextNs
  call(s, OP_IOMMU_MAP, s.outAt + s.back, s.outAt + s.out, op)
  return RUN
}

/** Takes the end of the last stretch away, of what lies inside of the window. */
function plugOut(s: GuestMemoryState, op: Op): number {
  const last = s.memory.findLast(({ inside }) => inside > 0)
  if (!last) return Number.POSITIVE_INFINITY
  const n = Math.min(s.plugPages, last.inside)
  const before = s.memory.reduce((sum, { abs, pages }) => (abs < last.abs ? sum + pages : sum), 0)
  op.kind = OP_IOMMU_UNMAP
  op.slot = before + last.inside - n
  op.sgAddress[0] = last.entry + last.inside - n
  op.sgAddress[1] = last.abs + last.inside - n
  op.sgBytes[0] = n
  op.elements = s.ioctl ? BY_IOCTL : 0
  return RUN
}

function done(s: GuestMemoryState, _task: number, op: Op, nowNs: number): void {
  if (op.kind === OP_IOMMU_UNMAP) {
    s.out = op.sgBytes[0]!
    s.outAt = op.slot
    s.back = 0
    s.nextNs = nowNs + Math.floor(s.plugNs / 2)
    return
  }
  const pages = Math.floor(op.bytes / s.pageBytes)
  if (s.done < s.pages) {
    s.done += pages
    if (s.done === s.pages) s.nextNs = nowNs + s.plugNs
    return
  }
  s.back += pages
  if (s.back < s.out) return
  s.out = 0
  s.nextNs = nowNs + Math.ceil(s.plugNs / 2)
}

export const guestMemoryInfo: WorkloadInfo<typeof params> = {
  id: 'guest-memory',
  label: 'Guest memory',
  choosesAddresses: true,
  mapsGuest: true,
  params,
}

export const guestMemory = withCode<GuestMemoryState, typeof params>(guestMemoryInfo, {
  create,
  tasks: () => 1,
  firstWakeNs: (s) => s.startNs,
  next,
  done,
  // A call that was not made is asked for again: nothing was counted yet.
  cancel: () => undefined,
  retune(s, settings, nowNs) {
    setLoad(s, settings)
    s.nextNs = nowNs + (s.out > 0 ? Math.floor(s.plugNs / 2) : s.plugNs)
  },
  offeredBps: () => 0,
  // RAM begins at address 0, and far memory behind it.
  owner: (s, _task, slot) => (stretchAt(s, slot).stretch.abs === 0 ? 'guest RAM' : 'far memory'),
})
