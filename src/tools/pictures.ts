// npm run pictures [-- <preset> … | --check]: takes the picture of every preset, for the gallery, or of those named and of new ones
// only; with --check compares all with those that are stored and exits with 1 where one is stale.

import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import { presetById, presets } from '../sim/index.ts'
import { CELLS, dueOf, INFOS, readPictures } from './pictures-stored.ts'
import { takePicture } from './pictures-told.ts'

function options() {
  try {
    const { values, positionals } = parseArgs({
      options: { check: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const unknown = positionals.find((id) => !presetById(id))
    if (unknown !== undefined) throw new Error(`${unknown} is no preset`)
    return { check: values.check, named: positionals }
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm run pictures -- [<preset> … | --check]`)
    return process.exit(2)
  }
}

const began = performance.now()
const { check, named } = options()
const stored = readPictures()
const ids = presets.map(({ id }) => id)
const due = check ? ids : dueOf(ids, stored, named)
const taken = new Map(presets.map((p) => [p.id, due.includes(p.id) ? takePicture(p) : stored.get(p.id)!]))
const seconds = ((performance.now() - began) / 1000).toFixed(1)
if (check) {
  // A picture of a preset that is no more is stale, too.
  const stale = [...new Set([...taken.keys(), ...stored.keys()])].filter(
    (id) => !isDeepStrictEqual(stored.get(id), taken.get(id)),
  )
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
  console.log(
    `${due.length} of ${presets.length} pictures taken, ${bytes.length} cells in ${packed.length} bytes, ${seconds} s`,
  )
}
