// What the vectors of the IOVA allocator print of its inside: checkpoints, the tree in brackets, hashes.

import type { FlushQueue } from '../flush/flush-queue.ts'
import { ANCHOR, isRed, LEFT, LINKS, nodeHi, nodeLo, RIGHT } from '../iova/gap-tree.ts'
import { forEachNode, type IovaTree } from '../iova/iova-tree.ts'
import { fillOf, MAG_STRIDE, type Magazines, ORDERS } from '../iova/magazines.ts'

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
const child = (t: IovaTree, node: number, side: number): number => t.links.data[node * LINKS + side]!

function heightOf(t: IovaTree, node: number): number {
  return node === 0 ? 0 : 1 + Math.max(heightOf(t, child(t, node, LEFT)), heightOf(t, child(t, node, RIGHT)))
}

function hashShape(t: IovaTree, node: number, hash: Fnv): void {
  hash.byte(node === 0 ? 0 : isRed(t, node) ? 1 : 2)
  if (node === 0) return
  if (node === ANCHOR) for (let i = 0; i < 8; i++) hash.byte(0xff)
  else hash.number(nodeLo(t, node))
  hashShape(t, child(t, node, LEFT), hash)
  hashShape(t, child(t, node, RIGHT), hash)
}

/** `(lo-hiC left right)` from a node down. */
export function dumpTree(t: IovaTree, node: number): string {
  if (node === 0) return '.'
  const range = node === ANCHOR ? 'A' : `${hex(nodeLo(t, node))}-${hex(nodeHi(t, node))}`
  const colour = isRed(t, node) ? 'r' : 'b'
  return `(${range}${colour}${dumpTree(t, child(t, node, LEFT))}${dumpTree(t, child(t, node, RIGHT))})`
}

function hashMagazine(m: Magazines, magazine: number, hash: Fnv): void {
  const fill = fillOf(m, magazine)
  hash.number(fill)
  for (let i = 0; i < fill; i++) hash.number(m.pfns.data[magazine * MAG_STRIDE + i]!)
}

/** The JSON of a `c` record. */
export function checkpointText(m: Magazines, queue: FlushQueue | null, nowNs: number): string {
  const t = m.tree
  const ranges = new Fnv()
  forEachNode(t, (lo, hi) => {
    ranges.number(lo)
    ranges.number(hi)
  })
  const shape = new Fnv()
  hashShape(t, t.root, shape)
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
  const place = (node: number): string => (node === ANCHOR ? 'A' : hex(nodeLo(t, node)))
  return JSON.stringify({
    n: t.count,
    rh: ranges.text(),
    th: shape.text(),
    dp: heightOf(t, t.root),
    c32: place(t.hint32),
    c64: place(t.hint64),
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
