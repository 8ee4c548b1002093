import { expect, test } from 'vitest'
import { countClear, countDirect, type HcallCounts, noHcalls } from './ddw-calls.ts'
import { type HcallTable, mapDirect, type TceHypervisor, unmapIndirect } from './hcalls.ts'

/** A hypervisor that counts what it is asked. */
function counting(failAt: number, rc: number): { h: TceHypervisor; counts: HcallCounts } {
  const counts = noHcalls()
  const answer = () => (counts.put + counts.putIndirect + counts.stuff - 1 === failAt ? rc : 0)
  const h: TceHypervisor = {
    put() {
      counts.put++
      counts.tcesPut++
      return answer()
    },
    putIndirect(_, count) {
      counts.putIndirect++
      counts.tcesPut += count
      return answer()
    },
    stuff(_, count) {
      counts.stuff++
      counts.tcesStuffed += count
      return answer()
    },
  }
  return { h, counts }
}

const FEATURES = [0, 1, 2, 3].map((bits) => ({ putIndirect: (bits & 1) !== 0, stuff: (bits & 2) !== 0 }))
const FAILURES = [null, { call: 0, rc: -44 }, { call: 2, rc: -44 }, { call: 2, rc: -1 }, { call: 700, rc: -44 }]

test('calls are counted as the sequences make them, whichever fails', () => {
  let compared = 0
  for (const features of FEATURES) {
    for (const failure of FAILURES) {
      for (const [start, frames] of [
        [0, 0],
        [0, 16],
        [0, 8192],
        [8, 8200],
        [24, 100000],
      ] as const) {
        const t: HcallTable = { pageShift: 16, ...features }
        const real = counting(failure?.call ?? -1, failure?.rc ?? 0)
        const rc = mapDirect(real.h, t, 0, start, frames)
        if (rc === 0) unmapIndirect(real.h, t, 0, 777)
        const counts = noHcalls()
        expect(countDirect(counts, t, start, frames, failure)).toBe(rc)
        if (rc === 0) countClear(counts, t, 777, failure)
        expect(counts).toEqual(real.counts)
        compared++
      }
    }
  }
  expect(compared).toBe(100)
})

test('a table of 2^35 entries is counted without being walked', () => {
  const counts = noHcalls()
  countClear(counts, { pageShift: 16, putIndirect: true, stuff: true }, 34359738368, null)
  expect([counts.stuff, counts.tcesStuffed]).toEqual([67108864, 34359738368])
})
