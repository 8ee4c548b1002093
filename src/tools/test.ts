// npm test [-- <stage> …] [-- <arguments>]: runs every check, stops at the first that fails and names it. Stages may be
// chosen by name; whatever follows goes to Vitest and Playwright, whichever of them run.

import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { ROOT } from './root.ts'

interface Stage {
  readonly name: string
  readonly commands: readonly (readonly string[])[]
  /** Arguments from the command line go to this stage's command. */
  readonly takesArguments?: true
  /** Lines of the output that are its own summary, repeated at the end. */
  readonly summary?: RegExp
}

const STAGES: readonly Stage[] = [
  {
    name: 'types',
    commands: [
      ['tsc', '-p', 'src/tsconfig.pure.json'],
      ['tsc', '-p', 'tsconfig.json'],
    ],
  },
  { name: 'lint', commands: [['biome', 'check', '--error-on-warnings', '.']] },
  // Unit tests and the recorded vectors.
  { name: 'unit', commands: [['vitest', 'run']], takesArguments: true, summary: /^\s*(Test Files|Tests) {2}/ },
  { name: 'build', commands: [['vite', 'build', '--logLevel', 'warn']] },
  { name: 'size', commands: [['tsx', 'src/tools/check-size.ts']] },
  {
    name: 'e2e',
    commands: [['playwright', 'test', '-c', 'e2e']],
    takesArguments: true,
    summary: /^\s*\d+ (passed|failed|skipped|flaky|did not run|interrupted)\b/,
  },
]

const env = {
  ...process.env,
  PATH: [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter),
  // The output passes through here, so the programs cannot see the terminal for themselves.
  ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
  DMASCOPE_BUILT: '',
}

/** Runs a command, shows its output, and returns its exit code with the output's lines. */
function run([program = '', ...args]: readonly string[]): Promise<{ code: number; lines: string[] }> {
  return new Promise((done) => {
    let output = ''
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['inherit', 'pipe', 'inherit'] })
    child.stdout.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk)
      output += chunk.toString()
    })
    child.on('error', (error) => {
      console.error(error.message)
      done({ code: 1, lines: [] })
    })
    child.on('close', (code) => done({ code: code ?? 1, lines: output.split('\n') }))
  })
}

const given = process.argv.slice(2)
const isStage = (word: string): boolean => STAGES.some((stage) => stage.name === word)
const firstArgument = given.findIndex((word) => !isStage(word))
const names = firstArgument < 0 ? given : given.slice(0, firstArgument)
const extra = firstArgument < 0 ? [] : given.slice(firstArgument)

const summary: string[] = []
let failed = ''
for (const stage of STAGES.filter(({ name }) => names.length === 0 || names.includes(name))) {
  console.log(`\n== ${stage.name}`)
  for (const command of stage.commands) {
    if (failed) break
    const { code, lines } = await run(stage.takesArguments ? [...command, ...extra] : command)
    if (code !== 0) failed = stage.name
    // The browser tests need not build again what has just been built.
    else if (stage.name === 'build') env.DMASCOPE_BUILT = '1'
    summary.push(...lines.filter((line) => stage.summary?.test(stripVTControlCharacters(line))))
  }
  if (failed) break
}
console.log(['', failed ? `== ${failed} failed` : '== all passed', ...summary].join('\n'))
process.exit(failed ? 1 : 0)
