// The messages of a kernel about dynamic windows, one line each: their forms, and what stands around them.
//
// A form is known by its first words, so that a message cut by a mail or a terminal is told from one that ends there.
// Numbers are hexadecimal, except return codes, numbers of windows, and those of "can't map".
// Cost: linear in the line; every expression is anchored, or begins with a word and is bounded.

type Group =
  | 'block'
  | 'direct'
  | 'high'
  | 'lb'
  | 'limit'
  | 'liobn'
  | 'low'
  | 'offset'
  | 'page'
  | 'ps'
  | 'rc'
  | 'window'
  | 'wn'
/** What a message says, by the names in its form. */
export type Groups = { readonly [G in Group]?: string | undefined }

export type FormId = 'query' | 'create' | 'too-small' | 'pmem' | 'limited' | 'offset' | 'mapping' | 'available'

export interface Form {
  readonly id: FormId
  readonly starts: string
  readonly whole: RegExp
  /** A group that may follow on the next line although the message is whole without it. */
  readonly tail?: Group
}

const HEX = '[0-9a-f]{1,16}'
/** log2 of a size; what is no address is no log2 of one either. */
const SHIFT = '[0-9a-f]{1,2}'
const ENDPOINT = `\\(${HEX}\\) ${HEX} ${HEX} ${HEX}`
const form = (id: FormId, starts: string, rest: string, tail?: Group): Form => ({
  id,
  starts,
  whole: new RegExp(`^${starts.replace(/[()]/g, '\\$&')}${rest}$`),
  ...(tail === undefined ? {} : { tail }),
})

const FORMS: readonly Form[] = [
  form(
    'query',
    'ibm,query-pe-dma-windows',
    `${ENDPOINT} returned (?<rc>-?\\d{1,9})(?:, lb=(?<lb>${HEX}) ps=(?<ps>[0-9a-f]{1,7}) wn=(?<wn>\\d{1,9}))?`,
    'lb',
  ),
  form(
    'create',
    'ibm,create-pe-dma-window',
    `${ENDPOINT} (?<page>${SHIFT}) (?<window>${SHIFT}) returned (?<rc>-?\\d{1,9})(?: \\(liobn = 0x(?<liobn>${HEX}) starting addr = (?<high>[0-9a-f]{1,8}) (?<low>[0-9a-f]{1,8})\\))?`,
    'liobn',
  ),
  form(
    'too-small',
    "can't map ",
    '(?:partition max|window) \\S{1,20} with (?<block>\\d{1,15}) (?<page>\\d{1,15})-sized pages',
  ),
  form('pmem', 'Skipping ibm,pmemory', ''),
  form('limited', 'iommu: 64-bit OK but direct DMA is limited by ', `(?<limit>${HEX})`),
  form('offset', 'Using 64-bit direct DMA at offset ', `(?<offset>${HEX})`),
  form('mapping', 'lsa_required: ', '\\d, lsa_enabled: \\d, direct mapping: (?<direct>[01])'),
  form(
    'available',
    'windows_available = ',
    `(?<wn>\\d{1,9}), largest_block = (?<lb>${HEX}), page_size = (?<ps>[0-9a-f]{1,7})`,
  ),
]

export interface Said {
  readonly form: Form
  readonly groups: Groups
  /** Nothing can follow on the next line. */
  readonly closed: boolean
}

/** What a message says that is of one of the forms, whole; null where it is not. */
export function saidIn(message: string): Said | null {
  for (const one of FORMS) {
    if (!message.startsWith(one.starts)) continue
    const match = one.whole.exec(message)
    if (!match) return null
    const groups: Groups = match.groups ?? {}
    return { form: one, groups, closed: one.tail === undefined || groups[one.tail] !== undefined }
  }
  return null
}

/** True for the beginning of a message that is not whole: the next line may go on with it. */
export function goesOn(message: string): boolean {
  return FORMS.some(({ starts }) => message.startsWith(starts) || starts.startsWith(message))
}

/** True for a message of one of the forms, whole or cut. */
export function begun(message: string): boolean {
  return FORMS.some(({ starts }) => message.startsWith(starts))
}

/** A line that names a device: `nvme 0001:00:01.0: …`. */
export interface DeviceLine {
  readonly driver: string
  readonly address: string
  readonly message: string
}

const ADDRESS = /\b([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]):(?: |$)/
// biome-ignore lint/suspicious/noControlCharactersInRegex: consoles write escape sequences into their logs
const ESCAPES = /\x1b(?:c|\[[0-9;?]{0,16}[A-Za-z])/g

/** A line without what consoles and mails put around it. */
export function bare(line: string): string {
  const text = line.includes('\x1b') ? line.replace(ESCAPES, '') : line
  // "message repeated 2 times: [ … ]"
  return text.includes('message repeated ') ? text.replace(/ ?\]\s*$/, '') : text.trimEnd()
}

/** The device that a line names first, and what is said of it; null where none is named. */
export function deviceLine(line: string): DeviceLine | null {
  const match = ADDRESS.exec(line)
  if (!match) return null
  const before = line.slice(0, match.index).trimEnd()
  const word = before.slice(Math.max(before.lastIndexOf(' '), before.lastIndexOf('\t')) + 1)
  // Of a stamp or a log file's prefix, or no word at all.
  const driver = /[\]:>]$/.test(word) ? '' : word
  return { driver, address: match[1]!, message: line.slice(match.index + match[0].length).trim() }
}

const STAMP = /\[ {0,12}(\d{1,9}\.\d{6})\]/
const AGE = /^[\s>]{0,40}(?:<\d{1,3}>)?\[/

/** Seconds of a line's stamp; null where it has none. */
export function stampOf(line: string): number | null {
  const stamp = STAMP.exec(line)?.[1]
  return stamp === undefined ? null : Number(stamp)
}

/** What a line says that goes on with the one before; null for one that begins anew, with a stamp or a device. */
export function continuation(line: string): string | null {
  return AGE.test(line) || line.includes(' kernel: ') || ADDRESS.test(line) ? null : line.replace(/^[\s>]{1,40}/, '')
}
