// Network cards as the machine runs them: what is left when the traffic ends, what a ring costs, what the log says.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { presetById } from '../scenario/presets.ts'
import type { Scenario } from '../scenario/schema.ts'
import { logLines } from '../words/log.ts'
import type { NicRx } from '../workload/nic-rx.ts'
import { MAP_BYTES, MAP_ENTRY, MAP_NPAGES, MAP_STRIDE } from './state.ts'

const MS = 1_000_000

function scenarioOf(id: string, changes: Record<string, number | string> = {}): Scenario {
  return Object.entries(changes).reduce((s, [path, value]) => {
    const next = withValue(s, path, value)
    expect(next, path).not.toBe(s)
    return next
  }, presetById(id)!.scenario)
}

function runTo(id: string, ns: number, changes: Record<string, number | string> = {}): Run {
  const run = createRun(scenarioOf(id, changes), 12 * MS)
  run.advance(ns)
  return run
}

const table = (run: Run) => run.machine.state.tables[0]!

describe('transmit', () => {
  const drained: Record<string, Record<string, number | string>> = {
    'with TSO': {},
    'in single frames, most of them refused': { 'w0.tso': 'off' },
    'from the page cache into 4K pages': { 'w0.source': 'sendfile', 'd0.iommuPage': 4096, 'm.cpuPage': 4096 },
    'of jumbo frames': { 'w0.tso': 'off', 'w0.mtu': 9000, 'w0.frame': 'linear' },
    'with the two-region allocator': { 'd0.allocator': 'tce-halves', 'w0.tso': 'off' },
  }
  it.each(Object.entries(drained))('%s leaves nothing mapped when it ends', (_, changes) => {
    const run = runTo('tso', 4 * MS, changes)
    expect(table(run).mapped).toBeGreaterThan(10)
    run.input('w0.load', 0)
    run.advance(40 * MS)
    const { mapped, live, usefulBytes, maps, unmaps, refused } = table(run)
    expect([mapped, live, usefulBytes]).toEqual([0, 0, 0])
    expect(unmaps).toBe(maps - refused)
  })

  it('fills the link with TSO', () => {
    const run = runTo('tso', 2 * MS)
    const before = run.machine.state.frames
    run.advance(22 * MS)
    // 45 frames of 1538 bytes to a packet.
    const packets = (0.02 * 10e9) / (45 * 1538 * 8)
    expect(Math.abs(run.machine.state.frames - before - packets)).toBeLessThan(4)
    expect(run.machine.state.missed).toBe(0)
  })

  it('takes a TCE for each piece in 64K pages, and one for each 4 KiB in 4K pages', () => {
    const costs = (iommuPage: number) => {
      const run = runTo('tso', 5000, { 'd0.iommuPage': iommuPage, 'w0.queues': 1 })
      const { records } = table(run).mappings
      return Array.from({ length: 5 }, (_, id) => [
        records.data[id * MAP_STRIDE + MAP_BYTES],
        records.data[id * MAP_STRIDE + MAP_NPAGES],
      ])
    }
    expect(costs(65_536).slice(0, 2)).toEqual([
      [66, 1],
      [65_160, 1],
    ])
    expect(costs(4096).slice(0, 2)).toEqual([
      [66, 1],
      [65_160, 16],
    ])
  })

  it('drops packets that a full window refuses, and says which driver could not map', () => {
    const run = runTo('tso', 1 * MS, { 'w0.tso': 'off' })
    expect(run.machine.state.missed).toBeGreaterThan(1000)
    const text = logLines(run.machine, 0).map((l) => l.text)
    expect(text.some((t) => /^eth0, CPU \d: packet not mapped, \d+ frames? missed so far$/.test(t))).toBe(true)
  })
})

describe('descriptor rings', () => {
  it('are coherent: whole CPU pages, aligned, useful by their own bytes, and gone with the driver', () => {
    const changes = { 'w0.rings': 'on', 'w0.load': 0, 'w0.ring': 64, 'w0.queues': 2, 'd0.iommuPage': 4096 }
    const run = runTo('frames-64k', 12 * MS, changes)
    const { records } = table(run).mappings
    // 64 descriptors of 16 bytes in a page of 64 KiB: 16 TCEs, a large request.
    expect(table(run).mapped).toBe(2 * (16 + 64))
    expect(table(run).usefulBytes).toBe(2 * (1024 + 64 * 1500))
    expect(records.data[MAP_NPAGES]).toBe(16)
    expect(records.data[MAP_ENTRY]! % 16).toBe(0)
    run.input('w0.rings', 'off')
    expect(table(run).mapped).toBe(0)
    run.advance(24 * MS)
    expect(table(run).mapped).toBe(2 * 64)
  })

  it('are refused without a line in the log', () => {
    const changes = { 'w0.rings': 'on', 'm.cpuPage': 65_536, 'w0.queues': 16, 'w0.ring': 4096, 'w0.load': 0 }
    const run = runTo('pinhole', 0.9 * MS, changes)
    // Queue 0 takes every TCE for its buffers; the other 15 queues do not get their rings.
    expect(table(run).refused).toBe(1 + 15)
    expect(table(run).lastRefusal.npages).toBe(16)
    const refusals = logLines(run.machine, 0).filter((l) => l.kind === 'refusal')
    expect(refusals.map((l) => l.text.slice(-9))).toEqual([' npages 1'])
  })
})

describe('long-lived buffers', () => {
  it('stay among short-lived ones until their driver is unloaded', () => {
    const run = runTo('real-1mib', 5000 * MS, { 'w2.lifetime': 100 * MS })
    expect(table(run).refused).toBeGreaterThan(10)
    run.input('w2.buffers', 0)
    run.advance(10_000 * MS)
    // 125 receive buffers and 96 TCEs more, and the two rings.
    expect(table(run).mapped).toBe(253)
    expect(table(run).live).toBe(221 + 2)
  })
})

describe('an interface that is not up yet', () => {
  it('maps nothing, even when its load changes before', () => {
    const run = runTo('two-ports', 1.5 * MS)
    const { mapped } = table(run)
    run.input('w1.load', 100)
    run.advance(1.9 * MS)
    expect(Math.abs(table(run).mapped - mapped)).toBeLessThan(20)
    expect(run.machine.state.missed).toBe(0)
  })
})

describe('two ports in one window', () => {
  it('starve each other, and do not when each has its own', () => {
    const buffers = (run: Run, w: number) => {
      const { queues } = run.machine.state.workloads[w]!.state as { queues: { posted: number; arrived: number }[] }
      return queues.reduce((sum, q) => sum + q.posted + q.arrived, 0)
    }
    const shared = runTo('two-ports', 2 * MS)
    expect(buffers(shared, 0)).toBe(2048)
    shared.advance(12 * MS)
    expect(buffers(shared, 0)).toBe(520)
    shared.advance(20 * MS)
    expect(buffers(shared, 0)).toBeLessThan(20)
    const own = runTo('two-ports', 12 * MS, { 'd1.table': 'own' })
    expect(buffers(own, 0)).toBeGreaterThan(2000)
    expect(own.machine.state.refusedTotal + own.machine.state.missed).toBe(0)
  })
})

describe('the recorded failure of a 1 MiB window', () => {
  const file = new URL('../vectors/dmesg/pseries_iommu_alloc_failed.txt', import.meta.url)
  const recorded = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => /^\[ *(\d+\.\d+)\] (.*)$/.exec(line))
    .filter((m) => m !== null && Number(m[1]) > 2)
    .map((m) => m![2]!)
  /** The line with its pointers and counts left out: what the format is. */
  const form = (text: string) => text.replace(/\b[0-9a-f]{16}\b/g, 'POINTER').replace(/\b\d+ callbacks/, 'N callbacks')
  const run = runTo('real-1mib', 60_000 * MS)
  const printed = logLines(run.machine, 0).filter((l) => l.kernel)

  it('prints the lines that Linux printed, and all kinds of them', () => {
    expect(recorded.length).toBe(109)
    expect(new Set(printed.map((l) => form(l.text)))).toEqual(new Set(recorded.map(form)))
  })

  it('begins where the ring is filled: 125 buffers beside 96 TCEs of the disk and two rings', () => {
    const { firstRefusal, mapped } = table(run)
    expect(firstRefusal).toMatchObject({ npages: 1, fitted: 125 + 6 + 2 })
    expect(firstRefusal!.ns).toBeLessThan(2 * MS)
    expect(printed.slice(0, 2).map((l) => form(l.text))).toEqual(recorded.slice(0, 2).map(form))
    expect(mapped).toBe(253)
  })

  it('has a line of the driver after each of the kernel, and alone while those are held back', () => {
    const follow = (lines: readonly string[]) => {
      let missing = 0
      lines.forEach((text, i) => {
        if (text.includes('iommu_alloc failed') && !/[RT]x DMA map failed$/.test(lines[i + 1] ?? '')) missing++
      })
      return missing
    }
    const text = printed.map((l) => l.text)
    expect(follow(recorded)).toBe(0)
    expect(follow(text)).toBe(0)
    const told = (lines: readonly string[]) =>
      lines.reduce((sum, t) => sum + Number(/(\d+) callbacks suppressed/.exec(t)?.[1] ?? 0), 0)
    const alone = (lines: readonly string[]) =>
      lines.filter((t, i) => /DMA map failed$/.test(t) && !lines[i - 1]?.includes('iommu_alloc failed')).length
    expect(alone(recorded)).toBe(told(recorded))
    expect(alone(text)).toBe(told(text) + run.machine.state.ratelimit.suppressed)
  })

  it('repeats the receive refusal for the same buffer every two seconds, as the watchdog of the driver does', () => {
    const receive = printed.filter((_, i) => printed[i + 1]?.text.endsWith('Rx DMA map failed'))
    expect(new Set(receive.filter((l) => l.text.includes('vaddr')).map((l) => l.text.split(' vaddr ')[1])).size).toBe(1)
    const lines = printed.filter((l) => l.text.endsWith('Rx DMA map failed'))
    for (let i = 1; i < lines.length; i++) expect(Math.round((lines[i]!.ns - lines[i - 1]!.ns) / MS)).toBe(2000)
    expect(lines.length).toBe(30)
  })

  it('does not happen in a window of 4 MiB', () => {
    expect(runTo('real-1mib', 20_000 * MS, { 'd0.window': 4 * 1024 * 1024 }).machine.state.refusedTotal).toBe(0)
  })
})

describe('a card that recycles its buffers', () => {
  const kept = { 'w0.recycle': 'on' }

  it('maps each once, whole, and then neither unmaps nor invalidates: strict mode takes nothing of the link', () => {
    const [remaps, recycles] = [runTo('strict', 6 * MS), runTo('strict', 6 * MS, kept)]
    const perMs = (run: Run) => {
      const before = run.machine.state.frames
      run.advance(run.machine.state.nowNs + 4 * MS)
      return (run.machine.state.frames - before) / 4
    }
    const offered = 40e9 / (1538 * 8) / 1000
    expect(perMs(remaps)).toBeLessThan(0.7 * offered)
    expect(Math.abs(perMs(recycles) / offered - 1)).toBeLessThan(0.01)
    const { maps, unmaps, live, usefulBytes, invalidations } = table(recycles)
    expect([maps, unmaps, live, usefulBytes, invalidations]).toEqual([2048, 0, 2048, 2048 * 4096, 0])
  })

  it('uses a buffer through the IOTLB at each frame, and of a large one only the pages of the frame', () => {
    // A buffer of 64 KiB in 4K pages: 16 translations, of which a frame touches one.
    const run = runTo('strict', 6 * MS, { ...kept, 'w0.placement': 'slot', 'w0.mtu': 9000 })
    const { frames, iotlbs } = run.machine.state
    expect(table(run).mapped).toBe(4 * 2048)
    expect(iotlbs[0]!.lookups).toBe(3 * frames)
  })

  it('keeps one buffer to a slot where the window left holes in its ring', () => {
    const run = runTo('pinhole', 12 * MS, { ...kept, 'w0.load': 100 })
    expect(table(run).refused).toBeGreaterThan(0)
    const { slots, queues } = run.machine.state.workloads[0]!.state as NicRx
    const posted = queues.flatMap((q) =>
      Array.from({ length: q.arrived + q.posted }, (_, i) => q.firstSlot + ((q.clean + i) % q.ring)),
    )
    const ids = posted.map((slot) => slots.data[2 * slot]!)
    const buffers = posted.map((slot) => slots.data[2 * slot + 1]!)
    expect(ids.length).toBe(table(run).live)
    expect([new Set(ids).size, new Set(buffers).size]).toEqual([ids.length, ids.length])
    expect(run.machine.state.frames).toBeGreaterThan(table(run).live)
  })

  it('needs no hypercall once its ring is full', () => {
    const run = runTo('ddw-indirect', 8 * MS, kept)
    const before = { ...run.machine.state.hcalls }
    const { frames } = run.machine.state
    run.advance(run.machine.state.nowNs + 2 * MS)
    expect(run.machine.state.frames - frames).toBeGreaterThan(1000)
    expect(run.machine.state.hcalls).toEqual(before)
  })
})
