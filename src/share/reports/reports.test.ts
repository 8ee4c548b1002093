// Every log of this folder against what is right beside it: what was asked, answered, made, and how old the kernel is; and
// what the lab then plays.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fieldsOf, pageShiftsOf, presets } from '../../sim/index.ts'
import { askForWindow } from '../../sim/platform/partition.ts'
import { type DdwLog, readDdwLog } from '../ddw-log.ts'
import { ddwPreset, scenarioOfDdwLog } from '../ddw-scenario.ts'

interface Fact {
  readonly type: string
  readonly device?: string
  readonly driver?: string
  readonly rc?: number
  readonly [name: string]: unknown
}
interface Truth {
  readonly facts: readonly Fact[]
  readonly not: readonly Fact[]
  readonly kernel?: {
    readonly release?: string | null
    readonly atLeast?: string | null
    readonly atMost?: string | null
  }
  readonly lines: number
}

const here = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const names = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.txt'))
const version = (of: readonly number[] | null) => of?.join('.') ?? null
const hex = (of: bigint) => `0x${of.toString(16)}`

/** What a log says, in the words of the truth; absent where the truth says nothing. */
function found(type: string, log: DdwLog): Record<string, unknown> | null {
  const { query, create, direct, limitBytes } = log
  const whole = create?.rc === 0
  const bytes = create && whole ? 2 ** create.windowShift : null
  switch (type) {
    case 'ddw-query': {
      if (!query) return null
      const sizes = query.pageSizes === null ? null : pageShiftsOf(query.pageSizes).map((shift) => 2 ** shift)
      const { rc, windows, largestBlock } = query
      return { rc, windows, largestBlock, pageSizes: sizes?.sort((a, b) => a - b) ?? null }
    }
    case 'ddw-create': {
      if (!create) return null
      const { pageShift, windowShift, rc } = create
      const first = create.base === null ? null : BigInt(create.base) << 12n
      return {
        ...{ rc, pageShift, windowShift, bytes, pageBytes: whole ? 2 ** pageShift : null },
        entries: whole ? 2 ** (windowShift - pageShift) : null,
        first: first === null ? null : hex(first),
        last: first === null || bytes === null ? null : hex(first + BigInt(bytes) - 1n),
        liobn: create.liobn === null ? null : hex(BigInt(create.liobn)),
      }
    }
    case 'ddw-direct':
      return direct === null ? null : { direct }
    case 'ddw-limit':
      return limitBytes === null ? null : { bytes: limitBytes }
    default:
      return null
  }
}

it('the folder holds logs', () => expect(names.length).toBeGreaterThan(6))

describe.each(names)('%s', (name) => {
  const text = here(name)
  const truth = JSON.parse(here(name.replace('.txt', '.truth.json'))) as Truth
  const { logs, problems } = readDdwLog(text)
  const of = (device: unknown) => logs.filter((log) => log.device.endsWith(String(device)))

  it('says what is right of each device', () => {
    const facts = truth.facts.filter(({ type }) => /^ddw-(query|create|direct|limit)$/.test(type))
    // Of a device that says two things of its mapping, the last one holds.
    const held = facts.filter(
      (fact, i) => !facts.slice(i + 1).some((later) => later.type === 'ddw-direct' && fact.type === later.type && later.device === fact.device), // biome-ignore format: one
    )
    for (const fact of held) {
      // A device that nobody asked a window for has none to tell of.
      if (fact.type === 'ddw-direct' && !facts.some((f) => f.type !== 'ddw-direct' && f.device === fact.device))
        continue
      const said = of(fact.device).map((log) => found(fact.type, log))
      const wanted = Object.fromEntries(Object.entries(fact).filter(([key]) => said[0] && key in said[0]))
      expect([fact.type, said]).toEqual([fact.type, [expect.objectContaining(wanted)]])
    }
    expect(problems).toEqual([])
  })

  it('says nothing that is not so', () => {
    for (const { type, ...fields } of truth.not) {
      for (const log of logs) {
        const said = found(type, log)
        if (!said) continue
        const so = Object.entries(fields).every(([key, value]) => !(key in said) || said[key] === value)
        expect([type, fields, so]).toEqual([type, fields, false])
      }
    }
  })

  it('tells how old the kernel is', () => {
    const { kernel } = truth
    if (!kernel) return
    const told = logs[0]!.kernel
    expect(version(told.release)).toBe(kernel.release ? /^\d+\.\d+/.exec(kernel.release)![0] : null)
    expect([version(told.atLeast), version(told.atMost)]).toEqual([kernel.atLeast ?? null, kernel.atMost ?? null])
  })

  it('is played with no larger page than it speaks of, and with the window that was made', () => {
    const preset = ddwPreset(presets)!
    for (const log of logs.filter(({ query }) => !query || query.rc === 0)) {
      const { scenario } = scenarioOfDdwLog(log, preset)
      const settings = Object.fromEntries(fieldsOf(scenario).map((f) => [f.path, f.value]))
      const { state } = askForWindow(settings, scenario.devices[0]!)
      const offered = pageShiftsOf(log.query?.pageSizes ?? 0)
      const said = Math.max(...offered, log.pageShift ?? 0)
      if (said > 0) expect(pageShiftsOf(Number(settings['d0.pageSizes'])).every((shift) => shift <= said)).toBe(true)
      if (log.create?.rc !== 0) continue
      const { pageShift, windowShift, base } = log.create
      expect(state.window).toMatchObject({ pageShift, windowShift, base, kind: 'direct64' })
    }
  })
})
