import { describe, expect, it } from 'vitest'
import { createIo } from '../dma/iommu-driver.ts'
import { driverOf } from '../dma/iommu-state.ts'
import { createGather } from '../flush/gather.ts'
import { absOf } from '../iova/geometry.ts'
import type { ParamValue } from '../params.ts'
import { unitOf } from '../paths/parts.ts'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import { createWalk } from '../table/page-table.ts'
import { createArrays } from './probe.ts'
import { PTE_EMPTY, PTE_TO_LARGE, PTE_TO_PAGE, PTE_TO_TABLE, pathOf, RADIX_CELLS, radixProbe } from './radix.ts'

const MS = 1_000_000
const SINK = { command() {}, sync() {} }

function open(id: string, changes: Record<string, ParamValue> = {}): Run {
  const scenario = Object.entries(changes).reduce((s, [p, v]) => withValue(s, p, v), presetById(id)!.scenario)
  const run = createRun(scenario, 12 * MS)
  run.advance(2 * MS)
  return run
}

const frameOf = (run: Run, entry: number | null = null) =>
  radixProbe.build(run.machine, { table: 0, entry }, createArrays())
const iommuOf = (run: Run) => unitOf(run.machine.state.tables[0]!)!

describe('the levels of a radix table', () => {
  it.each([
    [{ 'm.platform': 'vtd' }, ['PML4E', 'PDPE', 'PDE', 'PTE'], [512, 512, 512, 512]],
    [{ 'm.platform': 'vtd', 'd0.levels': 5 }, ['PML5E', 'PML4E', 'PDPE', 'PDE', 'PTE'], [512, 512, 512, 512, 512]],
    [{ 'm.platform': 'arm' }, ['level 0', 'level 1', 'level 2', 'level 3'], [512, 512, 512, 512]],
    [{ 'm.platform': 'arm', 'd0.iommuPage': 65_536 }, ['level 1', 'level 2', 'level 3'], [64, 8192, 8192]],
    [{ 'm.platform': 'amd' }, ['level 3', 'level 2', 'level 1'], [512, 512, 512]],
  ])('of %j are %j', (changes, names, slots) => {
    const run = open('producer-consumer', changes as Record<string, ParamValue>)
    const { levels, tableBytes, leavesByOrder, path } = frameOf(run)
    expect(levels.map((level) => level.name)).toEqual(names)
    expect(levels.map((level) => level.slots)).toEqual(slots)
    const { nodes, bits } = iommuOf(run).page
    expect(tableBytes).toBe(nodes.live * 2 ** bits * 8)
    expect(levels.at(-1)!.leaves).toBe(run.machine.state.tables[0]!.mapped)
    expect(leavesByOrder[0]).toBe(iommuOf(run).leaves[0])
    expect(path.map((step) => step.kind)).toEqual([...names.slice(1).map(() => PTE_TO_TABLE), PTE_TO_PAGE])
  })

  it('are none where the table holds TCEs', () => {
    const run = open('frames-64k')
    expect(frameOf(run)).toMatchObject({ levels: [], path: [], entry: null })
    expect(pathOf(run.machine.state.tables[0]!, 1)).toBeNull()
  })
})

describe('the path to an address', () => {
  it('goes slot by slot to the page that a walk of the hardware finds', () => {
    const run = open('producer-consumer')
    const frame = frameOf(run)
    expect(frame.entry).toBe(iommuOf(run).newest)
    const abs = absOf(run.machine.state.tables[0]!.geometry, frame.entry!)
    let pfn = 0
    for (const step of frame.path) pfn = pfn * 512 + step.slot
    expect(pfn).toBe(abs)
    const walk = createWalk()
    driverOf('vtd').table.walk(iommuOf(run).page, abs, -1, 0, walk)
    expect(walk.found).toBe(true)
    expect(frame.path.map(({ height, node }) => [height, node])).toEqual(
      frame.path.map(({ height }) => [height, walk.nodes[height]]),
    )
    expect(pathOf(run.machine.state.tables[0]!, frame.entry!)).toEqual(
      frame.path.map(({ height, slot, kind }) => ({ height, slot, kind })),
    )
  })

  it('shows every slot of its tables, as many as the table counts', () => {
    const { path, cells } = frameOf(open('producer-consumer'))
    path.forEach((step, i) => {
      const own = cells.subarray(i * RADIX_CELLS, (i + 1) * RADIX_CELLS)
      expect(own.filter((kind) => kind !== PTE_EMPTY)).toHaveLength(step.used)
      expect(own[step.slot]).toBe(step.kind)
      expect(step.firstPfn % 512).toBe(0)
    })
  })

  it('ends early at a large page, and where nothing is mapped', () => {
    const run = open('producer-consumer')
    const { page } = iommuOf(run)
    const io = createIo(SINK)
    // Far below everything that the allocator hands out: 2M at 1 GiB.
    const pfn = 0x40000
    driverOf('vtd').mapPages(page, pfn, 0x200, 9, 1, 3, io)
    const kinds = (entry: number) => frameOf(run, entry).path.map((step) => step.kind)
    expect(kinds(pfn + 7)).toEqual([PTE_TO_TABLE, PTE_TO_TABLE, PTE_TO_LARGE])
    expect(kinds(pfn + 512)).toEqual([PTE_TO_TABLE, PTE_TO_TABLE, PTE_EMPTY])
    const gather = createGather()
    gather.queued = true
    driverOf('vtd').unmapPages(page, pfn, 18, 1, gather, io)
    const after = frameOf(run, pfn)
    expect(after.path.map((step) => step.kind)).toEqual([PTE_TO_TABLE, PTE_EMPTY])
    expect(after.pending).toBe(1)
  })
})
