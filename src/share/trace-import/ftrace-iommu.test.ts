import { describe, expect, it } from 'vitest'
import {
  createRun,
  currentValue,
  fieldAt,
  logLines,
  presetOfRecording,
  REC_MAP,
  REC_MORE,
  REC_UNMAP,
  type Recording,
  reasonAgainst,
  replay,
  summarise,
  withValue,
} from '../../sim/index.ts'
import { storyOf } from '../../sim/scenario/stories.ts'
import { FIRST_TEN } from '../../sim/testing/ftrace.ts'
import { openText, recordingIn } from '../../tools/open-text.ts'

/** [kind, entry, npages, real address, CPU] of each row. */
function rows({ ops }: Recording) {
  const { kind, entry, npages, address, cpu } = ops
  return Array.from(kind, (k, i) => [k, entry[i], npages[i], address[i], cpu![i]])
}

const line = (ms: number, body: string, cpu = 0, task = 'dd-222') =>
  `  ${task}     [00${cpu}] d.h1.    19.00${ms}000: ${body}`
const map = (ms: number, page: number, memory: number, n = 1, cpu = 0, task?: string) =>
  line(
    ms,
    `map: IOMMU: iova=0x${(page * 4096).toString(16)} paddr=0x${memory.toString(16)} size=${n * 4096}`,
    cpu,
    task,
  )
const unmap = (ms: number, page: number, n = 1, cpu = 0) =>
  line(ms, `unmap: IOMMU: iova=0x${(page * 4096).toString(16)} size=${n * 4096} unmapped_size=${n * 4096}`, cpu)

describe('ten lines of a real x86 machine', () => {
  const recording = recordingIn(FIRST_TEN, 'ping.txt')
  const preset = presetOfRecording(recording)
  const played = (scenario = preset.scenario) => {
    const run = createRun(scenario, preset.horizonNs)
    run.advance(preset.horizonNs)
    return run
  }

  it('are read: maps and unmaps with their CPUs, and how the flush went', () => {
    expect(rows(recording).slice(0, 4)).toEqual([
      [REC_MAP, 0xffffa, 1, 0x1f5d000, 0],
      [REC_UNMAP, 0xffffa, 1, -1, 0],
      [REC_UNMAP, 0xffff9, 1, -1, 1],
      [REC_MAP, 0xffef7, 1, 0x36c9000, 1],
    ])
    expect([recording.records, recording.broken, recording.cpus]).toEqual([8, 0, 2])
    expect([recording.way, recording.settings]).toEqual(['vtd', { flush: 'deferred' }])
  })

  it('mean the same in the words of kernels before 5.17, of trace-cmd and of perf', () => {
    const old = FIRST_TEN.replaceAll(/ - 0x[0-9a-f]{16}/g, '')
    const perf = FIRST_TEN.replaceAll(/-(\d+) +(\[\d+\]) \S+/g, ' $1 $2').replaceAll(/: (map|unmap):/g, ': iommu:$1:')
    const raw = FIRST_TEN.replaceAll(/(\[\d+\]) \S+/g, '$1')
      .replaceAll(/ - 0x[0-9a-f]{16}/g, '')
      .replaceAll('map: IOMMU: ', 'map:        ')
    for (const text of [old, perf, raw, FIRST_TEN.replaceAll('\n', '\r\n')]) {
      expect(text).not.toBe(FIRST_TEN)
      expect(rows(recordingIn(text))).toEqual(rows(recording))
    }
  })

  it('play on a VT-d table, in the words of the common IOMMU layer, and no hypervisor is called', () => {
    const run = played()
    const { maps, unmaps, mapped, prediction, tree } = summarise(run.machine, 0)
    expect([maps, unmaps, mapped]).toEqual([4, 4, 2])
    expect([currentValue(run.scenario(), 'm.platform'), currentValue(run.scenario(), 'd0.allocator')]).toEqual([
      'vtd',
      'rcache',
    ])
    expect(prediction).toMatchObject({ allocator: 'rcache', allocations: 4 })
    expect(tree).not.toBeNull()
    const words = [
      ...logLines(run.machine, 0).map(({ text }) => text),
      ...recording.assumed,
      storyOf(preset.scenario)!.says,
      preset.scenario.devices[0]!.name,
    ]
    expect(words.join(' ')).not.toMatch(/liobn|TCE|hypercall|hypervisor/i)
  })

  it('agree with the replay without a machine, whatever the allocator', () => {
    for (const allocator of ['rbtree', 'rcache', 'tce-pools']) {
      const { predicted, allocations } = replay(recording, allocator)
      const { prediction } = summarise(played(withValue(preset.scenario, 'd0.allocator', allocator)).machine, 0)
      expect([prediction!.predicted, prediction!.allocations]).toEqual([predicted, allocations])
    }
  })

  it('leave it open which IOMMU of the common layer it was, and no other', () => {
    const platform = fieldAt(preset.scenario, 'm.platform')!
    expect(['vtd', 'arm', 'amd', 'power', 'pseries'].map((of) => reasonAgainst(platform, of) === null)).toEqual([
      ...[true, true, true],
      ...[false, false],
    ])
    for (const of of ['arm', 'amd'])
      expect(summarise(played(withValue(preset.scenario, 'm.platform', of)).machine, 0).mapped).toBe(2)
  })
})

describe('records of iommu:map and iommu:unmap', () => {
  it('are one run where one unmap takes them back, and stay pieces where it does not', () => {
    const recording = recordingIn(
      [
        map(0, 0x80, 0x9000),
        map(0, 0x40, 0x1000, 1, 1),
        map(1, 0x81, 0x4000, 2),
        map(1, 0x83, 0x7000),
        unmap(2, 0x80, 4),
        map(3, 0x80, 0xa000),
        map(3, 0x81, 0xb000),
      ].join('\n'),
    )
    expect(rows(recording).map(([kind, entry, npages]) => [kind, entry, npages])).toEqual([
      [REC_MAP, 0x80, 1],
      [REC_MORE, 0x81, 2],
      [REC_MORE, 0x83, 1],
      [REC_MAP, 0x40, 1],
      [REC_UNMAP, 0x80, 4],
      [REC_MAP, 0x80, 1],
      [REC_MAP, 0x81, 1],
    ])
    const preset = presetOfRecording(recording)
    const run = createRun(preset.scenario, preset.horizonNs)
    run.advance(recording.ops.ns[1]! + 500_000)
    const { maps, mapped } = summarise(run.machine, 0)
    expect([maps, mapped, run.machine.state.tables[0]!.live]).toEqual([2, 5, 2])
  })

  it('tell by their invalidations whether an unmap waited for its own', () => {
    const flush = (word: string) => `  dd-1  [000] d...  1.0: qi_submit: iotlb_inv dmar0: ${word} 0xfff80045 0x0 0x0`
    expect(recordingIn([map(0, 5, 0x1000), flush('0x300f2')].join('\n')).settings).toEqual({ flush: 'strict' })
    expect(recordingIn([map(0, 5, 0x1000), flush('0x300e2')].join('\n')).settings).toEqual({ flush: 'deferred' })
    expect(recordingIn(map(0, 5, 0x1000)).settings).toBeUndefined()
  })

  it('that cannot be used are told by line; what lies above 4 GiB is left out, and said', () => {
    const { problems, assumed, ops } = recordingIn(
      [
        map(0, 5, 0x1000),
        map(0, 6, 0x1000).replace(/size=\d+/, 'size=100'),
        map(0, 7, 0x1000).replace('paddr', 'addr'),
        map(0, 0x100000, 0x1000),
      ].join('\n'),
    )
    expect([ops.count, problems.map(({ field, allowed }) => [field, allowed])]).toEqual([
      1,
      [
        ['line 2', 'whole pages of 4096 bytes'],
        ['line 3', 'map: IOMMU: iova=0x… - 0x… paddr=0x… size=…'],
      ],
    ])
    expect(assumed.join(' ')).toContain('1 records of addresses above 4 GiB')
    const high = openText('t', map(0, 0x100000, 0x1000))
    expect(high).toMatchObject({ kind: 'unreadable', message: expect.stringContaining('above 4 GiB') })
  })
})
