// Heap, snapshot and hash: what makes a run repeatable.

import { describe, expect, it } from 'vitest'
import { chunked, touch } from './chunked.ts'
import { hashPlain } from './hash.ts'
import { createHeap, heapPop, heapPush, heapReplace } from './heap.ts'
import { createRng, deriveSeed, nextU32 } from './rng.ts'
import { createSnapshots, dropSnapshot, restoreSnapshot, takeSnapshot } from './snapshot.ts'

describe('heap', () => {
  it('gives entries back by time, and equal times in the order they came', () => {
    const rng = createRng(3)
    const heap = createHeap(2)
    const model: [number, number, number][] = []
    const out: number[] = []
    const expected: number[] = []
    for (let i = 0; i < 3000; i++) {
      const time = nextU32(rng) % 40
      const act = nextU32(rng) % 3
      if (act > 0 || model.length === 0) {
        model.push([time, heap.nextSeq, i])
        heapPush(heap, time, i)
        continue
      }
      model.sort((a, b) => a[0] - b[0] || a[1] - b[1])
      expected.push(model.shift()![2])
      out.push(heap.payloads[0]!)
      if (i % 2) {
        model.push([time, heap.nextSeq, i])
        heapReplace(heap, time, i)
      } else heapPop(heap)
    }
    expect(out).toEqual(expected)
    expect(heap.size).toBe(model.length)
  })
})

describe('rng', () => {
  it('yields a stream that depends on nothing but its seed', () => {
    const rng = createRng(1)
    expect([nextU32(rng), nextU32(rng), nextU32(rng)]).toEqual([1580013426, 350525680, 3524174333])
    expect(deriveSeed(1, 0)).not.toBe(deriveSeed(1, 1))
  })
})

describe('snapshot', () => {
  const fresh = () => ({
    n: 1,
    list: [1, { deep: 2 }],
    small: new Float64Array([1, 2]),
    big: chunked(new Int32Array(5000)),
  })

  it('restores what was written since, and only copies what changed and is not as it was made', () => {
    const owner = createSnapshots()
    const state = fresh()
    state.big.data[2000] = 4
    const first = takeSnapshot(owner, state)
    state.n = 2
    state.small[0] = 9
    ;(state.list[1] as { deep: number }).deep = 7
    state.big.data[4000] = 5
    touch(state.big, 4000)
    const second = takeSnapshot(owner, state)
    expect(first.copiedBytes).toBe(1024 * 4 + 16)
    expect(second.copiedBytes).toBe(1024 * 4 + 16)
    expect(second.wholeBytes).toBe(first.wholeBytes)
    const { big } = state
    restoreSnapshot(owner, state, first)
    expect(state).toEqual({ ...fresh(), big: expect.anything() })
    expect(state.big).toBe(big)
    expect(state.big.data[4000]).toBe(0)
    restoreSnapshot(owner, state, second)
    expect([state.n, state.big.data[4000]]).toEqual([2, 5])
  })

  it('keeps what hangs in two places one thing, and what does not apart', () => {
    const owner = createSnapshots()
    const page = { nodes: chunked(new Int32Array(2000)), used: 1, lanes: new Float64Array(2) }
    const state: Record<string, unknown> = { iommu: { page }, tce: { page }, lanes: page.lanes }
    const shared = takeSnapshot(owner, state)
    expect(shared.copiedBytes).toBe(2 * 8)
    // Another machine stands there meanwhile, whose shapes fit in part: two pages, each its own.
    const own = () => ({ nodes: chunked(new Int32Array(2000)), used: 0, lanes: new Float64Array(2) })
    for (const key of ['iommu', 'tce']) state[key] = { page: own() }
    const apart = takeSnapshot(owner, state)
    restoreSnapshot(owner, state, shared)
    const { iommu, tce, lanes } = state as { iommu: { page: typeof page }; tce: { page: typeof page }; lanes: unknown }
    expect([iommu.page, lanes]).toEqual([page, page.lanes])
    expect([iommu.page === tce.page, iommu.page.lanes === lanes]).toEqual([true, true])
    restoreSnapshot(owner, state, apart)
    expect(iommu.page === tce.page || iommu.page.nodes === tce.page.nodes || iommu.page.lanes === tce.page.lanes).toBe(
      false,
    )
    // Each holds its chunks once, however many ways lead there.
    dropSnapshot(owner, shared)
    dropSnapshot(owner, apart)
    expect(owner.shares.size).toBe(0)
  })

  it('restores an array that has another size by now', () => {
    const owner = createSnapshots()
    const state = fresh()
    state.big.data[7] = 3
    const before = takeSnapshot(owner, state)
    state.big = chunked(new Int32Array(9000))
    takeSnapshot(owner, state)
    restoreSnapshot(owner, state, before)
    expect(state.big.data.length).toBe(5000)
    expect(state.big.data[7]).toBe(3)
  })

  it('agrees with a plain copy after any sequence of writes, checkpoints, restores and drops', () => {
    const owner = createSnapshots()
    const state = { data: chunked(new Uint32Array(4096)) }
    const rng = createRng(11)
    const saved = [{ snapshot: takeSnapshot(owner, state), copy: state.data.data.slice() }]
    for (let i = 0; i < 400; i++) {
      for (let k = 0; k < 5; k++) {
        const at = nextU32(rng) % 4096
        state.data.data[at] = nextU32(rng)
        touch(state.data, at)
      }
      if (nextU32(rng) % 3 === 0) saved.push({ snapshot: takeSnapshot(owner, state), copy: state.data.data.slice() })
      if (saved.length > 6) dropSnapshot(owner, saved.splice(nextU32(rng) % 7, 1)[0]!.snapshot)
      if (nextU32(rng) % 4 === 0) {
        const back = saved[nextU32(rng) % saved.length]!
        restoreSnapshot(owner, state, back.snapshot)
        expect(state.data.data).toEqual(back.copy)
      }
    }
  })
})

describe('hash', () => {
  it('changes with every leaf, its type and its place', () => {
    const values = [
      ...[{ a: 1 }, { a: 2 }, { b: 1 }, { a: '1' }, { a: [1] }, { a: null }, { a: true }, { a: new Uint8Array([1]) }],
      ...[
        { a: new Uint8Array([1, 0]) },
        { a: new Uint32Array([1]) },
        { a: -0 },
        { a: 0 },
        { a: Number.POSITIVE_INFINITY },
      ],
    ]
    expect(new Set(values.map(hashPlain)).size).toBe(values.length)
  })

  it('does not depend on the order of keys', () => {
    expect(hashPlain({ a: 1, b: [2, 3] })).toBe(hashPlain({ b: [2, 3], a: 1 }))
  })
})

describe('hash', () => {
  it('knows one NaN, whichever bits an engine keeps of it', () => {
    const wide = (high: number) => new Float64Array(Uint32Array.of(0, 0x3ff00000, 7, high, 0, 0x40000000).buffer)
    const narrow = (bits: number) => new Float32Array(Uint32Array.of(0x3f800000, bits).buffer)
    expect(hashPlain(wide(0xfff80001))).toBe(hashPlain(wide(0x7ff80000)))
    expect(hashPlain(wide(0xfff80001))).toBe(hashPlain(Float64Array.of(1, Number.NaN, 2)))
    expect(hashPlain(narrow(0xffc00005))).toBe(hashPlain(narrow(0x7fc00000)))
    expect(hashPlain(chunked(wide(0xfff80001)))).toBe(hashPlain(chunked(wide(0x7ff80000))))
    expect(hashPlain({ a: wide(0xfff80001)[1] })).toBe(hashPlain({ a: Number.NaN }))
    expect(hashPlain(Number.NaN)).not.toBe(hashPlain(Number.POSITIVE_INFINITY))
    // Infinity is a number of its own: no word of it is touched.
    expect(hashPlain(Float64Array.of(Number.POSITIVE_INFINITY))).not.toBe(hashPlain(Float64Array.of(Number.NaN)))
  })
})
