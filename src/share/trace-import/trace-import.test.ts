import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRun, presetOfRecording, REC_CLEAR, REC_MAP, REC_UNMAP, type Recording } from '../../sim/index.ts'
import { openText, recordingIn } from '../../tools/open-text.ts'
import { ROOT } from '../../tools/root.ts'
import { fileKey } from '../file-key.ts'
import { beginFile } from '../files/open.ts'

const BOOT = readFileSync(join(ROOT, 'public/recordings/real-boot.txt'), 'utf8')

const recordingOf = (text: string): Recording => recordingIn(text)

/** What a file is that comes in these pieces. */
function opened(pieces: Iterable<string>) {
  const file = beginFile('t')
  const bytes = new TextEncoder()
  for (const piece of pieces) if (!file.push(bytes.encode(piece))) break
  const work = file.end()
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** [kind, entry, npages, real address] of each operation. */
function rows({ ops }: Recording) {
  return Array.from({ length: ops.count }, (_, i) => [ops.kind[i], ops.entry[i], ops.npages[i], ops.address[i]])
}

const put = (ioba: number, tce: string, more = 'ret=0') =>
  `spapr_iommu_pci_put liobn=0x80000000 ioba=0x${ioba.toString(16)} tce=0x${tce} ${more}`
const batch = (ioba: number, last: number, tce: string) =>
  `spapr_iommu_pci_indirect liobn=0x80000000 ioba=0x${ioba.toString(16)} tcelist=0x5040000 iobaN=0x${last.toString(16)} tceN=0x${tce} ret=0`
const stuff = (end: number, n: number) =>
  `spapr_iommu_pci_stuff liobn=0x80000000 ioba=0x${end.toString(16)} tcevalue=0x0 npages=${n} ret=0`

describe('a recorded boot', () => {
  const boot = recordingOf(BOOT)
  const count = (kind: number) => boot.ops.kind.reduce((n, k) => n + (k === kind ? 1 : 0), 0)

  it('is read whole: 512 calls that clear, 495 maps, 423 unmaps', () => {
    expect([boot.records, boot.broken]).toEqual([1430, 0])
    expect([count(REC_CLEAR), count(REC_MAP), count(REC_UNMAP)]).toEqual([512, 495, 423])
  })

  it('tells its window by the clearing: 1 GiB of 4K pages from 0', () => {
    expect([boot.way, boot.space, boot.pageShift, boot.offset, boot.size]).toEqual([
      ...['tce', 'window 80000000'],
      ...[12, 0, 262144],
    ])
  })

  it('is what links of before mean by its name and digits', () => {
    expect(fileKey({ ...boot, name: 'real-boot.txt' })).toBe('real-boot.txt~2cc1bbca')
    expect(fileKey({ ...recordingOf(put(0x5000, '9003').replace('80000000', '80000001')), name: 't' })).toBe(
      't~d21f98c9',
    )
  })

  it('begins with its first TCE and ends 13.44 s later', () => {
    expect([boot.ops.ns[0], boot.endNs]).toEqual([0, 13_441_679_000])
  })

  it('means the same without times, without 0x, without pid, with CRLF', () => {
    const bare = recordingOf(BOOT.replaceAll(/^\d+@\d+\.\d+:/gm, '').replaceAll('liobn=0x', 'liobn='))
    expect(rows(bare)).toEqual(rows(boot))
    expect(bare.assumed.join(' ')).toContain('no times')
    expect(recordingOf(BOOT.replaceAll('\n', '\r\n')).ops).toEqual(boot.ops)
  })

  it('means the same whatever the pieces it comes in', () => {
    const pieces = Array.from({ length: Math.ceil(BOOT.length / 977) }, (_, i) => BOOT.slice(977 * i, 977 * (i + 1)))
    expect(opened(pieces)).toMatchObject({ kind: 'recording', recording: { ops: boot.ops } })
  })

  it('loads around broken lines, and says which, what and what is allowed', () => {
    const lines = BOOT.split('\n')
    lines[600] = '18917@1795185402.63: spapr_iommu_pci_put liobn=0x8'
    lines[601] = `18917@1795185402.637003:${put(0x100000, '472c003').replace('ioba=0x100000', 'ioba=0x100001')}`
    const { records, broken, problems } = recordingOf(lines.join('\n'))
    expect([records, broken]).toEqual([1428, 2])
    expect(problems.map((p) => p.field)).toEqual(['line 601', 'line 602'])
    expect(problems[0]!.given).toContain('spapr_iommu_pci_put liobn=0x8')
    expect(problems[1]!.allowed).toContain('multiple of 0x1000')
  })
})

describe('QEMU TCE records', () => {
  it('stuff names the end of its range, put and indirect the beginning', () => {
    expect(
      rows(recordingOf([put(0x5000, '9003'), batch(0x20000, 0xf, '508f003'), stuff(0x30000, 16)].join('\n'))),
    ).toEqual([
      [REC_MAP, 5, 1, 0x9000],
      [REC_MAP, 0x20, 16, 0x5080000],
      [REC_UNMAP, 0x20, 16, -1],
    ])
  })

  it('a full batch that the next one continues is one mapping; one that leads elsewhere is not', () => {
    const first = batch(0x200000, 0x1ff, '11ff003')
    expect(rows(recordingOf([first, batch(0x400000, 0xf, '120f003')].join('\n')))).toEqual([
      [REC_MAP, 0x200, 528, 0x1000000],
    ])
    expect(recordingOf([first, batch(0x400000, 0xf, '990f003')].join('\n')).ops.count).toBe(2)
    expect(recordingOf([batch(0x200000, 0xf, '100f003'), batch(0x210000, 0xf, '101f003')].join('\n')).ops.count).toBe(2)
  })

  it('single puts that continue each other are one operation only where nothing is ever batched', () => {
    const puts = [put(0x5000, '9003'), put(0x6000, 'a003'), put(0x5000, '0'), put(0x6000, '0')]
    expect(rows(recordingOf(puts.join('\n')))).toEqual([
      [REC_MAP, 5, 2, 0x9000],
      [REC_UNMAP, 5, 2, -1],
    ])
    expect(recordingOf([...puts, batch(0x20000, 0xf, '508f003')].join('\n')).ops.count).toBe(5)
  })

  it('a clearing in one call counts where windows begin, and a window may begin at 2^59', () => {
    expect(rows(recordingOf([stuff(0x100000, 256), put(0x1000, '9003')].join('\n')))[0]).toEqual([
      REC_CLEAR,
      0,
      256,
      -1,
    ])
    const high = recordingOf('spapr_iommu_pci_put liobn=0x80000001 ioba=0x800000000003000 tce=0x9003 ret=0')
    expect([high.offset, high.ops.entry[0]]).toEqual([0x8000_0000_0000, 3])
  })

  it('failed hypercalls change nothing, other windows and other events are left out', () => {
    const text = [put(0x5000, '9003'), put(0x6000, 'a003', 'ret=-4'), 'vtd_inv_desc_wait_sw x', 'spapr_iommu_xlate y']
    const other = put(0x7000, 'b003').replace('80000000', '80000009')
    const { records, broken, assumed, ops } = recordingOf([...text, other].join('\n'))
    expect([records, broken, ops.count]).toEqual([1, 0, 1])
    expect(assumed.join(' ')).toMatch(/1 records of other windows.*1 hypercalls failed/)
  })
})

describe('a trace whose beginning is missing', () => {
  const played = (text: string) => {
    const recording = recordingOf(text)
    const { scenario, horizonNs } = presetOfRecording(recording)
    const run = createRun(scenario, horizonNs)
    run.advance(horizonNs, 10_000)
    return { recording, mapped: run.machine.state.tables[0]!.mapped }
  }

  it.each([8, 16])('by calls that clear %sK pages: the window is one of 4K from 0, and it plays', (kib) => {
    // The second call follows from where the first cannot have begun.
    const [first, step] = [0x100000, 512 * 1024 * kib]
    const { recording, mapped } = played([stuff(first, 512), stuff(first + step, 512), put(0x1000, '1003')].join('\n'))
    expect([recording.offset, recording.pageShift, mapped]).toEqual([0, 12, 1])
    expect(recording.assumed.join(' ')).toContain('pages of 4K')
  })

  it('by the first of its clearing calls: the window begins where windows begin, and that is said', () => {
    const { recording } = played([stuff(0x400000, 512), stuff(0x600000, 512), put(0x1000, '1003')].join('\n'))
    // 6 MiB were cleared; the next window that can be played has 16.
    expect([recording.offset, recording.size]).toEqual([0, 0x1000])
    expect(recording.assumed.join(' ')).toMatch(
      /a window of 4096 TCEs: the 1536 .* begins 512 TCEs before the first call|begins 512 TCEs before the first call.* a window of 4096 TCEs: the 1536 /,
    )
  })

  it('so that it begins with an unmap of the first entry: that is no window of one TCE', () => {
    const { recording } = played([stuff(0x1000, 1), put(0x5000, '9003'), stuff(0x6000, 1)].join('\n'))
    expect([recording.size, rows(recording).map(([kind]) => kind)]).toEqual([256, [REC_UNMAP, REC_MAP, REC_UNMAP]])
  })
})

describe('a trace that cannot be played', () => {
  const refusal = (...lines: string[]) => {
    const opened = openText('t', lines.join('\n'))
    return opened.kind === 'unreadable' ? opened.message : opened
  }

  it('is told what it lacks', () => {
    const cleared = 'all that its events do is to clear TCEs: nothing is ever mapped'
    expect(refusal(stuff(0x200000, 512), stuff(0x400000, 512))).toBe(cleared)
    expect(refusal(stuff(0x600000, 512), stuff(0xa00000, 512))).toBe(cleared)
    expect(refusal(stuff(0x5000, 1), stuff(0x7000, 1))).toBe(cleared)
    const none = 'the file has the right events, but none of them could be used'
    expect(refusal(put(0x5000, '9003', 'ret=-4'))).toBe(none)
  })

  it('is read when its times go back, and that is remarked', () => {
    const at = (ms: number) => `1@1.00${ms}000:${put(0x5000 + ms * 0x1000, '9003')}`
    const { remark, assumed, ops } = recordingOf([at(5), at(3), at(4), at(6)].join('\n'))
    expect(remark).toMatch(/^2 records are earlier/)
    expect([assumed.at(-1), Array.from(ops.ns)]).toEqual([remark, [0, 0, 0, 1e6]])
    expect(recordingOf([at(3), at(4)].join('\n')).remark).toBeUndefined()
  })

  it('says of each line that cannot be used what it would have to hold, by a noun', () => {
    const lines = [
      ...['nothing', `1@1.000001:${put(0x5001, '9003')}`, `1@1.000001:${stuff(0x5000, 513)}`],
      `1@1.000001:${put(0x5000, '9003')}`,
      ...[
        'spapr_iommu_pci_put liobn=1',
        `1@99999.000001:${stuff(0x6000, 1)}`,
        stuff(0x6000, 1).replace('=0x0', '=0x3'),
      ],
      put(0x6000, 'ffffffffffff0003'),
    ]
    const opened = openText('t', lines.join('\n'))
    const { problems } = opened.kind === 'recording' ? opened.recording : { problems: [] }
    expect(problems.map(({ field, allowed }) => [field, allowed])).toEqual([
      ['line 1', 'an event and what it tells, after pid@seconds: or without'],
      ['line 2', 'an ioba that is a multiple of 0x1000'],
      ['line 3', '1 to 512 TCEs in a call'],
      ['line 5', 'spapr_iommu_pci_put liobn=0x… ioba=0x… tce=0x… ret=…'],
      ['line 6', 'a time within an hour of the first record'],
      ['line 7', 'tcevalue=0x0, as a range is only ever cleared'],
      ['line 8', 'a real address below 2^53'],
    ])
  })

  it('is told by the line that asks for too large a window, and by its pages', () => {
    expect(refusal(put(0x5000, '9003'), put(0x7fff_ffff_f000, '9003'))).toMatch(/^line 2 is of a window of \d+ TCEs/)
    const large = [stuff(0x200000 * 4096, 512), stuff(0x400000 * 4096, 512), put(0, '9003')]
    expect(refusal(...large)).toMatch(/pages are of 2\^24 bytes: 4K or 64K can be played$/)
  })

  it.each([1, 2, 4, 16, 20, 256, 1024, 3000, 4096])(
    '%s MiB: what is told of the window is the window that plays',
    (mib) => {
      const recording = recordingOf(put(mib * 1024 * 1024 - 4096, '9003'))
      const { scenario, horizonNs } = presetOfRecording(recording)
      const { geometry, mapped } = createRun(scenario, horizonNs).machine.state.tables[0]!
      expect([geometry.size, geometry.offset, mapped]).toEqual([recording.size, recording.offset, 0])
      expect(recording.size * 4096).toBeGreaterThanOrEqual(mib * 1024 * 1024)
    },
  )

  it('loses records whose numbers no run holds, and says which', () => {
    const lines = [put(0x5000, '9003'), put(0x6000, 'ffffffffffff0003'), put(0x7000, '9003')]
    const timed = lines.map((line, i) => `1@${i === 2 ? 999_999_999_999 : 5}.000001:${line}`)
    const { records, problems } = recordingOf(timed.join('\n'))
    expect([records, problems.map(({ field }) => field)]).toEqual([1, ['line 2', 'line 3']])
  })
})

describe('a file that is no trace', () => {
  it.each(['', 'hello\nworld', '\u0000'.repeat(5000)])('%j is refused with a sentence', (text) => {
    expect(openText('t', text)).toMatchObject({ kind: 'unreadable', message: expect.stringMatching(/./) })
  })

  it('of 200 000 records is read in a time that grows with its length', () => {
    const line = `1@2.000003:${put(0x5000, '9003')}\n1@2.000004:${stuff(0x6000, 1)}\n`
    expect(opened(Array(100).fill(line.repeat(1000)))).toMatchObject({ recording: { records: 200_000 } })
  }, 120_000)

  it('without line ends costs no more than its length', () => {
    expect(opened(Array(100).fill('x'.repeat(1_000_000)))).toMatchObject({ kind: 'unreadable' })
  })
})
