import { describe, expect, it } from 'vitest'
import { queuedIn } from '../flush/flush-queue.ts'
import { createRun, type Run } from '../run/run.ts'
import { withValue } from '../scenario/fields.ts'
import { device, scenario, workload } from '../scenario/make.ts'
import { presetById } from '../scenario/presets.ts'
import { commandsProbe } from './commands.ts'
import { exposureOf } from './exposure.ts'
import { iotlbProbe, SLOT_EMPTY, SLOT_LIVE, SLOT_REUSED, SLOT_STALE } from './iotlb.ts'
import { createArrays } from './probe.ts'
import { queuesProbe, RING_QUEUED, RING_REACHABLE } from './queues.ts'

const MS = 1_000_000

function open(id: string, ns: number, changes: Record<string, number | string> = {}): Run {
  const { scenario, horizonNs } = presetById(id)!
  const run = createRun(
    Object.entries(changes).reduce((s, [path, value]) => withValue(s, path, value), scenario),
    horizonNs,
  )
  run.advance(ns)
  return run
}

const slotsOf = ({ machine }: Run) => iotlbProbe.build(machine, { table: 0 }, createArrays())
const ringsOf = ({ machine }: Run) => queuesProbe.build(machine, { table: 0 }, createArrays())
const sentOf = ({ machine }: Run) => commandsProbe.build(machine, { table: 0 }, createArrays())
const countOf = (values: Uint8Array, ...of: number[]) => values.filter((v) => of.includes(v)).length

describe('the slots of an IOTLB', () => {
  // Every entry that was unmapped stays, its memory goes to somebody else soon.
  const run = open('never', 3 * MS)
  const frame = slotsOf(run)

  it('are as many as there are entries, and count as the figures do', () => {
    expect([frame.sets * frame.ways, frame.state.length, frame.ways]).toEqual([256, 256, 256])
    expect(frame.used).toBe(256 - countOf(frame.state, SLOT_EMPTY))
    expect(frame.stale).toBe(countOf(frame.state, SLOT_STALE, SLOT_REUSED))
    expect(frame.reused).toBe(countOf(frame.state, SLOT_REUSED))
    expect(frame.reused).toBeGreaterThan(0)
    const exposed = exposureOf(run.machine, 0)!
    expect(frame.stale * 4096).toBe(exposed.reachableBytes)
    expect(frame.reused).toBe(exposed.reusedPages)
    expect(Math.max(...frame.staleForNs)).toBe(run.machine.state.nowNs - exposed.oldestNs!)
  })

  it('are stale for no time while mapped, and lead to the bytes that they cover', () => {
    for (let slot = 0; slot < 256; slot++) if (frame.state[slot]! <= SLOT_LIVE) expect(frame.staleForNs[slot]).toBe(0)
    expect(frame.reachBytes).toBe(frame.used * 4096)
    expect([frame.shared, new Set(frame.owner).has(1)]).toEqual([false, false])
  })

  it('say how many lookups of the last full millisecond hit', () => {
    const busy = open('iotlb-wall', MS)
    const before = slotsOf(busy)
    busy.advance(2 * MS)
    const after = slotsOf(busy)
    const millisecond = [after.lookups - before.lookups, after.hits - before.hits]
    expect([after.recentLookups, after.recentHits]).toEqual(millisecond)
    expect(after.recentLookups).toBeGreaterThan(1000)
    busy.advance(2 * MS + MS / 2)
    expect(slotsOf(busy).recentLookups).toBe(after.recentLookups)
  })

  it('cover large pages where the table has them', () => {
    const large = slotsOf(open('superpages', MS))
    expect(large.order.filter((order, slot) => large.state[slot] === SLOT_LIVE && order === 9).length).toBe(large.used)
    expect(large.reachBytes).toBe(large.used * 512 * 4096)
  })

  it('of a shared one are told by table, each in pages of the table that is shown', () => {
    const loop = (n: number) => workload(n, 'map-loop', n, { interval: 10_000, depth: 16 })
    const of = (share: string) =>
      createRun(
        scenario(
          'strict',
          { platform: 'arm', cpuPage: 4096, cpus: 2, iotlb: 64, iotlbShare: share },
          [device(0, 'a', { iommuPage: 4096 }), device(1, 'b', { iommuPage: 65536 })],
          [loop(0), loop(1)],
        ),
        10 * MS,
      )
    const both = of('shared')
    both.advance(MS)
    const shared = slotsOf(both)
    expect([shared.shared, [...new Set(shared.owner)].sort()]).toEqual([true, [0, 1]])
    const size = (owner: number) => new Set(shared.order.filter((_, slot) => shared.owner[slot] === owner))
    expect([size(0), size(1)]).toEqual([new Set([0]), new Set([4])])
    const second = iotlbProbe.build(both.machine, { table: 1 }, createArrays())
    expect([second.table, second.pageShift, second.reachBytes]).toEqual([1, 16, shared.reachBytes])
    const apart = of('device')
    apart.advance(MS)
    const own = iotlbProbe.build(apart.machine, { table: 1 }, createArrays())
    expect([own.shared, new Set(own.owner).has(0), own.used > 0]).toEqual([false, false, true])
  })

  it('come with the caches of table pointers by the pages that a pointer covers', () => {
    expect(frame.walkCaches.map(({ height, spanPages, room }) => [height, spanPages, room])).toEqual([
      [0, 512, 16],
      [1, 512 ** 2, 16],
      [2, 512 ** 3, 16],
    ])
    expect(frame.walkCaches.every(({ used, room }) => used >= 1 && used <= room)).toBe(true)
    expect(slotsOf(open('never', MS, { 'm.walkCache': 0 })).walkCaches).toEqual([])
  })

  it('are none where the table is not one of pages, and nothing was sent or waits there', () => {
    const power = open('pools', MS)
    expect(slotsOf(power)).toMatchObject({ sets: 0, ways: 0, used: 0, lookups: 0, walkCaches: [] })
    expect(ringsOf(power)).toMatchObject({ rings: 0, timer: null })
    expect(sentOf(power)).toMatchObject({ total: 0, lines: [] })
  })
})

describe('the rings of the flush queue', () => {
  const run = open('batched', 3 * MS)
  const frame = ringsOf(run)
  const { flush } = run.machine.state.tables[0]!

  it('hold what the queue holds, from the slot that leaves next on', () => {
    expect([frame.rings, frame.slots, frame.mode]).toEqual([4, 256, 'deferred'])
    for (let ring = 0; ring < frame.rings; ring++) {
      const state = frame.state.subarray(ring * 256, (ring + 1) * 256)
      expect(frame.length[ring]).toBe(queuedIn(flush!, ring))
      expect(countOf(state, RING_QUEUED, RING_REACHABLE)).toBe(frame.length[ring])
      expect(countOf(state, RING_REACHABLE)).toBe(frame.reachable[ring])
      expect(state[frame.tail[ring]!]).toBe(0)
      if (frame.length[ring]! > 0) expect(state[frame.head[ring]!]).toBeGreaterThan(0)
    }
    expect(frame.length.reduce((a, b) => a + b, 0)).toBeGreaterThan(0)
  })

  it('count as reachable what is in the IOTLB, each range once', () => {
    const reachable = frame.reachable.reduce((a, b) => a + b, 0)
    expect(reachable).toBeGreaterThan(0)
    expect(reachable).toBeLessThanOrEqual(slotsOf(run).stale)
  })

  it('know how long the oldest range of each has waited, never longer than the timer lets it', () => {
    const oldest = Math.max(...frame.oldestForNs)
    expect(oldest).toBeGreaterThan(0)
    expect(oldest).toBeLessThanOrEqual(frame.timeoutNs)
    expect(frame.timer).not.toBeNull()
    expect(frame.timer!.dueNs).toBeGreaterThan(run.machine.state.nowNs)
  })

  it('are one where all CPUs share it, and none where every unmap waits or nobody ever does', () => {
    const single = ringsOf(open('batched', 2 * MS, { 'd0.queue': 'single' }))
    expect([single.rings, single.slots, single.timeoutNs]).toEqual([1, 32768, 1_000_000_000])
    expect(single.length[0]).toBeGreaterThan(255)
    expect(ringsOf(open('strict', MS))).toMatchObject({ rings: 0, mode: 'strict', timer: null })
    expect(ringsOf(open('never', MS))).toMatchObject({ rings: 0, mode: 'none' })
  })
})

describe('the commands', () => {
  it('are one for each unmap in strict mode, each waited for, and name at least what was asked', () => {
    const frame = sentOf(open('strict', 2 * MS))
    expect(frame.total).toBeGreaterThan(100)
    expect(frame.byKind.reduce((a, b) => a + b, 0)).toBe(frame.total)
    expect(frame.waits).toBeLessThanOrEqual(frame.total)
    expect(frame.named).toBeGreaterThanOrEqual(frame.asked)
    expect(frame.lines.length).toBe(256)
    expect(frame.lines.at(-1)!.nth).toBe(frame.total - 1)
    for (const line of frame.lines) expect(line.text).toMatch(/^PSI 0x[0-9a-f]+ AM \d+ IH [01]$/)
  })

  it('name everything in deferred mode, and drop what is still mapped with the rest', () => {
    const { lines, named, dropped, droppedLive } = sentOf(open('batched', 10 * MS))
    expect(lines.map(({ text, pages }) => `${text} ${pages}`)).toEqual(lines.map(() => 'DSI 0'))
    expect(lines.length).toBeGreaterThan(0)
    expect([named, dropped > 0, droppedLive <= dropped]).toEqual([0, true, true])
  })

  it('are none where nobody invalidates', () => {
    expect(sentOf(open('never', 3 * MS))).toMatchObject({ total: 0, waits: 0, dropped: 0 })
  })
})
