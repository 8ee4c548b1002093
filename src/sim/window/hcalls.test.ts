import { describe, expect, test } from 'vitest'
import {
  callsFor,
  clearDirect,
  directEntries,
  H_NOT_ENOUGH_RESOURCES,
  type HcallTable,
  mapDirect,
  mapIndirect,
  type TceHypervisor,
  unmapIndirect,
} from './hcalls.ts'

const PAGE_64K = 16
const all: HcallTable = { pageShift: PAGE_64K, putIndirect: true, stuff: true }
const none: HcallTable = { pageShift: PAGE_64K, putIndirect: false, stuff: false }
const FULL = H_NOT_ENOUGH_RESOURCES
const HARDWARE = -1

/** A hypervisor with a table that it really writes; call `failAt` answers `rc` and changes nothing. */
function hypervisor(failAt = -1, rc = 0) {
  const tces = new Map<number, number>()
  const calls: string[] = []
  const answer = (call: string, write: () => void): number => {
    const fails = calls.push(call) - 1 === failAt
    if (!fails) write()
    return fails ? rc : 0
  }
  const set = (ioba: number, real: number, permission: number) =>
    permission === 0 ? tces.delete(ioba) : tces.set(ioba, real * 4 + permission)
  const h: TceHypervisor = {
    put: (ioba, real, permission) => answer('put', () => set(ioba, real, permission)),
    putIndirect: (ioba, count, real, permission, step) =>
      answer(`ind ${count}`, () => {
        for (let i = 0; i < count; i++) set(ioba + i * step, real + i * step, permission)
      }),
    stuff: (ioba, count) =>
      answer(`stuff ${count}`, () => {
        for (let i = 0; i < count; i++) tces.delete(ioba + i * 16)
      }),
  }
  return { ...h, tces, calls }
}

describe('a buffer of an indirect table', () => {
  test('costs one call to map and one to unmap, up to 512 entries', () => {
    for (const [count, calls] of [
      [1, ['put', 'stuff 1']],
      [512, ['ind 512', 'stuff 512']],
      [513, ['ind 512', 'ind 1', 'stuff 512', 'stuff 1']],
    ] as const) {
      const h = hypervisor()
      expect(mapIndirect(h, all, 100, count, 0x1000, false)).toBe(0)
      expect(h.tces.size).toBe(count)
      unmapIndirect(h, all, 100, count)
      expect(h.calls).toEqual(calls)
      expect(h.tces.size).toBe(0)
    }
  })

  test('costs a call per entry without the calls of several entries', () => {
    const h = hypervisor()
    mapIndirect(h, none, 100, 600, 0x1000, false)
    unmapIndirect(h, none, 100, 600)
    expect(h.calls.length).toBe(1200)
    expect(h.tces.size).toBe(0)
  })

  test('may always be read, and written unless it goes to the device', () => {
    const h = hypervisor()
    mapIndirect(h, all, 100, 1, 0x1235, true)
    mapIndirect(h, all, 101, 1, 0x1235, false)
    expect([...h.tces]).toEqual([
      [1600, 0x1230 * 4 + 1],
      [1616, 0x1230 * 4 + 3],
    ])
  })

  test('leaves no entry when the hypervisor runs out of resources, whichever call says so', () => {
    for (const table of [all, none, { ...all, stuff: false }, { ...all, putIndirect: false }]) {
      for (const failAt of [0, 1, 2]) {
        const h = hypervisor(failAt, FULL)
        expect(mapIndirect(h, table, 100, 1200, 0, false)).toBe(FULL)
        expect(h.tces.size).toBe(0)
      }
    }
  })

  test('takes back nothing with one call when the first one of several entries fails', () => {
    const h = hypervisor(0, FULL)
    mapIndirect(h, all, 100, 30, 0, false)
    expect(h.calls).toEqual(['ind 30', 'stuff 0'])
    const without = hypervisor(0, FULL)
    mapIndirect(without, { ...all, stuff: false }, 100, 30, 0, false)
    expect(without.calls).toEqual(['ind 30'])
  })

  test('is reported as mapped after any other error: one by one with a hole, in lists without the rest', () => {
    const each = hypervisor(3, HARDWARE)
    expect(mapIndirect(each, none, 100, 10, 0, false)).toBe(0)
    expect([each.calls.length, each.tces.size]).toEqual([10, 9])
    const lists = hypervisor(1, HARDWARE)
    expect(mapIndirect(lists, all, 100, 1500, 0, false)).toBe(0)
    expect([lists.calls.length, lists.tces.size]).toEqual([2, 512])
  })

  test('stays half mapped when clearing it fails, except one by one', () => {
    const h = hypervisor(4, HARDWARE)
    mapIndirect(h, all, 100, 1500, 0, false)
    unmapIndirect(h, all, 100, 1500)
    expect([h.calls.length, h.tces.size]).toEqual([5, 1500 - 512])
    const each = hypervisor(13, HARDWARE)
    mapIndirect(each, none, 100, 10, 0, false)
    unmapIndirect(each, none, 100, 10)
    expect([each.calls.length, each.tces.size]).toEqual([20, 1])
  })
})

describe('RAM in a direct window', () => {
  const BASE = 140737488355328
  const GIB = 262144

  test('takes 512 calls for 16 GiB in pages of 64K, at the distance of the base', () => {
    const h = hypervisor()
    expect(mapDirect(h, all, BASE, 0, 16 * GIB)).toBe(0)
    expect(h.calls.length).toBe(512)
    expect(h.tces.get(BASE + 0x12340)).toBe(0x12340 * 4 + 3)
    expect(clearDirect(h, all, BASE, 0, 16 * GIB)).toBe(0)
    expect([h.calls.length, h.tces.size]).toEqual([1024, 0])
  })

  test('loses a tail shorter than the page: 24 GiB in pages of 16G map one entry', () => {
    expect(directEntries({ ...all, pageShift: 34 }, 0, 24 * GIB)).toBe(1)
    const h = hypervisor()
    mapDirect(h, { ...all, pageShift: 34 }, BASE, 0, 24 * GIB)
    expect(h.calls).toEqual(['ind 1'])
  })

  test('takes a call of no entries when it is shorter than a page', () => {
    const h = hypervisor()
    mapDirect(h, all, BASE, 0, 15)
    mapDirect(h, none, BASE, 0, 15)
    clearDirect(h, none, BASE, 0, 15)
    expect(h.calls).toEqual(['ind 0', 'stuff 0'])
  })

  test('begins at the page around its first byte, and only lists count what lies before it', () => {
    expect(directEntries(all, 8, 24)).toBe(2)
    expect(directEntries(none, 8, 24)).toBe(1)
    const h = hypervisor()
    mapDirect(h, all, BASE, 8, 24)
    expect([...h.tces.keys()]).toEqual([BASE, BASE + 16])
  })

  test('stops at the first error; one by one only at a lack of resources', () => {
    const lists = hypervisor(2, HARDWARE)
    expect(mapDirect(lists, all, BASE, 0, GIB)).toBe(HARDWARE)
    expect(lists.tces.size).toBe(1024)
    const each = hypervisor(2, HARDWARE)
    expect(mapDirect(each, none, BASE, 0, 160)).toBe(0)
    expect(each.tces.size).toBe(9)
    const full = hypervisor(2, FULL)
    expect(mapDirect(full, none, BASE, 0, 160)).toBe(FULL)
    expect(full.tces.size).toBe(0)
    expect(clearDirect(hypervisor(0, HARDWARE), all, BASE, 0, GIB)).toBe(HARDWARE)
  })
})

test('even nothing takes a call', () => {
  expect([0, 1, 512, 513].map(callsFor)).toEqual([1, 1, 1, 2])
})
