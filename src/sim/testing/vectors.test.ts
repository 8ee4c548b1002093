import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { isVectorFile, replayVectors } from './vectors.ts'

const folderOf = (part: string) => fileURLToPath(new URL(`../vectors/${part}/`, import.meta.url))
const filesOf = (part: string) => readdirSync(folderOf(part)).filter(isVectorFile)
const folders = ['powerpc', 'iova', 'iotlb', 'swiotlb']
const folderByFile = new Map(folders.flatMap((part) => filesOf(part).map((name) => [name, part] as const)))
const names = [...folderByFile.keys()]
const read = (name: string) => readFileSync(folderOf(folderByFile.get(name) ?? '') + name, 'utf8')

describe('the recorded allocators, DMA API and page tables are met, operation for operation', () => {
  for (const name of names) {
    test(name, { timeout: 60_000 }, () => {
      const { status, checks, firstMismatch } = replayVectors(name, read(name))
      expect({ status, firstMismatch }).toEqual({ status: 'passed', firstMismatch: undefined })
      expect(checks).toBeGreaterThan(name.includes('_differs_') ? 2 : 10)
    })
  }

  test('the folders hold every recorded file', () => {
    const counts = ['a_', 'b_', 'c_', 'd_', 'e_'].map((prefix) => names.filter((n) => n.startsWith(prefix)).length)
    expect([...counts, filesOf('iova').length, filesOf('iotlb').length]).toEqual([17, 7, 5, 3, 1, 25, 38])
    expect(filesOf('swiotlb').filter((n) => n.startsWith('swiotlb_'))).toHaveLength(13)
  })
})

describe('a replay', () => {
  /** The file with its `nth` record of this kind changed. */
  const changed = (name: string, kind: string, nth: number, change: (line: string) => string) => {
    let seen = 0
    const lines = read(name).split('\n')
    return lines.map((l) => (l.startsWith(`${kind} `) && seen++ === nth ? change(l) : l)).join('\n')
  }
  const lastDigit = (line: string) => line.replace(/.$/, (d) => (d === '1' ? '2' : '1'))

  const cases: readonly (readonly [file: string, kind: string])[] = [
    ['a_256m_4k.txt', 'A'],
    ['a_256m_4k.txt', 'K'],
    ['a_256m_4k.txt', 'I'],
    ['a_map_kps16.txt', 'M'],
    ['a_map_kps16.txt', 'S'],
    ['a_map_kps16.txt', 'C'],
    ['a_cpuhash.txt', 'H'],
    ['b_gen1_mask.txt', 'A'],
    ['b_gen2_mix.txt', 'G'],
    ['b_gen2_mix.txt', 'K'],
    ...['B', 'F', 'R', 'r'].map((kind) => ['d_hcalls.txt', kind] as const),
    ...['a', 'f', 's', 'r', 'm', 'u', 't', 'T', 'c'].map((kind) => ['19-fuzz.txt', kind] as const),
    ['08-depot.txt', 'w'],
    ['09-fqpercpu.txt', 'q'],
    ['09-fqpercpu.txt', 'B'],
    ['08-depot.txt', 'o'],
    ['15-straddle.txt', 's'],
    ['pgsize_vtd_4k2m1g.txt', 'M'],
    ['pgsize_vtd_4k2m1g.txt', 'U'],
    ['gather.txt', 'G'],
    ...['q', 't', 'c'].map((kind) => ['flush_queue.txt', kind] as const),
    ...['cfg', 'm', 'u', 'q', 'f', 'c', 'w'].map((kind) => ['vtd_pt_4level.txt', kind] as const),
    ['inval_vtd_psi.txt', 'i'],
    ...['cfg', 'm', 'u', 'q', 'c', 'w'].map((kind) => ['arm_pt_4k_s1_48_ril.txt', kind] as const),
    ...['i', 'a'].map((kind) => ['inval_smmuv3.txt', kind] as const),
    ...['cfg', 'm', 'u', 'c', 'w'].map((kind) => ['amd_pt_v1_host.txt', kind] as const),
    ['inval_amd.txt', 'i'],
    ...['N', 'B', 'X', 'C', 'G', 'V', 'W', 'P', 'Z'].map((kind) => ['c_ops_kps16.txt', kind] as const),
    ['c_sparse2018.txt', 'V'],
    ...['cfg', 'm', 'u', 'c'].map((kind) => ['swiotlb_ops_mixed_masks.txt', kind] as const),
    ...['E', 'L', 'X'].map((kind) => ['swiotlb_sizing.txt', kind] as const),
  ]
  for (const [file, kind] of cases) {
    test(`fails on one wrong digit in a ${kind} record of ${file}`, () => {
      const nth = ['I', 'T', 'B', 'o', 'cfg', 'N'].includes(kind) ? 0 : 2
      const { status, firstMismatch } = replayVectors(file, changed(file, kind, nth, lastDigit))
      expect(status).toBe('failed')
      expect(firstMismatch).toMatch(/^line \d+: /)
    })
  }

  test('fails on a wrong frame count, naming row and figure', () => {
    const text = read('e_frames2006.json').replace('"buffersMapped":65534', '"buffersMapped":65535')
    expect(replayVectors('e_frames2006.json', text).firstMismatch).toBe(
      'row 0, buffersMapped: recorded 65535, got 65534',
    )
  })

  test('fails on a wrong window, table, call or page size, naming case and field', () => {
    const cases: readonly (readonly [file: string, from: string, to: string, where: string])[] = [
      ['d_ddw.json', '"create(16,35)"', '"create(16,36)"', 'direct mapped, plenty of TCEs, mask 0, rtas: '],
      ['d_ddw.json', '"bypass":true', '"bypass":false', 'direct mapped, plenty of TCEs, mask 0, bypass: '],
      ['d_ddw.json', '"putIndirect":512', '"putIndirect":511', 'direct mapped, plenty of TCEs, mask 0, hcalls: '],
      ['d_pagesize.json', '"shift":21', '"shift":22', 'bit 8, shift: recorded 22, got 21'],
      ['d_pagesize.json', '"0x11000"', '"0x10000"', 'mask 0x3, vfioPgsizes: recorded "0x10000", got "0x11000"'],
    ]
    for (const [file, from, to, where] of cases) {
      const { status, firstMismatch } = replayVectors(file, read(file).replace(from, to))
      expect([status, firstMismatch?.slice(0, where.length)]).toEqual(['failed', where])
    }
  })

  test('fails on a wrong size of a level table, naming row and figure', () => {
    const text = read('c_levels_kps16.json').replace('"itSize":8192', '"itSize":8193')
    expect(replayVectors('c_levels_kps16.json', text).firstMismatch).toBe('row 1, itSize: recorded 8193, got 8192')
  })

  test('fails on a wrong boot, naming row and event or field', () => {
    const text = read('boot_timeline.json')
    const cases: readonly (readonly [from: RegExp, to: string, where: string])[] = [
      [/"bytes": 67108864/, '"bytes": 67108863', 'row 1, event 1, bytes: recorded 67108863, got 67108864'],
      [/"swiotlb_slots_end": 2048/, '"swiotlb_slots_end": 2047', 'row 19, swiotlb_slots_end: recorded 2047, got 2048'],
      [/order 10 \(4 MiB\)/, 'order 10 (8 MiB)', 'row 19, event 6, ev: recorded "page allocator order 10 (8 MiB)"'],
      [/"isolation": true/, '"isolation": false', 'row 2, isolation: recorded false, got true'],
      [/"mapping error"/, '"bounced"', 'row 5, dma32_high_buffer: recorded "bounced", got "mapping error"'],
      [/"option": "4-leak"/, '"option": "5"', 'no option 5 with hw ok'],
    ]
    for (const [from, to, where] of cases) {
      const { status, firstMismatch } = replayVectors('boot_timeline.json', text.replace(from, to))
      expect([status, firstMismatch?.slice(0, where.length)]).toEqual(['failed', where])
    }
  })

  test('fails on a record without its result, on an unknown record and on a file without records', () => {
    expect(
      replayVectors(
        'a_x.txt',
        changed('a_256m_4k.txt', 'A', 0, (l) => l.replace(/ \S+$/, '')),
      ).status,
    ).toBe('failed')
    expect(
      replayVectors(
        'a_x.txt',
        changed('a_256m_4k.txt', 'A', 0, () => 'Q 1 2'),
      ).status,
    ).toBe('failed')
    expect(replayVectors('a_x.txt', '# nothing').firstMismatch).toBe('nothing to check')
  })

  test('recognises a file by its first line too, and skips what no mechanism claims', () => {
    expect(replayVectors('renamed.txt', read('a_zero_npages.txt')).status).toBe('passed')
    expect(replayVectors('z_later.txt', '# a mechanism to come').status).toBe('skipped')
    expect([isVectorFile('FORMAT.md'), isVectorFile('README.md')]).toEqual([false, false])
  })
})
