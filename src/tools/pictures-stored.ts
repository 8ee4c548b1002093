// The pictures of presets as they are kept in the repository.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { type Picture, withCells } from '../views/pictures/format.ts'
import { ROOT } from './root.ts'

export const INFOS = join(ROOT, 'src/views/pictures/pictures.json')
export const CELLS = join(ROOT, 'src/views/pictures/cells.bin')

export function readPictures(): ReadonlyMap<string, Picture> {
  return withCells(JSON.parse(readFileSync(INFOS, 'utf8')), new Uint8Array(inflateRawSync(readFileSync(CELLS))))
}

/** Whose picture is to be taken: of the presets `ids` those named and those that have none; all where none is named. */
export function dueOf(
  ids: readonly string[],
  stored: ReadonlyMap<string, unknown>,
  named: readonly string[],
): string[] {
  return ids.filter((id) => named.length === 0 || named.includes(id) || !stored.has(id))
}
