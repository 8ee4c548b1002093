import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openText } from '../../tools/open-text.ts'
import { encodingOf } from './encoding.ts'
import { atOnce, type FileFormat, MAYBE, NO, SURE, unreadable } from './format.ts'
import { fileFormats } from './index.ts'
import { beginFile, openBytes } from './open.ts'

const BOOT = readFileSync(new URL('../../../public/recordings/real-boot.txt', import.meta.url), 'utf8')
const LOG = readFileSync(new URL('../reports/r04-ddw-query-power11.txt', import.meta.url), 'utf8')
const FILES = { recording: BOOT, log: LOG, scenario: '{"preset":"pinhole"}\n', link: 's=pinhole&m.cpus=4\n' }

function utf16(text: string, big: boolean, mark: boolean): Uint8Array {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le')
  return big ? bytes.swap16() : bytes
}

describe.each(Object.entries(FILES))('a %s', (kind, text) => {
  const plain = openText('a', text)

  it('is known by what is in it', () => expect(plain.kind).toBe(kind))

  it('is the same in every encoding, with every line end, with blank lines before it', () => {
    const mark = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])
    const all = [
      mark,
      utf16(text, false, true),
      utf16(text, true, true),
      utf16(text, false, false),
      utf16(text, true, false),
    ]
    for (const bytes of all) expect(openBytes('a', bytes)).toEqual(plain)
    expect(openText('a', text.replaceAll('\n', '\r\n'))).toEqual(plain)
    expect(openText('a', text.trimEnd())).toEqual(plain)
    expect(openText('a', `\n\n${text}`).kind).toBe(kind)
  })

  it('is the same in pieces of any length', () => {
    const bytes = utf16(text, false, true).subarray(0, 20_000 - (20_000 % 2))
    const whole = openBytes('a', bytes)
    for (const length of [1, 3, 1023, 1024, 1025]) {
      const file = beginFile('a')
      for (let at = 0; at < bytes.length; at += length) file.push(bytes.subarray(at, at + length))
      const work = file.end()
      let step = work.next()
      while (!step.done) step = work.next()
      expect(step.value).toEqual(whole)
    }
  })
})

it.each([
  ['nothing', [], 'the file is empty'],
  ['PNG', [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0], 'a picture (PNG)'],
  ['JPEG', [0xff, 0xd8, 0xff, 0xe0, 0, 16], 'a picture (JPEG)'],
  ['gzip', [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], 'compressed (gzip): unpack it first'],
  ['a program', [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0], 'a program (ELF)'],
  ['zeros', Array(4096).fill(0), 'the file is no text'],
  ['noise', Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251), 'the file is no text'],
  [
    'prose',
    Array.from('hello\nworld', (c) => c.charCodeAt(0)),
    'none of its 2 lines is known here; what can be read: ',
  ],
])('%s is told as what it is', (_, bytes, message) => {
  expect(openBytes('a', new Uint8Array(bytes))).toMatchObject({
    kind: 'unreadable',
    message: expect.stringContaining(message as string),
  })
})

it('what is larger than its format may be is read no further', () => {
  const small: FileFormat = { ...fileFormats[0]!, mostBytes: 2048 }
  const file = beginFile('a', [small])
  const bytes = new TextEncoder().encode(BOOT)
  expect(file.push(bytes.subarray(0, 2000))).toBe(true)
  expect(file.push(bytes.subarray(2000, 4000))).toBe(false)
  expect(file.end().next().value).toMatchObject({ kind: 'unreadable', message: expect.stringContaining('larger than') })
})

describe('formats', () => {
  const named = (id: string, recognises: FileFormat['recognises']): FileFormat => ({
    ...{ id, label: id, mostBytes: 1 << 24, longestLine: 100, recognises },
    begin() {
      const lines: [number, string][] = []
      return {
        line: (text, number) => void lines.push([number, text]),
        end: (count) => atOnce(unreadable(id, JSON.stringify([count, lines.length, lines[0]]))),
      }
    },
  })
  const perhaps = named('perhaps', (line) => (line.startsWith('[') ? MAYBE : NO))
  const surely = named('surely', (line) => (line.includes('only here') ? SURE : NO))
  const open = (text: string) => openBytes('a', new TextEncoder().encode(text), [perhaps, surely])

  it('a line that only one has decides, however many may belong to another; its reader gets all of them', () => {
    expect(open('[1]\n[2]\nonly here')).toMatchObject({ what: 'surely', message: '[3,3,[1,"[1]"]]' })
    expect(open('[1]\n[2]')).toMatchObject({ what: 'perhaps', message: '[2,2,[1,"[1]"]]' })
    expect(open('1\n2')).toMatchObject({ what: '', message: expect.stringContaining('perhaps; surely') })
  })

  it('after a megabyte without one, what may be is taken, and lines of nobody are forgotten', () => {
    const many = 'x\n'.repeat(1 << 19)
    expect(open(`[1]\n${many}only here`)).toMatchObject({ what: 'perhaps' })
    expect(open(`${'\n'.repeat(1 << 21)}only here`)).toMatchObject({ message: expect.stringMatching(/^\[2097153,1,/) })
    expect(open(`${many}only here`)).toMatchObject({
      what: 'surely',
      message: `[${(1 << 19) + 1},1,[${(1 << 19) + 1},"only here"]]`,
    })
  })

  it('have ids, words and a folder of their own, and know no line of each other', () => {
    const own = readdirSync(new URL('.', import.meta.url))
    expect(own).toContain('format.ts')
    expect(new Set(fileFormats.map(({ id }) => id)).size).toBe(fileFormats.length)
    for (const text of Object.values(FILES)) {
      const lines = text.split('\n').filter((line) => line.trim() !== '')
      const sure = fileFormats.filter((f) => lines.some((line, i) => f.recognises(line, i + 1) === SURE))
      expect(sure).toHaveLength(1)
    }
  })

  // What no format knows, as long as lines may be and of what an expression may try again and again.
  it.each([
    'a',
    'a ',
    ' ',
    '[ ',
    '1',
    '1@',
    'a=',
    '#',
    '{',
    'kernel: ',
    'Linux version ',
    'spapr_iommu_',
    'spapr_iommu_ ',
    'https://',
    '\u001b[',
    '<1>',
  ])('two megabytes of lines of %j are looked at in no time', (word) => {
    const bytes = new TextEncoder().encode(
      `x\n${`${word.repeat(Math.ceil(1023 / word.length)).slice(0, 1023)}\n`.repeat(2048)}`,
    )
    const began = performance.now()
    openBytes('a', bytes)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

it('text is told from UTF-16 by its zeros, and from neither by a few control characters', () => {
  const of = (text: string) => encodingOf(new TextEncoder().encode(text))
  expect(of('a plain text\n')).toEqual({ encoding: 'utf-8' })
  expect(of('BM is how this line begins')).toEqual({ encoding: 'utf-8' })
  expect(of('\u001bc\u001b[2J[    0.000000] Linux version 6.1')).toEqual({ encoding: 'utf-8' })
  expect(of('größer als ASCII, 漢字')).toEqual({ encoding: 'utf-8' })
})
