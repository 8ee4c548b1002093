// What the door of the core promises, as text: every exported name with its signature, without its comments, out of the
// declarations that the compiler writes. `npm run api -- --update` writes it anew.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseSync } from 'vite'
import { ROOT } from './root.ts'

export const API_FILE = join(ROOT, 'src/sim/api.txt')

interface Exported {
  readonly name: string
  readonly text: string
}

/** The signatures of `src/sim/public.ts`, by name. Throws when it does not compile, or a name leads nowhere. */
export function apiReport(): string {
  const out = mkdtempSync(join(tmpdir(), 'api-'))
  try {
    const emit = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', out, '--rootDir', 'src']
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'src/tsconfig.pure.json', ...emit], { cwd: ROOT })
    const all = exportsOf(join(out, 'sim/public.d.ts'))
    all.sort((a, b) => (a.name < b.name ? -1 : 1))
    return `${all.map(({ text }) => text).join('\n\n')}\n`
  } finally {
    rmSync(out, { recursive: true })
  }
}

/** What a file of declarations exports; a name that it only passes on is looked up where it comes from. */
function exportsOf(file: string): Exported[] {
  const source = readFileSync(file, 'utf8')
  return parseSync(file, source).program.body.flatMap((node): Exported[] => {
    if (node.type !== 'ExportNamedDeclaration') return []
    const { declaration, source: from, specifiers } = node
    if (declaration) {
      const text = plain(source.slice(declaration.start, declaration.end))
      return namesOf(declaration).map((name) => ({ name, text }))
    }
    if (!from) return []
    const there = exportsOf(join(dirname(file), from.value.replace(/\.ts$/, '.d.ts')))
    return specifiers.map(({ local }) => {
      const name = 'name' in local ? local.name : local.value
      const found = there.find((one) => one.name === name)
      if (!found) throw new Error(`${from.value} exports no ${name}`)
      return found
    })
  })
}

function namesOf(declaration: object): string[] {
  const { id, declarations } = declaration as { id?: { name: string }; declarations?: { id: { name: string } }[] }
  return id ? [id.name] : (declarations ?? []).map((one) => one.id.name)
}

const plain = (text: string) =>
  text
    .replace(/\/\*\*?[\s\S]*?\*\//g, '')
    .replace(/^declare /, '')
    .replace(/\n\s*\n/g, '\n')
    .replace(/^ {4}/gm, '  ')
    .trim()
