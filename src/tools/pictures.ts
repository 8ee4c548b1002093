// npm run pictures [-- --check]: takes the picture of every preset, for the gallery; with --check compares them with those
// that are stored and exits with 1 where one is stale.

import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import { presets } from '../sim/index.ts'
import { CELLS, INFOS, readPictures } from './pictures-stored.ts'
import { takePicture } from './pictures-told.ts'

function options() {
  try {
    return parseArgs({ options: { check: { type: 'boolean', default: false } } }).values
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm run pictures -- [--check]`)
    return process.exit(2)
  }
}

const began = performance.now()
const { check } = options()
const taken = new Map(presets.map((preset) => [preset.id, takePicture(preset)]))
const seconds = ((performance.now() - began) / 1000).toFixed(1)
if (check) {
  const stored = readPictures()
  // A picture of a preset that is no more is stale, too.
  const ids = new Set([...taken.keys(), ...stored.keys()])
  const stale = [...ids].filter((id) => !isDeepStrictEqual(stored.get(id), taken.get(id)))
  for (const id of stale) console.error(`stale: ${id}`)
  console.log(`${stale.length} of ${presets.length} pictures stale, ${seconds} s`)
  if (stale.length > 0) process.exitCode = 1
} else {
  const bytes = Buffer.concat([...taken.values()].map(({ cells }) => cells))
  const packed = deflateRawSync(bytes, { level: 9 })
  // A picture a line: a stale one is a line that changes.
  const lines = [...taken].map(([id, { cells: _, ...info }]) => `${JSON.stringify(id)}: ${JSON.stringify(info)}`)
  writeFileSync(INFOS, `{\n${lines.join(',\n')}\n}\n`)
  writeFileSync(CELLS, packed)
  console.log(`${presets.length} pictures, ${bytes.length} cells in ${packed.length} bytes, ${seconds} s`)
}
