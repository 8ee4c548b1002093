// npm run pictures [-- --check]: takes the picture of every preset, for the gallery; with --check compares them with those
// that are stored and exits with 1 where one is stale.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { presets } from '../sim/index.ts'
import type { PictureInfo, Pictures } from '../views/pictures/format.ts'
import { takePicture } from './pictures-told.ts'
import { ROOT } from './root.ts'

const INFOS = join(ROOT, 'src/views/pictures/pictures.json')
const CELLS = join(ROOT, 'src/views/pictures/cells.bin')

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
const infos: Record<string, PictureInfo> = {}
const all: Uint8Array[] = []
for (const preset of presets) {
  const { cells, ...info } = takePicture(preset)
  infos[preset.id] = info
  all.push(cells)
}
/** A picture a line: a stale one is a line that changes. */
const lines = Object.entries(infos).map(([id, info]) => `${JSON.stringify(id)}: ${JSON.stringify(info)}`)
const text = `{\n${lines.join(',\n')}\n}\n`
const bytes = Buffer.concat(all)
const seconds = ((performance.now() - began) / 1000).toFixed(1)
if (check) {
  const stored = readFileSync(INFOS, 'utf8')
  const same = stored === text && inflateRawSync(readFileSync(CELLS)).equals(bytes)
  const before = JSON.parse(stored) as Pictures
  for (const { id } of presets)
    if (JSON.stringify(before[id]) !== JSON.stringify(infos[id])) console.error(`stale: ${id}`)
  console.log(`${same ? 'as stored' : 'STALE: npm run pictures'}: ${presets.length} pictures in ${seconds} s`)
  if (!same) process.exitCode = 1
} else {
  const packed = deflateRawSync(bytes, { level: 9 })
  writeFileSync(INFOS, text)
  writeFileSync(CELLS, packed)
  console.log(`${presets.length} pictures in ${seconds} s: ${bytes.length} cells, ${packed.length} bytes`)
}
