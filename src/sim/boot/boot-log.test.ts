import { describe, expect, test } from 'vitest'
import { type BootInput, boot } from './boot.ts'
import { bootLines, poolLines, refusedLine } from './boot-log.ts'

const GIB = 1073741824
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
const lines = (over: Partial<BootInput>) => bootLines(machine(over), boot(machine(over)))

/** spec/FORMATS.md 5 and 9. */
const FULL =
  /swiotlb buffer is full \(sz: (?<sz>\d+) bytes\)(?:, total (?<total>\d+) \(slots\), used (?<used>\d+) \(slots\))?/
const MAPPED = /^software IO TLB: mapped \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\] \((\d+)MB\)$/
const DOMAIN = /^iommu: Default domain type: (Translated|Passthrough)( \(set via kernel command line\))?$/
const POLICY = /^iommu: DMA domain TLB invalidation policy: (lazy|strict) mode( \(set via kernel command line\))?$/

describe('the log of a boot', () => {
  test('today, with an IOMMU that works: the pool stays all the same', () => {
    const log = lines({ commandLine: 'intel_iommu=on iommu.strict=1' })
    expect(log).toEqual([
      'DMAR: IOMMU enabled',
      'software IO TLB: area num 8.',
      'iommu: Default domain type: Translated',
      'iommu: DMA domain TLB invalidation policy: strict mode (set via kernel command line)',
      'DMAR: Intel(R) Virtualization Technology for Directed I/O',
      'PCI-DMA: Using software bounce buffering for IO (SWIOTLB)',
      'software IO TLB: mapped [mem 0x00000000bc000000-0x00000000c0000000] (64MB)',
    ])
    const [, from, to, size] = MAPPED.exec(log[6]!)!
    expect((Number.parseInt(to!, 16) - Number.parseInt(from!, 16)) / 1048576).toBe(Number(size))
    expect([DOMAIN.test(log[2]!), POLICY.test(log[3]!)]).toEqual([true, true])
  })

  test('today, with one that fails, and with pass-through', () => {
    expect(lines({ hardware: 'fails' }).slice(3, 5)).toEqual([
      'DMAR: dmar0: No supported address widths. Not attempting DMA translation.',
      'DMAR: dmar0: reg_base_addr fed90000 ver 0:0 cap 0 ecap 0',
    ])
    expect(lines({ hardware: 'fails', vendor: 'amd' })[3]).toBe('AMD-Vi: [Firmware Bug]: IVRS invalid checksum')
    const through = lines({ commandLine: 'iommu=pt' }).filter((l) => l.startsWith('iommu:'))
    expect(through).toEqual(['iommu: Default domain type: Passthrough (set via kernel command line)'])
    expect(lines({ commandLine: 'intel_iommu=strict' })[2]).toBe(
      'iommu: DMA domain TLB invalidation policy: strict mode',
    )
  })

  test('of 2009: early in 2.6.31, late in 2.6.33, and a warning where the block is small', () => {
    const pool = [
      'PCI-DMA: Using software bounce buffering for IO (SWIOTLB)',
      'Placing 64MB software IO TLB between ffff880020000000 - ffff880024000000',
      'software IO TLB at phys 0x20000000 - 0x24000000',
    ]
    const broken = ['Cannot get a valid agaw for iommu (seq_id = 0)', 'DMAR: parse DMAR table failure.']
    expect(lines({ kernel: '2.6.31', hardware: 'absent' })).toEqual(pool)
    expect(lines({ kernel: '2.6.31', hardware: 'fails' })).toEqual(broken)
    expect(lines({ kernel: '2.6.33', hardware: 'fails' })).toEqual([...broken, ...pool])
    expect(lines({ kernel: 'give-back', hardware: 'fails' })).toEqual([...broken, ...pool])
    expect(lines({ kernel: '2.6.33' })).toEqual(['PCI-DMA: Intel(R) Virtualization Technology for Directed I/O'])
    expect(lines({ kernel: 'late', hardware: 'absent' })).toEqual([
      pool[0],
      'Warning: only able to allocate 4 MB for software IO TLB',
      'Placing 4MB software IO TLB between ffff8800bfc00000 - ffff8800c0000000',
      'software IO TLB at phys 0xbfc00000 - 0xc0000000',
    ])
  })

  test('where there is no room', () => {
    const short = { ramBytes: 5 * GIB + 96 * 1048576, hardware: 'absent' } as const
    expect(lines(short).slice(0, 2)).toEqual([
      'software IO TLB: area num 8.',
      'software IO TLB: swiotlb_memblock_alloc: Failed to allocate 67108864 bytes tlb structure',
    ])
    expect(lines({ ...short, kernel: '2.6.31' })).toEqual([
      'Kernel panic - not syncing: Cannot allocate SWIOTLB buffer',
    ])
  })

  test('tells of a pool that many CPUs enlarge, and is silent on one that stands by force alone', () => {
    expect(lines({ cpus: 300 }).slice(0, 2)).toEqual([
      'software IO TLB: area num 512.',
      'software IO TLB: SWIOTLB bounce buffer size roundup to 128MB',
    ])
    expect(lines({ hardware: 'absent', ramAbove4G: 0, ramBytes: 2 * GIB, commandLine: 'swiotlb=force' })).toEqual([
      'software IO TLB: area num 8.',
      'iommu: Default domain type: Translated',
      'iommu: DMA domain TLB invalidation policy: lazy mode',
    ])
  })

  test('places a pool as a log of 2020 has it', () => {
    expect(poolLines('6.12', 0x5e400000, 67108864)).toEqual([
      'software IO TLB: mapped [mem 0x000000005e400000-0x0000000062400000] (64MB)',
    ])
  })
})

describe('a bounce buffer that is not to be had', () => {
  // Lines of public logs, with their figures.
  const samples = [
    ['rtl8192ee 0000:05:00.0: swiotlb buffer is full (sz: 4000 bytes), total 32768 (slots), used 32768 (slots)', '0000:05:00.0', 4000, 32768, 32768], // biome-ignore format: one per line
    ['[ 1582.784369] mt7615e 0000:01:00.0: swiotlb buffer is full (sz: 3776 bytes), total 32768 (slots), used 31415 (slots)', '0000:01:00.0', 3776, 32768, 31415], // biome-ignore format: one per line
    ['[   17.606731] v3d fec00000.v3d: swiotlb buffer is full (sz: 536576 bytes), total 32768 (slots), used 3487 (slots)', 'fec00000.v3d', 536576, 32768, 3487], // biome-ignore format: one per line
    ['stmmaceth 0000:00:1d.2: swiotlb buffer is full (sz: 8192 bytes), total 32768 (slots), used 32764 (slots)', '0000:00:1d.2', 8192, 32768, 32764], // biome-ignore format: one per line
    ['swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 4 (slots)', null, 524288, 32768, 4], // biome-ignore format: one per line
    ['[    7.292703] ehci-pci 0000:00:1a.0: swiotlb buffer is full (sz: 8 bytes), total 0 (slots), used 0 (slots)', '0000:00:1a.0', 8, 0, 0], // biome-ignore format: one per line
    ['ipu3-imgu 0000:00:05.0: swiotlb buffer is full (sz: 4096 bytes)', '0000:00:05.0', 4096, null, null], // biome-ignore format: one per line
  ] as const

  test.each(samples)('%s', (line, device, bytes, total, used) => {
    const named = FULL.exec(line)?.groups
    const number = (text?: string) => (text === undefined ? null : Number(text))
    expect([number(named?.sz), number(named?.total), number(named?.used)]).toEqual([bytes, total, used])
    if (total === null || total === 0) return
    const written = refusedLine('6.12', {
      device: device ?? '',
      bytes,
      total,
      used: used ?? 0,
      address: 0,
      mask: 'ffffffff',
    })
    expect(line.endsWith(written)).toBe(true)
  })

  test('is told by each kernel in its own words', () => {
    const asked = { device: '0000:00:1a.0', bytes: 8, total: 0, used: 0, address: 0xa1c8f9a60, mask: 'ffffffff' }
    expect(refusedLine('6.12', asked)).toBe(
      '0000:00:1a.0: DMA addr 0x0000000a1c8f9a60+8 overflow (mask ffffffff, bus limit 0).',
    )
    expect(refusedLine('2.6.31', asked)).toBe('nommu_map_single: overflow a1c8f9a60+8 of device mask ffffffff')
    expect(refusedLine('2.6.33', { ...asked, bytes: 4224, total: 32768, used: 32768 })).toBe(
      'DMA: Out of SW-IOMMU space for 4224 bytes at device 0000:00:1a.0',
    )
  })
})
