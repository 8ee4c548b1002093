import { describe, expect, it } from 'vitest'
import { BOOT_KERNELS } from '../boot/boot.ts'
import { settingsOf } from '../machine/build.ts'
import type { Machine } from '../machine/wiring.ts'
import type { Settings } from '../params.ts'
import { bootOf } from '../platform/pc-boot.ts'
import type { Scenario } from '../scenario/schema.ts'
import { type BootFrame, bootProbe, type Holder } from './boot.ts'
import { createArrays } from './probe.ts'

const MIB = 2 ** 20
const GIB = 1024 * MIB

function frameOf(machine: Settings): BootFrame {
  const scenario: Scenario = {
    preset: 'boot-frame',
    seed: 1,
    machine: { platform: 'vtd', cpuPage: 4096, cpus: 4, ...machine },
    devices: [{ id: 'd0', name: 'dev0', settings: {} }],
    workloads: [{ id: 'w0', type: 'map-loop', device: 0, settings: {} }],
    inputs: [],
  }
  const settings = settingsOf(scenario)
  // Of a machine the frame tells how it came up, and nothing else.
  return bootProbe.build({ state: { boot: bootOf(settings), settings } } as Machine, {}, createArrays())!
}

const MACHINES = BOOT_KERNELS.flatMap((bootKernel) =>
  ['works', 'absent', 'fails'].flatMap((comesUp) =>
    [2 * GIB, 3 * GIB, 4 * GIB, 16 * GIB].flatMap((ram) =>
      [
        {},
        { largestOrder: 6 },
        { iommuArg: 'pt' },
        { iommuArg: 'off' },
        { force: 'force' },
        { force: 'noforce' },
        { swiotlb: 131_072, iommuArg: 'soft' },
      ].map((more): Settings => ({ bootKernel, comesUp, ram, ...more })),
    ),
  ),
)

/** Bytes that a holder has after a step. */
const heldBy = ({ blocks }: BootFrame, step: number, ...holders: readonly Holder[]) =>
  blocks
    .filter((b) => b.from <= step && step < b.to && holders.includes(b.holder))
    .reduce((sum, b) => sum + b.endBytes - b.startBytes, 0)

describe('the frame of a boot', () => {
  it(`has blocks that cover RAM and the hole once, at every step of ${MACHINES.length} machines`, () => {
    for (const machine of MACHINES) {
      const frame = frameOf(machine)
      const { ramBytes, holeBytes, steps, blocks } = frame
      const high = Math.max(0, ramBytes - 3 * GIB)
      expect([holeBytes, ramBytes]).toEqual([high > 0 ? GIB : 0, machine.ram])
      const end = ramBytes + holeBytes
      steps.forEach((_, step) => {
        const now = blocks
          .filter(({ from, to }) => from <= step && step < to)
          .sort((a, b) => a.startBytes - b.startBytes)
        let at = 0
        const gaps = now.filter(({ startBytes, endBytes }) => {
          const adjoins = startBytes === at && endBytes > startBytes
          at = endBytes
          return !adjoins
        })
        expect([machine, step, gaps, at]).toEqual([machine, step, [], end])
        expect(now.filter(({ holder }) => holder === 'hole')).toHaveLength(high > 0 ? 1 : 0)
        expect(heldBy(frame, step, 'kernel')).toBe(32 * MIB)
      })
      for (const { from, to } of blocks) expect([from >= 0, from < to, to <= steps.length]).toEqual([true, true, true])
    }
  })

  it('tells of the same bytes as the blocks: held, given back, lost', () => {
    for (const machine of MACHINES) {
      const frame = frameOf(machine)
      frame.steps.forEach(({ heldBytes, freedBytes, leakedBytes }, step) => {
        const inBlocks = [
          heldBy(frame, step, 'reserved', 'pool'),
          // What 2.6.33 frees is given back, too.
          heldBy(frame, step, 'given-back'),
          heldBy(frame, step, 'leaked'),
        ]
        expect([machine, step, ...inBlocks]).toEqual([machine, step, heldBytes, freedBytes, leakedBytes])
      })
      const last = frame.steps.length - 1
      expect(heldBy(frame, last, 'pool')).toBe(frame.poolBytes)
      expect([heldBy(frame, last, 'leaked'), frame.poolBytes]).toEqual([frame.leakedBytes, frame.slots * 2048])
      // The boot allocator ends in the middle: from then on nothing is its own.
      const handed = frame.steps.findIndex(({ id }) => id === 'hand-over')
      for (let step = 0; step <= last; step++) {
        const [boot, page] = [heldBy(frame, step, 'boot-allocator'), heldBy(frame, step, 'page-allocator')]
        const handedOver = handed >= 0 && step >= handed
        expect([boot === 0, page > 0]).toEqual([handedOver, handedOver])
      }
    }
  })

  it('names the size of each block that is tried, and the cause of a failure', () => {
    const { steps } = frameOf({ bootKernel: 'late', comesUp: 'fails' })
    expect(steps.find(({ id }) => id === 'init-fails')!.cause).toBe('no-address-width')
    const tries = (largestOrder: number) =>
      frameOf({ bootKernel: 'late', comesUp: 'fails', largestOrder })
        .steps.filter(({ id }) => id.startsWith('block-') || id === 'no-pool')
        .map(({ id, triedBytes, failed }) => [id, id === 'no-pool' ? 0 : triedBytes / MIB, failed])
    const large = [64, 32, 16, 8].map((n) => ['block-too-large', n, true])
    expect(tries(10)).toEqual([...large, ['block-found', 4, false]])
    expect(tries(9)).toEqual([...large, ['block-fragmented', 4, true], ['block-found', 2, false]])
    expect(tries(6)).toEqual([
      ...large,
      ['block-fragmented', 4, true],
      ['block-fragmented', 2, true],
      ['no-pool', 0, true],
    ])
  })

  it('says what the machine says, and the command line of its settings', () => {
    const frame = frameOf({ comesUp: 'fails', force: 'force', swiotlb: 1024, swiotlbAreas: 2 })
    expect(frame).toMatchObject({
      kernel: '6.12',
      hardware: 'fails',
      commandLine: 'swiotlb=1024,2,force',
      backend: 'swiotlb',
      isolation: false,
      slots: 1024,
      areas: 2,
      lowBuffer: 'copied through the pool',
      highBuffer: 'copied through the pool',
    })
    const { steps } = frame
    expect(steps.map(({ phase }) => phase)).toEqual([...steps.map(({ phase }) => phase)].sort(byPhase))
  })
})

const PHASES = ['early', 'mid', 'late']
const byPhase = (a: string, b: string) => PHASES.indexOf(a) - PHASES.indexOf(b)
