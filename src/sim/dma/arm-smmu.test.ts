import { expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { createGather } from '../flush/gather.ts'
import { CMD_RANGE, CMD_SMMU_ALL } from '../iotlb/command.ts'
import { createArm } from '../table/arm-lpae.ts'
import { smmuDriver } from './arm-smmu.ts'
import { mapRange, unmapRange } from './iommu-core.ts'
import { createIo, EEXIST, ERANGE } from './iommu-driver.ts'

const WAIT = -1
const BOTH = 3

function rig() {
  const log: number[] = []
  const io = createIo({ command: (c) => log.push(c.kind), sync: () => log.push(WAIT) })
  const s = createArm({ stage: 1, granuleShift: 12, inputBits: 48, outputBits: 40, range: true })
  return { log, io, s }
}

it('invalidates walks of a freed table at once in deferred mode, and leaves by the flush of everything', () => {
  const { log, io, s } = rig()
  mapRange(smmuDriver, s, 1024, 3, 512, BOTH, false, io)
  const gather = createGather()
  gather.queued = true
  expect(unmapRange(smmuDriver, s, 1024, 512, gather, io)).toBe(512)
  expect([log, gather.empty, io.tablesFreed]).toEqual([[CMD_RANGE, WAIT], true, 1])
  log.length = 0
  smmuDriver.flushAll(s, io)
  smmuDriver.release(s, -1, io)
  expect([log, io.tablesFreed]).toEqual([[CMD_SMMU_ALL, WAIT], 1])
})

it('sends nothing for a sync without pages', () => {
  const { log, io, s } = rig()
  smmuDriver.sync(s, createGather(), io)
  expect(log).toEqual([])
})

it('refuses memory beyond its output and pages that are mapped, with a warning', () => {
  const { io, s } = rig()
  expect([mapRange(smmuDriver, s, 0, pow2(28), 1, BOTH, false, io), io.error, io.warned]).toEqual([0, ERANGE, true])
  io.warned = false
  mapRange(smmuDriver, s, 7, 7, 1, BOTH, false, io)
  expect([mapRange(smmuDriver, s, 7, 8, 1, BOTH, false, io), io.error, io.warned]).toEqual([0, EEXIST, true])
})
