// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.
// `npm run golden` says what differs, `npm run golden -- --update` records it anew.

import { describe, expect, it } from 'vitest'
import { goldenOf, recorded } from '../tools/golden-runs.ts'
import { presets } from './scenario/presets.ts'

const golden = recorded()

describe('golden', () => {
  it('is recorded of every preset, and of no other', () => {
    expect(Object.keys(golden)).toEqual(presets.map((p) => p.id))
  })

  it.each(presets.map((p) => p.id))('%s is where it was', (id) => {
    expect(goldenOf(id)).toEqual(golden[id])
  })
})
