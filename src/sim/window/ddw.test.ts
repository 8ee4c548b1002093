import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { casePe, type DdwCase, type DdwRecord, maskBitsOf, platformOf } from '../testing/vectors-ddw.ts'
import { DEFAULT_LIOBN, ddwKernel, type MaskOutcome, setDmaMask, TODAY } from './ddw.ts'
import type { StepId } from './ddw-decided.ts'
import { createPe, type DdwPlatform, type PeState } from './ddw-state.ts'
import { STEP_TEXT } from './ddw-text.ts'
import { hcallKernel } from './hcalls.ts'

const GIB = 262144
const BASE = 140737488355328

/** 16 GiB of RAM in a partition that may grow to 32 GiB, and plenty of TCEs. */
const plenty: DdwPlatform = {
  ram: [[0, 16 * GIB]],
  maxHotplug: 32 * GIB,
  pmem: false,
  maxPhysmemBits: 51,
  applicable: true,
  extensions: [3, 19, 1, 1],
  answers: [{ rc: 0, windows: 1, largestBlock: 0x800000, pageSizes: 3 }],
  createRc: 0,
  createBase: BASE,
  limitedRc: 0,
  defaultInUse: false,
  multiTce: { putIndirect: true, stuff: true },
  mmio32: null,
  hcallFailure: null,
}
const answer = (windows: number, largestBlock: number) => ({ rc: 0, windows, largestBlock, pageSizes: 3 })
const fresh = createPe(2 * GIB)
const ids = (o: MaskOutcome): StepId[] => o.steps.map((s) => s.id)

const { cases } = JSON.parse(readFileSync(new URL('../vectors/powerpc/d_ddw.json', import.meta.url), 'utf8')) as {
  cases: readonly DdwCase[]
}

/** Every recorded mask with what it is answered, and the record. */
const rows = cases.flatMap(({ name, in: given, out }) => {
  const platform = platformOf(given)
  let state: PeState = casePe(given)
  return given.masks.map((mask, i) => {
    const before = state
    const bits = maskBitsOf(mask)
    const outcome = setDmaMask(before, platform, bits)
    state = outcome.state
    return { name: `${name}, mask ${i}`, given, platform, before, bits, outcome, recorded: out[i]! }
  })
})

/** The last step that a record calls for, whatever steps were told: by support, bypass, window and table. */
function lastOf({ supported, bypass, window, slots, table }: DdwRecord, bits: number): StepId {
  if (supported === 0) return 'mask-refused'
  if (bypass) return window === null ? 'bypass-without-window' : 'bypass'
  // A direct window without bypass holds RAM only; a mask of 32 bits does not ask for it.
  if (bits > 32 && window?.kind === 'direct64') return 'bypass-below-limit'
  return table !== null && slots.includes('ddw') ? 'maps-indirect' : 'maps-default'
}

/** The figure of a step by its name, from the only step of that id. */
function figureOf(outcome: MaskOutcome, id: StepId, name: string): number | undefined {
  return outcome.steps.find((s) => s.id === id)?.figures.find((f) => f.name === name)?.value
}

describe('the steps of every recorded mask', () => {
  test('end in the recorded result', () => {
    expect(rows.length).toBe(182)
    const seen = new Map<StepId, number>()
    for (const { name, bits, outcome, recorded } of rows) {
      const last = lastOf(recorded, bits)
      seen.set(last, (seen.get(last) ?? 0) + 1)
      expect(`${name}: ${ids(outcome).at(-1)}`).toBe(`${name}: ${last}`)
    }
    expect(seen.size).toBe(6)
  })

  test('say "created" exactly where a window was made, with the sizes that were asked for and its base', () => {
    let [made, kept] = [0, 0]
    for (const { name, given, outcome, recorded } of rows) {
      const create = recorded.rtas.find((call) => call.startsWith('create('))
      const works = create !== undefined && given.createRc === 0
      expect([name, ids(outcome).filter((id) => id === 'created').length]).toEqual([name, works ? 1 : 0])
      expect([name, ids(outcome).includes('create-failed')]).toEqual([name, create !== undefined && !works])
      if (create === undefined) continue
      const id = works ? 'created' : 'create-failed'
      const [page, window] = [figureOf(outcome, id, 'page'), figureOf(outcome, id, 'window')]
      expect([name, `create(${page},${window})`]).toEqual([name, create])
      expect([name, figureOf(outcome, 'page-size', 'page')]).toEqual([name, page])
      if (works) made++
      if (!works || recorded.window === null) continue
      kept++
      const base = `0x${(BigInt(figureOf(outcome, 'created', 'base')!) << 12n).toString(16)}`
      expect([name, page, window, base]).toEqual([
        name,
        recorded.window.pageShift,
        recorded.window.windowShift,
        recorded.window.base,
      ])
    }
    // Windows into which RAM could not be mapped were made, and removed again.
    expect(made).toBeGreaterThan(kept)
  })

  test('tell each query with its answer, and that the default window was given up exactly where it was removed', () => {
    let removed = 0
    for (const { name, given, before, outcome, recorded } of rows) {
      const told = outcome.steps.filter((s) => s.id === 'query' || s.id === 'query-failed')
      const queries = recorded.rtas.filter((call) => call === 'query')
      expect([name, told.length]).toEqual([name, queries.length])
      told.forEach((step, i) => {
        const answer = given.queries[Math.min(before.queries + i, given.queries.length - 1)]!
        const windows = step.id === 'query' ? answer.windows : undefined
        expect([name, step.figures.find((f) => f.name === 'windows')?.value]).toEqual([name, windows])
        expect([name, step.id === 'query-failed']).toEqual([name, answer.rc !== 0])
      })
      const gone = recorded.rtas.includes(`remove(${DEFAULT_LIOBN.toString(16)})`)
      if (gone) removed++
      expect([name, ids(outcome).includes('default-removed')]).toEqual([name, gone])
    }
    expect(removed).toBeGreaterThan(10)
  })

  test('tell each recorded firmware call, in order', () => {
    const calls: Partial<Record<StepId, string>> = {
      query: 'query',
      'query-failed': 'query',
      limited: 'reset(limited)',
      'limited-refused': 'reset(limited)',
      'default-removed': 'remove(60000000)',
      created: 'create',
      'create-failed': 'create',
      'ram-failed': 'remove(70000001)',
      'failed-restored': 'reset',
    }
    for (const { name, outcome, recorded } of rows) {
      const told = ids(outcome).flatMap((id) => calls[id] ?? [])
      const made = recorded.rtas.map((call) => call.replace(/^create.*/, 'create'))
      expect([name, ...told]).toEqual([name, ...made])
    }
  })

  test('say "failed" exactly when the endpoint newly failed, and then why', () => {
    let failures = 0
    for (const { name, before, outcome, recorded } of rows) {
      const at = ids(outcome).findIndex((id) => id === 'failed' || id === 'failed-restored')
      expect([name, at >= 0]).toEqual([name, recorded.inFailedList === true && !before.failed])
      if (at < 0) continue
      failures++
      expect(STEP_TEXT[ids(outcome)[at - 1]!].decided).toMatch(/^No dynamic window|^The entries are cleared/)
    }
    expect(failures).toBeGreaterThan(50)
  })

  test('decide on the kind of the window that is recorded', () => {
    const kinds: Partial<Record<StepId, string>> = {
      direct: 'direct64',
      'direct-all': 'direct64',
      'direct-ram': 'direct64',
      hybrid: 'direct64',
      indirect: 'dma64',
      'indirect-pmem': 'dma64',
    }
    let windows = 0
    for (const { name, outcome, recorded } of rows) {
      const window = recorded.window
      if (window === null || !ids(outcome).includes('created')) continue
      windows++
      expect([name, ids(outcome).flatMap((id) => kinds[id] ?? [])]).toEqual([name, [window.kind]])
      const made = outcome.steps.find((s) => s.id === 'created')!
      expect(made.figures.find((f) => f.name === 'window')!.value).toBe(window.windowShift)
    }
    expect(windows).toBeGreaterThan(50)
  })

  test('count the recorded hypervisor calls', () => {
    for (const { name, outcome, recorded } of rows) {
      const told = outcome.steps.reduce((sum, s) => {
        const calls = s.id === 'ram' || s.id === 'table' ? s.figures.find((f) => f.name === 'calls') : undefined
        return sum + (calls?.value ?? 0)
      }, 0)
      const { put, putIndirect, stuff } = recorded.hcalls
      expect([name, told]).toEqual([name, put + putIndirect + stuff])
    }
  })

  test('leave the state they began with as it was, and give the same answer again', () => {
    for (const { before, platform, bits, outcome } of rows) {
      const copy = structuredClone(before)
      expect(setDmaMask(copy, platform, bits)).toEqual(outcome)
      expect(copy).toEqual(before)
    }
  })
})

describe('a dynamic window', () => {
  test('holds all RAM and costs 512 calls once', () => {
    const o = setDmaMask(fresh, plenty, 64)
    expect(ids(o)).toEqual(['query', 'page-size', 'direct', 'created', 'ram', 'bypass'])
    expect(o.state.window).toEqual({ kind: 'direct64', base: BASE, pageShift: 16, windowShift: 35 })
    expect([o.hcalls.putIndirect, o.hcalls.tcesPut, o.state.bypass]).toEqual([512, 262144, true])
  })

  test('is indirect where the platform has too few TCEs, and was not made at all before 5.16', () => {
    const few = { ...plenty, answers: [answer(1, 0x4000)] }
    const today = setDmaMask(fresh, few, 64)
    expect(ids(today)).toEqual(['query', 'page-size', 'indirect', 'created', 'table', 'maps-indirect'])
    expect(today.state.slots.map((t) => t?.size)).toEqual([524288, 16384])
    const before = setDmaMask(fresh, few, 64, { ...TODAY, indirect: false })
    expect(ids(before)).toEqual(['query', 'page-size', 'too-small', 'failed', 'maps-default'])
    expect([before.state.failed, before.state.window, before.supported]).toEqual([true, null, true])
    expect(setDmaMask(fresh, plenty, 64, { ...TODAY, indirect: false })).toEqual(setDmaMask(fresh, plenty, 64))
  })

  test('brings the default window back when it was removed for nothing', () => {
    const few = { ...plenty, answers: [answer(0, 0), answer(1, 0x4000)] }
    const o = setDmaMask(fresh, few, 64, { ...TODAY, indirect: false })
    expect(o.rtas.map((c) => c.call)).toEqual(['query', 'remove', 'query', 'reset'])
    expect(o.rtas[1]).toEqual({ call: 'remove', liobn: DEFAULT_LIOBN })
    expect(o.state.slots[0]?.of).toBe('default')
  })

  test('takes only the page sizes that the kernel knows', () => {
    const offered = { ...plenty, answers: [{ ...answer(1, 0x800000), pageSizes: 0x103 }] }
    expect(setDmaMask(fresh, offered, 64).state.window?.pageShift).toBe(21)
    expect(setDmaMask(fresh, offered, 64, { ...TODAY, pageSizes: 'three' }).state.window?.pageShift).toBe(16)
  })

  test('is as large as the answer to the query of a real partition allows', () => {
    // A guest of 2 GiB: lb=2000000000 ps=107, then a window of 2^31 in pages of 2^24 at 0x8000000.00000000.
    const qemu = {
      ...plenty,
      ram: [[0, 2 * GIB]] as const,
      maxHotplug: 2 * GIB,
      answers: [{ rc: 0, windows: 1, largestBlock: 0x2000000000, pageSizes: 0x107 }],
    }
    const o = setDmaMask(fresh, qemu, 64)
    expect(o.rtas.at(-1)).toEqual({ call: 'create', pageShift: 24, windowShift: 31, rc: 0, base: BASE })
  })

  test('stays as it is when a mask after it is refused, and is left by one that is accepted', () => {
    // No window free: the default one is given up, and a mask of 32 bits reaches no table.
    const full = { ...plenty, answers: [answer(0, 0), answer(1, 0x800000)] }
    const first = setDmaMask(fresh, full, 64)
    expect([first.supported, first.state.bypass, first.state.slots[0]]).toEqual([true, true, null])
    const second = setDmaMask(first.state, full, 32)
    expect([second.supported, ids(second).at(-1)]).toEqual([false, 'mask-refused'])
    expect(second.state).toEqual(first.state)
    const kept = setDmaMask(setDmaMask(fresh, plenty, 64).state, plenty, 32)
    expect([kept.supported, kept.state.bypass]).toEqual([true, false])
  })

  test('leaves a device without window and without mappings when mapping RAM fails, once', () => {
    const failing = { ...plenty, hcallFailure: { call: 3, rc: -44 } }
    const first = setDmaMask(fresh, failing, 64)
    expect(ids(first).slice(-3)).toEqual(['ram-failed', 'failed', 'bypass-without-window'])
    expect([first.supported, first.state.bypass, first.state.window]).toEqual([true, true, null])
    const second = setDmaMask(first.state, failing, 64)
    expect(ids(second)).toEqual(['failed-before', 'maps-default'])
  })

  test('is cut in two for persistent memory when 2 GiB are left behind RAM, to the byte', () => {
    const pmem = { ...plenty, pmem: true, ram: [[0, 2 * GIB]] as const, maxHotplug: 2 * GIB }
    const exact = setDmaMask(fresh, { ...pmem, answers: [answer(0, 0), answer(1, 0x10000)] }, 64)
    expect(ids(exact)).toContain('hybrid')
    expect(exact.state.slots[0]).toMatchObject({ of: 'ddw', offset: BASE / 16 + 0x8000, size: 0x8000 })
    const half = setDmaMask(fresh, { ...pmem, answers: [answer(0, 0), answer(1, 0x8000)] }, 64)
    expect(ids(half)).toContain('indirect-pmem')
  })

  test('holds RAM below the highest address that memory may be plugged in at, and none above', () => {
    const above: DdwPlatform = { ...plenty, ram: [[0, 8 * GIB], [24 * GIB, 48 * GIB], [64 * GIB, 65 * GIB]] } // biome-ignore format: ranges
    expect(setDmaMask(fresh, above, 64).hcalls.tcesPut).toBe((16 * GIB) / 16)
  })

  test('wraps at 64 bits when the largest block spans more, and then has no page', () => {
    const wrapped = { ...plenty, answers: [{ rc: 0, windows: 1, largestBlock: 0x40000000, pageSizes: 0x80 }] }
    expect(setDmaMask(fresh, wrapped, 64).state.window).toEqual({
      kind: 'dma64',
      base: BASE,
      pageShift: 34,
      windowShift: 0,
    })
  })

  test('lies in a mask of 33 to 63 bits only where firmware can place it there', () => {
    expect(ids(setDmaMask(fresh, plenty, 40))[1]).toBe('limited')
    const old = { ...plenty, extensions: [1, 19] }
    expect(ids(setDmaMask(fresh, old, 40))).toEqual(['query', 'limited-unknown', 'failed', 'maps-default'])
    expect(setDmaMask(fresh, old, 64).state.window?.kind).toBe('direct64')
    const longer = { ...plenty, extensions: [1, 19, 1, 1] }
    expect(ids(setDmaMask(fresh, longer, 40))[1]).toBe('limited-unknown')
  })
})

test('window and calls stand in the same file of the kernel, each with its own functions', () => {
  expect([hcallKernel.file, hcallKernel.tag]).toEqual([ddwKernel.file, ddwKernel.tag])
  const symbols = [...ddwKernel.symbols, ...hcallKernel.symbols]
  expect(new Set(symbols).size).toBe(symbols.length)
})

test('every step has its four sentences', () => {
  const seen = new Set(rows.flatMap(({ outcome }) => ids(outcome)))
  expect(seen.size).toBeGreaterThan(25)
  expect([...seen].filter((id) => !Object.hasOwn(STEP_TEXT, id))).toEqual([])
  for (const [id, text] of Object.entries(STEP_TEXT)) {
    for (const part of [text.asked, text.answered, text.decided, text.why]) expect(`${id}: ${part}`).toMatch(/[.?]$/)
  }
})
