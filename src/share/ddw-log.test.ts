import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { impliedBlock, impliedMemoryShift, isKernelLog, readDdwLog } from './ddw-log.ts'

const sample = (name: string) => readFileSync(new URL(`../sim/vectors/dmesg/${name}`, import.meta.url), 'utf8')
const direct = sample('pseries_ddw_direct.txt')
const BASE = 2 ** 47
const query = (device: string, tail = ', lb=4000 ps=3 wn=1') =>
  `[    1.000000] ${device}: ibm,query-pe-dma-windows(2026) 0 8000000 20000000 returned 0${tail}`
const create = (device: string, sizes: string, rc = '0 (liobn = 0x80000001 starting addr = 8000000 0)') =>
  `[    1.000001] ${device}: ibm,create-pe-dma-window(2027) 0 8000000 20000000 ${sizes} returned ${rc}`
const one = (...lines: string[]) => readDdwLog(lines.join('\n')).logs[0]!

describe('a recorded boot with a dynamic window', () => {
  it('is read: what was asked, answered and made', () => {
    expect(readDdwLog(direct)).toEqual({
      logs: [
        {
          device: 'e1000e 0000:00:00.0',
          line: 13,
          query: { rc: 0, windows: 1, largestBlock: 0x2000000000, pageSizes: 0x107 },
          create: { pageShift: 24, windowShift: 31, rc: 0, liobn: 0x80000001, base: BASE },
          direct: true,
          pmem: false,
          pageShift: 24,
          kernel: [6, 1],
        },
      ],
      message: '',
    })
  })

  it('implies the memory that was mapped, and the least block', () => {
    const { logs } = readDdwLog(direct)
    expect([impliedMemoryShift(logs[0]!), impliedBlock(logs[0]!)]).toEqual([31, 128])
  })

  it('is read all the same with line ends of another system, without stamps, and out of a log file', () => {
    const [log] = readDdwLog(direct).logs
    const crlf = readDdwLog(direct.replaceAll('\n', '\r\n')).logs
    const bare = readDdwLog(direct.replace(/^\[ *[\d.]+\] /gm, '')).logs
    const file = readDdwLog(direct.replace(/^\[/gm, 'Jul  2 10:00:00 host kernel: [')).logs
    expect([crlf, bare, file]).toEqual([[log], [log], [log]])
  })
})

describe('a log of 2021, without the tail of the query', () => {
  const { logs } = readDdwLog(sample('ddw_powervm_vpmem_2021.txt'))

  it('tells its block where the kernel says that it is too small', () => {
    expect(logs.map((l) => [l.device, l.line, l.pmem, l.direct, l.pageShift])).toEqual([
      ['nvme 0121:50:00.0', 1, true, false, 16],
      ['nvme 0121:50:00.0', 7, true, true, 16],
    ])
    expect(logs.map((l) => l.query)).toEqual([
      { rc: 0, windows: null, largestBlock: 16777216, pageSizes: null },
      { rc: 0, windows: null, largestBlock: null, pageSizes: null },
    ])
    expect(logs.map((l) => [l.create?.windowShift, l.create?.base, l.kernel])).toEqual([
      [40, BASE, null],
      [33, BASE, null],
    ])
  })

  it('leaves memory larger than an indirect window, and as large as a direct one', () => {
    expect(logs.map(impliedMemoryShift)).toEqual([41, 33])
  })
})

describe('a log without a query', () => {
  const message = (text: string) => {
    const { logs, message: why } = readDdwLog(text)
    expect(logs).toEqual([])
    return why
  }

  it('is told by name what is looked for, and that its kernel was started without dynamic windows', () => {
    const why = message(sample('pseries_disable_ddw.txt'))
    expect(why).toMatch(/none of its 22 lines has "ibm,query-pe-dma-windows\(…\) … returned …"/)
    expect(why).toContain('disable_ddw')
  })

  it('that names a direct window is told which, and what is missing', () => {
    const why = message(sample('ddw_power7_direct_dma.txt'))
    expect(why).toContain('mlx4_core 0004:01:00.0 says that it has a direct window at 0x10000000000000')
    expect(why).toContain('not of which size and pages')
  })

  it('of another machine is told what prints one', () => {
    expect(message('[    0.000000] Linux version 6.1.0\n')).toContain('pseries partition')
  })
})

describe('what happened is told from the lines', () => {
  const DEVICE = 'nvme 0001:00:01.0'

  it('an empty first answer is the one that counts for windows, the second for the rest', () => {
    const log = one(query(DEVICE, ', lb=0 ps=1 wn=0'), query(DEVICE, ', lb=6000 ps=3 wn=1'), create(DEVICE, '10 1f'))
    expect(log.query).toEqual({ rc: 0, windows: 0, largestBlock: 0x6000, pageSizes: 3 })
  })

  it('a window as large as the block may be either, one that is smaller is direct', () => {
    expect(one(query(DEVICE), create(DEVICE, '10 1e')).direct).toBe(null)
    expect(one(query(DEVICE), create(DEVICE, '10 1d')).direct).toBe(true)
    expect(one(query(DEVICE, ', lb=ffffffffffffffff ps=3 wn=1'), create(DEVICE, '10 3f')).direct).toBe(true)
  })

  it('the kernel says it: direct mapping, a limit, an offset', () => {
    const said = (words: string) => one(query(DEVICE), create(DEVICE, '10 1e'), `${DEVICE}: ${words}`)
    expect(said('lsa_required: 0, lsa_enabled: 0, direct mapping: 0').direct).toBe(false)
    expect(said('lsa_required: 0, lsa_enabled: 0, direct mapping: 1').direct).toBe(true)
    expect(said('Using 64-bit direct DMA at offset 800000000000000').direct).toBe(true)
    expect(said('iommu: 64-bit OK but direct DMA is limited by 800000200000000')).toMatchObject({
      direct: true,
      pmem: true,
    })
  })

  it('a failing call has no window', () => {
    const log = one(query(DEVICE), create(DEVICE, '10 1e', '-3'))
    expect(log.create).toEqual({ pageShift: 16, windowShift: 30, rc: -3, liobn: 0, base: 0 })
    expect(one(query(DEVICE, '').replace('returned 0', 'returned -1')).query).toMatchObject({ rc: -1, windows: null })
  })

  it('devices do not mix', () => {
    const other = 'tg3 0002:01:00.1'
    const { logs } = readDdwLog([query(DEVICE), query(other, ', lb=8000 ps=1 wn=1'), create(other, 'c 1b'), create(DEVICE, '10 1d')].join('\n')) // biome-ignore format: lines
    expect(logs.map((l) => [l.device, l.query.largestBlock, l.create?.windowShift])).toEqual([
      [DEVICE, 0x4000, 29],
      [other, 0x8000, 27],
    ])
  })
})

it('kernel messages are told from traces', () => {
  for (const name of ['pseries_ddw_direct', 'pseries_disable_ddw', 'ddw_powervm_vpmem_2021', 'ddw_power7_direct_dma'])
    expect([name, isKernelLog(sample(`${name}.txt`))]).toEqual([name, true])
  expect(isKernelLog('1234@1720000000.123456:spapr_iommu_pci_put liobn=0x80000000 ioba=0x0 tce=0x3 ret=0\n')).toBe(
    false,
  )
  expect(isKernelLog('          <idle>-0       [000] d.h..     1.234567: map: IOMMU: iova=0x0\n')).toBe(false)
  expect(isKernelLog('')).toBe(false)
})

it('a megabyte of one line, or of none of these lines, is read in no time', () => {
  const began = performance.now()
  expect(readDdwLog('x'.repeat(1 << 20)).logs).toEqual([])
  expect(readDdwLog(`${'y 0000:00:00.0: something else\n'.repeat(1 << 15)}`).logs).toEqual([])
  expect(performance.now() - began).toBeLessThan(2000)
})
