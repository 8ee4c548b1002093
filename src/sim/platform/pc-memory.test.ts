import { describe, expect, it } from 'vitest'
import { BOOT_KERNELS } from '../boot/boot.ts'
import { withDefaults } from '../scenario/platform.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import { bootOf } from './pc-boot.ts'
import { pcMemory, placeOf } from './pc-memory.ts'

const MIB = 2 ** 20
const GIB = 1024 * MIB
const CHUNK = 65_536

const machine = (over: Record<string, string | number>) => {
  const own = withDefaults(bootParams, { comesUp: 'absent', ...over })
  const settings = Object.fromEntries(Object.entries(own).map(([name, value]) => [`m.${name}`, value]))
  return { ...settings, 'm.platform': 'vtd', 'm.cpus': 4 }
}
const RAM = bootParams.find(({ name }) => name === 'ram')!.values!.map((o) => Number(o.value))

describe('memory of a PC', () => {
  it.each(RAM)('%i bytes: RAM on both sides of the hole', (ram) => {
    const { holeStart, endBytes } = pcMemory(machine({ ram }))
    expect(holeStart).toBe(Math.min(ram, 3 * GIB))
    expect(holeStart + Math.max(0, endBytes - 4 * GIB)).toBe(ram)
  })

  it.each(RAM)('%i bytes: buffers lie all over it, each 64 KiB elsewhere', (ram) => {
    const memory = pcMemory(machine({ ram }))
    const chunks = Math.floor((ram - 512 * MIB) / CHUNK)
    const seen = new Set<number>()
    // Those at the end of RAM leave room for the largest buffer, and so share a place.
    for (let i = 0; i < chunks; i++) seen.add(placeOf(memory, i * CHUNK))
    expect(seen.size).toBe(ram > 3 * GIB ? chunks - 63 : chunks)
    expect(placeOf(memory, chunks * CHUNK)).toBe(placeOf(memory, 0))
    expect(placeOf(memory, 5 * CHUNK + 0x1234)).toBe(placeOf(memory, 5 * CHUNK) + 0x1234)
  })

  it.each(BOOT_KERNELS)('kernel %s: no buffer in the kernel, the pool, the hole or behind RAM', (bootKernel) => {
    for (const ram of [2 * GIB, 4 * GIB, 16 * GIB]) {
      const settings = machine({ ram, bootKernel, swiotlb: 131_072, iommuArg: 'soft' })
      const memory = pcMemory(settings)
      const { pool } = bootOf(settings)!
      if (bootKernel !== 'late') expect(pool!.bytes).toBe(256 * MIB)
      const wrong: number[] = []
      for (let i = 0; i < 70_000; i++) {
        const at = placeOf(memory, i * 7 * CHUNK)
        const end = at + CHUNK
        const inPool = pool !== null && at < pool.start + pool.bytes && end > pool.start
        const inRam = end <= memory.holeStart || (at >= 4 * GIB && at + 4 * MIB <= memory.endBytes)
        if (at < 256 * MIB || inPool || !inRam) wrong.push(at)
      }
      expect(wrong).toEqual([])
    }
  })
})
