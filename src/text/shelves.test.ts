import { describe, expect, it } from 'vitest'
import { presets } from '../sim/index.ts'
import { shelves } from './shelves.ts'

/** Capitals that no one has to have heard of; the first shelf says what an IOMMU is. */
const KNOWN = new Set(['IOMMU'])
const LONGEST = 70

const standing = shelves.flatMap((shelf) => Object.entries(shelf.presets))

describe('shelves', () => {
  it('hold every preset once, and no other', () => {
    expect(standing.map(([id]) => id).sort()).toEqual(presets.map(({ id }) => id).sort())
  })

  it('are six: what it is for, and the debates in the order of their years', () => {
    const [first, ...debates] = shelves
    expect(first?.years).toBe('')
    const years = debates.map(({ years }) => Number.parseInt(years, 10))
    expect(years).toEqual([2006, 2009, 2011, 2018, 2021])
    for (const { question } of debates) expect(question).toContain('?')
  })

  it.each(standing)('%s says what one will see: in one line, each different, without initials', (id, line) => {
    expect(line.length).toBeLessThanOrEqual(LONGEST)
    expect(line).toMatch(/^[A-Z].*\.$/)
    expect((line.match(/\b[A-Z]{2,}\b/g) ?? []).filter((word) => !KNOWN.has(word))).toEqual([])
    expect(standing.filter(([, other]) => other === line)).toEqual([[id, line]])
  })
})
