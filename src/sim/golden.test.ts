// A hash per preset, recorded once: a change here is a change of what every shared link shows, and must be meant.
// `npm run golden` says what differs, `npm run golden -- --update` records it anew.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FILE, goldenOf, recorded, written } from '../tools/golden-runs.ts'
import { presets } from './scenario/presets.ts'

const golden = recorded()

describe('golden', () => {
  it('is recorded of every preset, and of no other', () => {
    expect(Object.keys(golden)).toEqual(presets.map((p) => p.id))
  })

  it('is written as it is formatted: a preset that is new or moved changes no line of another', () => {
    expect(written(golden)).toBe(readFileSync(FILE, 'utf8'))
  })

  it.each(presets.map((p) => p.id))('%s is where it was', (id) => {
    expect(goldenOf(id)).toEqual(golden[id])
  })
})
