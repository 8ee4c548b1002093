// The TCE code of a powerpc kernel: allocator and table of one level, under the allocator's lock as far as the kernel held it.
//
// Kernel: arch/powerpc/kernel/iommu.c. Spec: spec/POWERPC.md A.7, B.
// Invariant: an entry has a TCE, a mapping record and a set bit exactly while it is mapped.

import { alignUp } from '../../lib/bits.ts'
import {
  allocCoherent,
  createTceDomain,
  freeCoherent,
  granuleAt,
  mapPage,
  mapSg,
  NO_DMA,
  offsetInMapping,
  pagesTouched,
  type TceDomain,
  unmapPage,
} from '../dma/dma-ops.ts'
import { foretell, predictRun } from '../dma/recorded.ts'
import { PRICES, tablePs } from '../engine/cost.ts'
import { logEvent } from '../engine/log.ts'
import { NO_LOCK } from '../engine/meter.ts'
import { withCpus } from '../iova/geometry.ts'
import { allocatorById } from '../iova/index.ts'
import { tceHalvesInfo } from '../iova/tce-halves.ts'
import { tcePoolsInfo } from '../iova/tce-pools.ts'
import * as ev from '../machine/events.ts'
import { noteHcalls } from '../machine/hypervisor.ts'
import { forgetMapping, noteAnswer, recordMapping, searchPs } from '../machine/ledger.ts'
import { type DmaTable, MAP_ADDRESS, MAP_BYTES, MAP_ENTRY, MAP_NPAGES, MAP_STRIDE, MAP_WHO } from '../machine/state.ts'
import { readParam, readParams, type Settings } from '../params.ts'
import { askForWindow, windowOf } from '../platform/partition.ts'
import { allocatorParam } from '../scenario/platform.ts'
import { platformParam } from '../scenario/platform-names.ts'
import { isPseries, pseriesMachine } from '../scenario/platform-power.ts'
import { tableById } from '../table/index.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { NO_ENTRY } from '../types.ts'
import {
  COHERENT,
  OP_COHERENT,
  OP_MAP,
  OP_MAP_AT,
  OP_MAP_SG,
  OP_UNMAP,
  OP_UNMAP_AT,
  TO_DEVICE,
} from '../workload/workload.ts'
import type { Allocated, TceState } from './path.ts'
import { noteRefused } from './refusal.ts'
import { allocates, callPs, type Ground, mappingOf, type Way } from './way.ts'
import { type Ask, type Built, geometryOf, spaceOf } from './window.ts'

/** The allocator of the kernels that wrote TCEs under its lock. */
const TWO_REGION = 'tce-halves'

/** Permission bits for a direction as in Op. */
export function permissionOf(direction: number): number {
  return direction === TO_DEVICE ? TCE_READ : TCE_READ | TCE_WRITE
}

/** What an address meets where no IOTLB is looked at: it is at hand. */
export const AT_HAND = { outcome: 1, reads: 0 } as const

/** Whether entries are written while the lock of allocator `id` is held, by the settings of the device: on each way alike. */
export const writesInside = (id: string, own: Settings): boolean =>
  id === TWO_REGION || readParams(tcePoolsInfo.params, own).tceWrite === 'inside'

/** A window of a partition or of a bare machine, and its table of TCEs. */
export function buildTce(ask: Ask): Built {
  const { settings, own } = ask
  const ddw = isPseries(readParam(platformParam, settings, 'm')) ? askForWindow(settings, ask.device) : null
  const { geometry, windowBytes } = ddw
    ? windowOf(ddw, settings)
    : { geometry: geometryOf(ask), windowBytes: spaceOf(ask) }
  const window = withCpus(geometry, ask.cpus)
  // Nobody asks for addresses of a direct window, and its bitmap would be as long as memory may ever be.
  const allocator = allocatorById(ddw?.result === 'direct' ? 'rbtree' : readParam(allocatorParam, own))!
  const alloc = allocator.create(window, own)
  const { granule } = allocator
  const parts =
    granule && allocator.regions(alloc).map(({ start, end }) => ({ start, end, granule: granule(alloc, start) }))
  const tableId = granule ? 'tce-mixed' : 'tce-single'
  const twoRegion = allocator.id === TWO_REGION
  const state: TceState = {
    allocatorId: allocator.id,
    alloc,
    writesUnderLock: writesInside(allocator.id, own),
    tableId,
    tce: tableById(tableId)!.create(window.size, window.pageShift, parts),
    alignPages: !(twoRegion && readParams(tceHalvesInfo.params, own).generation === 1),
    multiTce: readParams(pseriesMachine, settings, 'm').multitce === 'on',
  }
  return { geometry: window, windowBytes, ddw, path: { kind: 'tce', state }, ownLocks: 0 }
}

/** The TCE code over a table. */
export function connectTce(m: Ground, table: DmaTable, p: TceState): Way {
  const tces = tableById(p.tableId)!
  const d = createTceDomain({
    ...{ allocator: allocatorById(p.allocatorId)!, allocatorState: p.alloc, table: tces, tableState: p.tce },
    ...{ geometry: table.geometry, kernelPageShift: table.kernelPageShift, alignPages: p.alignPages },
    ...{ mergeSegments: true, maxSegmentBytes: 65_536 },
  })
  return tceWay(m, table, d, (isMap) => noteHcalls(m.state, p.multiTce, isMap, m.meter), p)
}

/** The way over domain `d`; `writePs` notes how its TCEs were written and tells what that cost. */
export function tceWay(
  m: Ground,
  table: DmaTable,
  d: TceDomain,
  writePs: (isMap: boolean) => number,
  { writesUnderLock }: Allocated,
): Way {
  const { state: s, meter, sg } = m
  const { allocator, allocatorState } = d
  const { offset } = table.geometry
  const { mappings } = table

  function answered(): void {
    if (allocator.forEachCached) noteAnswer(table, meter, allocator.forEachChunk !== undefined)
  }

  function logUnmap(c: number, device: number, kind: number, id: number): void {
    const { data } = mappings.records
    logEvent(s.ops, s.nowNs, kind, c, device, data[id * MAP_STRIDE + MAP_ENTRY]!, data[id * MAP_STRIDE + MAP_NPAGES]!)
  }

  function release(c: number, id: number): void {
    const at = id * MAP_STRIDE
    const { data } = mappings.records
    const address = data[at + MAP_ADDRESS]!
    const start = data[at + MAP_ENTRY]!
    // Where a TCE stands for several entries the record holds all of them, and the buffer begins at its place in there.
    const inside = d.mixed ? Math.floor(offsetInMapping(d, start, address) * d.pageInverse) : 0
    const first = start + inside + offset
    const bytes = data[at + MAP_BYTES]!
    if (data[at + MAP_WHO]! >> 16 === COHERENT) freeCoherent(d, c, first, bytes, meter)
    else unmapPage(d, c, first, address, bytes, meter)
    forgetMapping(s, table, id)
  }

  return {
    domain: d,
    isIdle: false,
    called: d.mixed ? 'page' : 'TCE',
    tells: table.ddw ? 'hypercalls' : 'plain',
    usable: (kept) => (d.mixed ? table.geometry.size - kept : Math.max(table.mapped, allocator.usable(allocatorState))),
    writePs: (first, npages) => tablePs(npages / granuleAt(d, first)),
    // The bitmap allocators cut a search at the end of the window themselves, and tell how the two meet.
    reach: (mask) => mask,
    lock(c, op) {
      const { kind } = op
      if (kind === OP_COHERENT)
        return allocator.lockForAlloc(allocatorState, c, pagesTouched(d, 0, alignUp(op.bytes, d.kernelPageBytes)))
      if (kind === OP_MAP) return allocator.lockForAlloc(allocatorState, c, pagesTouched(d, op.address, op.bytes))
      if (kind === OP_MAP_SG)
        return allocator.lockForAlloc(allocatorState, c, pagesTouched(d, op.sgAddress[0]!, op.sgBytes[0]!))
      if (kind === OP_MAP_AT) return allocator.lockForAlloc(allocatorState, c, op.sgBytes[0]!)
      if (kind === OP_UNMAP_AT) return allocator.lockForFree(allocatorState, op.sgAddress[0]!, c, op.sgBytes[0]!)
      if (!allocates(kind)) return NO_LOCK
      const at = (kind === OP_UNMAP ? op.mapping : op.sgMapping[0]!) * MAP_STRIDE
      const { data } = mappings.records
      return allocator.lockForFree(allocatorState, data[at + MAP_ENTRY]!, c, data[at + MAP_NPAGES]!)
    },
    map(c, by, cpu) {
      const { op } = cpu
      table.maps++
      const coherent = op.kind === OP_COHERENT
      const permission = permissionOf(op.direction)
      const mapped = coherent ? alignUp(op.bytes, d.kernelPageBytes) : op.bytes
      const e = coherent
        ? allocCoherent(d, c, op.address, op.bytes, permission, by.mask, meter)
        : mapPage(d, c, op.address, op.bytes, permission, by.mask, meter)
      if (e === NO_DMA) {
        op.entry = NO_ENTRY
        op.mapping = -1
        return false
      }
      const first = e - offset
      op.entry = first
      const npages = d.mixed ? pagesTouched(d, op.address, mapped) : meter.tceWrites
      const r = mappingOf(c, by, cpu, first, npages, op.address, op.bytes)
      r.maySpill = true
      op.mapping = recordMapping(s, d, table, r, meter)
      logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, by.device, first, npages)
      answered()
      return true
    },
    mapList(c, by, cpu) {
      const { op } = cpu
      table.maps++
      sg.n = op.elements
      for (let i = 0; i < sg.n; i++) {
        sg.address[i] = op.sgAddress[i]!
        sg.length[i] = op.sgBytes[i]!
        sg.dmaLength[i] = 0
      }
      op.segments = mapSg(d, c, sg, permissionOf(op.direction), by.mask, meter)
      if (op.segments < 0) return false
      for (let i = 0; i < op.segments; i++) {
        const length = sg.dmaLength[i]!
        const address = sg.dmaReal[i]!
        const r = mappingOf(c, by, cpu, sg.dmaEntry[i]! - offset, pagesTouched(d, address, length), address, length)
        r.maySpill = true
        op.sgMapping[i] = recordMapping(s, d, table, r, meter)
      }
      logEvent(s.ops, s.nowNs, ev.STEP_MAP_SG, c, by.device, sg.dmaEntry[0]! - offset, meter.tceWrites)
      answered()
      return true
    },
    // Behind tables of one level nobody chooses addresses.
    mapAt(_c, _by, { op }) {
      table.maps++
      op.entry = NO_ENTRY
      op.mapping = -1
      return true
    },
    unmap(c, by, op) {
      table.unmaps++
      logUnmap(c, by.device, ev.STEP_UNMAP, op.mapping)
      release(c, op.mapping)
    },
    unmapList(c, by, op) {
      table.unmaps++
      logUnmap(c, by.device, ev.STEP_UNMAP_SG, op.sgMapping[0]!)
      for (let i = 0; i < op.segments; i++) release(c, op.sgMapping[i]!)
    },
    unmapAt() {
      table.unmaps++
    },
    sync(c, by, op) {
      logUnmap(c, by.device, ev.STEP_SYNC, op.mapping)
    },
    release,
    refuse(c, by, op) {
      table.whyRefused = 0
      // Of coherent memory the driver may tell.
      const says = op.kind === OP_COHERENT ? ev.SAYS_NOTHING : op.kind === OP_MAP_SG ? ev.SAYS_MAP_SG : ev.SAYS_MAP_PAGE
      noteRefused(m, table, d, c, by.device, op, says)
    },
    adopt(c, _device, first, npages, address, mask) {
      const ask = () => foretell(d, c, npages, address, mask, meter)
      return predictRun(d, c, npages, first, ask, () => {}, meter)
    },
    keep(first, npages) {
      allocator.adopt!(allocatorState, first, npages, false)
    },
    put(_c, first, npages, address, permission) {
      d.tces.set(d.tableState, first, npages, address, permission, meter)
    },
    clear(_c, first, npages) {
      d.tces.clear(d.tableState, first, npages, meter)
    },
    access: () => AT_HAND,
    price(op, isMap, _locked, out) {
      const wrotePs = writePs(isMap)
      out.workPs = !allocates(op.kind) ? 0 : isMap ? searchPs(meter) : PRICES.free.ps
      out.underLockPs = writesUnderLock ? wrotePs : 0
      out.restPs = wrotePs - out.underLockPs + callPs(op.kind)
    },
  }
}
