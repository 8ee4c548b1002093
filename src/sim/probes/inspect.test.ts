// What the inspector tells, against what can be counted by hand.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IovaAllocator, RangeKind } from '../iova/allocator.ts'
import {
  ENTRY_GENERATION,
  ENTRY_MAPPING,
  ENTRY_STRIDE,
  freedAtNs,
  freedMark,
  MAP_ADDRESS,
  MAP_STRIDE,
} from '../machine/state.ts'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import { lastStep } from '../words/log.ts'
import { COLOURS_BY } from './cells.ts'
import { classesProbe } from './classes.ts'
import { inspect } from './figures.ts'
import { fragmentation } from './fragmentation.ts'
import { iovaSpaceProbe } from './iova-space.ts'
import { createArrays } from './probe.ts'

const MS = 1_000_000

function open(id: string, ns: number, changes: Record<string, number | string> = {}): Run {
  const scenario = Object.entries(changes).reduce((s, [p, v]) => withValue(s, p, v), presetById(id)!.scenario)
  const run = createRun(scenario, 12 * MS)
  run.advance(ns)
  return run
}

/** An allocator that only tells of the given bitmap. */
function telling(used: readonly boolean[]): IovaAllocator {
  return {
    forEachRange(_: object, visit: (start: number, npages: number, kind: RangeKind) => void) {
      for (const [e, is] of used.entries()) if (is) visit(e, 1, e % 3 === 0 ? 'reserved' : 'used')
    },
  } as unknown as IovaAllocator
}

describe('fragmentation', () => {
  it('is what counting entry by entry gives', () => {
    const bitmap = fc.array(fc.boolean(), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(bitmap, fc.nat(200), fc.nat(200), (used, a, b) => {
        const [start, end] = [Math.min(a, b, used.length), Math.min(Math.max(a, b), used.length)]
        const text = used.slice(start, end).map((is) => (is ? 'x' : '.'))
        const runs = text
          .join('')
          .split(/x+/)
          .map((run) => run.length)
          .filter((n) => n > 0)
        const free = runs.reduce((sum, n) => sum + n, 0)
        const squares = runs.reduce((sum, n) => sum + n * n, 0)
        expect(fragmentation(telling(used), {}, start, end)).toEqual({
          ...{ start, end, free, runs: runs.length },
          largestRun: Math.max(0, ...runs),
          inOne: free === 0 ? null : squares / (free * free),
        })
      }),
    )
  })

  it('of a region is told with every entry in it, and agrees with the allocator', () => {
    const { machine } = open('halves', 5 * MS)
    const { allocator, allocatorState } = machine.domains[0]!
    for (const region of allocator.regions(allocatorState)) {
      const card = inspect(machine, 0, region.start)!
      const { free, longestRun } = allocator.freeIn(allocatorState, region.start, region.end)
      expect(card.fragmentation).toMatchObject({ name: region.name, free, largestRun: longestRun })
    }
  })
})

describe('lives of an entry', () => {
  it('keeps the moment at which it was freed to the microsecond', () => {
    expect(freedAtNs(freedMark(0))).toBe(0)
    expect(freedAtNs(freedMark(4_212_999))).toBe(4_212_000)
    expect(freedAtNs(freedMark(1e15))).toBe(0x7ffffffe * 1000)
    expect([freedAtNs(0), freedAtNs(5)]).toEqual([null, null])
    expect(freedMark(1e15)).toBe(freedMark(1e15) | 0)
  })

  it('are told with the one before: who had it and when it was freed', () => {
    const run = open('frames-64k', 3 * MS)
    const { machine } = run
    let before = 0
    // The next unmap frees an entry; the step in words names it with its generation.
    while (!lastStep(machine).startsWith('unmap')) run.stepForward()
    const [, address, generation, cpu] = /^unmap (\S+)#(\d+), npages 1, CPU (\d+)$/.exec(lastStep(machine))!
    const e = Number(address!.replaceAll('_', '')) / 65_536
    before = Number(generation)
    const free = inspect(machine, 0, e)!
    expect(free).toMatchObject({ mapping: null, generation: before })
    expect(free.freedAtNs).toBe(Math.floor(machine.state.nowNs / 1000) * 1000)
    expect(free.past).toEqual({
      generation: before,
      device: 'eth0',
      cpu: Number(cpu),
      npages: 1,
      freedAtNs: machine.state.nowNs,
    })
    const freed = machine.state.nowNs
    while (inspect(machine, 0, e)!.mapping === null && machine.state.nowNs < 4 * MS) run.stepForward()
    const again = inspect(machine, 0, e)!
    if (again.mapping) {
      expect(again.generation).toBe(before + 1)
      expect(again.freedAtNs).toBeNull()
      if (again.past) expect(again.past).toMatchObject({ generation: before, freedAtNs: freed })
    }
  })

  it('are never told of the wrong one: what is told fits what the entry itself keeps', () => {
    for (const id of ['frames-64k', 'halves']) {
      const run = open(id, 4 * MS)
      const table = run.machine.state.tables[0]!
      for (let e = 0; e < table.geometry.size; e += Math.ceil(table.geometry.size / 100)) {
        const card = inspect(run.machine, 0, e)!
        const mark = table.entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]!
        expect(card.freedAtNs).toBe(freedAtNs(mark))
        if (!card.past) continue
        if (card.freedAtNs !== null) expect(Math.floor(card.past.freedAtNs / 1000), id).toBe(card.freedAtNs / 1000)
        else expect(card.past.freedAtNs, id).toBeLessThanOrEqual(card.mapping!.mappedAtNs)
      }
    }
  }, 60_000)
})

describe('exposure', () => {
  it('counts the other buffers in the pages that a mapping opens', () => {
    // 64 KiB IOMMU pages over 2048-byte slots: up to 31 others in each.
    const { machine } = open('frames-64k', 3 * MS, { 'w0.placement': 'slot' })
    const { entries, mappings, geometry } = machine.state.tables[0]!
    const page = (address: number) => Math.floor(address / 65_536)
    const buffers = Array.from({ length: geometry.size }, (_, e) => entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]!)
      .filter((mark) => mark > 0)
      .map((mark) => page(mappings.records.data[(mark - 1) * MAP_STRIDE + MAP_ADDRESS]!))
    const some = [1, 70, 200, 513, 900, 1500].map((e) => inspect(machine, 0, e)!.mapping!)
    for (const one of some) expect(one.neighbours).toBe(buffers.filter((of) => of === page(one.realAddr)).length - 1)
    expect(Math.max(...some.map((one) => one.neighbours))).toBeGreaterThan(5)
  })
})

describe('the counts of classes', () => {
  it('are those of all entries of the table, for every colour', () => {
    const run = open('halves', 5 * MS)
    const { machine } = run
    for (const colourBy of COLOURS_BY) {
      if (colourBy === 'state') continue
      const { counts } = classesProbe.build(machine, { table: 0, colourBy }, createArrays())
      const map = iovaSpaceProbe.build(
        machine,
        { table: 0, first: 0, count: 0, columns: 256, maxRows: 4096, colourBy, breaks: false },
        createArrays(),
      )
      expect(map.entriesPerCell).toBe(1)
      const expected = new Array(256).fill(0)
      for (const value of map.value) expected[value]++
      expected[255] = 0
      expect([...counts]).toEqual(expected)
    }
  })

  it('of generations follow the entries, not the mappings', () => {
    const { machine } = open('halves', 5 * MS)
    const { data } = machine.state.tables[0]!.entries
    const { counts } = classesProbe.build(machine, { table: 0, colourBy: 'generation' }, createArrays())
    let once = 0
    for (let i = 0; i < data.length; i += ENTRY_STRIDE)
      if (data[i + ENTRY_MAPPING]! > 0 && data[i + ENTRY_GENERATION] === 1) once++
    expect(counts[0]).toBe(once)
  })
})

describe('what a mapping paid for its table entries', () => {
  it('is one entry for a large page, and one after the other where it was split', () => {
    const paid = (misalign: string) => {
      const run = open('splitting', 4 * MS, { 'w0.misalign': misalign })
      return inspect(run.machine, 0, 20 * 512)!.mapping!.paid.tableNs
    }
    expect([paid('off'), paid('on')]).toEqual([190, 190 + 511 * 3])
  })
})
