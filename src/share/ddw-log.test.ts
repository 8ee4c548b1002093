import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { impliedBlock, impliedMemoryShift } from './ddw-implied.ts'
import { readDdwLog } from './ddw-log.ts'

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
      about: true,
      logs: [
        {
          device: 'e1000e 0000:00:00.0',
          line: 13,
          query: { rc: 0, windows: 1, largestBlock: 0x2000000000, pageSizes: 0x107 },
          create: { pageShift: 24, windowShift: 31, rc: 0, liobn: 0x80000001, base: BASE },
          asked: true,
          direct: true,
          tooSmall: false,
          pmem: false,
          limitBytes: null,
          pageShift: 24,
          kernel: { release: [6, 1], atLeast: null, atMost: null },
        },
      ],
      message: '',
      problems: [],
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
    expect(logs.map((l) => [l.create?.windowShift, l.create?.base, l.kernel.release])).toEqual([
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
    expect(log.create).toEqual({ pageShift: 16, windowShift: 30, rc: -3, liobn: null, base: null })
    expect(one(query(DEVICE, '').replace('returned 0', 'returned -1')).query).toMatchObject({ rc: -1, windows: null })
  })

  it('devices do not mix', () => {
    const other = 'tg3 0002:01:00.1'
    const { logs } = readDdwLog([query(DEVICE), query(other, ', lb=8000 ps=1 wn=1'), create(other, 'c 1b'), create(DEVICE, '10 1d')].join('\n')) // biome-ignore format: lines
    expect(logs.map((l) => [l.device, l.query?.largestBlock, l.create?.windowShift])).toEqual([
      [DEVICE, 0x4000, 29],
      [other, 0x8000, 27],
    ])
  })
})

describe('a log as people post it', () => {
  const DEVICE = 'nvme 0001:00:01.0'
  const asked = `${DEVICE}: ibm,query-pe-dma-windows(53) 500000 8000000 20000121 returned 0`
  const tail = ', lb=4000 ps=103 wn=1'
  const made = `${DEVICE}: ibm,create-pe-dma-window(54) 500000 8000000 20000121 15 22 returned 0 (liobn = 0x70000121 starting addr = 8000000 0)`
  const whole = one(asked + tail, made)

  it('is the same whatever stands before its lines', () => {
    for (const before of [
      '[  +0.000102] ',
      '   ',
      '> ',
      '<4>[   12.345678] ',
      '[Tue Mar  3 10:11:12 2026] ',
      'Mar 03 10:11:12 host kernel: ',
      '\t',
    ])
      expect([before, one(before + asked + tail, before + made)]).toEqual([before, whole])
  })

  it('is joined where a mail or a terminal folded it, at any place of either message', () => {
    for (const message of [asked + tail, made]) {
      const rest = message === made ? [asked + tail] : []
      const after = message === made ? [] : [made]
      // A number cut in two is told from a whole one by nothing but what must follow.
      for (let at = DEVICE.length + 1; at < message.length - 1; at++) {
        const pieces = [message.slice(0, at), message.slice(at)]
        const log = readDdwLog([...rest, ...pieces, ...after].join('\n'))
        expect([at, pieces, log.logs.map(({ line: _, ...l }) => l)]).toEqual([at, pieces, [expect.objectContaining({ query: whole.query, create: whole.create })]]) // biome-ignore format: one
      }
    }
    const narrow = made.replace(/(.{40})/g, '$1\n')
    expect(one(asked + tail, narrow).create).toEqual(whole.create)
  })

  it('loses a message that is cut for good, and says which', () => {
    const { logs, problems } = readDdwLog(
      [asked + tail, made.slice(0, 60), `[    2.0] ${DEVICE}: something else`].join('\n'),
    )
    expect(logs.map(({ create: c }) => c)).toEqual([null])
    expect(problems).toEqual([
      expect.objectContaining({ field: 'line 2', given: expect.stringContaining('ibm,create') }),
    ])
    const cut = one(asked + tail, made.replace(/ \(liobn.*/, ''))
    expect(cut.create).toEqual({ pageShift: 21, windowShift: 34, rc: 0, liobn: null, base: null })
  })

  it('of a device that was asked for twice around a removal is one asking, with no window free', () => {
    for (const first of [asked, `${asked}, lb=0 ps=103 wn=0`]) {
      const { logs } = readDdwLog([first, asked + tail, made].join('\n'))
      expect(logs.map((l) => [l.query, l.create?.windowShift])).toEqual([[{ ...whole.query, windows: 0 }, 34]])
    }
    // Another boot asks anew.
    const banner = '[    0.000000] Linux version 6.1.0'
    expect(readDdwLog([banner, asked, banner, asked].join('\n')).logs).toHaveLength(2)
    expect(readDdwLog([`[   90.000000] ${asked}`, `[    1.000000] ${asked}`].join('\n')).logs).toHaveLength(2)
  })

  it('in which only the kernel asked decides nothing, and what it asked is left out beside the driver', () => {
    const probe = (asked + tail).replace('nvme', 'pci')
    expect(one(probe)).toMatchObject({ device: 'pci 0001:00:01.0', asked: false, create: null })
    expect(readDdwLog([probe, asked + tail, made].join('\n')).logs).toEqual([{ ...whole, line: 2 }])
  })

  it('may have a window alone, or a limit alone', () => {
    expect(one(made)).toMatchObject({ device: DEVICE, query: null, create: whole.create })
    const limited = (limit: string) =>
      readDdwLog(`${DEVICE}: iommu: 64-bit OK but direct DMA is limited by ${limit}`).logs
    expect(limited('800000800000000')).toMatchObject([{ query: null, create: null, limitBytes: 2 ** 35, direct: true }])
    expect(impliedMemoryShift(limited('800000800000000')[0]!)).toBe(35)
    expect(limited('0')).toEqual([])
  })

  it('tells the age of its kernel: by release, else by its words, each boot of its own', () => {
    const age = (...lines: string[]) => one(...lines).kernel
    expect(age(asked)).toEqual({ release: null, atLeast: null, atMost: [6, 0] })
    expect(age(asked + tail)).toEqual({ release: null, atLeast: [6, 1], atMost: null })
    expect(age(asked, `${DEVICE}: Using 64-bit direct DMA at offset 800000000000000`).atMost).toEqual([5, 0])
    expect(age(asked, `${DEVICE}: iommu: 64-bit OK but direct DMA is limited by 800000800000000`)).toEqual({
      ...{ release: null, atLeast: [5, 1], atMost: [6, 0] },
    })
    expect(age(asked, 'CPU: 3 PID: 1 Comm: swapper Not tainted 5.14.0-70.el9 #1').release).toEqual([5, 14])
    // What contradicts itself says nothing.
    expect(age(asked + tail, `${DEVICE}: Using 64-bit direct DMA at offset 800000000000000`)).toEqual({
      ...{ release: null, atLeast: null, atMost: null },
    })
  })

  it('completes a query by the line of old kernels that tells its answer', () => {
    const old = one(asked, `${DEVICE}: windows_available = 1, largest_block = 4000, page_size = 103`)
    expect(old.query).toEqual({ rc: 0, windows: 1, largestBlock: 0x4000, pageSizes: 0x103 })
  })
})

it('lists so many devices at most, and says how many there are', () => {
  const lines = Array.from({ length: 1000 }, (_, i) => query(`nvme ${i.toString(16).padStart(4, '0')}:00:01.0`))
  const { logs, problems } = readDdwLog(lines.join('\n'))
  expect([logs.length, problems]).toEqual([256, [expect.objectContaining({ given: '1000' })]])
})

// Every line as long as a line may be, of what an expression may try again and again: the time is that of the text.
it.each([
  ['letters', 'a'],
  ['words', 'a '],
  ['blanks', ' '],
  ['brackets', '['],
  ['devices', 'y 0000:00:00.0: '],
  ['command lines', 'Kernel command line: '],
  ['versions', 'Linux version 6'],
  ['stamps', '[ 1.0'],
  ['taints', 'Tainted: '],
  ['digits', '0'],
  ['escapes', '\u001b['],
  ['a folded message', 'nvme 0001:00:01.0: ibm,query-pe-dma-windows(53) '],
])('two megabytes of %s are read in no time', (_, word) => {
  const line = word.repeat(Math.ceil(1023 / word.length)).slice(0, 1023)
  const began = performance.now()
  readDdwLog(`${line}\n`.repeat(2048))
  expect(performance.now() - began).toBeLessThan(1000)
})
