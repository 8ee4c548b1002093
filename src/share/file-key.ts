// The name by which a link speaks of a file that it does not hold.

import { hashPlain } from '../lib/hash.ts'
import type { Preset, Recording } from '../sim/index.ts'

const keys = new WeakMap<Recording['ops'], string>()

/** The file's name with what a link can carry, and what tells files of one name apart: 8 digits over the contents. */
export function fileKey(recording: Recording): string {
  const { name, ops } = recording
  let digits = keys.get(ops)
  if (digits === undefined) {
    digits = hashPlain(contentsOf(recording)).slice(0, 8)
    keys.set(ops, digits)
  }
  return `${nameKey(name)}~${digits}`
}

/** What the digits are over. Those of a table of TCEs were released: its window is a number under the name that it had then. */
function contentsOf({ way, space, pageShift, offset, size, ops }: Recording) {
  const contents = { pageShift, offset, size, ops }
  if (way !== 'tce') return { ...contents, way, space }
  return { ...contents, liobn: Number.parseInt(space.slice(space.lastIndexOf(' ') + 1), 16) }
}

/** The newest of a person's own files that a link means, or null. Links of before name it without the digits. */
export function fileOf(own: readonly Preset[], key: string): Preset | null {
  const named = (of: (recording: Recording) => string) =>
    own.findLast(({ scenario: { recording } }) => recording && of(recording) === key)
  return named(fileKey) ?? named(({ name }) => nameKey(name)) ?? null
}

function nameKey(name: string): string {
  return name.slice(0, 80).replace(/[^A-Za-z0-9_.~-]/g, '_')
}
