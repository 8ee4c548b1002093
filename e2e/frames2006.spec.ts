// How many 1500-byte buffers fit into 256 MiB: what the page shows is what was recorded from the kernel's allocators.

import { readFileSync } from 'node:fs'
import { expect, test } from './lab.page.ts'

interface Row {
  readonly allocator: string
  readonly windowMB: number
  readonly iommuPageShift: number
  readonly placement: string
  readonly bufferBytes: number
  readonly buffersMapped: number
}
const file = new URL('../src/sim/vectors/powerpc/e_frames2006.json', import.meta.url)
const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] }

const ALLOCATORS: Record<string, string> = {
  'two-region-2.6.20': 'd0.allocator=tce-halves&d0.generation=1',
  'two-region-2.6.25': 'd0.allocator=tce-halves&d0.generation=2',
  'pools-6.12': 'd0.allocator=tce-pools',
}
/** Placements that the network card has; the recordings also hold block devices. */
const PLACEMENTS: Record<string, string> = {
  'one buffer per 64K page': 'w0.placement=page',
  '2048-byte slots': 'w0.placement=slot',
  '1536-byte packed': 'w0.placement=packed',
  'one buffer per 4K page': 'm.cpuPage=4k&w0.placement=page',
  'jumbo 9000 in 16K slots': 'w0.placement=slot&w0.mtu=9000',
}

for (const [recorded, allocator] of Object.entries(ALLOCATORS)) {
  const own = rows.filter((row) => row.allocator === recorded && PLACEMENTS[row.placement])
  test(`${own.length} recordings of ${recorded} fit as many buffers on the page`, async ({ lab }) => {
    expect(own.length).toBeGreaterThan(5)
    await lab.open('s=frames-64k')
    for (const row of own) {
      const page = row.iommuPageShift === 12 ? '4k' : '64k'
      const window = `d0.iommuPage=${page}&d0.window=${row.windowMB}m&${allocator}`
      // Nothing arrives, and the rings want more buffers than any window here has entries.
      const rings = 'w0.load=0&w0.bringUp=0&w0.queues=8&w0.ring=8192&m.cpus=8'
      await lab.turnTo(`s=frames-64k&at=100000000&${window}&${PLACEMENTS[row.placement]}&${rings}`)
      await expect(lab.byId('problem-card')).toBeHidden()
      expect(await lab.number('fitted'), `${window}, ${row.placement}`).toBe(row.buffersMapped)
    }
  })
}
