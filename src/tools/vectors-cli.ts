// npm run vectors -- [folder …]: replays folders of vector files, a line per file; exit 1 on any failure. Without a folder
// those of the project.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isVectorFile, replayVectors, type VectorResult } from '../sim/testing/vectors.ts'

function lineOf(r: VectorResult): string {
  const status = r.status.padEnd(7)
  if (r.status === 'passed') return `${status} ${r.name} (${r.checks} checks)`
  return `${status} ${r.name}: ${r.status === 'failed' ? r.firstMismatch : 'mechanism not built yet'}`
}

function main(folders: readonly string[]): number {
  const count = { passed: 0, failed: 0, skipped: 0 }
  for (const folder of folders) {
    for (const name of readdirSync(folder).filter(isVectorFile).sort()) {
      const result = replayVectors(name, readFileSync(join(folder, name), 'utf8'))
      count[result.status]++
      console.log(lineOf(result))
    }
  }
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  return count.failed > 0 ? 1 : 0
}

const vectors = fileURLToPath(new URL('../sim/vectors', import.meta.url))
const own = ['powerpc', 'iova', 'iotlb', 'swiotlb'].map((part) => join(vectors, part))
const named = process.argv.slice(2)
try {
  process.exitCode = main(named.length > 0 ? named : own)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
