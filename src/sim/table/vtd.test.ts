import { expect, test } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { createWalk } from './page-table.ts'
import {
  clearPages,
  createVtd,
  dropAll,
  makePath,
  queueNodes,
  releaseNodes,
  setLeaf,
  setPages,
  slotOf,
  spanAt,
  takeOut,
  type VtdState,
  vtdTable,
} from './vtd.ts'

const create = (levels = 4, width = 48) =>
  createVtd({ levels, orders: [0, 9, 18], width, maxAddressMask: 9, pageSelective: true, firstLevel: false })
const noChange = () => ({ writes: 0, made: 0, refused: false })
const walk = (s: VtdState, pfn: number, node = -1, height = 0) => {
  const out = createWalk()
  vtdTable.walk(s, pfn, node, height, out)
  return out
}
const setPage = (s: VtdState, pfn: number, page: number, change = noChange()) => {
  setPages(s, makePath(s, pfn, 0, change), slotOf(pfn, 0), 1, page, 3, change)
  return change
}

test('the first page makes a table per level below the top, the next one beside it none', () => {
  const s = create(5, 57)
  const pfn = pow2(45) - 2
  expect(setPage(s, pfn, 77)).toMatchObject({ made: 4, writes: 5 })
  expect(setPage(s, pfn + 1, 99)).toMatchObject({ made: 0, writes: 1 })
  expect(walk(s, pfn)).toMatchObject({ found: true, page: 77, order: 0, permission: 3, height: 0, reads: 5 })
  expect(walk(s, pfn + 1).page).toBe(99)
  expect(walk(s, 0)).toMatchObject({ found: false, height: 4, reads: 1 })
})

test('a page set twice keeps what was there first', () => {
  const s = create()
  setPage(s, 5, 1)
  expect(setPages(s, makePath(s, 4, 0, noChange()), 4, 3, 10, 3, noChange())).toBe(false)
  expect([4, 5, 6].map((pfn) => walk(s, pfn).page)).toEqual([10, 1, 12])
  expect(vtdTable.leavesAt(s, 0)).toBe(3)
})

test('beyond the width nothing is read', () => {
  expect(walk(create(3, 39), pow2(27))).toMatchObject({ found: false, reads: 0, height: 2 })
})

test('a walk may start in a table below the top, and names the tables it read', () => {
  const s = create()
  setPage(s, 1000, 7)
  const { nodes } = walk(s, 1000)
  const part = walk(s, 1000, nodes[1]!, 1)
  expect(part).toMatchObject({ found: true, page: 7, reads: 2 })
  expect([...part.nodes]).toEqual([nodes[0], nodes[1], -1, -1, -1, -1])
})

test('a table that was taken out still leads hardware on until it is given back', () => {
  const s = create()
  setPage(s, 512, 7)
  const { nodes } = walk(s, 512)
  const out: number[] = []
  const change = noChange()
  clearPages(s, 512, 1023, out, change)
  expect([out, change.writes]).toEqual([[nodes[0]], 1])
  expect([walk(s, 512).found, vtdTable.tablesAt(s, 0), vtdTable.leavesAt(s, 0)]).toEqual([false, 0, 0])
  expect(walk(s, 512, nodes[0]!, 0)).toMatchObject({ found: true, page: 7, freed: false })
  dropAll(s, out)
  expect(walk(s, 512, nodes[0]!, 0)).toMatchObject({ found: false, freed: true })
})

test('a table that became empty page by page stays', () => {
  const s = create()
  setPage(s, 512, 7)
  const out: number[] = []
  clearPages(s, 512, 1022, out, noChange())
  expect([out, vtdTable.tablesAt(s, 0), vtdTable.leavesAt(s, 0)]).toEqual([[], 1, 0])
})

test('a large leaf in the way of a table, or covered in part, is left alone', () => {
  const s = create()
  const change = noChange()
  setLeaf(s, makePath(s, 512, 1, change), slotOf(512, 1), 1, 1024, 3, change)
  expect(makePath(s, 513, 0, change)).toBe(-1)
  clearPages(s, 600, 700, [], change)
  expect([change.refused, walk(s, 650).page]).toEqual([true, 1024 + 650 - 512])
  const span = { pages: 0, inside: false, node: -1 }
  spanAt(s, 650, span)
  expect(span).toEqual({ pages: 512, inside: true, node: -1 })
})

test('what is taken out of an upper level takes all below it along', () => {
  const s = create()
  const change = noChange()
  for (let i = 0; i < 4; i++) setPage(s, 512 * i, i)
  setLeaf(s, makePath(s, 512 * 9, 1, change), 9, 1, 4096, 3, change)
  const upper = walk(s, 0).nodes[2]!
  const out: number[] = []
  takeOut(s, upper, 0, 2, out)
  expect([out.length, s.nodes.live]).toEqual([5, 7])
  expect([0, 1].map((h) => [vtdTable.tablesAt(s, h), vtdTable.leavesAt(s, h)])).toEqual([
    [0, 0],
    [0, 0],
  ])
})

test('waiting tables go back for the unmapping that took them out, whichever list they share', () => {
  const s = create()
  const nodes = Array.from({ length: 6 }, (_, i) => {
    setPage(s, 512 * i, i)
    return walk(s, 512 * i).nodes[0]!
  })
  // The hash puts all three beginnings into the same list.
  queueNodes(s, 0, nodes.slice(0, 2))
  queueNodes(s, 65, nodes.slice(2, 4))
  queueNodes(s, pow2(40), nodes.slice(4))
  expect([releaseNodes(s, 65), releaseNodes(s, 65), vtdTable.pending(s)]).toEqual([2, 0, 4])
  expect(nodes.map((n) => s.nodes.used.data[n])).toEqual([1, 1, -1, -1, 1, 1])
  expect([releaseNodes(s, -1), vtdTable.pending(s)]).toEqual([4, 0])
})

test('levels and widths that there are not are refused', () => {
  expect(() => create(6, 57)).toThrow(RangeError)
  expect(() => create(3, 48)).toThrow(RangeError)
})
