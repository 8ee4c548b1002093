import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { presets } from '../sim/index.ts'
import { fieldsOf } from '../sim/scenario/fields.ts'
import { stories } from '../sim/scenario/stories.ts'
import { acronyms, acronymsIn } from './acronyms.ts'

/** What looks like one: units, sizes of pages, names, errors by their symbol, commands and calls as manuals write them. */
const OTHERS =
  /^(?:[KMGT]i?B|\d+[KMGT]|AMD|POWER\d*|NVLink|PC|JSON|I|IO|SW-IOMMU|PTcache|E[A-Z]{3,}|INVALIDATE|FLUSH|PUT|STUFF|INDIRECT)$/

const folder = new URL('.', import.meta.url)
const ofViews = readdirSync(new URL('../views/', import.meta.url), { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\/(says|need|words|title)\.ts$/.test(name),
)
/** Words of the page as its files have them, without code and comments; what people ask and kernels print is not ours. */
const said = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|^(?:asked|messages|acronyms)/.test(name))
  .concat('../sim/scenario/story-other.ts')
  .concat(ofViews.map((name) => `../views/${name}`))
  .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split('\n'))
  .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
  .flatMap((line) => line.replace(/\$\{[^}]*\}/g, '').match(/'[^']*'|`[^`]*`|"[^"]*"/g) ?? [])

const told = presets.flatMap(({ id, title }) => [title, ...Object.values(stories[id]!)])
const settings = presets.flatMap(({ scenario }) =>
  fieldsOf(scenario).flatMap(({ param }) => [param.label, param.help, ...(param.values ?? []).map((o) => o.label)]),
)
const all = [...said, ...told, ...settings].join(' ')

describe('acronyms', () => {
  it('are found once each, plural ones too, and never inside of words and symbols', () => {
    const text = 'TCEs of an IOMMU, each TCE; SR-IOV VFs, iommu_alloc failed, DMA_MAPPING_ERROR, XIOMMU, NVMe'
    expect(acronymsIn(text)).toEqual(['TCE', 'IOMMU', 'SR-IOV', 'VF', 'NVMe'])
  })

  it('are all known that the page and its stories use', () => {
    const looks = /(?<![\w-])[A-Za-z]?[A-Z][A-Za-z]?[A-Z][A-Za-z-]*(?![\w-])/g
    const used = new Set(all.match(looks))
    expect(used.size).toBeGreaterThan(40)
    expect([...used].filter((word) => !OTHERS.test(word) && acronymsIn(word).length === 0)).toEqual([])
    expect(Object.keys(acronyms)).toContain('IOVA')
  })

  it('stand somewhere on the page, each of them', () => {
    const used = acronymsIn(all)
    expect(Object.keys(acronyms).filter((acronym) => !used.includes(acronym))).toEqual([])
  })
})
