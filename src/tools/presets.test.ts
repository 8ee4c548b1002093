import { describe, expect, it } from 'vitest'
import { pow2 } from '../lib/bits.ts'
import { createRun, presetById, presets } from '../sim/index.ts'
import type { Settings } from '../sim/scenario/schema.ts'
import { ENTRY_MAPPING, ENTRY_STRIDE, MAP_STRIDE, MAP_WHO } from '../sim/state.ts'
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

  it('greedy-cpu: all 64 MiB in chunks, 230 frames missed, 2 711 without borrowing', () => {
    const missed = (settings: Settings) => {
      const { scenario } = presetById('greedy-cpu')!
      const [device] = scenario.devices
      const own = { ...device!, settings: { ...device!.settings, ...settings } }
      const run = createRun({ ...scenario, devices: [own] }, 1)
      run.seek({ ns: 12_000_000 })
      return run.machine.state.missed
    }
    expect([missed({}), missed({ borrow: 'off' })]).toEqual([230, 2711])
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
