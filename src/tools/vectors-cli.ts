// npm run vectors -- [folder | file …]: replays vector files, a line each; exit 1 on any failure, 2 where there is none.
// Without a folder those of the project.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isVectorFile, replayVectors, type VectorResult } from '../sim/testing/vectors.ts'
import { endWithReader, refuser } from './command.ts'
import { whyNot } from './recordings.ts'

const refuse: (message: string) => never = refuser('npm run vectors -- [<folder | file> …]')

function lineOf(r: VectorResult): string {
  const status = r.status.padEnd(7)
  if (r.status === 'passed') return `${status} ${r.name} (${r.checks} checks)`
  return `${status} ${r.name}: ${r.status === 'failed' ? r.firstMismatch : 'no vectors of a kind that is known'}`
}

/** The vector files that a path names: itself, or those in the folder. */
function filesOf(path: string): string[] {
  try {
    const found = statSync(path).isDirectory()
      ? readdirSync(path)
          .filter(isVectorFile)
          .sort()
          .map((name) => join(path, name))
      : [path].filter((file) => isVectorFile(basename(file)))
    return found.length > 0 ? found : refuse(`${path}: no vectors`)
  } catch (error) {
    return refuse(whyNot(path, error).message)
  }
}

function main(paths: readonly string[]): number {
  const count = { passed: 0, failed: 0, skipped: 0 }
  for (const path of paths.flatMap(filesOf)) {
    const result = replayed(path)
    count[result.status]++
    console.log(lineOf(result))
  }
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  if (count.passed + count.failed === 0) refuse('no vectors')
  return count.failed > 0 ? 1 : 0
}

/** A file that is no vector file whatever its name is a failure, not the end of all. */
function replayed(path: string): VectorResult {
  const name = basename(path)
  try {
    return replayVectors(name, readFileSync(path, 'utf8'))
  } catch (error) {
    return { name, status: 'failed', checks: 0, firstMismatch: `unreadable: ${(error as Error).message}` }
  }
}

function named(): string[] {
  try {
    return parseArgs({ allowPositionals: true, options: {} }).positionals
  } catch (error) {
    return refuse((error as Error).message)
  }
}

endWithReader()
const vectors = fileURLToPath(new URL('../sim/vectors', import.meta.url))
const own = ['powerpc', 'iova', 'iotlb', 'swiotlb'].map((part) => join(vectors, part))
const chosen = named()
process.exitCode = main(chosen.length > 0 ? chosen : own)
