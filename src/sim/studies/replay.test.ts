import { describe, expect, it } from 'vitest'
import { recordingIn } from '../../tools/open-text.ts'
import { playable } from '../../tools/recordings.ts'
import { inspect, summarise } from '../probes/figures.ts'
import { createRun } from '../run/run.ts'
import { presetById } from '../scenario/presets.ts'
import { presetOfRecording } from '../scenario/recorded.ts'
import { REC_MAP, type Recording } from '../scenario/recording.ts'
import { replay } from './replay.ts'

const boot = playable(presetById('real-boot')!)
const recording = boot.scenario.recording!

/** The recording with the map at operation `at` moved by `by` entries, and its unmap with it. */
function moved(at: number, by: number): Recording {
  const entry = recording.ops.entry.slice()
  const was = entry[at]!
  const back = entry.findIndex((e, i) => i > at && e === was && recording.ops.kind[i] !== REC_MAP)
  entry[at] = was + by
  if (back > 0) entry[back] = was + by
  return { ...recording, ops: { ...recording.ops, entry } }
}

const firstMap = recording.ops.kind.indexOf(REC_MAP)

describe('a recording through an allocator', () => {
  it('tce-pools hands out every address of the recorded boot, corrected or not', () => {
    expect(replay(recording, 'tce-pools')).toMatchObject({
      records: 1430,
      allocations: 495,
      predicted: 495,
      corrected: 0,
      predictedUncorrected: 495,
      misses: [],
    })
  })

  it('tce-halves hands out entry 0 first, which the kernel never does, and agrees from then on', () => {
    const { predicted, corrected, misses } = replay(recording, 'tce-halves')
    expect([predicted, corrected]).toEqual([494, 1])
    expect(misses).toEqual([{ ns: misses[0]!.ns, line: 516, npages: 1, recorded: 1, predicted: 0 }])
  })

  it('after a miss the corrected model goes on from the record, and the other one does not', () => {
    const third = recording.ops.kind.findIndex((k, i) => k === REC_MAP && recording.ops.npages[i] === 1)
    const { predicted, corrected, predictedUncorrected, misses } = replay(moved(third, 4096), 'tce-pools')
    expect(misses[0]).toMatchObject({ recorded: 4097, predicted: 1 })
    // The next one follows the record, which is not where the boot went on.
    expect([predicted, corrected]).toEqual([493, 2])
    expect(predictedUncorrected).toBe(494)
  })

  it('an allocator that is unknown or cannot follow is refused by name', () => {
    expect(() => replay(recording, 'nothing')).toThrow('nothing')
    expect(() => replay(recording, 'fine-coarse')).toThrow('cannot follow')
  })
})

describe('a recording that is played', () => {
  it('stands in the machine as it stood in the record, and tells what was foretold', () => {
    const run = createRun(boot.scenario, boot.horizonNs)
    run.advance(boot.horizonNs)
    const { prediction, maps, mapped } = summarise(run.machine, 0)
    expect([maps, mapped]).toEqual([495, 128])
    expect(prediction).toMatchObject({
      allocator: 'tce-pools',
      total: 495,
      allocations: 495,
      predicted: 495,
      corrected: 0,
    })
    const live = new Set<number>()
    const { ops } = recording
    for (let i = 0; i < ops.count; i++)
      for (let e = ops.entry[i]!; e < ops.entry[i]! + ops.npages[i]!; e++)
        if (ops.kind[i] === REC_MAP) live.add(e)
        else live.delete(e)
    const { table, tableState } = run.machine.domains[0]!
    const set = Array.from({ length: recording.size }, (_, e) => e).filter((e) => table.walk(tableState, e) !== 0)
    expect(set).toEqual([...live].sort((a, b) => a - b))
  })

  it('agrees with the replay without a machine, miss by miss', () => {
    for (const allocator of ['tce-pools', 'tce-halves'])
      for (const record of [recording, moved(firstMap, 64), moved(firstMap + 6, 160)]) {
        const { scenario, horizonNs } = presetOfRecording(record)
        const [device] = scenario.devices
        const settings = { ...device!.settings, allocator }
        const run = createRun({ ...scenario, devices: [{ ...device!, settings }] }, horizonNs)
        run.advance(horizonNs)
        const { records: _r, predictedUncorrected: _p, ...figures } = replay(record, allocator)
        expect(summarise(run.machine, 0).prediction).toEqual(figures)
      }
  })

  it('tells of a mapping where it was recorded and foretold', () => {
    const { scenario, horizonNs } = presetOfRecording(moved(firstMap, 64))
    const run = createRun(scenario, horizonNs)
    run.advance(recording.ops.ns[firstMap]! + 10_000)
    const first = recording.ops.entry[firstMap]!
    expect(inspect(run.machine, 0, first + 64)!.mapping).toMatchObject({ firstEntry: first + 64, foretold: first })
  })

  it('lets a mapping give way to one over it, and keeps the rest of one that is unmapped in part', () => {
    const put = (ioba: string, tce: string) => `spapr_iommu_pci_put liobn=0x1 ioba=0x${ioba} tce=0x${tce} ret=0`
    const text = [
      'spapr_iommu_pci_indirect liobn=0x1 ioba=0x10000 tcelist=0x0 iobaN=0xf tceN=0x508f003 ret=0',
      put('12000', '9003'),
      'spapr_iommu_pci_stuff liobn=0x1 ioba=0x18000 tcevalue=0x0 npages=4 ret=0',
      'spapr_iommu_pci_stuff liobn=0x1 ioba=0x90000 tcevalue=0x0 npages=4 ret=0',
    ]
    const { scenario, horizonNs } = presetOfRecording(recordingIn(text.join('\n')))
    const run = createRun(scenario, horizonNs)
    run.advance(horizonNs)
    const live = Array.from({ length: 18 }, (_, i) => {
      const card = inspect(run.machine, 0, 0x10 + i)!
      return card.mapping ? card.tce - (card.tce % 4) : 0
    })
    const real = (i: number) => 0x5080000 + i * 0x1000
    expect(live).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17].map((i) =>
        i === 2 ? 0x9000 : i < 4 || (i > 7 && i < 16) ? real(i) : 0,
      ),
    )
  })
})
