// What workloads say of the device: which buffers it has used when they are taken back, and which descriptors it has read.

import { describe, expect, it } from 'vitest'
import { createHeap, heapPop, heapPush } from '../../lib/heap.ts'
import type { ParamValue } from '../params.ts'
import { createFor } from '../testing/drive.ts'
import { diskSg } from './disk-sg.ts'
import { longLived } from './long-lived.ts'
import { mapLoop } from './map-loop.ts'
import { nicRx } from './nic-rx.ts'
import { nicTx } from './nic-tx.ts'
import { nvme } from './nvme.ts'
import { wall } from './wall.ts'
import { createOp, OP_COHERENT, OP_MAP, OP_MAP_SG, OP_UNMAP, OP_UNMAP_SG, RUN, type Workload } from './workload.ts'

interface Said {
  readonly kind: number
  readonly slot: number
  readonly used: number
  readonly descriptor: number
  readonly descriptorPage: number
  readonly mapping: number
}

/** What `w` asks for in `untilNs`, with what a former operation left in the record; `refuse` says which maps fail. */
function said(
  w: Workload<never>,
  changes: Record<string, ParamValue>,
  untilNs: number,
  refuse: (n: number) => boolean = () => false,
): Said[] {
  const kind = w as unknown as Workload
  const s = createFor(kind, 2, changes)
  const op = createOp()
  const heap = createHeap()
  const all: Said[] = []
  let maps = 0
  for (let t = 0; t < kind.tasks(s); t++) heapPush(heap, kind.firstWakeNs(s, t), t)
  while (heap.size > 0 && heap.times[0]! <= untilNs) {
    const [now, task] = [heap.times[0]!, heap.payloads[0]!]
    heapPop(heap)
    Object.assign(op, { used: 9, descriptor: 9, descriptorPage: 9 })
    const answer = kind.next(s, task, now, op)
    if (answer !== RUN) {
      const again = answer < 0 ? now : answer
      if (again < Number.POSITIVE_INFINITY) heapPush(heap, again, task)
      continue
    }
    if (op.kind === OP_MAP || op.kind === OP_COHERENT) op.mapping = refuse(maps++) ? -1 : maps
    if (op.kind === OP_MAP_SG) op.segments = op.elements
    const { slot, used, descriptor, descriptorPage, mapping } = op
    all.push({ kind: op.kind, slot, used, descriptor, descriptorPage, mapping })
    kind.done(s, task, op, now)
    heapPush(heap, now + 100 + Math.round(op.workPs / 1000), task)
  }
  return all
}

const ofKind = (ops: readonly Said[], ...kinds: number[]) => ops.filter((o) => kinds.includes(o.kind))

describe('what a device has used', () => {
  const loads: readonly [Workload<never>, Record<string, ParamValue>][] = [
    [nicRx as never, { ring: 64, queues: 2, bringUp: 0 }],
    [nicTx as never, { ring: 256, queues: 1 }],
    [nvme as never, {}],
    [diskSg as never, {}],
    [mapLoop as never, { depth: 16 }],
    [longLived as never, { lifetime: 1_000_000 }],
  ]
  it.each(loads.map(([w, changes]) => [w.id, w, changes] as const))(
    'is each buffer that %s takes back, and none that it maps',
    (_, w, changes) => {
      const ops = said(w, changes, 6_000_000)
      const unmaps = ofKind(ops, OP_UNMAP, OP_UNMAP_SG)
      expect(unmaps.length).toBeGreaterThan(50)
      expect(unmaps.every((o) => o.used === 1)).toBe(true)
      expect(ofKind(ops, OP_MAP, OP_MAP_SG, OP_COHERENT).every((o) => o.used === 0 && o.descriptor === -1)).toBe(true)
    },
  )

  it('is not the gap above the wall', () => {
    const unmaps = ofKind(said(wall as never, { ranges: 50 }, 100_000), OP_UNMAP)
    expect(unmaps.slice(0, 3).map((o) => o.used)).toEqual([0, 1, 1])
  })

  it('is not what a packet had mapped that was never sent', () => {
    // The third part of every packet is refused: what the first two had mapped is taken back.
    const ops = said(nicTx as never, { ring: 256, queues: 1, rings: 'on' }, 100_000, (n) => n % 3 === 0 && n > 0)
    const unmaps = ofKind(ops, OP_UNMAP)
    expect(unmaps.length).toBeGreaterThan(10)
    expect(unmaps.every((o) => o.used === 0 && o.descriptor === -1)).toBe(true)
  })
})

describe('descriptors', () => {
  it('are read in the ring of their queue, 256 in 4 KiB', () => {
    const ops = said(nicRx as never, { ring: 512, queues: 2, bringUp: 0, rings: 'on', rate: 100 }, 2_000_000)
    const rings = ofKind(ops, OP_COHERENT).map((o) => o.mapping)
    expect(rings).toHaveLength(2)
    const unmaps = ofKind(ops, OP_UNMAP)
    expect(new Set(unmaps.map((o) => o.descriptorPage))).toEqual(new Set([0, 1]))
    for (const { slot, descriptor, descriptorPage } of unmaps) {
      expect([descriptor, descriptorPage]).toEqual([rings[slot < 512 ? 0 : 1], slot % 512 < 256 ? 0 : 1])
    }
  })

  it('are not counted where rings are left out', () => {
    const ops = said(nicRx as never, { ring: 64, queues: 1, bringUp: 0 }, 1_000_000)
    expect(ofKind(ops, OP_UNMAP).every((o) => o.descriptor === -1)).toBe(true)
  })
})
