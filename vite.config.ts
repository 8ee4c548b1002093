import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const TESTS = ['src/**/*.test.ts']
/** Tests that put another module in the place of one. */
const REPLACING = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => join('src', path))
  .filter((path) => path.endsWith('.test.ts') && readFileSync(path, 'utf8').includes('vi.mock('))

type Node = { readonly type: string; readonly start: number; readonly end: number; readonly [key: string]: unknown }

function visit(value: unknown, each: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, each)
  else if (typeof (value as Node | null)?.type === 'string') {
    each(value as Node)
    for (const child of Object.values(value as Node)) visit(child, each)
  }
}

/** What a setting is for, and each of its choices, the page alone reads (a layer test holds it): a worker goes without. */
const withoutHelp: Plugin = {
  name: 'without-help',
  enforce: 'post',
  transform(code, id) {
    if (!/\/src\/sim\/.*\.ts$/.test(id) || !/help|option\(/.test(code)) return
    const texts: Node[] = []
    const drop = (node: unknown) => {
      if (/^(Literal|TemplateLiteral)$/.test((node as Node | undefined)?.type ?? '')) texts.push(node as Node)
    }
    visit(this.parse(code), ({ type, key, value, callee, arguments: given }) => {
      if (type === 'Property' && (key as Node).name === 'help') drop(value)
      // Where settings are made, the help comes third.
      if (type === 'CallExpression' && (callee as Node).name === 'option') drop((given as Node[])[2])
    })
    for (const { start, end } of texts.sort((a, b) => b.start - a.start))
      code = `${code.slice(0, start)}''${code.slice(end)}`
    return { code, map: null }
  },
}

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // All that is fetched before the page stands is one file: many small ones are packed worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
  worker: { format: 'es', plugins: () => [withoutHelp] },
  test: {
    environment: 'node',
    maxWorkers: '100%',
    // Generous: what is slow is a matter for the bench, and a busy machine must not fail a test.
    testTimeout: 60_000,
    // Modules are loaded once for many files, a quarter less time; but where one of them is replaced.
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: TESTS,
          exclude: REPLACING,
          isolate: false,
          // The core is loaded by Node itself: the loader of tests makes each access to another module dearer, half the time of a run.
          execArgv: ['--import', 'tsx'],
          server: { deps: { external: [/\/src\/(lib|sim|share)\/(?!.*\.test\.ts)/] } },
        },
      },
      { extends: true, test: { name: 'replacing', include: REPLACING } },
    ],
  },
})
