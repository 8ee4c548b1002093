import { describe, expect, it } from 'vitest'
import type { ParamValue } from '../params.ts'
import { type NicTx, nicTx } from './nic-tx.ts'
import { createOp, OP_COHERENT, OP_MAP, type Op, RUN, TO_DEVICE, YIELD } from './workload.ts'

const BASE = 0x10000

function card(changes: Record<string, ParamValue> = {}, cpuPageShift = 16): NicTx {
  const settings = Object.fromEntries(nicTx.params.map((p) => [p.name, p.default]))
  const env = { cpus: 1, cpuPageShift, iommuPageShift: 12, seed: 1, nowNs: 0, base: BASE }
  return nicTx.create(Object.assign(settings, { queues: 1, ring: 64, ...changes }), env)
}

interface Turn {
  readonly maps: { readonly slot: number; readonly address: number; readonly bytes: number }[]
  readonly unmaps: number[]
  readonly refused: number
  readonly delivered: number
  readonly missed: number
  readonly wake: number
}

/** Asks queue 0 until it has nothing to do; map number `refuse` (from 0), if any, and those after it are refused. */
function turn(s: NicTx, nowNs: number, refuse = Number.POSITIVE_INFINITY): Turn {
  const op: Op = createOp()
  const maps: Turn['maps'] = []
  const unmaps: number[] = []
  let [refused, delivered, missed] = [0, 0, 0]
  for (let n = 0; ; ) {
    const answer = nicTx.next(s, 0, nowNs, op)
    missed += op.missed
    if (answer >= 0) return { maps, unmaps, refused, delivered, missed, wake: answer }
    if (answer === YIELD) continue
    expect(answer).toBe(RUN)
    delivered += op.delivered
    if (op.kind === OP_MAP) {
      expect(op.direction).toBe(TO_DEVICE)
      op.mapping = n < refuse ? 1000 + op.slot : -1
      if (n++ < refuse) maps.push({ slot: op.slot, address: op.address, bytes: op.bytes })
      else refused++
    } else {
      expect(op.mapping).toBe(1000 + op.slot)
      unmaps.push(op.slot)
    }
    nicTx.done(s, 0, op, nowNs)
    if (refused > 3) return { maps, unmaps, refused, delivered, missed, wake: -1 }
  }
}

const sizes = (t: Turn, packets: number, parts: number) => t.maps.slice(0, packets * parts).map((m) => m.bytes)

describe('transmit packets', () => {
  it('with TSO are headers in the linear part and 45 whole segments in pieces that end with their pages', () => {
    const t = turn(card(), 1)
    // 64K pages: 65160 bytes fit the first; each later packet begins 376 bytes nearer to the start of a page.
    expect(t.maps.slice(0, 8).map((m) => m.bytes)).toEqual([66, 65_160, 66, 376, 64_784, 66, 752, 64_408])
  })

  it('of a 4K kernel come in blocks of 32 KiB from write, in pages from sendfile', () => {
    expect(sizes(turn(card({}, 12), 1), 1, 3)).toEqual([66, 32_768, 32_392])
    const sendfile = turn(card({ source: 'sendfile' }, 12), 1)
    expect(sizes(sendfile, 1, 17)).toEqual([66, ...Array(15).fill(4096), 3720])
    for (const { bytes, address } of sendfile.maps) expect((address % 4096) + bytes).toBeLessThanOrEqual(4096)
  })

  it('without TSO are frames: headers and payload apart, or one linear buffer', () => {
    expect(sizes(turn(card({ tso: 'off' }), 1), 2, 2)).toEqual([66, 1448, 66, 1448])
    const linear = turn(card({ tso: 'off', frame: 'linear' }), 1)
    expect(sizes(linear, 2, 1)).toEqual([1514, 1514])
    expect(linear.maps[1]!.address - linear.maps[0]!.address).toBe(2048)
    expect(sizes(turn(card({ tso: 'off', frame: 'linear', mtu: 9000 }), 1), 1, 1)).toEqual([9014])
  })

  it('with jumbo frames are seven segments of 8948 bytes', () => {
    expect(sizes(turn(card({ mtu: 9000 }), 1), 1, 2)).toEqual([66, 62_636])
  })
})

describe('transmit ring', () => {
  it('stops the queue while fewer than 20 descriptors are unused, and wakes it at 32', () => {
    const s = card({ tso: 'off', flight: 4_194_304 })
    const first = turn(s, 1)
    expect(first.maps.length).toBe(46)
    // 1538 bytes of wire each at 10 Gbit/s, and the interrupt not before 25 µs.
    expect(first.wake).toBe(25_000)
    expect(turn(s, 24_999)).toMatchObject({ maps: [], unmaps: [], wake: 25_000 })
    const later = turn(s, 25_000)
    // 20 frames have left the wire in 25 µs: 40 mappings, in order; the ring is filled again.
    expect(later.unmaps).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(later.delivered).toBe(20 * 1448)
    expect(later.maps.length).toBe(40)
    expect(later.maps[39]!.slot).toBe((46 + 39) % 64)
  })

  it('has no more in flight than the windows of the sockets allow', () => {
    expect(turn(card({ ring: 1024, flight: 262_144 }), 1).maps.filter((m) => m.bytes === 66).length).toBe(4)
  })

  it('takes back what a refused packet had mapped, last first, and drops it', () => {
    const s = card()
    // The third packet is refused at its last piece; those after it at their first.
    const t = turn(s, 1, 7)
    expect(t.maps.length).toBe(7)
    expect(t.unmaps).toEqual([6, 5])
    expect(t.missed).toBe(t.refused - 1)
    expect(s.queues[0]!.used).toBe(5)
    const later = turn(s, 1_000_000, 0)
    expect(later.unmaps).toEqual([0, 1, 2, 3, 4])
  })

  it('tells of every packet that it drops', () => {
    const s = card({ spacing: 100_000_000 })
    expect(turn(s, 1).maps).toEqual([])
    let missed = 0
    for (let ms = 100; ms <= 1000; ms += 100) missed += turn(s, ms * 1_000_000, 0).missed
    expect(missed).toBeGreaterThan(4)
    expect(missed).toBeLessThan(20)
  })

  it('sends nothing at load 0', () => {
    expect(turn(card({ load: 0 }), 1)).toMatchObject({ maps: [], wake: Number.POSITIVE_INFINITY })
  })

  it('maps its own descriptors first when they count, and stays down when that is refused', () => {
    const op = createOp()
    const s = card({ rings: 'on', ring: 256 })
    expect(nicTx.next(s, 0, 1, op)).toBe(RUN)
    expect([op.kind, op.bytes, op.address]).toEqual([OP_COHERENT, 4096, BASE])
    expect(nicTx.owner(s, 0, op.slot)).toBe('transmit queue 0, descriptor ring')
    op.mapping = 1
    nicTx.done(s, 0, op, 0)
    expect(nicTx.next(s, 0, 1, op)).toBe(RUN)
    expect([op.kind, op.address]).toEqual([OP_MAP, BASE + 0x10000 + 64])
    const down = card({ rings: 'on' })
    nicTx.next(down, 0, 1, op)
    op.mapping = -1
    nicTx.done(down, 0, op, 0)
    expect(nicTx.next(down, 0, 1, op)).toBe(Number.POSITIVE_INFINITY)
  })

  it('offers what the link carries less its overhead', () => {
    expect(nicTx.offeredBps(card({ load: 50 }))).toBeCloseTo((5e9 * 1448) / 1538, -3)
  })
})
