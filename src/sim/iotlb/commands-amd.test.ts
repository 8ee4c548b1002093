import { describe, expect, it } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { CMD_AMD, CMD_AMD_ALL, CMD_DTE, type Command, type CommandSink } from './command.ts'
import { amdDeviceEntry, amdRange } from './commands-amd.ts'

/** The commands that a builder sends. */
function sent(build: (sink: CommandSink) => void): Command[] {
  const all: Command[] = []
  build({ command: (c) => all.push({ ...c }), sync() {} })
  return all
}

function forRanges(seed: number, check: (pfn: number, pages: number) => void) {
  const rng = createRng(seed)
  for (let i = 0; i < 400; i++) {
    const pfn = nextU32(rng) * (nextU32(rng) % 2 === 0 ? 1 : 256)
    check(pfn, 1 + (nextU32(rng) % pow2(1 + (nextU32(rng) % 20))))
  }
}

describe('AMD commands', () => {
  it('are one smallest aligned block around a range', () => {
    forRanges(1, (pfn, pages) => {
      const commands = sent((sink) => amdRange(sink, pfn, pages, false))
      expect(commands).toMatchObject([{ kind: CMD_AMD, leaf: false }])
      const [c] = commands
      expect([c!.pages, c!.pfn % c!.pages]).toEqual([pow2(c!.order), 0])
      expect(c!.pfn <= pfn && pfn + pages <= c!.pfn + c!.pages).toBe(true)
      const half = c!.pfn + c!.pages / 2
      expect(pages === 1 || (pfn < half && half < pfn + pages)).toBe(true)
    })
  })

  it('are aligned blocks that cover a range and nothing else under a hypervisor', () => {
    forRanges(2, (pfn, pages) => {
      const commands = sent((sink) => amdRange(sink, pfn, pages, true))
      let at = pfn
      for (const c of commands) {
        expect([c.pfn, c.pfn % c.pages, c.pages]).toEqual([at, 0, pow2(c.order)])
        at += c.pages
      }
      expect(at).toBe(pfn + pages)
      expect(commands.length).toBeLessThan(42)
    })
  })

  it('are one of everything where no address word tells the block', () => {
    const kinds = (pfn: number, pages: number) => sent((sink) => amdRange(sink, pfn, pages, false)).map((c) => c.kind)
    expect(kinds(pow2(39) - 1, 2)).toEqual([CMD_AMD])
    expect(kinds(pow2(40) - 1, 2)).toEqual([CMD_AMD_ALL])
    expect(sent(amdDeviceEntry)).toMatchObject([{ kind: CMD_DTE, pages: 0, order: -1 }])
  })
})
