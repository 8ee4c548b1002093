// Kernel messages of a partition: what its firmware was asked about dynamic DMA windows, and what it answered.
//
// What is read, by device: `ibm,query-pe-dma-windows(…) … returned 0, lb=… ps=… wn=…`, `ibm,create-pe-dma-window(…) …`,
// and what the kernel says about the outcome. Numbers are hexadecimal, except return codes, the number of windows and
// those of "can't map". Kernels before 6.1 print neither block nor page sizes nor windows: these are null.
// Not read: lines of a reset, of windows removed, and of devices whose driver never sets a mask.
// Cost: one pass over the text.

import { isPow2, log2Ceil, pow2 } from '../lib/bits.ts'

/** What the query was answered last before the window was made; null where the kernel does not print it. */
export interface LoggedQuery {
  readonly rc: number
  /** Windows that were free when it was asked first. */
  readonly windows: number | null
  /** TCEs. */
  readonly largestBlock: number | null
  /** Bits, see the kernel's iommu_get_page_shift. */
  readonly pageSizes: number | null
}

export interface LoggedCreate {
  /** log2 of bytes. */
  readonly pageShift: number
  readonly windowShift: number
  readonly rc: number
  readonly liobn: number
  /** First bus address, in frames of 4 KiB. */
  readonly base: number
}

/** How one device came to its window, once. */
export interface DdwLog {
  /** Driver and address, `e1000e 0000:00:00.0`. */
  readonly device: string
  /** Line of its first query, from 1. */
  readonly line: number
  readonly query: LoggedQuery
  readonly create: LoggedCreate | null
  /** True and false as the kernel says, or as the sizes leave no doubt; null where they do. */
  readonly direct: boolean | null
  /** The kernel met a node of persistent memory. */
  readonly pmem: boolean
  /** log2 of the page that the kernel chose; null where nothing tells it. */
  readonly pageShift: number | null
  /** Version of the kernel that wrote the log, `[6, 1]`; null where its banner is not there. */
  readonly kernel: readonly [major: number, minor: number] | null
}

export interface DdwLogResult {
  /** In the order of their first queries; a device that was asked for at two boots stands there twice. */
  readonly logs: readonly DdwLog[]
  /** Why there is none, in a sentence; empty otherwise. */
  readonly message: string
}

const DEVICE = '(?<device>\\S+ [0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]):'
const HEX = '[0-9a-f]{1,16}'
/** log2 of a size; what is no address is no log2 of one either. */
const SHIFT = '[0-9a-f]{1,2}'
const ENDPOINT = `\\(${HEX}\\) ${HEX} ${HEX} ${HEX}`
const QUERY = new RegExp(
  `${DEVICE} ibm,query-pe-dma-windows${ENDPOINT} returned (?<rc>-?\\d{1,9})(?:, lb=(?<lb>${HEX}) ps=(?<ps>${HEX}) wn=(?<wn>\\d{1,9}))?`,
)
const CREATE = new RegExp(
  `${DEVICE} ibm,create-pe-dma-window${ENDPOINT} (?<page>${SHIFT}) (?<window>${SHIFT}) returned (?<rc>-?\\d{1,9})(?: \\(liobn = 0x(?<liobn>${HEX}) starting addr = (?<high>${HEX}) (?<low>${HEX})\\))?`,
)
const TOO_SMALL = new RegExp(
  `${DEVICE} can't map (?:partition max|window) \\S+ with (?<block>\\d{1,15}) (?<page>\\d{1,15})-sized pages`,
)
const OF_DEVICE = new RegExp(DEVICE)
const PMEM = new RegExp(`${DEVICE} Skipping ibm,pmemory`)
const LIMITED = new RegExp(`${DEVICE} iommu: 64-bit OK but direct DMA is limited by`)
const AT_OFFSET = new RegExp(`${DEVICE} Using 64-bit direct DMA at offset (?<offset>${HEX})`)
const MAPPING = new RegExp(`${DEVICE} .*direct mapping: (?<direct>[01])`)
const DISABLED = /ppc iommu: disabling ddw|Kernel command line: .*\bdisable_ddw\b/
const BANNER = /Linux version (?<major>\d+)\.(?<minor>\d+)/

/** How lines of `dmesg` begin, and those of a log file that name the kernel. */
const STAMPED = /^(?:<\d+>)?\[ *\d+\.\d{6}\] |\bkernel: /

/** What is longer is no message of a kernel. */
const LONGEST_LINE = 1024
const FRAME = 12n
/** Where a partition's addresses end: a window takes no more than 64 bits. */
const ADDRESS_BITS = 64

/** True where a text is kernel messages rather than a trace: by its lines, or because it speaks of dynamic windows. */
export function isKernelLog(text: string): boolean {
  const first = text.split('\n', 20)
  return (
    first.some((line) => STAMPED.test(line)) || /ibm,(?:query|create)-pe-dma-window|direct DMA at offset/.test(text)
  )
}

/** A device on its way through the log. */
interface Reading {
  readonly device: string
  readonly line: number
  query: LoggedQuery
  create: LoggedCreate | null
  direct: boolean | null
  pmem: boolean
  pageShift: number | null
}

type Groups = Readonly<Record<string, string>>

const number = (digits: string | undefined, radix: 10 | 16): number | null =>
  digits === undefined ? null : Number(BigInt(radix === 16 ? `0x${digits}` : digits))

/** Takes up what a line says of a device; false where it says nothing of what is looked for. */
function takeLine(reading: Reading, line: string): boolean {
  const create = CREATE.exec(line)?.groups
  if (create) {
    reading.create = createOf(create)
    reading.pageShift = reading.create.pageShift
    return true
  }
  const small = TOO_SMALL.exec(line)?.groups
  const page = Number(small?.page ?? 0)
  if (small && isPow2(page)) {
    reading.direct = false
    reading.pageShift = log2Ceil(page)
    reading.query = { ...reading.query, largestBlock: reading.query.largestBlock ?? Number(small.block) }
    return true
  }
  if (PMEM.test(line)) reading.pmem = true
  else if (LIMITED.test(line)) {
    reading.pmem = true
    reading.direct = true
  } else if (AT_OFFSET.test(line)) reading.direct = true
  else {
    const direct = MAPPING.exec(line)?.groups?.direct
    if (direct === undefined) return false
    reading.direct = direct === '1'
  }
  return true
}

function createOf(g: Groups): LoggedCreate {
  const address = (BigInt(`0x${g.high ?? 0}`) << 32n) | BigInt(`0x${g.low ?? 0}`)
  return {
    pageShift: number(g.page, 16)!,
    windowShift: number(g.window, 16)!,
    rc: Number(g.rc),
    liobn: number(g.liobn, 16) ?? 0,
    base: Number(address >> FRAME),
  }
}

function queryOf(g: Groups): LoggedQuery {
  return {
    rc: Number(g.rc),
    windows: number(g.wn, 10),
    largestBlock: number(g.lb, 16),
    pageSizes: number(g.ps, 16),
  }
}

/** log2 of the bytes of the largest window that a block of TCEs makes: the kernel rounds up to a power of two. */
function spanShift(block: number, pageShift: number): number {
  return Math.min(log2Ceil(Math.min(block, Number.MAX_SAFE_INTEGER)) + pageShift, ADDRESS_BITS)
}

/** Whether the sizes alone say that a window is direct: it is smaller than it could have been. */
function bySizes({ query, create }: Reading): boolean | null {
  if (create === null || query.largestBlock === null) return null
  return create.windowShift < spanShift(query.largestBlock, create.pageShift) ? true : null
}

/** What the messages of a kernel say about dynamic windows. Never throws. */
export function readDdwLog(text: string): DdwLogResult {
  const readings: Reading[] = []
  const newest = new Map<string, Reading>()
  let kernel: DdwLog['kernel'] = null
  let disabled = false
  let offset: Groups | null = null
  const lines = text.replace(/\n$/, '').split('\n')
  lines.forEach((whole, i) => {
    const line = whole.slice(0, LONGEST_LINE)
    const query = QUERY.exec(line)?.groups
    if (query) {
      const device = query.device!
      const before = newest.get(device)
      // Without a free window the default one is given up, and the same question asked again.
      if (before && before.create === null && before.query.windows === 0) {
        before.query = { ...queryOf(query), windows: 0 }
        return
      }
      const reading = {
        device,
        line: i + 1,
        query: queryOf(query),
        create: null,
        direct: null,
        pmem: false,
        pageShift: null,
      }
      newest.set(device, reading)
      readings.push(reading)
      return
    }
    const device = OF_DEVICE.exec(line)?.groups?.device
    const reading = device === undefined ? undefined : newest.get(device)
    if (reading && takeLine(reading, line)) return
    offset ??= AT_OFFSET.exec(line)?.groups ?? null
    const banner = BANNER.exec(line)?.groups
    if (banner) kernel ??= [Number(banner.major), Number(banner.minor)]
    disabled ||= DISABLED.test(line)
  })
  const logs = readings.map((r) => ({ ...r, direct: r.direct ?? bySizes(r), kernel }))
  return { logs, message: logs.length > 0 ? '' : nothing(lines.length, disabled, offset) }
}

function nothing(lines: number, disabled: boolean, offset: Groups | null): string {
  const sought = `none of its ${lines} lines has "ibm,query-pe-dma-windows(…) … returned …"`
  if (disabled) return `${sought}: the kernel was started with disable_ddw and asked for no dynamic window`
  if (offset === null)
    return `${sought}, which a kernel of a pseries partition prints when it asks for a dynamic window`
  const base = `0x${offset.offset}`
  return `${sought}; ${offset.device} says that it has a direct window at ${base}, but not of which size and pages`
}

/** log2 of the bytes that memory may have had, for the kernel to have made this window; null where it made none. */
export function impliedMemoryShift({ create, direct }: DdwLog): number | null {
  if (create === null) return null
  if (direct !== false) return create.windowShift
  // An indirect window is as large as it can be made: memory is larger.
  return create.windowShift + 1
}

/** TCEs that there must have been for the window that was made; null where none was. */
export function impliedBlock({ create }: DdwLog): number | null {
  return create === null ? null : pow2(Math.max(0, create.windowShift - create.pageShift))
}
