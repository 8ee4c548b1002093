import { expect, test } from 'vitest'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { createSnapshots, restoreSnapshot, takeSnapshot } from '../../lib/snapshot.ts'
import { countWords, createStore, readWord, storeBytes, swapWord } from './tce-multi-store.ts'

test('holds what a map holds, under keys near and far', () => {
  const rng = createRng(7)
  const m = createStore()
  const model = new Map<number, number>()
  for (let i = 0; i < 40000; i++) {
    const r = nextU32(rng)
    const near = r % 6000
    const key = r & 0x10000 ? near : near * 17179869184 + (r % 3)
    const value = nextU32(rng) % 3 === 0 ? 0 : i + 1
    expect(swapWord(m, key, value)).toBe(model.get(key) ?? 0)
    if (value === 0) model.delete(key)
    else model.set(key, value)
    expect(readWord(m, key)).toBe(value)
  }
  expect(model.size).toBeGreaterThan(4000)
  for (const [key, value] of model) expect(readWord(m, key)).toBe(value)
  for (const [from, to] of [
    [0, 6000],
    [1, 4],
    [1001, 5002],
    [17179869183, 60 * 17179869184 + 2],
  ] as const)
    expect(countWords(m, from, to)).toBe([...model.keys()].filter((key) => key >= from && key < to).length)
  for (const key of model.keys()) swapWord(m, key, 0)
  expect([m.live, countWords(m, 0, 2 ** 50)]).toEqual([0, 0])
  expect(m.heads.data.every((head) => head === 0)).toBe(true)
})

test('takes the memory of its words, whatever the span of the keys, and uses it again', () => {
  const m = createStore()
  const lap = (from: number) => {
    for (let i = 0; i < 50000; i++) swapWord(m, from + i * 1048583, i + 1)
    const bytes = storeBytes(m)
    for (let i = 0; i < 50000; i++) swapWord(m, from + i * 1048583, 0)
    return bytes
  }
  const bytes = lap(0)
  expect(bytes / 50000).toBeLessThan(60)
  expect(lap(1099511627776)).toBe(bytes)
})

test('goes back to a checkpoint from before it grew', () => {
  const m = createStore()
  const owner = createSnapshots()
  for (let i = 0; i < 5000; i++) swapWord(m, i * 9, i + 1)
  const before = takeSnapshot(owner, m)
  for (let i = 0; i < 20000; i++) swapWord(m, i * 9, i % 3)
  restoreSnapshot(owner, m, before)
  expect(Array.from({ length: 5000 }, (_, i) => readWord(m, i * 9))).toEqual(
    Array.from({ length: 5000 }, (_, i) => i + 1),
  )
  expect(readWord(m, 5000 * 9)).toBe(0)
})
