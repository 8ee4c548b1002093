import { describe, expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { PRICES } from '../engine/cost.ts'
import { createMeter } from '../engine/meter.ts'
import { CMD_EXACT, type Command, type CommandSink } from '../iotlb/command.ts'
import { createAmd } from '../table/amd-v1.ts'
import type { PageTableState } from '../table/page-table.ts'
import { createVtd } from '../table/vtd.ts'
import { lookUpExact, sendExact } from './exact-size.ts'
import { mapRange } from './iommu-core.ts'
import { createIo, type IommuDriver } from './iommu-driver.ts'
import { driverOf } from './iommu-state.ts'

const VTD = { levels: 4, orders: [0, 9, 18], width: 48, maxAddressMask: 18, pageSelective: true, firstLevel: false }
const tables = { vtd: () => createVtd(VTD), amd: () => createAmd({ npCache: false }) }

function rig(platform: 'vtd' | 'amd') {
  const driver: IommuDriver = driverOf(platform)
  const s: PageTableState = tables[platform]()
  const sent: Command[] = []
  let waits = 0
  const sink: CommandSink = { command: (c) => sent.push({ ...c }), sync: () => waits++ }
  const io = createIo(sink)
  const meter = createMeter()
  return {
    meter,
    map: (pfn: number, page: number, pages: number) => mapRange(driver, s, pfn, page, pages, 3, false, io),
    lookUp: (pfn: number, pages: number) => lookUpExact(driver.table, s, pfn, pages, meter),
    /** Commands as `pfn+pages`. */
    send(pfn: number, pages: number, lookedUp: boolean, leaf = true) {
      sent.length = 0
      waits = 0
      sendExact(pfn, pages, lookedUp, leaf, sink)
      expect(waits).toBe(1)
      expect(sent.every((c) => c.kind === CMD_EXACT && c.leaf === leaf && c.pages === pow2(c.order))).toBe(true)
      return sent.map((c) => `${c.pfn}+${c.pages}`)
    },
  }
}

describe('hardware that must be told exactly', () => {
  it('is told each page as it was mapped, large ones as one', () => {
    const r = rig('vtd')
    r.map(510, 4096 + 510, 2 + 512 + 3)
    r.lookUp(510, 517)
    expect(r.send(510, 517, true)).toEqual(['510+1', '511+1', '512+512', '1024+1', '1025+1', '1026+1'])
  })

  it('is told the sizes of AMD, every power of two', () => {
    const r = rig('amd')
    r.map(6, 4096 + 6, 2 + 8 + 4)
    r.lookUp(6, 14)
    expect(r.send(6, 14, true)).toEqual(['6+2', '8+8', '16+4'])
  })

  it('costs the kernel a walk for each page, which is part of the invalidation', () => {
    const r = rig('vtd')
    r.map(510, 4096 + 510, 517)
    r.lookUp(510, 517)
    // Four reads for a page of 4K, three for one of 2M.
    const reads = 5 * 4 + 3
    expect([r.meter.ps, r.meter.invalidationPs]).toEqual([reads * PRICES.ptLookup.ps, reads * PRICES.ptLookup.ps])
  })

  it('is told nothing of holes', () => {
    const r = rig('vtd')
    r.map(8, 8, 2)
    r.map(12, 12, 1)
    r.lookUp(6, 10)
    expect(r.send(6, 10, true)).toEqual(['8+1', '9+1', '12+1'])
  })

  it('is told the whole of a page that begins before the range', () => {
    const r = rig('vtd')
    r.map(512, 512, 512)
    r.lookUp(700, 1)
    expect(r.send(700, 1, true)).toEqual(['512+512'])
  })

  it('is told all of a long range, and no more of a short one after it', () => {
    const r = rig('vtd')
    r.map(0, 1, 10_000)
    r.lookUp(0, 10_000)
    const sent = r.send(0, 10_000, true)
    expect([sent.length, sent[0], sent[9999]]).toEqual([10_000, '0+1', '9999+1'])
    r.lookUp(5, 2)
    expect(r.send(5, 2, true)).toEqual(['5+1', '6+1'])
  })

  it('is told 4K for everything where nobody looks, and that tables have changed where they have', () => {
    const r = rig('vtd')
    r.map(512, 512, 512)
    const sent = r.send(512, 512, false, false)
    expect([sent.length, sent[0], sent[511], r.meter.ps]).toEqual([512, '512+1', '1023+1', 0])
  })
})
