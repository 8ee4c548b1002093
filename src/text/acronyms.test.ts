import { describe, expect, it } from 'vitest'
import { presets } from '../sim/index.ts'
import { stories } from '../sim/scenario/stories.ts'
import { acronyms, acronymsIn } from './acronyms.ts'
import { plainLines } from './shelves.ts'

/** Names and units that stand for nothing, sizes of pages, and orders of magnitude. */
const NAMES = /^(?:[KMGT]i?B|\d+[KMGT]|AMD|POWER\d*|CPUs?|RAM|PCI|I)$/

describe('acronyms', () => {
  it('are found once each, plural ones too, and never inside of words and symbols', () => {
    expect(
      acronymsIn('TCEs of an IOMMU, each TCE; SR-IOV VFs, iommu_alloc failed, DMA_MAPPING_ERROR, XIOMMU, PCIe'),
    ).toEqual(['TCE', 'IOMMU', 'SR-IOV', 'VF', 'PCIe'])
  })

  it('are all known that presets use', () => {
    const said = presets.flatMap(({ id, title }) => [title, stories[id]!.says, stories[id]!.tryThis, plainLines[id]!])
    const used = new Set(said.join(' ').match(/(?<![\w-])[A-Za-z]?[A-Z][A-Za-z]?[A-Z][A-Za-z-]*(?![\w-])/g))
    expect(used.size).toBeGreaterThan(10)
    const known = (word: string) => NAMES.test(word) || acronymsIn(word).length > 0
    expect([...used].filter((word) => !known(word))).toEqual([])
    expect(Object.keys(acronyms)).toContain('IOVA')
  })
})
