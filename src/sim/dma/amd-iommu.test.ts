import { expect, it } from 'vitest'
import { createGather } from '../flush/gather.ts'
import { CMD_AMD, CMD_AMD_ALL } from '../iotlb/command.ts'
import { createAmd } from '../table/amd-v1.ts'
import { amdDriver } from './amd-iommu.ts'
import { mapRange, unmapRange } from './iommu-core.ts'
import { createIo } from './iommu-driver.ts'

const WAIT = -1
const BOTH = 3

function rig(npCache: boolean) {
  const log: number[] = []
  const io = createIo({ command: (c) => log.push(c.kind), sync: () => log.push(WAIT) })
  return { log, io, s: createAmd({ npCache }) }
}

it('sends nothing for a deferred unmap, and one command for the flush that follows', () => {
  const { log, io, s } = rig(false)
  mapRange(amdDriver, s, 3, 3, 600, BOTH, false, io)
  const gather = createGather()
  gather.queued = true
  expect(unmapRange(amdDriver, s, 3, 600, gather, io)).toBe(600)
  expect([log, gather.empty]).toEqual([[], true])
  amdDriver.flushAll(s, io)
  amdDriver.release(s, -1, io)
  expect(log).toEqual([CMD_AMD_ALL, WAIT])
})

it('invalidates unmaps that lie apart as one hull, and one after the other under a hypervisor', () => {
  for (const npCache of [false, true]) {
    const { log, io, s } = rig(npCache)
    for (const pfn of [0, 8]) mapRange(amdDriver, s, pfn, pfn, 1, BOTH, false, io)
    const gather = createGather()
    for (const pfn of [0, 8]) unmapRange(amdDriver, s, pfn, 1, gather, io)
    amdDriver.sync(s, gather, io)
    expect(log).toEqual(npCache ? [CMD_AMD, WAIT, CMD_AMD, WAIT] : [CMD_AMD, WAIT])
  }
})
