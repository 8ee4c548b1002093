import { describe, expect, it } from 'vitest'
import { type DdwFrame, STEP_TEXT, type StepId } from '../../sim/index.ts'
import { ddwText as text } from '../../text/ddw.ts'
import {
  cameTo,
  comparison,
  costText,
  ddwTable,
  decisive,
  describeDdw,
  figuresText,
  figureText,
  isRefusal,
  isWarning,
  messageOf,
  pageText,
  windowText,
} from './ddw.view.ts'

const BASE = 2 ** 47
const hcalls = { put: 0, putIndirect: 1, stuff: 0, tcesPut: 128, tcesStuffed: 0 }
const query = { call: 'query', rc: 0, windows: 1, largestBlock: 2 ** 37, pageSizes: 0x107 } as const
const QUERY = {
  id: 'query',
  figures: [
    { name: 'windows', value: 1, unit: 'count' },
    { name: 'largest-block', value: 2 ** 37, unit: 'count' },
    { name: 'page-sizes', value: 0x107, unit: 'flags' },
  ],
} as const
const sizes = (window: number, memory: number) =>
  [
    { name: 'window', value: window, unit: 'log2' },
    { name: 'memory', value: memory, unit: 'log2' },
  ] as const

/** A guest of 2 GiB whose hypervisor has plenty. */
const direct: DdwFrame = {
  table: 0,
  device: 'eth0',
  maskBits: 64,
  steps: [
    QUERY,
    { id: 'page-size', figures: [{ name: 'page', value: 24, unit: 'log2' }] },
    { id: 'direct', figures: sizes(61, 31) },
    {
      id: 'created',
      figures: [
        { name: 'page', value: 24, unit: 'log2' },
        { name: 'window', value: 31, unit: 'log2' },
        { name: 'base', value: BASE, unit: 'frames' },
      ],
    },
    {
      id: 'ram',
      figures: [
        { name: 'entries', value: 128, unit: 'count' },
        { name: 'calls', value: 1, unit: 'count' },
      ],
    },
    { id: 'bypass', figures: [] },
  ],
  rtas: [query, { call: 'create', pageShift: 24, windowShift: 31, rc: 0, base: BASE }],
  hcalls,
  result: 'direct',
  pageShift: 24,
  windowShift: 31,
  base: BASE,
  tookNs: 3000,
}

/** No window is free; the default one is given up for one that then cannot be made. */
const restored: DdwFrame = {
  ...direct,
  steps: [
    QUERY,
    { id: 'default-removed', figures: [] },
    QUERY,
    { id: 'page-size', figures: [{ name: 'page', value: 16, unit: 'log2' }] },
    { id: 'too-small', figures: sizes(30, 35) },
    { id: 'failed-restored', figures: [] },
    { id: 'maps-default', figures: [] },
  ],
  rtas: [
    { ...query, windows: 0 },
    { call: 'remove', liobn: 0x60000000 },
    { ...query, pageSizes: 3 },
    { call: 'reset', limited: false, rc: 0 },
  ],
  hcalls: { ...hcalls, putIndirect: 0 },
  result: 'default',
  pageShift: 12,
  windowShift: 31,
  base: 0,
}

describe('a figure is told in its unit', () => {
  it.each([
    ['log2', 31, '2 GiB'],
    ['log2', 61, '2 EiB'],
    ['frames', BASE, '0x0800_0000_0000_0000'],
    ['flags', 0x107, '4K 64K 16M 2M'],
    ['flags', 0, 'none'],
    ['rc', -3, '−3'],
    ['bits', 40, '40'],
    ['count', 6000, '6\u2009000'],
    ['count', 512, '512'],
    ['count', 8_388_608, '8M'],
    ['count', 2 ** 37, '128G'],
  ] as const)('%s %d', (unit, value, words) => {
    expect(figureText({ name: 'limit' as const, value, unit })).toBe(words)
  })

  it('and hypercalls one by one', () => {
    expect(figureText({ name: 'calls', value: 32_768, unit: 'count' })).toBe('32\u2009768')
  })

  it('and a page as people say it', () => {
    expect([12, 16, 21, 24, 28, 34].map(pageText)).toEqual(['4K', '64K', '2M', '16M', '256M', '16G'])
  })
})

describe('a step', () => {
  it('says on its card what it came to', () => {
    expect(direct.steps.map(cameTo)).toEqual([
      '1 free, 128G TCEs',
      '16M',
      '2 EiB ≥ 2 GiB',
      '2 GiB made',
      '1 hypercall',
      'not mapped',
    ])
    expect(restored.steps.map(cameTo).slice(-3)).toEqual(['1 GiB < 32 GiB', 'default restored', 'mapped in 4K'])
  })

  it('always has a name and something to say', () => {
    for (const id of Object.keys(STEP_TEXT) as StepId[]) {
      const came = cameTo({ id, figures: [...sizes(30, 31), { name: 'page', value: 16, unit: 'log2' }, { name: 'calls', value: 1, unit: 'count' }, { name: 'limit', value: BASE, unit: 'frames' }] }) // biome-ignore format: figures
      expect([id, text.steps[id][0].length > 2, came.length > 1]).toEqual([id, true, true])
    }
  })

  it('has all its figures when it is opened', () => {
    expect(figuresText(QUERY)).toBe('windows 1 · largest block 128G · page sizes 4K 64K 16M 2M')
    expect(figuresText(restored.steps[1]!)).toBe('')
  })

  it('has the message of the firmware call that it made, and no other', () => {
    expect(messageOf(direct, 0)).toContain('returned 0, lb=2000000000 ps=107 wn=1')
    expect(messageOf(direct, 3)).toContain('18 1f returned 0 (liobn = 0x70000001 starting addr = 8000000 0)')
    expect([1, 2, 4, 5].map((at) => messageOf(direct, at))).toEqual(['', '', '', ''])
    const messages = restored.steps.map((_, at) => messageOf(restored, at))
    expect(messages.map((m) => /(query|remove|create|reset)-pe/.exec(m)?.[1] ?? '')).toEqual([
      'query',
      'remove',
      'query',
      '',
      '',
      'reset',
      '',
    ])
    expect([messages[0], messages[2]].map((m) => /wn=(\d)/.exec(m!)?.[1])).toEqual(['0', '1'])
  })
})

describe('what it came to', () => {
  it('is told from the step that decided it: a refusal, else the kind of window', () => {
    expect([direct, restored].map((f) => f.steps[decisive(f)]!.id)).toEqual(['direct', 'too-small'])
    expect(restored.steps.filter(isRefusal)).toHaveLength(1)
    expect(
      decisive({
        ...direct,
        steps: [
          { id: 'mask-32', figures: [] },
          { id: 'maps-default', figures: [] },
        ],
      }),
    ).toBe(1)
  })

  it('names the window and what it cost', () => {
    expect([windowText(direct), costText(direct)]).toEqual([
      '16M pages, 2 GiB at 0x0800_0000_0000_0000',
      '1 hypercall, 3 µs',
    ])
    expect([windowText(restored), costText(restored)]).toEqual(['4K pages, 2 GiB at 0x0000_0000', 'no hypercalls'])
  })

  it('is a warning where DMA goes nowhere or the device is refused', () => {
    const results = ['direct', 'indirect', 'default', 'nowhere', 'refused'] as const
    expect(results.map((result) => isWarning({ ...direct, result }))).toEqual([false, false, false, true, true])
    expect(windowText({ ...direct, result: 'nowhere' })).toBe(text.nowhere)
  })

  it('is said in a sentence and in a table', () => {
    expect(describeDdw(direct)).toBe(
      'eth0 sets a mask of 64 bits and is left with: direct window. 16M pages, 2 GiB at 0x0800_0000_0000_0000, 1 hypercall, 3 µs. A direct window of that size. Once all RAM is mapped, a buffer needs no hypervisor call.',
    )
    const table = ddwTable(restored)
    expect([table.rows.length, table.total, table.rows[0]!.length]).toEqual([7, 7, table.columns.length])
    expect(new Set(table.rows.map((row) => row[0])).size).toBe(7)
  })
})

describe('a log beside it', () => {
  const made = { pageShift: 24, windowShift: 31, rc: 0, liobn: 1, base: BASE }
  const against = (over: object, frame = direct) => {
    const logged = { device: '', line: 1, scenario: null as never, stated: [], assumed: [], problems: [], asked: true, made, direct: true as boolean | null, ...over } // biome-ignore format: one
    return comparison(frame, { name: 'log', logged: [logged], at: 0 })
  }

  it('has the same window, another one, or none', () => {
    expect(against({})).toBe(text.same)
    expect(against({ direct: null })).toBe(text.same)
    expect(against({ direct: false })).toBe('in the log: indirect, 16M pages, 2 GiB')
    expect(against({ direct: null }, restored)).toMatch(/^in the log: 16M pages, 2 GiB$/)
    expect(against({ made: { ...made, windowShift: 30 } })).toMatch(/^in the log: direct, 16M pages, 1 GiB$/)
    expect(against({ made: { ...made, rc: -1 } })).toBe(text.failed)
    expect(against({ made: null, direct: null })).toBe(text.noWindow)
    expect(against({ made: null, direct: true })).toBe(text.unsized)
    expect(against({ made: null, asked: false })).toBe(text.notAsked)
  })
})
