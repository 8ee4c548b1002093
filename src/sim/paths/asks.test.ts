// Which way a buffer goes is asked in this folder only: outside, whoever acts calls the contract, and whoever draws asks for the
// part that is drawn.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'
import { describe, expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../../', import.meta.url))

/** Parts of a way: drawn by probes, counted by what runs are searched for, kept for the words of lines that outlive a table. */
const PARTS = ['unitOf', 'levelsOf', 'bounceOf', 'untrustedOf', 'heldAt', 'firstArea']
const DRAW = ['sim/probes/', 'sim/testing/', 'sim/machine/happenings.ts', 'sim/machine/load.ts']
/** What would tell one way from another, and what tables and bindings were once asked by. */
const TELLS = [
  'mappingPath',
  'connectTce',
  'connectGuest',
  'connectIommu',
  'connectPool',
  'connectBounced',
  'connectDirect',
  'isUntranslated',
]
const FLAGS = ['tableId', 'iommu', 'bounces', 'noTable', 'tce', 'direct', 'bounce']
/** In the rules of an IOMMU driver it is the rules that are reached by that name. */
const OWN = ['sim/dma/', 'sim/paths/', 'sim/testing/']

type Node = { readonly type: string; readonly [key: string]: unknown }

function visit(value: unknown, each: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, each)
  else if (typeof (value as Node | null)?.type === 'string') {
    each(value as Node)
    for (const key in value as Node) if (key !== 'parent') visit((value as Node)[key], each)
  }
}

const nameOf = (node: unknown): string => {
  const { type, name, property, expression } = (node ?? {}) as Node
  if (type === 'Identifier') return String(name)
  if (type === 'MemberExpression') return nameOf(property)
  return type === 'TSNonNullExpression' || type === 'ChainExpression' ? nameOf(expression) : ''
}

/** Where a file asks which way it is, one line each. */
function asks(path: string, source: string): string[] {
  const faults: string[] = []
  const fault = (what: string) => faults.push(`${path}: ${what}`)
  const draws = DRAW.some((place) => path.startsWith(place))
  visit(parseSync(path, source).program, (node) => {
    if (node.type === 'ImportSpecifier') {
      const name = nameOf(node.imported)
      if (TELLS.includes(name) || (PARTS.includes(name) && !draws)) fault(`imports ${name}`)
    }
    const isTable = (of: unknown) => /^(table|tables|path|state|bound|binding|d|domain|domains)$/.test(ofWhat(of))
    if (node.type === 'MemberExpression' && !node.computed) {
      const [of, what] = [node.object, nameOf(node.property)]
      if ((what === 'kind' || what === 'state') && nameOf(of) === 'path') fault(`asks path.${what}`)
      if (FLAGS.includes(what) && isTable(of)) fault(`asks ${ofWhat(of)}.${what}`)
    }
    if (node.type !== 'VariableDeclarator' || (node.id as Node).type !== 'ObjectPattern' || !isTable(node.init)) return
    for (const { key } of (node.id as unknown as { properties: { key?: unknown }[] }).properties)
      if (FLAGS.includes(nameOf(key))) fault(`asks ${ofWhat(node.init)}.${nameOf(key)}`)
  })
  return faults
}

/** What an expression is called: of `s.tables[0]!` and of `tables[i]` it is `tables`. */
function ofWhat(node: unknown): string {
  const { type, object, computed, expression } = (node ?? {}) as Node
  if (type === 'MemberExpression' && computed) return ofWhat(object)
  return type === 'TSNonNullExpression' || type === 'ChainExpression' ? ofWhat(expression) : nameOf(node)
}

describe('which way a buffer goes', () => {
  it('is asked in its folder only', () => {
    const files = readdirSync(join(SRC, 'sim'), { recursive: true, withFileTypes: true })
      .filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((entry) => relative(SRC, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .filter((path) => !OWN.some((own) => path.startsWith(own)))
    expect(files.length).toBeGreaterThan(150)
    expect(files.flatMap((path) => asks(path, readFileSync(join(SRC, path), 'utf8')))).toEqual([])
  })

  it.each([
    ["if (table.path.kind === 'pool') f()", 'asks path.kind'],
    ['const { state } = table\nf(path.state)', 'asks path.state'],
    ['if (s.tables[0]!.bounce) f()', 'asks tables.bounce'],
    ["const multi = table?.tableId === 'tce-multi'", 'asks table.tableId'],
    ['const { iommu, locks } = m.state.tables[index]!', 'asks tables.iommu'],
    ['if (bound.noTable) f()', 'asks bound.noTable'],
    ["import { unitOf } from '../paths/parts.ts'", 'imports unitOf'],
    ["import { mappingPath as p } from '../paths/parts.ts'", 'imports mappingPath'],
  ])('and this is found: %s', (source, fault) => {
    expect(asks('sim/machine/a.ts', source)).toEqual([`sim/machine/a.ts: ${fault}`])
  })

  it.each([
    ['sim/probes/a.ts', "import { unitOf } from '../paths/parts.ts'\nconst unit = unitOf(table)"],
    ['sim/machine/a.ts', 'way.map(c, bound, cpu)\nf(input.path, table.ddw, summary.bounce)'],
  ])('and %s may', (path, source) => {
    expect(asks(path, source)).toEqual([])
  })
})
