import { expect, it } from 'vitest'
import { createRun } from '../run/run.ts'
import { device, KIB, MIB, MS, scenario, workload } from '../scenario/make.ts'

/** How long CPUs have waited for the locks of a pool of which they all ask, ns. */
function waited(platform: string, tceWrite: string): number {
  const run = createRun(
    scenario(
      'test',
      { platform, cpuPage: 4 * KIB, cpus: 4 },
      [device(0, 'dev0', { window: 16 * MIB, iommuPage: 4 * KIB, allocator: 'tce-pools', pools: 1, tceWrite })],
      [workload(0, 'map-loop', 0, { depth: 16 })],
    ),
    MS,
  )
  run.advance(MS)
  return run.machine.state.tables[0]!.locks.reduce((sum, { waitNs }) => sum + waitNs, 0)
}

it('entries that are written while the lock of a pool is held keep all others waiting, on each way alike', () => {
  for (const platform of ['power', 'vtd', 'arm', 'amd'])
    expect(waited(platform, 'inside'), platform).toBeGreaterThan(waited(platform, 'outside'))
})
