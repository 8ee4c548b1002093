import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TCE_REFUSALS, type TceRefusal, type TceRequest, tceShape } from './tce-multi-levels.ts'
import { refusalSums } from './tce-refusal-text.ts'

const GIB = 1_073_741_824
const request: TceRequest = {
  era: '6.12',
  windowBytes: 65_536 * GIB,
  pageShift: 16,
  levels: 2,
  userCopy: true,
  offset: 0,
  kernelPageShift: 16,
  maxPageOrder: 8,
  memoryBytes: Number.MAX_SAFE_INTEGER,
  backing: 'levels',
  clearAllocates: false,
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']
const digits = (text: string): number => Number(text.replace(/\D/g, ''))
/** `8 GiB` in bytes. */
function inBytes(text: string): number {
  const [, amount, unit] = /^([\d.]+)\s(\w+)$/.exec(text)!
  return Number(amount) * 1024 ** UNITS.indexOf(unit!)
}

/** What the lines say is computed again from the request; each must end in the reason. */
const CHECKS: Readonly<Partial<Record<TceRefusal, (lines: readonly string[], r: TceRequest) => void>>> = {
  'top-bits': (lines, r) => {
    const [, levels, bits, shift, sum] = /^(\d+) × (\d+) \+ (\d+) bits of page = (\d+); .* below 55$/
      .exec(lines.at(-1)!)!
      .map(Number)
    expect([levels, shift, levels! * bits! + shift!]).toEqual([r.levels, r.pageShift, sum])
    expect(sum).toBeGreaterThanOrEqual(55)
    expect(digits(/: (.*) entries$/.exec(lines[0]!)![1]!)).toBe(r.windowBytes / 2 ** r.pageShift)
  },
  'level-table': (lines, r) => {
    const [, entries, size] = /^(.+) entries × 8 bytes = (.+) in one level table$/.exec(lines[1]!)!
    const largest = inBytes(/block: (.+)$/.exec(lines[2]!)![1]!)
    expect([digits(entries!) * 8, largest]).toEqual([inBytes(size!), 2 ** (r.kernelPageShift + r.maxPageOrder)])
    expect(inBytes(size!)).toBeGreaterThan(largest)
  },
  levels: (lines, r) => expect(lines).toEqual([`${r.levels} levels were asked for; 1 to 5 are allowed.`]),
  window: (lines, r) => {
    const [, bytes, low, high] = /^(.+) bytes lie between 2\^(\d+) and 2\^(\d+)\.$/.exec(lines[0]!)!
    expect(digits(bytes!)).toBe(r.windowBytes)
    expect([2 ** Number(low) < r.windowBytes, r.windowBytes < 2 ** Number(high)]).toEqual([true, true])
  },
  page: (lines, r) => {
    const [, window, page] = /^The window has (.+), an IOMMU page (.+)\.$/.exec(lines[0]!)!
    expect([inBytes(window!), inBytes(page!)]).toEqual([r.windowBytes, 2 ** r.pageShift])
    expect(inBytes(window!)).toBeLessThan(inBytes(page!))
  },
  memory: (lines, r) => expect(inBytes(/^(.+) of memory/.exec(lines[1]!)![1]!)).toBe(r.memoryBytes),
}

it('ends in the reason, with numbers that are those of the request', () => {
  const met = new Map<string, number>()
  const drawn = fc.record({
    windowBytes: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 16, max: 50 }).map((shift) => 2 ** shift) },
      { weight: 1, arbitrary: fc.constantFrom(3 * GIB, 4 * GIB + 4096) },
    ),
    pageShift: fc.constantFrom(12, 16, 21, 24, 28, 30),
    levels: fc.integer({ min: 0, max: 6 }),
    kernelPageShift: fc.constantFrom(12, 16),
    backing: fc.constantFrom('levels', 'vmalloc'),
    memoryBytes: fc.constantFrom(Number.MAX_SAFE_INTEGER, 65_536),
  })
  fc.assert(
    fc.property(drawn, (change) => {
      const r = { ...request, ...change, maxPageOrder: 24 - change.kernelPageShift } as TceRequest
      const id = tceShape(r)
      if (typeof id !== 'string') return
      const lines = refusalSums(r, id)
      // One level in virtual memory, whatever was asked for.
      CHECKS[id]!(lines, r.backing === 'vmalloc' && id === 'top-bits' ? { ...r, levels: 1 } : r)
      met.set(id, (met.get(id) ?? 0) + 1)
    }),
    { seed: 55, numRuns: 1500 },
  )
  // What no group offers is refused before its shape is asked for.
  expect(refusalSums({ ...request, pageShift: 34 }, 'page-size')).toEqual(['The group offers no pages of 16 GiB.'])
  expect([...met.keys(), 'page-size'].sort()).toEqual(Object.keys(TCE_REFUSALS).sort())
})
