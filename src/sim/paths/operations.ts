// The operations that a CPU performs for a driver: through the DMA layer to allocator and table, then into the ledger.
//
// Invariant: an entry has a TCE, a mapping record and a set bit exactly while it is mapped.

import { alignUp, pow2 } from '../../lib/bits.ts'
import { mapEntries, mapIommu, mapSgIommu, pagesOfList, unmapEntries, unmapIommu } from '../dma/dma-iommu.ts'
import {
  allocCoherent,
  type DmaDomain,
  freeCoherent,
  mapPage,
  mapSg,
  NO_DMA,
  offsetInMapping,
  pagesTouched,
  unmapPage,
} from '../dma/dma-ops.ts'
import type { IommuRules } from '../dma/iommu-rules.ts'
import { logEvent } from '../engine/log.ts'
import { noteReuse } from '../iotlb/exposure.ts'
import { markStale } from '../iotlb/iotlb.ts'
import { rememberLate } from '../machine/device-access.ts'
import * as ev from '../machine/events.ts'
import { addMark, forgetMapping, forgetPart, holderOn, noteRefusal, recordMapping } from '../machine/ledger.ts'
import {
  type CpuState,
  DIRECT_MAPPING,
  type DmaTable,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  MAP_ADDRESS,
  MAP_BYTES,
  MAP_ENTRY,
  MAP_HOLDER,
  MAP_NPAGES,
  MAP_STRIDE,
  MAP_WHO,
  type MachineState,
  NO_TABLE,
  OUTSIDE,
  workloadOfHolder,
} from '../machine/state.ts'
import type { Binding, Machine } from '../machine/wiring.ts'
import { createWalk } from '../table/page-table.ts'
import { pfnOf } from '../table/radix.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { absEntry, cpu as asCpu, type Bytes, entry, NO_ENTRY, pages } from '../types.ts'
import { COHERENT, OP_COHERENT, OP_IOMMU_MAP, OP_MAP_SG, OP_UNMAP, type Op, TO_DEVICE } from '../workload/workload.ts'
import { mapBuffer, noteDirect, sayFull, syncBuffer, unmapBuffer } from './bounce-ops.ts'
import { GUEST, isOutside, mapGuest, noteChosen, unmapGuest } from './guest-ops.ts'

function permissionOf(direction: number): number {
  return direction === TO_DEVICE ? TCE_READ : TCE_READ | TCE_WRITE
}

/** Maps the buffer of `cpu.op`; false when it is refused. */
export function mapOne(m: Machine, c: number, bound: Binding, cpu: CpuState): boolean {
  const { domain: d, table, device, mask, noTable } = bound
  const { state: s, meter } = m
  const { op } = cpu
  if (table.bounce) {
    op.mapping = mapBuffer(m, c, table, d, device, mask, cpu, op.address, op.bytes)
    return op.mapping >= 0
  }
  if (noTable) return mapsNothing(op)
  const coherent = op.kind === OP_COHERENT
  const permission = permissionOf(op.direction)
  const mapped = coherent ? alignUp(op.bytes, d.kernelPageBytes) : op.bytes
  let first: number
  if (d.iommu) {
    const low = d.iommu.state.lowFirst[device]!.dma32First
    first = mapIommu(d, asCpu(c), device, op.address, mapped, permission, mask, meter)
    noteDac(s, d.iommu, low, c, device)
  } else {
    const e = coherent
      ? allocCoherent(d, asCpu(c), op.address, op.bytes, permission, mask, meter)
      : mapPage(d, asCpu(c), op.address, op.bytes, permission, mask, meter)
    first = e === NO_DMA ? NO_ENTRY : e - table.geometry.offset
  }
  op.entry = first
  if (first === NO_ENTRY) {
    op.mapping = -1
    return false
  }
  const npages = d.mixed || d.iommu ? pagesTouched(d, op.address, mapped) : meter.tceWrites
  if (d.iommu) giveMemory(s, d, op.address, npages)
  op.mapping = recordMapping(
    s,
    d,
    table,
    c,
    device,
    holderOn(bound, cpu),
    op,
    first,
    npages,
    op.address,
    op.bytes,
    meter,
  )
  logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, device, first, npages)
  return true
}

/** Maps the list of `cpu.op`; false when it is refused. */
export function mapList(m: Machine, c: number, bound: Binding, cpu: CpuState): boolean {
  const { domain: d, table, device, mask, noTable } = bound
  const { state: s, meter, sg } = m
  const { op } = cpu
  if (table.bounce) return mapElements(m, c, bound, cpu)
  if (noTable) return mapsNothing(op)
  sg.n = op.elements
  for (let i = 0; i < sg.n; i++) {
    sg.address[i] = op.sgAddress[i]!
    sg.length[i] = op.sgBytes[i]!
    sg.dmaLength[i] = 0
  }
  if (d.iommu) return mapRun(m, c, bound, cpu)
  op.segments = mapSg(d, asCpu(c), sg, permissionOf(op.direction), mask, meter)
  if (op.segments < 0) return false
  for (let i = 0; i < op.segments; i++) {
    const first = sg.dmaEntry[i]! - table.geometry.offset
    const length = sg.dmaLength[i]!
    const address = sg.dmaReal[i]!
    const npages = pagesTouched(d, address, length)
    op.sgMapping[i] = recordMapping(
      s,
      d,
      table,
      c,
      device,
      holderOn(bound, cpu),
      op,
      first,
      npages,
      address,
      length,
      meter,
    )
  }
  logEvent(s.ops, s.nowNs, ev.STEP_MAP_SG, c, device, sg.dmaEntry[0]! - table.geometry.offset, meter.tceWrites)
  return true
}

function mapsNothing(op: Op): false {
  op.entry = NO_ENTRY
  op.mapping = -1
  op.segments = -1
  return false
}

/** Maps the elements of the list of `cpu.op` one by one; false, with those before it taken back, when one is refused. */
function mapElements(m: Machine, c: number, { domain: d, table, device, mask }: Binding, cpu: CpuState): boolean {
  const { op } = cpu
  for (let i = 0; i < op.elements; i++) {
    op.sgMapping[i] = mapBuffer(m, c, table, d, device, mask, cpu, op.sgAddress[i]!, op.sgBytes[i]!)
    if (op.sgMapping[i]! >= 0) continue
    while (i-- > 0) unmapBuffer(m, c, table, op.sgMapping[i]!, false)
    op.segments = -1
    return false
  }
  op.segments = op.elements
  return true
}

/** Tells that addresses below 4 GiB have run out for a device, which `before` the operation was still given them first. */
function noteDac(s: MachineState, rules: IommuRules, before: boolean, c: number, device: number): void {
  if (before === rules.state.lowFirst[device]!.dma32First) return
  logEvent(s.log, s.nowNs, ev.LOG_DAC, c, device, 0, 0)
  addMark(s, s.nowNs, ev.MARK_DAC, device, 0, 0)
}

/** Maps the list of `m.sg` as one run of addresses; false when it is refused. */
function mapRun(m: Machine, c: number, bound: Binding, cpu: CpuState): boolean {
  const { domain: d, table, device, mask } = bound
  const { state: s, meter, sg } = m
  const { op } = cpu
  const npages = pagesOfList(d, sg)
  const low = d.iommu!.state.lowFirst[device]!.dma32First
  const first = mapSgIommu(d, asCpu(c), device, sg, npages, permissionOf(op.direction), mask, meter)
  noteDac(s, d.iommu!, low, c, device)
  op.segments = first === NO_ENTRY ? -1 : 1
  if (first === NO_ENTRY) return false
  let bytes = 0
  for (let i = 0; i < sg.n; i++) {
    bytes += sg.length[i]!
    giveMemory(s, d, sg.address[i]!, pagesTouched(d, sg.address[i]!, sg.length[i]!))
  }
  op.sgMapping[0] = recordMapping(
    s,
    d,
    table,
    c,
    device,
    holderOn(bound, cpu),
    op,
    first,
    npages,
    sg.address[0]!,
    bytes,
    meter,
  )
  logEvent(s.ops, s.nowNs, ev.STEP_MAP_SG, c, device, first, npages)
  return true
}

/** Memory at `address` is mapped, and so somebody's: whoever still reaches it from before reaches a new owner's data. */
export function giveMemory(s: MachineState, d: DmaDomain, address: number, npages: number): void {
  for (const iotlb of s.iotlbs)
    if (iotlb.exposure.pages > 0) noteReuse(iotlb, Math.floor(address * d.pageInverse), npages, s.nowNs)
}

/** Maps memory at entries of the caller's choosing, as a hypervisor does; false when the driver refuses. */
export function mapAt(m: Machine, c: number, bound: Binding, cpu: CpuState): boolean {
  const { domain: d, table, device } = bound
  const { state: s, meter } = m
  const { op } = cpu
  op.entry = NO_ENTRY
  op.mapping = -1
  if (table.tableId === 'tce-multi') return mapGuest(m, c, table, d, device, cpu)
  // Behind other TCE tables nobody chooses addresses.
  if (!d.iommu) return true
  const first = op.sgAddress[0]!
  const npages = pagesTouched(d, op.address, op.bytes)
  d.iommu.sink.cpu = c
  if (isOutside(table.geometry.size, first, npages)) {
    noteChosen(m, table, device, op, npages, OUTSIDE)
    return false
  }
  if (!mapEntries(d, first, npages, op.address, permissionOf(op.direction), meter)) {
    table.whyRefused = 0
    return false
  }
  op.entry = first
  giveMemory(s, d, op.address, npages)
  op.mapping = recordMapping(
    s,
    d,
    table,
    c,
    device,
    holderOn(bound, cpu),
    op,
    first,
    npages,
    op.address,
    op.bytes,
    meter,
  )
  logEvent(s.ops, s.nowNs, ev.STEP_MAP, c, device, first, npages)
  return true
}

/**
 * Takes back a range of entries that `mapAt` mapped. Where it ends inside a large page, more or less than asked may go, as
 * the driver has it; the books follow the table.
 */
export function unmapAt(m: Machine, c: number, { domain: d, table, device }: Binding, op: Op): void {
  const { state: s } = m
  const [first, npages] = [op.sgAddress[0]!, op.sgBytes[0]!]
  if (table.tableId === 'tce-multi') unmapGuest(m, table, first, npages)
  else if (!d.iommu) return
  logEvent(s.ops, s.nowNs, ev.STEP_UNMAP, c, device, first, npages)
  if (d.iommu) {
    d.iommu.sink.cpu = c
    if (beginsInsideLeaf(d, first)) {
      logEvent(s.log, s.nowNs, ev.LOG_INSIDE, c, device, pfnOf(d.iommu.radix, first), npages)
      return
    }
    takeBack(s, table, d.iommu, first, npages)
    unmapEntries(d, first, npages, false, m.meter)
  }
  for (let e = first; e < first + npages; ) {
    const id = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
    e = id < 0 ? e + 1 : mappingEnd(table, id)
    if (id >= 0) forgetUnmapped(s, table, d, id)
  }
}

/** VT-d cannot unmap from the middle of a large page on: the kernel would take its data for a table. */
function beginsInsideLeaf(d: DmaDomain, e: number): boolean {
  const { driver, state, radix } = d.iommu!
  if (driver.id !== 'vtd') return false
  const pfn = pfnOf(radix, e)
  driver.table.walk(state.page, pfn, -1, 0, walk)
  return walk.found && pfn % pow2(walk.order) !== 0
}

const walk = createWalk()

/** Strikes out of a mapping whatever its table does not lead to any more, from the end on. */
function forgetUnmapped(s: MachineState, table: DmaTable, d: DmaDomain, id: number): void {
  const start = table.mappings.records.data[id * MAP_STRIDE + MAP_ENTRY]!
  const isMapped = (e: number) => d.table.walk(d.tableState, entry(e)) !== 0
  for (let end = mappingEnd(table, id); end > start; ) {
    let first = end
    while (first > start && !isMapped(first - 1)) first--
    if (first < end) forgetPart(s, table, id, first, end)
    end = first
    while (end > start && isMapped(end - 1)) end--
  }
}

/** The entry behind the last one of a mapping. */
function mappingEnd(table: DmaTable, id: number): number {
  const { data } = table.mappings.records
  return data[id * MAP_STRIDE + MAP_ENTRY]! + data[id * MAP_STRIDE + MAP_NPAGES]!
}

/** Translations of entries [first, first+npages) that IOTLBs hold are stale from now on. */
function takeBack(s: MachineState, table: DmaTable, { radix }: IommuRules, first: number, npages: number): void {
  const pfn = pfnOf(radix, first)
  for (const iotlb of s.iotlbs) markStale(iotlb, table.owner, pfn, npages, s.nowNs)
}

/** Writes down that the operation was refused. */
export function refuse(m: Machine, c: number, { kind, domain, table, device, noTable }: Binding, op: Op): void {
  const { state: s } = m
  const isList = op.kind === OP_MAP_SG
  const coherent = op.kind === OP_COHERENT
  // Where no allocator is asked, who refused has said why.
  if (op.kind !== OP_IOMMU_MAP && !table.bounce) table.whyRefused = noTable ? NO_TABLE : 0
  const address = isList ? op.sgAddress[0]! : op.address
  const length = isList ? op.sgBytes[0]! : coherent ? alignUp(op.bytes, domain.kernelPageBytes) : op.bytes
  const npages = pagesTouched(domain, address, length)
  // The common DMA layer refuses without a word; the driver may tell.
  const quiet = coherent || domain.iommu || table.tableId === 'tce-multi' || table.bounce
  const says = quiet ? ev.SAYS_NOTHING : isList ? ev.SAYS_MAP_SG : ev.SAYS_MAP_PAGE
  noteRefusal(s, domain, table, c, device, s.nowNs, address, npages, m.meter, says)
  if (table.bounce) sayFull(m, table, table.bounce, c, device)
  if (kind.complaint && m.scenario.devices[device]!.driver && !coherent) {
    logEvent(s.log, s.nowNs, ev.LOG_DRIVER, c, device, s.taskWorkload[s.cpus[c]!.task]!, 0)
  }
}

/** The driver looks at what the device has written of a mapping that stays: where it was bounced, that is copied. */
export function sync(m: Machine, c: number, { table, device }: Binding, op: Op): void {
  // A buffer that is used where it lies has no record.
  if (op.mapping === DIRECT_MAPPING) {
    noteDirect(m.state, table.bounce!, op.bytes)
    return
  }
  const { state: s } = m
  const { data } = table.mappings.records
  const at = op.mapping * MAP_STRIDE
  logEvent(s.ops, s.nowNs, ev.STEP_SYNC, c, device, data[at + MAP_ENTRY]!, data[at + MAP_NPAGES]!)
  if (table.bounce) syncBuffer(m, table, op.mapping, op.bytes)
}

/** Takes back what `op` names. */
export function unmap(m: Machine, c: number, { domain, table, device }: Binding, op: Op): void {
  const { state: s } = m
  const { data } = table.mappings.records
  const one = op.kind === OP_UNMAP
  if (table.bounce) {
    if (one) unmapBuffer(m, c, table, op.mapping)
    else for (let i = 0; i < op.segments; i++) unmapBuffer(m, c, table, op.sgMapping[i]!)
    return
  }
  const at = (one ? op.mapping : op.sgMapping[0]!) * MAP_STRIDE
  const kind = one ? ev.STEP_UNMAP : ev.STEP_UNMAP_SG
  logEvent(s.ops, s.nowNs, kind, c, device, data[at + MAP_ENTRY]!, data[at + MAP_NPAGES]!)
  if (one) releaseMapping(m, c, table, domain, op.mapping)
  else for (let i = 0; i < op.segments; i++) releaseMapping(m, c, table, domain, op.sgMapping[i]!)
}

/** True for a mapping whose holder chose its place: no allocator has handed it out, and no flush queue takes it. */
function isChosen({ workloads }: Machine, holder: number): boolean {
  return workloads[workloadOfHolder(holder)]?.choosesAddresses === true
}

/** Takes a mapping back on CPU `c`: TCEs, entries, record. */
export function releaseMapping(m: Machine, c: number, table: DmaTable, d: DmaDomain, id: number): void {
  if (table.bounce) {
    unmapBuffer(m, c, table, id)
    return
  }
  const at = id * MAP_STRIDE
  const { data } = table.mappings.records
  const address = data[at + MAP_ADDRESS]!
  const start = data[at + MAP_ENTRY]!
  if (d.iommu) {
    const npages = data[at + MAP_NPAGES]!
    const who = data[at + MAP_WHO]!
    takeBack(m.state, table, d.iommu, start, npages)
    if (isChosen(m, data[at + MAP_HOLDER]!)) {
      d.iommu.sink.cpu = c
      unmapEntries(d, start, npages, false, m.meter)
    } else unmapIommu(d, asCpu(c), entry(start), pages(npages), m.meter)
    forgetMapping(m.state, table, id)
    rememberLate(m.state, table, (who >> 8) & 0xff, start, who >> 16 !== TO_DEVICE)
    return
  }
  if (table.tableId === 'tce-multi' && data[at + MAP_WHO]! >> 16 === GUEST) {
    unmapGuest(m, table, start, data[at + MAP_NPAGES]!)
    forgetMapping(m.state, table, id)
    return
  }
  // Where a TCE stands for several entries the record holds all of them, and the buffer begins at its place in there.
  const inside = d.mixed ? Math.floor(offsetInMapping(d, entry(start), address) * d.pageInverse) : 0
  const first = absEntry(start + inside + table.geometry.offset)
  const bytes = data[at + MAP_BYTES]! as Bytes
  if (data[at + MAP_WHO]! >> 16 === COHERENT) freeCoherent(d, asCpu(c), first, bytes, m.meter)
  else unmapPage(d, asCpu(c), first, address, bytes, m.meter)
  forgetMapping(m.state, table, id)
}
