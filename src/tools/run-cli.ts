// For tests: the commands as programs of their own, and the random scenarios as a module. They are bundled once, as loading their
// modules one by one takes many times what they compute, and as the loader of tests makes each access to another module dearer.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { ROOT } from './root.ts'

const COMMANDS = ['sim', 'study', 'replay', 'vectors'] as const
export type Command = (typeof COMMANDS)[number]

/** As far below the root as `src/tools`: from where it lies a command knows the project. */
const FOLDER = join(ROOT, 'node_modules', `.commands-${process.env.VITEST_POOL_ID ?? 0}`)
let built: Promise<unknown> | null = null

/** Bundles the commands, once in a process. */
export function bundled(): Promise<unknown> {
  built ??= build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir: FOLDER,
      emptyOutDir: true,
      copyPublicDir: false,
      minify: false,
      rollupOptions: {
        input: [...COMMANDS.map((name) => `${name}-cli`), 'fuzz-slice'].map((name) =>
          join(ROOT, 'src/tools', `${name}.ts`),
        ),
        output: { chunkFileNames: '[name].js' },
      },
    },
  })
  return built
}

/** Runs a command to its end, in the root. `bundled()` has come before. */
export function run(command: Command, ...args: readonly string[]) {
  const program = join(FOLDER, `${command}-cli.js`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: ROOT, encoding: 'utf8' })
  return { status, stdout, stderr, json: () => JSON.parse(stdout) }
}

/** Where the random scenarios lie as one module, to be imported. */
export async function fuzzSlice(): Promise<string> {
  await bundled()
  return pathToFileURL(join(FOLDER, 'fuzz-slice.js')).href
}
