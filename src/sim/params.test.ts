import { describe, expect, it } from 'vitest'
import { type Param, type ParamTable, readParam, readParams } from './params.ts'

const kind = {
  name: 'kind',
  label: 'Kind',
  unit: 'choice',
  default: 'auto',
  values: [
    { value: 'auto', key: 'auto', label: 'by size' },
    { value: 4, key: '4', label: '4' },
  ],
  help: '',
  effect: 'live',
} as const satisfies Param

const size = { name: 'size', label: 'Size', unit: 'bytes', default: 4096, help: '', effect: 'live' } as const

const table = [kind, size] as const satisfies ParamTable

describe('settings as a record of their table', () => {
  it('takes what is given, behind a scope too, and the default of what does not apply', () => {
    expect(readParams(table, { size: 1, other: 2 })).toEqual({ kind: 'auto', size: 1 })
    expect(readParams(table, { 'w0.size': 1, 'w1.kind': 4, size: 2 }, 'w1')).toEqual({ kind: 4, size: 4096 })
    expect(readParam(size, { 'w0.size': 0 }, 'w0')).toBe(0)
    expect(readParam(kind, {}, 'w0')).toBe('auto')
  })

  it('knows names and choices when it is compiled', () => {
    const own = readParams(table, {})
    const bytes: number = own.size
    // @ts-expect-error a misspelt key is no setting
    own.sise
    // @ts-expect-error a choice is one of its values
    own.kind === 'atuo'
    // @ts-expect-error a choice may be a word
    const wrong: number = own.kind
    expect([bytes, wrong]).toEqual([4096, 'auto'])
  })
})
