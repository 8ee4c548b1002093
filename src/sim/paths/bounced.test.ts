import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { SPENT_ALLOCATOR, SPENT_REST, spentAt } from '../dma/iommu-state.ts'
import { PRICES } from '../engine/cost.ts'
import { LOCAL_STAGE } from '../engine/meter.ts'
import { MAP_ADDRESS, MAP_BYTES, MAP_ENTRY, MAP_NPAGES, MAP_STRIDE } from '../machine/state.ts'
import { placeOf } from '../platform/pc-memory.ts'
import { inspect } from '../probes/figures.ts'
import { forEachLive } from '../probes/live.ts'
import { createRun, type Run } from '../run/run.ts'
import { bookFaults } from '../testing/books.ts'
import { bounceOf, callsOf, slotsOf, tableOf, untrusted } from '../testing/bouncing.ts'
import { int, records, toHex } from '../testing/vector-text.ts'
import { watchOps } from '../testing/watch.ts'
import { logLines } from '../words/log.ts'
import { TO_DEVICE } from '../workload/workload.ts'
import { unitOf, untrustedOf } from './parts.ts'

const KIB = 1024
const MS = 1_000_000
const AT = 0xd9000000
const RECORDING = fileURLToPath(
  new URL('../vectors/swiotlb/swiotlb_ops_iommu_untrusted_page_align.txt', import.meta.url),
)

const calls = (machine = {}, own = {}, type = 'map-loop') => callsOf(untrusted(type, {}, { cpus: 4, ...machine }, own))

/** Slots that are taken are those of the live mappings that lead into the pool, each once. */
function expectSlotsAgree(run: Run): void {
  const table = tableOf(run)
  const pool = slotsOf(run)
  const { startAddress, slots } = pool.geometry
  const covered = new Uint8Array(slots)
  forEachLive(table, (_, at) => {
    const { data } = table.mappings.records
    const first = (data[at + MAP_ADDRESS]! - startAddress) / 2048
    if (!(first >= 0 && first < slots)) return
    const pages = data[at + MAP_NPAGES]!
    for (let i = 0; i < pages * 2; i++) covered[Math.floor(first / 2) * 2 + i]!++
  })
  expect(Buffer.compare(Buffer.from(covered), Buffer.from(pool.list.data.map((n) => (n === 0 ? 1 : 0))))).toBe(0)
}

describe('the recording of an untrusted device', () => {
  it('is met in full: slots, addresses, cursors', () => {
    const text = readFileSync(RECORDING, 'utf8')
    const { run, table, map, unmap, record } = calls({ swiotlb: 2048, swiotlbAreas: 4 })
    const pool = slotsOf(run)
    const { startAddress } = pool.geometry
    const ids: number[] = []
    const hex = (of: Parameters<typeof toHex>[0], i: number) => Number(toHex(of, of.words[i]!.replace(/^0x/, '')))
    let [met, filled] = [0, 0]
    for (const r of records(text)) {
      const wanted = r.words.slice(r.words.indexOf('=') + 1).join(' ')
      let got = ''
      if (r.kind === 'cfg') got = [pool.geometry.slots, pool.geometry.areas].join() === '2048,4' ? 'cfg' : ''
      else if (r.kind === 'm') {
        // The pool was asked of these, too, that fill their pages: of a byte less it hands out the same.
        const fills = hex(r, 4) % 4096 === 0 && int(r, 1) % 4096 === 0
        if (fills) filled++
        const bytes = int(r, 1) - (fills ? 1 : 0)
        const id = map(int(r, 0), hex(r, 4), bytes)
        ids.push(id)
        const { data } = table.mappings.records
        const at = id * MAP_STRIDE
        const offset = data[at + MAP_ADDRESS]! - startAddress
        // What the page table has is what the device reaches.
        const leads = run.machine.domains[0]!.table.walk(run.machine.domains[0]!.tableState, data[at + MAP_ENTRY]!)
        expect([Math.floor(leads / 4096) * 4096 - startAddress, record(id)[MAP_BYTES]]).toEqual([offset, bytes])
        expect(data[at + MAP_NPAGES]).toBe(Math.ceil(bytes / 4096))
        got = `${offset / 2048} ${data[at + MAP_NPAGES]! * 2} 0x${offset.toString(16)}`
      } else if (r.kind === 'u') {
        unmap(0, ids[int(r, 0)]!)
        got = 'ok'
      } else {
        const hash = pool.list.data.reduce((h, n) => Math.imul(h ^ n, 16777619), 2166136261) >>> 0
        got = `used ${pool.used.join(' ')} next ${pool.next.join(' ')} hash ${hash.toString(16).padStart(8, '0')}`
      }
      expect(`line ${r.line}: ${got}`).toBe(`line ${r.line}: ${wanted}`)
      met++
    }
    expect([met, filled]).toEqual([418, 12])
    expectSlotsAgree(run)
  })
})

describe('a buffer of an untrusted device', () => {
  it.each([
    [AT, 4 * KIB, 0],
    [AT, 12 * KIB, 0],
    [AT, 1500, 2596],
    [AT + 0xa40, 1500, 2596],
    [AT + 0x800, 4 * KIB, 0],
    [AT + 1, 4 * KIB, 0],
    [AT, 4 * KIB + 1, 4095],
  ])(
    'at %i of %i bytes: bounces unless it fills its pages, and %i bytes beside it are zeroed',
    (address, bytes, zeroed) => {
      const { run, table, map, unmap, record, ps } = calls()
      const bounces = address % 4096 !== 0 || bytes % 4096 !== 0
      const b = bounceOf(run)
      const id = map(1, address, bytes)
      const mapPs = ps()
      const { startAddress } = b.pool.geometry
      const at = record(id)[MAP_ADDRESS]!
      expect([b.bounced, b.direct, b.copiedInBytes]).toEqual(bounces ? [1, 0, bytes] : [0, 1, 0])
      expect(untrustedOf(table)!.zeroedBytes).toBe(zeroed)
      expect(at === address).toBe(!bounces)
      if (bounces) expect([at >= startAddress, (at - startAddress) % 4096]).toEqual([true, 0])
      expect(bookFaults(run.machine)).toEqual([])
      // The inspector has the buffer itself, where a copy of it is mapped.
      const { mapping } = inspect(run.machine, 0, record(id)[MAP_ENTRY]!)!
      expect([mapping!.realAddr, mapping!.copyOf]).toEqual([at, bounces ? placeOf(b.memory, address) : undefined])
      expect(mapping!.neighbours).toBe(0)
      unmap(1, id)
      expect([b.copiedOutBytes, b.pool.usedSlots, table.live]).toEqual([bounces ? bytes : 0, 0, 0])
      // What it costs more is the copy, what is zeroed, and the slots.
      const plain = calls({}, { untrusted: 'off', flush: 'strict' })
      plain.map(1, address, bytes)
      const more = mapPs - plain.ps()
      const slots = Math.ceil((bytes + zeroed) / 2048)
      expect(more).toBe(
        bounces ? (bytes + zeroed) * PRICES.copy.ps + slots * PRICES.slotWrite.ps + PRICES.slotLook.ps : 0,
      )
    },
  )

  it('keeps its offset in the page where its driver wants that, and is not copied back when only read', () => {
    const { run, map, unmap, record } = calls({}, {}, 'nvme')
    const id = map(0, AT + 0x9c3, 5000, TO_DEVICE)
    const b = bounceOf(run)
    expect(record(id)[MAP_ADDRESS]! % 4096).toBe(0x9c3)
    expect([
      record(id)[MAP_NPAGES],
      b.pool.usedSlots,
      b.pool.orig.data.includes(placeOf(b.memory, AT + 0x9c3)),
    ]).toEqual([2, 4, true])
    expect(bookFaults(run.machine)).toEqual([])
    unmap(0, id)
    expect([b.copiedInBytes, b.copiedOutBytes, b.pool.usedSlots]).toEqual([5000, 0, 0])
  })

  it('is mapped after its slots were found, and lets go of them after its invalidation', () => {
    const { table, map, unmap, locks, run } = calls({ swiotlbAreas: 4 })
    const queue = table.locks.length - 1
    const area = queue - 4 + 1
    const id = map(1, AT + 64, 1500)
    // The area, the copy, and what the allocator takes.
    expect(locks().slice(0, 2)).toEqual([area, LOCAL_STAGE])
    expect([locks().at(-1), run.machine.ways[0]!.lockName!(area), run.machine.ways[0]!.lockName!(queue)]).toEqual([
      0,
      'bounce area 1',
      'IOMMU queue',
    ])
    unmap(1, id)
    expect([locks()[0], locks().at(-1)]).toEqual([queue, area])
  })

  it('syncs what it has in the pool, and nothing where it lies', () => {
    const { run, map, sync } = calls()
    const b = bounceOf(run)
    sync(map(0, AT + 64, 9000), 1500)
    expect([b.copiedInBytes, b.copiedOutBytes]).toEqual([9000, 1500])
    sync(map(0, AT, 8192), 1500)
    expect([b.copiedInBytes, b.copiedOutBytes, b.directBytes]).toEqual([9000, 1500, 8192 + 1500])
  })
})

describe('a list of an untrusted device', () => {
  const elements = [...Array.from({ length: 15 }, (_, i) => [AT + i * 8192, 4096] as const), [AT, 1000] as const]

  it('takes a run of addresses for each element', () => {
    const { run, table, mapList, record } = calls()
    const ids = mapList(0, elements)
    expect([ids.length, table.live, table.maps]).toEqual([16, 16, 1])
    expect(new Set(ids.map((id) => record(id)[MAP_ENTRY])).size).toBe(16)
    expect([bounceOf(run).direct, bounceOf(run).bounced]).toEqual([15, 1])
    expect(bookFaults(run.machine)).toEqual([])
    const trusted = calls({}, { untrusted: 'off' })
    trusted.mapList(0, elements)
    expect(trusted.table.live).toBe(1)
  })

  it('is taken back whole where one of them finds no room', () => {
    const { run, table, mapList } = calls()
    // No set of slots holds the last.
    expect(mapList(0, [...elements, [AT + 1, 300_000]])).toEqual([])
    expect([table.live, table.mapped, bounceOf(run).pool.usedSlots, bounceOf(run).copiedOutBytes]).toEqual([0, 0, 0, 0])
    expect(table.whyRefused).toBe(5)
  })
})

describe('an untrusted device', () => {
  it('is strict, whatever its flush is set to, live too', () => {
    const run = createRun(untrusted('nic-rx', { rate: 10 }, {}, { flush: 'deferred' }), 10 * MS)
    const table = tableOf(run)
    for (const mode of ['none', 'deferred']) {
      run.advance(run.machine.state.nowNs + 0.5 * MS)
      expect([unitOf(table)!.mode, table.flush]).toEqual(['strict', null])
      run.input('d0.flush', mode)
    }
    expect(table.invalidations).toBeGreaterThan(20)
  })

  it.each([
    ['map-loop', { depth: 16, queues: 2 }, {}, {}],
    ['nic-rx', { rate: 10, ring: 64, queues: 2, bringUp: 0 }, { cpus: 2 }, {}],
    ['nic-rx', { rate: 10, ring: 64, queues: 1, bringUp: 0, recycle: 'on' }, {}, {}],
    ['nic-tx', { queues: 2 }, { cpus: 2 }, { allocator: 'tce-pools' }],
    ['nvme', { queues: 2, depth: 64, mix: 'mixed' }, { cpus: 2, platform: 'arm' }, {}],
    ['disk-sg', { io: 262_144, depth: 8, service: 200_000 }, { cpus: 2, platform: 'amd' }, { late: 10 }],
    ['guest', { ram: 256 * KIB * KIB }, {}, {}],
    ['nic-rx', { rate: 40, ring: 1024, queues: 2 }, { swiotlb: 1024, cpus: 2 }, {}],
  ] as const)(
    '%s %o %o %o: books and slots agree all the way, and nothing is left behind',
    (type, load, machine, own) => {
      const run = createRun(untrusted(type, load, machine, own), 10 * MS)
      for (let i = 1; i <= 4; i++) {
        run.advance(i * 0.3 * MS)
        expect(bookFaults(run.machine)).toEqual([])
        if (type !== 'guest') expectSlotsAgree(run)
      }
      expect(tableOf(run).maps).toBeGreaterThan(20)
      run.input('d0.untrusted', 'off')
      expect([untrustedOf(tableOf(run)), tableOf(run).live]).toEqual([null, 0])
    },
  )

  it('pays for the pool in its own account, not in the allocator’s', () => {
    const spent = (own: Record<string, string>) => {
      const run = createRun(
        untrusted('nic-rx', { rate: 10, queues: 1, bringUp: 0 }, {}, { flush: 'strict', ...own }),
        10 * MS,
      )
      let pairs = 0
      watchOps(run.machine, () => {
        pairs += 0.5
      })
      run.advance(3 * MS)
      const { spentPs } = unitOf(tableOf(run))!
      return [SPENT_ALLOCATOR, SPENT_REST].map((what) => Math.round(spentPs[spentAt('strict') + what]! / pairs / 1000))
    }
    const [trusted, not] = [spent({ untrusted: 'off' }), spent({})]
    expect(Math.abs(not[0]! - trusted[0]!)).toBeLessThan(60)
    expect(not[1]! - trusted[1]!).toBeGreaterThan(300)
  })

  it('is refused where the pool is full, or there is none, with the kernel’s words', () => {
    const full = createRun(untrusted('nic-rx', { rate: 40, ring: 1024 }, { swiotlb: 512 }), 10 * MS)
    full.advance(2 * MS)
    expect([tableOf(full).refused > 0, tableOf(full).whyRefused]).toEqual([true, 6])
    expect(
      logLines(full.machine, 0).some(({ text }) => /swiotlb buffer is full .*total 512 \(slots\)/.test(text)),
    ).toBe(true)
    const none = createRun(untrusted('nic-rx', { rate: 10 }, { force: 'noforce' }), 10 * MS)
    none.advance(1 * MS)
    expect([tableOf(none).refused > 0, tableOf(none).whyRefused]).toEqual([true, 9])
    expect(
      logLines(none.machine, 0).filter(({ text }) => text.includes('unable to map unaligned transaction')),
    ).toHaveLength(1)
  })
})
