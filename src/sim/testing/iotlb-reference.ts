// An IOTLB written down as plainly as possible, lists that are searched from one end, and a table of Maps to walk: what
// the real one is compared with.

import { pow2 } from '../../lib/bits.ts'
import { ACCESS_FAULT, ACCESS_HIT, ACCESS_WALKED } from '../iotlb/iotlb.ts'
import type { IotlbConfig } from '../iotlb/iotlb-state.ts'
import type { PageTable, PageTableState } from '../table/page-table.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'

export const BITS = 3
export const LEVELS = 4
export const FAN = 1 << BITS

export interface Leaf {
  readonly page: number
  readonly order: number
  readonly permission: number
}
type FakeNode = Map<number, Leaf | number>

/** A table of four levels and eight entries each, which is never freed: nodes are Maps from slot to leaf or node. */
export interface Fake extends PageTableState {
  readonly maps: FakeNode[]
  readonly freed: Set<number>
}

/** An empty table. */
export function createFake(): Fake {
  const shape = { root: 0, levels: LEVELS, bits: BITS, granuleShift: 12, widthPages: BITS * LEVELS, orders: [0, 3, 6] }
  return { ...shape, nodes: null as never, maps: [new Map()], freed: new Set() }
}

/** Place of a page in the table at `height` that leads to it. */
const slotAt = (pfn: number, height: number) => Math.floor(pfn / pow2(BITS * height)) % FAN

/** Writes a leaf, or takes one out (null) at `height`; tables on the way are made. */
export function fakeMap(t: Fake, pfn: number, leaf: Leaf | null, height = leaf ? leaf.order / BITS : 0): void {
  let node = t.root
  for (let h = LEVELS - 1; h > height; h--) {
    const slot = slotAt(pfn, h)
    if (typeof t.maps[node]!.get(slot) !== 'number') t.maps[node]!.set(slot, t.maps.push(new Map()) - 1)
    node = t.maps[node]!.get(slot) as number
  }
  if (leaf) t.maps[node]!.set(slotAt(pfn, height), leaf)
  else t.maps[node]!.delete(slotAt(pfn, height))
}

export const fakeTable: PageTable<Fake> = {
  id: 'vtd',
  walk(t, pfn, node, height, out) {
    out.nodes.fill(-1)
    out.found = false
    out.freed = false
    out.reads = 0
    let at = node < 0 ? t.root : node
    for (let h = node < 0 ? LEVELS - 1 : height; h >= 0; h--) {
      out.nodes[h] = at
      out.height = h
      out.reads++
      if (t.freed.has(at)) out.freed = true
      const entry = t.maps[at]!.get(slotAt(pfn, h))
      if (entry === undefined) return
      if (typeof entry === 'number') {
        at = entry
        continue
      }
      out.found = true
      out.page = entry.page + (pfn % pow2(BITS * h))
      out.order = entry.order
      out.permission = entry.permission
      return
    }
  },
  tablesAt: () => 0,
  leavesAt: () => 0,
  pending: () => 0,
}

/** An entry, stale since and reused since (-1: it is not). */
export interface PlainEntry {
  readonly domain: number
  readonly pfn: number
  readonly order: number
  readonly page: number
  readonly permission: number
  stale: number
  reused: number
}
export type Books = ReadonlyMap<string, Leaf & { readonly pfn: number }>

/** Sets of entries, and pointers to tables by height, each newest last; and what ended as exposed. `books` tell what is
 *  mapped, by `domain:pfn`. */
export class Reference {
  readonly sets: PlainEntry[][]
  readonly pointers: { domain: number; first: number }[][]
  readonly config: IotlbConfig
  readonly ended: { pages: number; from: number; to: number; pfn: number; domain: number }[] = []

  constructor(config: IotlbConfig) {
    this.config = config
    this.sets = Array.from({ length: config.entries / config.ways }, () => [])
    this.pointers = Array.from({ length: LEVELS }, () => [])
  }

  all(): PlainEntry[] {
    return this.sets.flat()
  }

  /** What an access says, as far as it matters. */
  access(books: Books, domain: number, pfn: number, write: boolean, now: number) {
    const need = write ? TCE_WRITE : TCE_READ
    for (const order of [0, 3, 6]) {
      const first = pfn - (pfn % pow2(order))
      const set = this.sets[(first / pow2(order)) % this.sets.length]!
      const at = set.findIndex((e) => e.domain === domain && e.pfn === first && e.order === order)
      if (at < 0) continue
      const e = set.splice(at, 1)[0]!
      set.push(e)
      if ((e.permission & need) === 0) return { outcome: ACCESS_FAULT, reads: 0 }
      return { outcome: ACCESS_HIT, page: e.page + pfn - first, reads: 0, staleNs: e.stale, reusedNs: e.reused }
    }
    return this.walk(books.get(`${domain}:${pfn}`), domain, pfn, need, now)
  }

  private walk(leaf: (Leaf & { pfn: number }) | undefined, domain: number, pfn: number, need: number, now: number) {
    const firstAt = (height: number) => pfn - (pfn % pow2(BITS * (height + 1)))
    let start = LEVELS - 1
    for (let h = LEVELS - 2; h >= 0; h--) {
      if (this.pointers[h]!.some((p) => p.domain === domain && p.first === firstAt(h))) start = h
    }
    const pointers = this.pointers[start]!
    const used = pointers.findIndex((p) => p.domain === domain && p.first === firstAt(start))
    if (used >= 0) pointers.push(pointers.splice(used, 1)[0]!)
    if (!leaf || (leaf.permission & need) === 0) return { outcome: ACCESS_FAULT }
    const height = leaf.order / BITS
    for (let h = height; h < start; h++) {
      this.pointers[h]!.push({ domain, first: firstAt(h) })
      if (this.pointers[h]!.length > this.config.walkEntries) this.pointers[h]!.shift()
    }
    const set = this.sets[(leaf.pfn / pow2(leaf.order)) % this.sets.length]!
    if (set.length === this.config.ways) this.end(set.shift()!, now)
    const { order, page, permission } = leaf
    set.push({ domain, pfn: leaf.pfn, order, page, permission, stale: -1, reused: -1 })
    return { outcome: ACCESS_WALKED, page: page + pfn - leaf.pfn, reads: start - height + 1, staleNs: -1, reusedNs: -1 }
  }

  /** Drops entries. How many. */
  drop(gone: (e: PlainEntry) => boolean, now: number): number {
    let count = 0
    for (const set of this.sets) {
      for (const e of set.filter(gone)) {
        this.end(e, now)
        set.splice(set.indexOf(e), 1)
        count++
      }
    }
    return count
  }

  /** Drops pointers to tables that cover any of the pages. */
  forget(domain: number, pfn: number, pages: number): void {
    for (const [h, list] of this.pointers.entries()) {
      const kept = list.filter(
        (p) => p.domain !== domain || p.first >= pfn + pages || p.first + pow2(BITS * (h + 1)) <= pfn,
      )
      list.splice(0, list.length, ...kept)
    }
  }

  private end(e: PlainEntry, now: number): void {
    if (e.stale < 0) return
    this.ended.push({ pages: pow2(e.order), from: e.stale, to: now, pfn: e.pfn, domain: e.domain })
  }

  /** Σ pages × ns of what is or was exposed. */
  pageNs(now: number): number {
    const open = this.all().filter((e) => e.stale >= 0)
    return (
      this.ended.reduce((sum, e) => sum + e.pages * (e.to - e.from), 0) +
      open.reduce((sum, e) => sum + pow2(e.order) * (now - e.stale), 0)
    )
  }
}

/** True where a leaf of this size cannot stand: a large page does not fit where a table of smaller ones stands: the fake never takes one out. */
export function clashes(t: Fake, pfn: number, order: number): boolean {
  let node = t.root
  for (let h = LEVELS - 1; h > order / BITS; h--) {
    const entry = t.maps[node]!.get(slotAt(pfn, h))
    if (entry === undefined) return false
    if (typeof entry !== 'number') return true
    node = entry
  }
  return t.maps[node]!.has(slotAt(pfn, order / BITS))
}
