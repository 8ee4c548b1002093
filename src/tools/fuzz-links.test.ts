import { describe, expect, it } from 'vitest'
import { decodeLink } from '../share/url.ts'
import { failuresOf } from './fuzz-kind.ts'
import { kind, linkFailure, mutatedLink, unlawful } from './fuzz-links.ts'

describe('mutated links', () => {
  it('are read in no time as something lawful that its own link says again: a fixed slice', {
    timeout: 60_000,
  }, async () => {
    expect(await failuresOf(kind, 1, 0, 400)).toEqual([])
  })

  it('are of every kind: without a problem and with some, with changes, of most presets', () => {
    const read = Array.from({ length: 300 }, (_, n) => decodeLink(mutatedLink(2, n)))
    expect(read.filter(({ problems }) => problems.length === 0).length).toBeGreaterThan(50)
    expect(read.filter(({ problems }) => problems.length > 1).length).toBeGreaterThan(50)
    expect(read.filter(({ scenario }) => scenario.inputs.length > 0).length).toBeGreaterThan(80)
    expect(new Set(read.map(({ scenario }) => scenario.preset)).size).toBeGreaterThan(30)
  })

  it('are told from what is not lawful', () => {
    const read = decodeLink('#s=slot-leak&m.platform=power')
    const { scenario } = read
    expect(unlawful(read)).toBeNull()
    const machine = { ...scenario.machine, swiotlb: 65536 }
    expect(unlawful({ ...read, scenario: { ...scenario, machine } })).toMatch('no field shows')
    const inputs = [{ ns: 1, events: 1, path: 'm.swiotlb', value: 65536 }]
    expect(unlawful({ ...read, scenario: { ...scenario, inputs } })).toMatch('change 0')
    expect(linkFailure('#s=real-boot&d0.allocator=rbtree')).toBeNull()
  })
})
