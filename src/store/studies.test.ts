import { describe, expect, it } from 'vitest'
import { presetById } from '../sim/index.ts'
import type { PointResult } from '../sim/studies/index.ts'
import type { StudyClient, StudyListener } from '../worker/study-client.ts'
import { createStudyStore } from './studies.ts'

const { scenario } = presetById('pools')!
const point = (id: string): PointResult => ({
  ...{ id, series: 'pools-1', x: 1, ns: 1, maps: 1, refused: 0, delivered: 1, mapsPerSecond: 1, waitShare: 0 },
  ...{ stepsPerMap: 0, longestSearch: 0, mapped: 0 },
  ...{ unmaps: 0, flushes: 0, invalidations: 0, staleWorstNs: 0, staleOpenNs: 0, staleMeanNs: 0 },
})

function rig() {
  let listener: StudyListener | null = null
  let cancelled = 0
  const client: StudyClient = {
    run: (_study, _scenario, next) => {
      listener = next
    },
    cancel: () => {
      cancelled++
    },
    hold: () => {},
  }
  return { store: createStudyStore('scaling', client), listener: () => listener!, cancelled: () => cancelled }
}

describe('a study on the page', () => {
  it('shows results as they come, until all are there', () => {
    const { store, listener } = rig()
    store.run(scenario, 'a')
    listener().progress([], 0, 2)
    listener().progress([point('x')], 1, 2)
    expect(store.state()).toMatchObject({ phase: 'running', key: 'a', done: 1, of: 2 })
    listener().progress([point('y')], 2, 2)
    expect(store.state().phase).toBe('done')
    expect(store.state().results.map((r) => r.id)).toEqual(['x', 'y'])
  })

  it('begins again without the results of another scenario', () => {
    const { store, listener } = rig()
    store.run(scenario, 'a')
    listener().progress([point('x')], 1, 2)
    store.run(scenario, 'b')
    expect(store.state()).toMatchObject({ phase: 'running', key: 'b', results: [] })
  })

  it('keeps what came when it is cancelled, forgets it when nobody looks, and says why it failed', () => {
    const { store, listener, cancelled } = rig()
    store.run(scenario, 'a')
    listener().progress([point('x')], 1, 2)
    store.cancel()
    expect([store.state().phase, store.state().results.length, cancelled()]).toEqual(['cancelled', 1, 1])
    store.leave()
    expect(store.state().phase).toBe('cancelled')
    store.run(scenario, 'a')
    store.leave()
    expect(store.state()).toMatchObject({ phase: 'none', key: '' })
    store.run(scenario, 'a')
    listener().failed('out of memory')
    expect(store.state()).toMatchObject({ phase: 'failed', message: 'out of memory' })
  })
})
