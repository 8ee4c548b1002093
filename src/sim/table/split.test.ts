import { expect, test } from 'vitest'
import { pow2 } from '../../lib/bits.ts'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { chooseRun, type PageRun } from './split.ts'

type Run = readonly [order: number, count: number]

function runsOf(orders: readonly number[], pfn: number, page: number, pages: number): Run[] {
  const run: PageRun = { order: 0, count: 0 }
  const runs: Run[] = []
  for (let done = 0; done < pages; done += run.count * pow2(run.order)) {
    chooseRun(orders, pfn + done, page + done, pages - done, run)
    runs.push([run.order, run.count])
  }
  return runs
}

/** The largest size that is possible, one page after the other; `orders` for every page. */
function pageByPage(orders: readonly number[], pfn: number, page: number, pages: number): number[] {
  const sizes: number[] = []
  for (let done = 0; done < pages; ) {
    const possible = orders.filter((order) => {
      const size = pow2(order)
      return size <= pages - done && (pfn + done) % size === 0 && (page + done) % size === 0
    })
    const order = possible[possible.length - 1]!
    sizes.push(order)
    done += pow2(order)
  }
  return sizes
}

const ORDERS = [[0], [0, 9], [0, 9, 18], [0, 11], [0, 13, 30], [0, 4, 12, 22], Array.from({ length: 40 }, (_, k) => k)]

test('the runs of a range are what choosing the largest size page by page gives', () => {
  const rng = createRng(7)
  for (let i = 0; i < 1000; i++) {
    const orders = ORDERS[nextU32(rng) % ORDERS.length]!
    // Both ends lie near multiples of a large size, high in the space, and are off by the same or different amounts.
    const grid = orders.length === 40 ? 64 : pow2(orders[Math.min(orders.length - 1, 1)]!)
    const base = pow2(20 + (nextU32(rng) % 24))
    const shift = nextU32(rng) % (2 * grid)
    const pages = 1 + (nextU32(rng) % Math.min(4 * grid, 5000))
    const pfn = base + shift
    const page = pow2(31) + (nextU32(rng) % 3 === 0 ? nextU32(rng) % (2 * grid) : shift)
    const got = runsOf(orders, pfn, page, pages).flatMap(([order, count]) => new Array<number>(count).fill(order))
    expect(got, `${pages} pages, ${pfn} to ${page}, sizes ${orders}`).toEqual(pageByPage(orders, pfn, page, pages))
  }
})

test('a run of small pages goes past an alignment after which no whole larger page fits', () => {
  expect(runsOf([0, 9], 511, 511, 100)).toEqual([[0, 100]])
  expect(runsOf([0, 9], 511, 511, 513)).toEqual([
    [0, 1],
    [9, 1],
  ])
})

test('ends that can never be aligned together are mapped in one run of the size that both allow', () => {
  expect(runsOf([0, 9, 18], 512, 1024, 512 * 600)).toEqual([[9, 600]])
  expect(runsOf([0, 9], 0, 1, 2048)).toEqual([[0, 2048]])
})

test('page 0 is aligned to every size', () => {
  expect(runsOf([0, 9, 18], 0, 0, pow2(18) + 513)).toEqual([
    [18, 1],
    [9, 1],
    [0, 1],
  ])
})
