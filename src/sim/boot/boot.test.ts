import { describe, expect, test } from 'vitest'
import { BOOT_KERNELS, type BootInput, type BootOutcome, boot } from './boot.ts'
import { BOOT_STEP_TEXT, FAILURE_TEXT } from './boot-text.ts'

const MIB = 1048576
const GIB = 1024 * MIB

const machine = (over: Partial<BootInput> = {}): BootInput => ({
  kernel: '6.12',
  vendor: 'intel',
  hardware: 'works',
  ramBytes: 8 * GIB,
  ramAbove4G: 5 * GIB,
  largestOrder: 10,
  maxOrder: 10,
  cpus: 8,
  commandLine: '',
  ...over,
})
const low = { ramBytes: 2 * GIB, ramAbove4G: 0 }
const bootOf = (over: Partial<BootInput>) => boot(machine(over))
const ids = ({ steps }: BootOutcome) => steps.map((s) => s.id)

/** Backend, MiB of the pool, MiB idle, MiB leaked, low buffer, high buffer. Isolated is whoever the IOMMU serves. */
const summary = (o: BootOutcome) =>
  [o.backend, (o.pool?.bytes ?? 0) / MIB, o.idleBytes / MIB, o.leakedBytes / MIB, o.lowBuffer, o.highBuffer].join(' ') +
  (o.isolation === (o.backend === 'iommu') ? '' : ' isolation?')

// Memory not fragmented | fragmented (nothing above order 8 left). `=`: the same. The last column says where the left half
// is from: V a row of boot_timeline.json, S derived from SWIOTLB-IOTLB.md A.11. The right half is derived everywhere: by
// A.10 only the late path asks the page allocator, and below order 9 it gives up.
const TABLE = `
2.6.31    absent low  direct 0 0 0 direct not-applicable          | = V
2.6.31    absent high swiotlb 64 0 0 direct bounced               | = V
2.6.31    works  low  iommu 0 0 0 translated not-applicable       | = V
2.6.31    works  high iommu 0 0 0 translated translated           | = V
2.6.31    fails  low  direct 0 0 0 direct not-applicable          | = V
2.6.31    fails  high direct 0 0 0 direct mapping-error           | = V
panic     absent low  direct 0 0 0 direct not-applicable          | = V
panic     absent high swiotlb 64 0 0 direct bounced               | = V
panic     works  low  iommu 0 0 0 translated not-applicable       | = V
panic     works  high iommu 0 0 0 translated translated           | = V
panic     fails  low  panic 0 0 0 no-boot no-boot                 | = V
panic     fails  high panic 0 0 0 no-boot no-boot                 | = V
earlier   absent low  direct 0 0 0 direct not-applicable          | = V
earlier   absent high swiotlb 64 0 0 direct bounced               | = V
earlier   works  low  iommu 0 0 0 translated not-applicable       | = V
earlier   works  high iommu 0 0 0 translated translated           | = V
earlier   fails  low  direct 0 0 0 direct not-applicable          | = V
earlier   fails  high swiotlb 64 0 0 direct bounced               | = V
late      absent low  direct 0 0 0 direct not-applicable          | = V
late      absent high swiotlb 4 0 0 direct bounced                | direct 0 0 0 direct mapping-error V
late      works  low  iommu 0 0 0 translated not-applicable       | = V
late      works  high iommu 0 0 0 translated translated           | = V
late      fails  low  direct 0 0 0 direct not-applicable          | = V
late      fails  high swiotlb 4 0 0 direct bounced                | direct 0 0 0 direct mapping-error V
give-back absent low  direct 0 0 0 direct not-applicable          | = V
give-back absent high swiotlb 64 0 0 direct bounced               | = V
give-back works  low  iommu 0 0 0 translated not-applicable       | = V
give-back works  high iommu 0 0 0 translated translated           | = V
give-back fails  low  direct 0 0 0 direct not-applicable          | = V
give-back fails  high swiotlb 64 0 0 direct bounced               | = V
leak      absent low  direct 0 0 0 direct not-applicable          | = S
leak      absent high swiotlb 64 0 0 direct bounced               | = S
leak      works  low  iommu 0 0 0 translated not-applicable       | = S
leak      works  high iommu 0 64 64 translated translated         | = V
leak      fails  low  direct 0 0 0 direct not-applicable          | = S
leak      fails  high swiotlb 64 0 0 direct bounced               | = S
2.6.33    absent low  direct 0 0 0 direct not-applicable          | = V
2.6.33    absent high swiotlb 64 0 0 direct bounced               | = V
2.6.33    works  low  iommu 0 0 0 translated not-applicable       | = V
2.6.33    works  high iommu 0 0 0 translated translated           | = V
2.6.33    fails  low  direct 0 0 0 direct not-applicable          | = V
2.6.33    fails  high swiotlb 64 0 0 direct bounced               | = V
6.12      absent low  direct 0 0 0 direct not-applicable          | = V
6.12      absent high swiotlb 64 0 0 direct bounced               | = V
6.12      works  low  iommu 0 0 0 translated not-applicable       | = V
6.12      works  high iommu 64 64 0 translated translated         | = V
6.12      fails  low  direct 0 0 0 direct not-applicable          | = V
6.12      fails  high swiotlb 64 0 0 direct bounced               | = V
`

const rows = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [, kernel = '', hardware = '', ram = '', whole = '', fragmented = '', source = ''] =
      /^(\S+)\s+(\S+)\s+(\S+)\s+(.*?)\s+\| (.*) ([VS])$/.exec(line) ?? []
    return { kernel, hardware, ram, whole, fragmented: fragmented === '=' ? whole : fragmented, source }
  })

describe('what a machine ends up with', () => {
  test('the table has every combination once, and as many recorded rows as the vector', () => {
    const all = BOOT_KERNELS.flatMap((k) =>
      ['absent', 'works', 'fails'].flatMap((h) => [`${k} ${h} low`, `${k} ${h} high`]),
    )
    expect(rows.map((r) => `${r.kernel} ${r.hardware} ${r.ram}`)).toEqual(all)
    expect(rows.filter((r) => r.source === 'V')).toHaveLength(43)
  })

  test.each(rows)('$kernel, IOMMU $hardware, RAM $ram', ({ kernel, hardware, ram, whole, fragmented }) => {
    const over = { kernel, hardware, ...(ram === 'low' ? low : {}) } as Partial<BootInput>
    expect(summary(bootOf(over))).toBe(whole)
    expect(summary(bootOf({ ...over, largestOrder: 8 }))).toBe(fragmented)
  })
})

const everyMachine = BOOT_KERNELS.flatMap((kernel) =>
  (['absent', 'works', 'fails'] as const).flatMap((hardware) =>
    [{}, low].flatMap((ram) =>
      ['', 'iommu=pt', 'iommu=soft', 'swiotlb=force', 'swiotlb=noforce', 'iommu=off', 'intel_iommu=off'].map(
        (commandLine): BootInput => machine({ kernel, hardware, ...ram, commandLine }),
      ),
    ),
  ),
)

describe('the steps', () => {
  test('have words, go early, mid, late, and account for every byte', () => {
    for (const input of everyMachine) {
      const { steps, pool, leakedBytes } = boot(input)
      const phases = steps.map((s) => ['early', 'mid', 'late'].indexOf(s.phase))
      expect(phases).toEqual([...phases].sort())
      let taken = 0
      for (const s of steps) {
        expect(BOOT_STEP_TEXT[s.id].happened).toMatch(/\.$/)
        expect(s.cause === null || FAILURE_TEXT[s.cause].length > 0).toBe(true)
        if (['reserved', 'reserved-ready', 'block-found'].includes(s.id)) taken += s.bytes ?? 0
        expect(s.held + s.freed + s.leaked).toBe(taken)
      }
      const last = steps[steps.length - 1]!
      expect([last.held, last.leaked]).toEqual([pool?.bytes ?? 0, leakedBytes])
    }
  })

  test('tell in 2.6.31 that finding an IOMMU suppressed the pool, and why it then failed', () => {
    const result = bootOf({ kernel: '2.6.31', hardware: 'fails' })
    expect(ids(result)).toEqual(['detect-found', 'pool-suppressed', 'hand-over', 'init-fails'])
    expect(result.steps.map((s) => s.cause)).toEqual([null, null, null, 'no-address-width'])
    expect(bootOf({ hardware: 'fails', vendor: 'amd' }).steps.find((s) => s.cause !== null)?.cause).toBe('bad-checksum')
  })

  test('of the late path go down to the largest free order', () => {
    const late = (largestOrder: number, maxOrder = 10) => {
      const { steps, pool } = bootOf({ kernel: 'late', hardware: 'absent', largestOrder, maxOrder })
      return [steps.filter((s) => s.order !== null).map((s) => `${s.order} ${s.id.slice(6)}`), pool?.slots ?? 0]
    }
    const above = ['14 too-large', '13 too-large', '12 too-large', '11 too-large']
    expect(late(10)).toEqual([[...above, '10 found'], 2048])
    expect(late(9)).toEqual([[...above, '10 fragmented', '9 found'], 1024])
    expect(late(8)).toEqual([[...above, '10 fragmented', '9 fragmented'], 0])
    expect(late(13, 13)).toEqual([['14 too-large', '13 found'], 16384])
  })
})

describe('memory', () => {
  test('is all of RAM at the end of each phase, without gap or overlap', () => {
    for (const input of everyMachine) {
      const { memory } = boot(input)
      expect(memory.map((m) => m.phase)).toEqual(['early', 'mid', 'late'])
      for (const { blocks } of memory) {
        const lowEnd = input.ramBytes - input.ramAbove4G
        let at = 0
        for (const b of blocks) {
          expect(b.start).toBe(at === lowEnd && input.ramAbove4G > 0 ? 4 * GIB : at)
          expect(b.end).toBeGreaterThan(b.start)
          at = b.end
        }
        expect(at).toBe(input.ramAbove4G > 0 ? 4 * GIB + input.ramAbove4G : lowEnd)
      }
    }
  })

  test('shows who has the block of the pool, phase by phase', () => {
    const holders = (over: Partial<BootInput>) =>
      bootOf(over).memory.map((m) => m.blocks.find((b) => !/allocator|kernel/.test(b.holder))?.holder ?? 'nobody')
    expect(holders({ kernel: 'give-back' })).toEqual(['reserved', 'reserved', 'given-back'])
    expect(holders({ kernel: 'give-back', hardware: 'fails' })).toEqual(['reserved', 'reserved', 'pool'])
    expect(holders({ kernel: 'leak' })).toEqual(['reserved', 'reserved', 'leaked'])
    expect(holders({ kernel: '2.6.33' })).toEqual(['pool', 'pool', 'given-back'])
    expect(holders({ kernel: '6.12' })).toEqual(['pool', 'pool', 'idle-pool'])
    expect(holders({ kernel: 'late', hardware: 'fails' })).toEqual(['nobody', 'nobody', 'pool'])
    expect(holders({ kernel: '2.6.31', hardware: 'fails' })).toEqual(['nobody', 'nobody', 'nobody'])
  })

  test('has the pool where logs of the time have it', () => {
    expect(bootOf({ kernel: '2.6.31', hardware: 'absent' }).pool?.start).toBe(0x20000000)
    expect(bootOf({}).pool?.start).toBe(3 * GIB - 64 * MIB)
  })

  test('that is short below 4 GiB makes the pool smaller today and stopped the kernels of 2009', () => {
    const short = { ramBytes: 5 * GIB + 96 * MIB, hardware: 'absent' } as const
    const today = bootOf(short)
    expect([ids(today).slice(0, 3), summary(today)]).toEqual([
      ['detect-none', 'no-room', 'reserved-ready'],
      'swiotlb 32 0 0 direct bounced',
    ])
    const old = bootOf({ ...short, kernel: '2.6.31' })
    expect([ids(old), summary(old), old.memory.length]).toEqual([
      ['detect-none', 'no-room', 'no-room-panic'],
      'panic 0 0 0 no-boot no-boot',
      1,
    ])
    const none = bootOf({ ...short, ramBytes: 5 * GIB + 48 * MIB + 4096 })
    expect([ids(none).slice(-3), none.backend, none.highBuffer]).toEqual([
      ['no-room', 'no-pool', 'hand-over'],
      'direct',
      'mapping-error',
    ])
  })
})

describe('the pool', () => {
  test('has an area per CPU today, so that 512 CPUs double it, and one area in 2009', () => {
    const shape = (over: Partial<BootInput>) => {
      const { pool } = bootOf({ hardware: 'absent', ...over })
      return [pool?.slots, pool?.areas]
    }
    expect(shape({})).toEqual([32768, 8])
    expect(shape({ cpus: 512 })).toEqual([65536, 512])
    expect(shape({ cpus: 512, kernel: '2.6.33' })).toEqual([32768, 1])
    expect(shape({ commandLine: 'swiotlb=100000,3' })).toEqual([131072, 4])
    expect(shape({ commandLine: 'swiotlb=100000,3', kernel: '2.6.33' })).toEqual([100096, 1])
    expect(shape({ commandLine: 'swiotlb=1024', kernel: 'late' })).toEqual([1024, 1])
  })
})

describe('the command line', () => {
  const cases: readonly (readonly [
    commandLine: string,
    over: Partial<BootInput>,
    detected: string,
    summary: string,
  ])[] = [
    ['iommu=off', {}, 'detect-off', 'direct 0 0 0 direct mapping-error'],
    ['iommu=off swiotlb=force', {}, 'detect-off', 'swiotlb 64 0 0 bounced bounced'],
    ['intel_iommu=off', {}, 'detect-off', 'swiotlb 64 0 0 direct bounced'],
    ['amd_iommu=off', {}, 'detect-found', 'iommu 64 64 0 translated translated'],
    ['amd_iommu=off', { vendor: 'amd' }, 'detect-off', 'swiotlb 64 0 0 direct bounced'],
    ['iommu=pt', {}, 'detect-found', 'swiotlb 64 0 0 direct bounced'],
    ['iommu=pt', low, 'detect-found', 'direct 0 0 0 direct not-applicable'],
    ['iommu=pt', { kernel: '2.6.31' }, 'detect-found', 'swiotlb 64 0 0 direct bounced'],
    ['iommu=pt', { kernel: 'give-back' }, 'detect-found', 'swiotlb 64 0 0 direct bounced'],
    ['iommu.passthrough=1', {}, 'detect-found', 'swiotlb 64 0 0 direct bounced'],
    ['iommu.passthrough=1', { kernel: '2.6.33' }, 'detect-found', 'iommu 0 0 0 translated translated'],
    ['iommu=pt iommu.passthrough=0', {}, 'detect-found', 'iommu 64 64 0 translated translated'],
    ['iommu=soft', low, 'detect-found', 'iommu 64 64 0 translated not-applicable'],
    ['iommu=soft', { ...low, kernel: '2.6.31' }, 'detect-soft', 'swiotlb 64 0 0 direct not-applicable'],
    ['swiotlb=force', { ...low, hardware: 'absent' }, 'detect-none', 'swiotlb 64 0 0 bounced not-applicable'],
    ['swiotlb=force', {}, 'detect-found', 'iommu 64 64 0 translated translated'],
    ['swiotlb=force', { kernel: '2.6.33' }, 'detect-soft', 'swiotlb 64 0 0 bounced bounced'],
    ['swiotlb=noforce', { hardware: 'absent' }, 'detect-none', 'direct 0 0 0 direct mapping-error'],
    ['swiotlb=noforce', { hardware: 'absent', kernel: '2.6.33' }, 'detect-none', 'swiotlb 64 0 0 direct bounced'],
    ['iommu=noforce iommu.strict=1 intel_iommu=sm_on', {}, 'detect-found', 'iommu 64 64 0 translated translated'],
  ]
  test.each(cases)('%s with %o: %s, %s', (commandLine, over, detected, expected) => {
    const result = bootOf({ ...over, commandLine })
    expect([ids(result)[0], summary(result)]).toEqual([detected, expected])
  })
})
