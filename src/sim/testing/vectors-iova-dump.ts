// What the vectors of the IOVA allocator print of its inside: checkpoints, the tree in brackets, hashes.

import type { FlushQueue } from '../flush/flush-queue.ts'
import { forEachNode, hint32Of, hint64Of } from '../iova/iova-tree.ts'
import { fillOf, MAG_SHIFT, type Magazines, ORDERS } from '../iova/magazines.ts'
import { childOf, LEFT, nodeOf, RIGHT, type TreeShape } from '../iova/tree-shape.ts'

const NS_PER_MS = 1_000_000

/** FNV-1a over bytes; a number is eight of them, the lowest first. */
export class Fnv {
  private h = 0x811c9dc5

  byte(b: number): void {
    this.h = Math.imul(this.h ^ b, 16777619)
  }

  number(n: number): void {
    for (let i = 0, rest = n; i < 8; i++, rest = Math.floor(rest / 256)) this.byte(rest % 256)
  }

  text(): string {
    return (this.h >>> 0).toString(16).padStart(8, '0')
  }
}

const hex = (n: number): string => n.toString(16)

function heightOf(s: TreeShape, node: number): number {
  return node === 0 ? 0 : 1 + Math.max(heightOf(s, childOf(s, node, LEFT)), heightOf(s, childOf(s, node, RIGHT)))
}

function hashShape(s: TreeShape, node: number, hash: Fnv): void {
  const { lo, red } = nodeOf(s, node)
  hash.byte(node === 0 ? 0 : red ? 1 : 2)
  if (node === 0) return
  if (lo === Infinity) for (let i = 0; i < 8; i++) hash.byte(0xff)
  else hash.number(lo)
  hashShape(s, childOf(s, node, LEFT), hash)
  hashShape(s, childOf(s, node, RIGHT), hash)
}

/** `(lo-hiC left right)` from a node down. */
export function dumpTree(s: TreeShape, node = s.root): string {
  if (node === 0) return '.'
  const { lo, hi, red } = nodeOf(s, node)
  const range = lo === Infinity ? 'A' : `${hex(lo)}-${hex(hi)}`
  return `(${range}${red ? 'r' : 'b'}${dumpTree(s, childOf(s, node, LEFT))}${dumpTree(s, childOf(s, node, RIGHT))})`
}

function hashMagazine(m: Magazines, magazine: number, hash: Fnv): void {
  const fill = fillOf(m, magazine)
  hash.number(fill)
  for (let i = 0; i < fill; i++) hash.number(m.pfns.data[(magazine << MAG_SHIFT) + i]!)
}

/** The JSON of a `c` record. */
export function checkpointText(m: Magazines, tree: TreeShape, queue: FlushQueue | null, nowNs: number): string {
  const t = m.tree
  const ranges = new Fnv()
  forEachNode(t, (lo, hi) => {
    ranges.number(lo)
    ranges.number(hi)
  })
  const shape = new Fnv()
  hashShape(tree, tree.root, shape)
  const kept = new Fnv()
  const orders = Array.from({ length: ORDERS }, (_, o) => o)
  const slots = (o: number): number[] => Array.from({ length: m.cpus }, (_, cpu) => cpu * ORDERS + o)
  for (const o of orders) {
    for (const slot of slots(o)) {
      hashMagazine(m, m.loaded[slot]!, kept)
      hashMagazine(m, m.prev[slot]!, kept)
    }
    for (let i = 0, full = m.depotTop[o]!; i < m.depotSize[o]!; i++, full = m.below[full]!) hashMagazine(m, full, kept)
  }
  const place = (lo: number): string => (lo === Infinity ? 'A' : hex(lo))
  return JSON.stringify({
    n: t.ranges.count,
    rh: ranges.text(),
    th: shape.text(),
    dp: heightOf(tree, tree.root),
    c32: place(hint32Of(t)),
    c64: place(hint64Of(t)),
    m32: hex(t.failMark),
    mag: orders.map((o) => slots(o).map((slot) => [fillOf(m, m.loaded[slot]!), fillOf(m, m.prev[slot]!)])),
    dep: [...m.depotSize],
    mh: kept.text(),
    wk: [...m.depotDueNs].map((ns) => (ns === Infinity ? -1 : ns / NS_PER_MS)),
    on: hex(m.online.reduce((mask, on, cpu) => mask + on * (1 << cpu), 0)),
    now: nowNs / NS_PER_MS,
    ...(queue && {
      fq: [...queue.head].map((head, ring) => [head, queue.tail[ring]!]),
      fs: queue.started,
      ff: queue.finished,
      tm: queue.dueNs === Infinity ? null : [queue.dueNs / NS_PER_MS, queue.timerCpu],
    }),
  })
}
