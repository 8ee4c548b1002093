import { describe, expect, it } from 'vitest'
import { pow2 } from '../lib/bits.ts'
import { createRun, HAPPENINGS, presetById, presets, subjectOf, summarise, withValue } from '../sim/index.ts'
import { countOf } from '../sim/machine/happenings.ts'
import { ENTRY_MAPPING, ENTRY_STRIDE, MAP_STRIDE, MAP_WHO } from '../sim/machine/state.ts'
import type { Settings } from '../sim/params.ts'
import { unitOf } from '../sim/paths/parts.ts'
import { presetFigures, type TableFigures } from '../sim/testing/preset-figures.ts'
import { loaded } from './recordings.ts'

const MIB = 1 << 20

interface Told {
  readonly ns: number
  readonly maps: number
  readonly mapsPerUs: number
  /** Share of all CPUs' time. */
  readonly waiting: number
  readonly mappedBytes: number
  readonly cachedBytes: number
  readonly chunkBytes: number
  readonly answers: number
  readonly byDepot: number
  readonly byTree: number
  /** Steps of the last searches. */
  readonly walks: readonly number[]
}

/** The figures of a preset's first table, at the end of its time axis or at `ns`. */
function tell(id: string, ns = presetById(id)!.horizonNs): Told {
  const { scenario, horizonNs } = presetById(id)!
  const run = createRun(scenario, horizonNs)
  run.seek({ ns })
  const { state, domains } = run.machine
  const table = state.tables[0]!
  const { allocator, allocatorState } = domains[0]!
  let [cached, chunks] = [0, 0]
  allocator.forEachCached?.(allocatorState, (_, n) => {
    cached += n
  })
  allocator.forEachChunk?.(allocatorState, (_, n) => {
    chunks += n
  })
  const bytes = (entries: number) => entries * pow2(table.geometry.pageShift)
  const walks = Array.from({ length: 8 }, () => {
    run.stepForward()
    return run.machine.state.tables[0]!.lastWalk.steps
  })
  const [byCpu, byDepot, byTree] = table.answered
  return {
    ns,
    maps: table.maps,
    mapsPerUs: (table.maps * 1000) / ns,
    waiting: table.locks.reduce((sum, lock) => sum + lock.waitNs, 0) / (ns * state.cpus.length),
    mappedBytes: bytes(table.mapped),
    cachedBytes: bytes(cached),
    chunkBytes: bytes(chunks),
    answers: byCpu! + byDepot! + byTree!,
    byDepot: byDepot!,
    byTree: byTree!,
    walks,
  }
}

describe('presets at the end of their first time axis', () => {
  it.each(presets.map((p) => p.id))(
    '%s has mapped, filled and refused what it says',
    (id) => {
      const preset = presets.find((p) => p.id === id)!
      const run = createRun(loaded(preset.scenario, preset), preset.horizonNs)
      run.seek({ ns: preset.horizonNs })
      const figures = run.machine.state.tables.flatMap((t): TableFigures[] => {
        if (!t) return []
        const first = t.firstRefusal && { ns: t.firstRefusal.ns, npages: t.firstRefusal.npages }
        const mappedBytes = t.mapped * pow2(t.geometry.pageShift)
        return [{ mappedBytes, usefulBytes: t.usefulBytes, refused: t.refused, first }]
      })
      expect(figures).toEqual(presetFigures[id])
      // What it is about happens, if anything does that one can go to.
      const happened = HAPPENINGS.filter((what) => countOf[what](run.machine.state) > 0)
      if (happened.length > 0) expect(happened).toContain(subjectOf(run.scenario()))
    },
    60_000,
  )

  it('are all listed', () => {
    expect(Object.keys(presetFigures)).toEqual(presets.map((p) => p.id))
  })
})

describe('what the stories of the tree say', () => {
  const cache = new Map<string, Told>()
  const told = (id: string) => {
    const known = cache.get(id) ?? tell(id)
    cache.set(id, known)
    return known
  }

  it('one-lock: 78 % of the time in line, 1.8 million buffers a second', () => {
    const { waiting, mapsPerUs } = told('one-lock')
    expect([Math.round(waiting * 100), mapsPerUs.toFixed(1)]).toEqual([78, '1.8'])
  })

  it('chunks: 9.5 million buffers a second out of 256 MiB', () => {
    const { mapsPerUs, chunkBytes, mappedBytes } = told('chunks')
    expect([mapsPerUs.toFixed(1), chunkBytes, Math.round(mappedBytes / MIB)]).toEqual(['9.5', 256 * MIB, 4])
  })

  it('magazines: all wait until the first flush, then hardly anybody', () => {
    const early = tell('magazines', 2_000_000)
    const late = told('magazines')
    expect([early.byTree, early.answers]).toEqual([early.maps, early.maps])
    expect(early.waiting).toBeGreaterThan(0.7)
    const after = (late.waiting * late.ns - early.waiting * early.ns) / (late.ns - early.ns)
    expect(after).toBeLessThan(0.03)
    expect(late.byTree - early.byTree).toBeLessThan(0.02 * (late.maps - early.maps))
  })

  it('linear-wall: 201 steps for every larger buffer', () => {
    const { walks } = told('linear-wall')
    expect(Math.max(...walks)).toBe(201)
  })

  it('producer-consumer: the depot answers, the tree hardly', () => {
    const early = tell('producer-consumer', 2_400_000)
    const { byDepot, byTree, maps } = told('producer-consumer')
    expect(byDepot).toBeGreaterThan(500)
    expect(byTree - early.byTree).toBeLessThan(0.01 * (maps - early.maps))
  })

  it('greedy-cpu: all 64 MiB in chunks, 172 frames missed, 2 711 without borrowing', () => {
    const missed = (settings: Settings) => {
      const { scenario } = presetById('greedy-cpu')!
      const [device] = scenario.devices
      const own = { ...device!, settings: { ...device!.settings, ...settings } }
      const run = createRun({ ...scenario, devices: [own] }, 1)
      run.seek({ ns: 12_000_000 })
      return run.machine.state.missed
    }
    expect([missed({}), missed({ borrow: 'off' })]).toEqual([172, 2711])
    expect(told('greedy-cpu').chunkBytes).toBeGreaterThan(59 * MIB)
  })

  it('mask-32: 1 023 buffers of 4 MiB below 4 GiB, and 1 023 pages left', () => {
    const run = createRun(presetById('mask-32')!.scenario, 1)
    run.seek({ ns: 12_000_000 })
    const { entries, mappings } = run.machine.state.tables[0]!
    let [gpu, card] = [0, 0]
    for (let e = 0; e < 1 << 20; e++) {
      const id = entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! - 1
      if (id < 0) continue
      if ((mappings.records.data[id * MAP_STRIDE + MAP_WHO]! >> 8) & 0xff) card++
      else gpu++
    }
    expect([gpu, card]).toEqual([1023 * 1024, 1023])
  })

  it('nvme-mixed: about a third goes to the tree', () => {
    const { byTree, maps } = told('nvme-mixed')
    expect(Math.round((byTree / maps) * 100)).toBe(37)
  })
})

describe('what the stories of the IOTLB say', () => {
  /** A preset with other settings, at `ms`. */
  const at = (id: string, ms: number, settings: Settings = {}) => {
    const scenario = Object.entries(settings).reduce((s, [path, v]) => withValue(s, path, v), presetById(id)!.scenario)
    const run = createRun(scenario, 1)
    run.seek({ ns: ms * 1e6 })
    const { state } = run.machine
    const table = state.tables[0]!
    const iommu = unitOf(table)!
    const [pairs, ...spent] = iommu.spentPs.subarray(...(iommu.mode === 'strict' ? [0, 6] : [6, 12]))
    const total = spent.reduce((sum, ps) => sum + ps, 0)
    const { delivered } = state.recorder
    return {
      ...{ table, iommu, iotlb: state.iotlbs[0]!, exposure: summarise(run.machine, 0).exposure!, spent, pairs, total },
      gbps: (delivered.data.reduce((sum, bytes) => sum + bytes, 0) * 8) / state.nowNs,
    }
  }

  it('strict: 57 % is the wait, 25 of 40 Gbit/s arrive, 36 when deferred', () => {
    const { spent, total, gbps, exposure } = at('strict', 10)
    expect([Math.round((spent[2]! / total) * 100), Math.round(gbps), exposure.byteUs]).toEqual([57, 25, 0])
    expect(Math.round(at('strict', 10, { 'd0.flush': 'deferred' }).gbps)).toBe(36)
  })

  it('batched: up to 4 MiB for 2.57 ms, 10 ms when the rings do not fill', () => {
    const { exposure, table } = at('batched', 40)
    expect([(exposure.worstNs / 1e6).toFixed(2), table.flushes]).toEqual(['2.57', 17])
    const most = createRun(presetById('batched')!.scenario, presetById('batched')!.horizonNs)
    most.seek({ ns: 40e6 })
    expect(Math.round(Math.max(...most.machine.state.recorder.exposedBytes.data) / MIB)).toBe(4)
    expect(at('batched', 40, { 'w0.interval': 100_000 }).exposure.worstNs).toBe(10_000_000)
  })

  it('never: 666 of 987 buffers go to the wrong memory, none once it is strict', () => {
    const { table, iommu } = at('never', 10)
    expect([iommu.wrongPage, table.unmaps]).toEqual([666, 987])
    expect(at('never', 10, { 'd0.flush': 'strict' }).iommu.wrongPage).toBe(0)
  })

  it('untrusted-device: 86 of 94 get through, 85 to a new owner; none in strict mode', () => {
    const { lateTried, lateReached, lateNewOwner } = at('untrusted-device', 20).iommu
    expect([lateReached, lateTried, lateNewOwner]).toEqual([86, 94, 85])
    const strict = at('untrusted-device', 20, { 'd0.flush': 'strict' }).iommu
    expect([strict.lateReached, strict.lateTried === strict.faults, strict.faults > 50]).toEqual([0, true, true])
  })

  it('hypervisor-2011: 13 140 times another guest’s data in 20 ms, faults in strict mode', () => {
    expect(at('hypervisor-2011', 20).iommu.lateNewOwner).toBe(13_140)
    const { lateReached, faults } = at('hypervisor-2011', 20, { 'd0.flush': 'strict' }).iommu
    expect([lateReached, faults > 10_000]).toEqual([0, true])
  })

  it('iotlb-wall: three of four miss, 12.5 of 27.7 Gbit/s; all hit in 256K', () => {
    const { iotlb, gbps } = at('iotlb-wall', 10)
    expect([(iotlb.hits / iotlb.lookups).toFixed(2), gbps.toFixed(1)]).toEqual(['0.25', '12.5'])
    const { iotlb: near, gbps: full } = at('iotlb-wall', 10, { 'w0.span': 262_144 })
    expect([near.lookups - near.hits, full.toFixed(1)]).toEqual([64, '27.6'])
  })

  it('superpages: 32 entries and every read hits; 16 384 pages and a third of the speed without', () => {
    const { iotlb, table, gbps } = at('superpages', 10)
    expect([iotlb.lookups - iotlb.hits, unitOf(table)!.leaves[9]]).toEqual([32, 32])
    const small = at('superpages', 10, { 'd0.superpages': 'off' })
    expect([small.iommu.leaves[0], Math.round((small.gbps / gbps) * 100)]).toEqual([16_384, 35])
  })

  it('splitting: 512 pages for each 2M and eight times the table work', () => {
    const [shifted, aligned] = [at('splitting', 10), at('splitting', 10, { 'w0.misalign': 'off' })]
    expect([shifted.iommu.leaves[0], aligned.iommu.leaves[9]]).toEqual([25_600, 50])
    expect(Math.round(shifted.spent[1]! / aligned.spent[1]!)).toBe(8)
  })

  it('exact-size-flush: a command for each 2M and nothing reached; 512 and all reached when told 4K', () => {
    const [told, blind] = [at('exact-size-flush', 20), at('exact-size-flush', 20, { 'd0.hardware': 'blind' })]
    expect([told.iommu.byKind[11], told.iommu.lateReached]).toEqual([told.table.unmaps, 0])
    expect(blind.iommu.byKind[11]).toBe(512 * blind.table.unmaps)
    expect(blind.iommu.lateReached).toBeGreaterThan(10_000)
  })

  it('partial-unmap: VT-d takes 2M for each 4K, Arm 4K, AMD 2M; from the middle on VT-d takes nothing', () => {
    const mapped = (settings: Settings) => at('partial-unmap', 8.5, settings).table.mapped
    const whole = 16 * 512
    expect(mapped({})).toBe(whole - 8 * 512)
    expect(mapped({ 'm.platform': 'arm' })).toBe(whole - 8)
    expect(mapped({ 'm.platform': 'amd' })).toBe(whole - 8 * 512)
    expect(mapped({ 'w0.where': 'middle' })).toBe(whole)
    expect(at('partial-unmap', 8.5).iommu.faults).toBeGreaterThan(1000)
  })
})
