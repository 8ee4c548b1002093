import { describe, expect, it } from 'vitest'
import { parseSwiotlb, sizeEarly, sizeLate } from './pool-size.ts'

const MIB = 1048576

describe('swiotlb=', () => {
  it('reads slots, areas and a word, and ignores the rest', () => {
    const unsaid = { slots: null, areas: null, force: false, noforce: false, ignored: '' }
    const cases: readonly (readonly [string, object])[] = [
      ['', {}],
      ['640', { slots: 640 }],
      ['100', { slots: 128 }],
      ['0', { slots: 0 }],
      ['0x1000', { slots: 4096 }],
      ['01000', { slots: 512 }],
      ['09', { slots: 0, areas: 16 }],
      [',8', { areas: 8 }],
      ['16384,5', { slots: 16384, areas: 8 }],
      ['16384,0', { slots: 16384, areas: 1 }],
      ['16384,16,force', { slots: 16384, areas: 16, force: true }],
      ['32768,,force', { slots: 32768, force: true }],
      ['noforce', { noforce: true }],
      ['force,32768', { ignored: 'force,32768' }],
      ['64M', { slots: 128, ignored: 'M' }],
      ['-1', { ignored: '-1' }],
    ]
    for (const [text, part] of cases) expect([text, parseSwiotlb(text)]).toEqual([text, { ...unsaid, ...part }])
  })
})

describe('the early pool', () => {
  it('is 64 MiB, more where CPUs want areas, and none without a reason', () => {
    expect(sizeEarly('', 0, 8, true, 0)).toMatchObject({ slots: 32768, areas: 8, areaSlots: 4096, wantedSlots: 32768 })
    expect(sizeEarly('', 0, 512, true, 0)).toMatchObject({ slots: 65536, areas: 512, areaSlots: 128 })
    const none = { slots: 0, areas: 0, areaSlots: 0, wantedSlots: 0, rc: 0, tries: [] }
    expect(sizeEarly('', 0, 8, false, 0)).toMatchObject(none)
    expect(sizeEarly('noforce', 0, 8, true, 0)).toMatchObject(none)
    expect(sizeEarly('force', 0, 8, false, 0)).toMatchObject({ slots: 32768, force: true })
  })

  it('takes the size of an architecture only in place of the default', () => {
    expect(sizeEarly('', 100 * MIB, 8, true, 0).slots).toBe(65536)
    expect(sizeEarly('32768', 100 * MIB, 8, true, 0).slots).toBe(65536)
    expect(sizeEarly('16384', 100 * MIB, 8, true, 0).slots).toBe(16384)
  })

  it('halves what is refused down to 1 MiB, then gives up', () => {
    const bytes = [64, 32, 16, 8, 4, 2, 1].map((n) => n * MIB)
    const tries = (n: number) => bytes.slice(0, n).map((b, i) => ({ bytes: b, order: null, ok: i === n - 1 }))
    expect(sizeEarly('', 0, 8, true, 3 * MIB)).toMatchObject({ slots: 1024, areas: 8, tries: tries(6) })
    expect(sizeEarly('', 0, 8, true, MIB)).toMatchObject({ slots: 512, areas: 4, tries: tries(7) })
    const none = sizeEarly('', 0, 8, true, MIB - 1)
    expect([none.slots, none.wantedSlots, none.tries.length, none.tries.some((t) => t.ok)]).toEqual([
      0,
      32768,
      7,
      false,
    ])
  })
})

describe('the late pool', () => {
  it('is one block of the page allocator: 4 MiB at best, 2 MiB at least', () => {
    const best = sizeLate('', 0, 64, 10, 10)
    expect(best).toMatchObject({ rc: 0, slots: 2048, areas: 16, areaSlots: 128, wantedSlots: 32768 })
    expect(best.tries.map((t) => [t.order, t.bytes / MIB, t.ok])).toEqual([
      [14, 64, false],
      [13, 32, false],
      [12, 16, false],
      [11, 8, false],
      [10, 4, true],
    ])
    expect(sizeLate('', 0, 8, 10, 9)).toMatchObject({ slots: 1024, areas: 8 })
    expect(sizeLate('', 0, 8, 10, 8)).toMatchObject({ rc: -12, slots: 0, areas: 0 })
    expect(sizeLate('', MIB, 8, 10, 10)).toMatchObject({ rc: -12, slots: 0, tries: [] })
  })

  it('is not asked for with noforce, and not found where nothing is asked', () => {
    expect(sizeLate('noforce', 0, 8, 10, 10)).toMatchObject({ rc: 0, slots: 0, tries: [] })
    expect(sizeLate('0', 0, 8, 10, 10)).toMatchObject({ rc: -12, slots: 0, tries: [] })
  })
})
