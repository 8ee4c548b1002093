import { describe, expect, it } from 'vitest'
import { createFor, drive } from '../testing/drive.ts'
import { wall } from './wall.ts'
import { OP_MAP } from './workload.ts'

const text = (ops: ReturnType<typeof drive>) =>
  ops.map((o) => `${o.kind === OP_MAP ? 'm' : 'u'}${o.bytes / 4096}${o.id < 0 ? '!' : ''}`).join(' ')

describe('a wall', () => {
  it('is built below a gap, and two sizes come and go in turn above it', () => {
    const s = createFor(wall, 1, { ranges: 50 })
    const ops = drive(wall, s, 100_000)
    expect(text(ops.slice(0, 51))).toBe(Array(51).fill('m64').join(' '))
    expect([ops[51]!.kind === OP_MAP, ops[51]!.slot]).toEqual([false, ops[0]!.slot])
    expect(ops.slice(52, 60).map((o) => `${o.kind === OP_MAP ? 'm' : 'u'}${o.slot}`)).toEqual([
      ...['m0', 'm1', 'u0', 'u1'],
      ...['m0', 'm1', 'u0', 'u1'],
    ])
    expect(text(ops.slice(52, 54))).toBe('m64 m128')
  })

  it('is as long as the window has room', () => {
    const s = createFor(wall, 1, { ranges: 1000 })
    const ops = drive(wall, s, 20_000, (n) => n === 30)
    expect(ops.filter((o) => o.slot > 2).length).toBe(30)
    expect(wall.owner(s, 0, ops[31]!.slot)).toBe('gap above the wall')
    expect(text(ops.slice(32, 34))).toBe('m64 m128')
  })

  it('has loops on several CPUs, which wait until it stands', () => {
    const s = createFor(wall, 4, { ranges: 200, loops: 4 })
    const ops = drive(wall, s, 200_000)
    const stands = ops.findIndex((o) => o.kind !== OP_MAP)
    expect(ops.slice(0, stands).every((o) => o.task === 0)).toBe(true)
    for (let t = 0; t < 4; t++) expect(ops.slice(stands).filter((o) => o.task === t).length).toBeGreaterThan(50)
  })

  it('goes on with the size that is granted, and waits when neither is', () => {
    const s = createFor(wall, 1, { ranges: 0 })
    // Map 0 is the gap; then the larger size is refused once, and later both.
    const ops = drive(wall, s, 150_000, (n) => n === 2 || n === 5 || n === 6)
    expect(text(ops.slice(2, 5)).replace(/u\d+/g, 'u')).toBe('m64 m128! u')
    expect(text(ops.slice(5, 11)).replace(/u\d+/g, 'u')).toBe('m64 m128 u u m64! m128!')
    expect(ops[11]!.ns - ops[10]!.ns).toBe(100_000)
  })
})
