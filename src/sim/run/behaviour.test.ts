// A hash is of behaviour: what things are called, how something is worded and that there is one more setting at its default
// changes none. Where a word got into the state, or a setting into what a mechanism keeps, the hashes here are others.

import { describe, expect, it, vi } from 'vitest'
import { at, open, preset, presets } from '../../tools/open-presets.ts'
import { allocatorInfos } from '../iova/index.ts'
import type { Param } from '../params.ts'
import { fieldsOf, withValue } from '../scenario/fields.ts'
import { workloadInfoById } from '../workload/index.ts'
import { createRun } from './run.ts'

const { more, other } = vi.hoisted(() => {
  const extra = {
    name: 'hoop',
    label: 'Hoop',
    unit: 'count',
    default: 7,
    min: 0,
    max: 9,
    help: '',
    effect: 'restart',
  } as const
  const other = { on: false }
  /** The same params under other names, and one more. */
  const more = (params: readonly Param[]): readonly Param[] =>
    other.on
      ? [
          ...params.map((param) => ({
            ...param,
            label: `${param.label} otherwise`,
            ...(param.values && { values: param.values.map((o) => ({ ...o, label: `${o.label} otherwise` })) }),
          })),
          extra,
        ]
      : params
  return { more, other }
})

vi.mock('../scenario/platform.ts', async (original) => {
  const platform = await original<typeof import('../scenario/platform.ts')>()
  return {
    ...platform,
    machineParams: (...of: Parameters<typeof platform.machineParams>) => more(platform.machineParams(...of)),
    deviceParams: (...of: Parameters<typeof platform.deviceParams>) => more(platform.deviceParams(...of)),
  }
})

/** Calls `look` while every param has another name, and every mechanism one more. */
function otherwise<T>(look: () => T): T {
  const workloads = new Set(presets.flatMap(({ scenario }) => scenario.workloads.map((w) => workloadInfoById(w.type))))
  const lists = [...allocatorInfos, ...workloads].map(({ params }) => params as unknown as Param[])
  const before = lists.map((params) => [...params])
  other.on = true
  for (const params of lists) params.splice(0, params.length, ...more(params))
  try {
    return look()
  } finally {
    other.on = false
    lists.forEach((params, i) => {
      params.splice(0, params.length, ...before[i]!)
    })
  }
}

const hashes = () => presets.map(({ id }) => [id, at(id, 200_000).hash()])

describe('a hash', () => {
  it('is the same whatever settings are called, and when each mechanism has one more at its default', () => {
    expect(otherwise(() => fieldsOf(preset('pools').scenario).map((f) => f.path))).toEqual(
      expect.arrayContaining(['m.hoop', 'd0.hoop', 'w0.hoop']),
    )
    expect(otherwise(hashes)).toEqual(hashes())
  })

  it('is another where a setting is not at its default, though nothing has come of it yet', () => {
    otherwise(() => {
      const { scenario, horizonNs } = preset('pools')
      const of = (value: number) => createRun(withValue(scenario, 'm.hoop', value), horizonNs).hash()
      expect(of(7)).toBe(open('pools').hash())
      expect(new Set([7, 8, 9].map(of)).size).toBe(3)
    })
  })
})

/** Strings of plain data with a blank or a mark that no id has, by path; of numbers nothing. */
function prose(value: unknown, path: string, found: Map<string, string>): Map<string, string> {
  if (typeof value === 'string') {
    if (!/^[\w.,:=-]*$/.test(value)) found.set(path.replaceAll(/\d+/g, '#'), value)
  } else if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value))
    for (const [name, part] of Object.entries(value)) prose(part, `${path}.${name}`, found)
  return found
}

/** Of each kind of line and tick one at least, before 3 ms. */
const WORDY = [
  ...['frames-64k', 'pools', 'real-1mib', 'mask-32', 'untrusted-device', 'partial-unmap', 'ddw-direct', 'real-boot'],
  ...['vfio-guest', 'nvlink-flat', 'nommu', 'full-but-empty', 'slot-leak', 'panic'],
]

describe('the state', () => {
  it('keeps kinds and numbers and no words, before a change and after it', () => {
    expect(prose({ a: [{ b: 'no room' }], c: 'no-room' }, '', new Map())).toEqual(new Map([['.a.#.b', 'no room']]))
    for (const id of WORDY) {
      const run = at(id, 3_000_000)
      const { nudge } = preset(id)
      if (nudge) run.input(nudge.path, nudge.value)
      run.advance(3_200_000)
      expect([id, [...prose(run.machine.state, '', new Map())]]).toEqual([id, []])
    }
  })
})
