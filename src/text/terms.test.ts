import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { presetById, presets } from '../sim/index.ts'
import { STOP_WORDS } from './asked.ts'
import { spelled, termGroups, termIn, termOf, terms, termsWith } from './terms.ts'

const rows = readFileSync(new URL('../GLOSSARY.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!term )/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, term = '', , kernel = '']) => ({
    term,
    kernel: Array.from(kernel.matchAll(/`([^`]+)`/g), ([, symbol = '']) => symbol),
  }))

/** Words of the code that no page says, and those that it says in passing: their sentence stands beside them. */
const OF_THE_CODE = new Set(
  `entry, handle, granule, area search, pfn, anchor, height, engine, stage, event, input, mapped`.split(', '),
)

const names = (term: string): string[] => [term, ...term.split(/, /), term.replace(/ \(.*\)/, '')]

describe('the terms of the help', () => {
  it('are at least eighty, of all stories, each with a sentence and with a name of its own', () => {
    expect(terms.length).toBeGreaterThan(80)
    for (const group of termGroups) expect(group.terms.length, group.title).toBeGreaterThan(9)
    expect(new Set(terms.map(({ term }) => term.toLowerCase())).size).toBe(terms.length)
    const odd = terms.filter(({ says }) => !/^[A-Z\d][^.!?]*(?:\.\d[^.!?]*)*\.$/.test(says) || says.length > 150)
    expect(odd.map(({ term, says }) => `${term}: ${says}`)).toEqual([])
  })

  it('lead to presets that there are, to half of all at least', () => {
    expect(terms.filter(({ preset }) => presetById(preset) === null)).toEqual([])
    expect(new Set(terms.map(({ preset }) => preset)).size).toBeGreaterThan(presets.length / 2)
  })

  it('name symbols of the kernel that the glossary has, and of a term that both have those of its row', () => {
    const known = new Set(rows.flatMap(({ kernel }) => kernel))
    expect(
      terms.flatMap(({ term, kernel = [] }) => kernel.filter((s) => !known.has(s)).map((s) => `${term}: ${s}`)),
    ).toEqual([])
    const contradicting = terms.flatMap(({ term, kernel = [] }) => {
      const same = rows.filter((row) => row.kernel.length > 0 && row.term.replace(/ \(.*\)/, '') === term)
      return same.length === 0 || kernel.some((s) => same.some((row) => row.kernel.includes(s))) ? [] : [term]
    })
    expect(contradicting).toEqual([])
  })

  it('are all that the glossary has and that a person meets', () => {
    const met = rows.filter(({ term }) => !OF_THE_CODE.has(term))
    expect(met.length).toBeGreaterThan(80)
    expect(met.filter(({ term }) => !names(term).some((name) => termOf(name))).map(({ term }) => term)).toEqual([])
    expect([...OF_THE_CODE].filter((name) => !rows.some(({ term }) => term === name))).toEqual([])
  })

  it('spell out each acronym, in its own row', () => {
    const said = terms.map((term) => [term.term, spelled(term)])
    expect(said).toContainEqual(['IOVA', 'I/O virtual address'])
    expect(said).toContainEqual(['DMA window', ''])
    const bare = said.filter(([term = '', long]) => /^[A-Z-]{2,}$/.test(term) && !long)
    expect(bare).toEqual([])
  })
})

describe('a search for terms', () => {
  const found = (query: string) => termsWith(query).flatMap((group) => group.terms.map(({ term }) => term))

  it('finds by name, by another name, by what an acronym stands for and by symbol', () => {
    expect(found('')).toHaveLength(terms.length)
    expect(found('lazy')[0]).toBe('lazy')
    expect(found('flush').slice(0, 3)).toEqual(['flush', 'flush mode', 'flush queue'])
    expect(found('page')[0]).toBe('page')
    expect(found('deferred')).toContain('lazy')
    expect(found('single-root')).toContain('SR-IOV')
    expect(found('it_largehint')).toEqual(['hint'])
    expect(found('IO_TLB_SEGSIZE')).toEqual(['slot set'])
    expect(found('  Hypervisor   WINDOW ')).toContain('DDW')
    expect(found('pizza')).toEqual([])
  })

  it('has first what is named so, by whatever name, then what says it', () => {
    for (const query of ['IOMMU', 'swiotlb', 'lazy', 'TCE', 'flush', 'page']) {
      const list = termsWith(query).flatMap((group) => group.terms)
      const named = list.map(({ term, also }) => ` ${term}, ${also}`.toLowerCase().includes(query.toLowerCase()))
      expect(named.slice(0, named.filter(Boolean).length), query).not.toContain(false)
    }
    expect(found('swiotlb')[0]).toBe(termOf('swiotlb')?.term)
  })

  it('finds nothing by signs that are no words, and minds no accents', () => {
    for (const query of ['.*(+[', '🙂', '—', '" "']) expect(found(query), query).toEqual([])
    expect(found('lázy')).toEqual(found('lazy'))
  })

  it('knows the term that a question is about, and none of a question about something else', () => {
    const about = (question: string) => termIn(question, (word) => !STOP_WORDS.has(word))?.term
    expect(about('what is a TCE')).toBe('TCE')
    expect(about('What are TCEs?')).toBe('TCE')
    expect(about('what is DDW')).toBe('DDW')
    expect(about('IOTLB')).toBe('IOTLB')
    expect(about('what does deferred mean?')).toBe('lazy')
    for (const none of ['', 'the', 'pizza', '🙂', 'can a device starve all the neighbours of it'])
      expect(about(none)).toBe(undefined)
  })

  it('knows a term by its name in any form', () => {
    expect(termOf('TCEs')?.term).toBe('TCE')
    expect(termOf('iova')?.term).toBe('IOVA')
    expect(termOf('passthrough')?.term).toBe('pass-through')
    expect(termOf('hcall')?.term).toBe('hypercall')
    expect(termOf('DSI')?.term).toBe('PSI, DSI')
    expect(termOf('pizza')).toBe(null)
  })
})
