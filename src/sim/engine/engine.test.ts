import { describe, expect, it } from 'vitest'
import { DATA_PATH_TEXT } from '../workload/data-path-text.ts'
import { PRICES, tablePs } from './cost.ts'
import { createLock, dequeue, enqueue, grantNs, isFree } from './lock.ts'
import { createLog, entryAt, firstKept, logEvent } from './log.ts'
import { charge, createMeter, dropLock, LOCAL_STAGE, NO_LOCK, resetMeter, takeLock } from './meter.ts'
import { PRICE_TEXT } from './price-text.ts'
import { addToColumn, BANDS, bandOf, COLUMNS, createBands, createRecorder, rollColumns, share } from './recorder.ts'

describe('lock', () => {
  it('serves waiting CPUs in the order they came, and hands over slower the more wait', () => {
    const lock = createLock(4)
    expect(isFree(lock, 0)).toBe(true)
    lock.heldUntil = 100
    expect(isFree(lock, 99)).toBe(false)
    for (const cpu of [2, 0, 3]) enqueue(lock, cpu)
    expect(grantNs(lock)).toBe(100 + Math.round((3 * PRICES.handover.ps) / 1000))
    expect([dequeue(lock), dequeue(lock), dequeue(lock)]).toEqual([2, 0, 3])
    expect([lock.waiting, lock.contended]).toEqual([0, 3])
  })
})

describe('prices', () => {
  it('name a source or say that they are assumed', () => {
    for (const { source } of Object.values({ ...PRICE_TEXT, ...DATA_PATH_TEXT }))
      expect(source).toMatch(/assumed|\d{4}/)
    for (const { ps } of Object.values(PRICES)) expect(Number.isInteger(ps)).toBe(true)
  })

  it('charge a hypercall for each 512 TCEs', () => {
    expect(tablePs(1)).toBe(PRICES.tceCall.ps)
    expect(tablePs(513) - tablePs(512)).toBe(PRICES.tceCall.ps)
    expect(tablePs(3)).toBe(PRICES.tceCall.ps + 2 * PRICES.tceNext.ps)
  })
})

describe('log', () => {
  it('keeps the newest entries and gives back what was written', () => {
    const log = createLog(8)
    for (let n = 0; n < 20; n++) logEvent(log, n * 10, n % 5, n % 64, 1, n, -n)
    expect([log.total, firstKept(log)]).toEqual([20, 12])
    expect(entryAt(log, 13)).toEqual({ ns: 130, kind: 3, cpu: 13, device: 1, a: 13, b: -13 })
  })
})

describe('meter', () => {
  it('puts what is done after a lock was dropped under no lock', () => {
    const m = createMeter()
    resetMeter(m, 0, NO_LOCK)
    charge(m, PRICES.flushQueue)
    takeLock(m, 0)
    charge(m, PRICES.treeFree)
    dropLock(m)
    takeLock(m, 0)
    charge(m, PRICES.treeFind)
    dropLock(m)
    charge(m, PRICES.magazinePut, 3)
    expect([...m.lockOrder.subarray(0, m.locks)]).toEqual([0, 0, LOCAL_STAGE])
    expect([...m.stagePs.subarray(0, m.locks), m.ps]).toEqual([
      PRICES.flushQueue.ps,
      PRICES.treeFree.ps,
      PRICES.treeFind.ps,
      3 * PRICES.magazinePut.ps,
    ])
  })
})

describe('recorder', () => {
  it('keeps the whole run in view: when it is full, columns cover twice the time', () => {
    const r = createRecorder(COLUMNS * 10, 1)
    r.bands.push(createBands(64 * 4))
    const stops = [5, 10, 4000, COLUMNS * 10 - 1, COLUMNS * 10, COLUMNS * 25]
    const calls = [r.put, r.putIndirect, r.stuff, r.tooHard]
    const sums = [r.refused, r.missed, r.delivered, r.flushes, r.late, ...calls]
    for (const ns of stops) {
      rollColumns(r, ns, ns, 0, 0)
      for (const sum of sums) addToColumn(r, sum, 1)
    }
    expect(r.columnNs).toBe(40)
    expect(r.column).toBe(Math.floor((COLUMNS * 25) / 40))
    for (const { data } of sums) {
      expect(data.reduce((a, b) => a + b, 0)).toBe(stops.length)
      expect(data[0]).toBe(2)
    }
  })

  it('covers of a large table the part that is used, twice as much whenever that is left', () => {
    const r = createRecorder(COLUMNS, 1)
    const size = 1 << 21
    const b = createBands(size)
    r.bands.push(b)
    const map = (e: number) => {
      const band = bandOf(b, e)
      b.level[band] = b.level[band]! + 1
    }
    const levelAt = (e: number) => b.level[bandOf(b, e)]
    map(1_000_001)
    expect([b.first, b.entriesPerBand]).toEqual([999_424, 64])
    rollColumns(r, 1, 0, 0, 0)
    expect(b.levelByColumn.data[bandOf(b, 1_000_001)]).toBe(share(1, 64))
    map(999_000)
    expect([b.first, b.entriesPerBand, b.level.reduce((a, n) => a + n, 0)]).toEqual([983_040, 512, 2])
    expect([levelAt(1_000_001), levelAt(999_000)]).toEqual([1, 1])
    expect(b.levelByColumn.data[bandOf(b, 1_000_001)]).toBe(1)
    map(size - 1)
    expect([b.first, b.entriesPerBand]).toEqual([0, size / BANDS])
    expect([levelAt(1_000_001), levelAt(size - 1)]).toEqual([2, 1])
  })

  it('keeps what was mapped first where a large table is filled from its beginning', () => {
    const b = createBands(1 << 21)
    for (let e = 0; e < 8192; e++) {
      const band = bandOf(b, e)
      b.level[band] = b.level[band]! + 1
    }
    expect([b.first, b.entriesPerBand, ...new Set(b.level)]).toEqual([0, 128, 128])
  })

  it('shows even one page of a band', () => {
    const r = createRecorder(COLUMNS, 1)
    const band = createBands(BANDS * 1000)
    r.bands.push(band)
    band.level[3] = 1
    band.level[4] = 1000
    rollColumns(r, 1, 0, 0, 0)
    expect([...band.levelByColumn.data.subarray(2, 6)]).toEqual([0, 1, 255, 0])
  })
})
