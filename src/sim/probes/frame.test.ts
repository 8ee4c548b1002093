// What a frame can be asked for is what there are probes of: no file of a probe is forgotten by the index.

import { expect, it } from 'vitest'
import { probes } from './frame.ts'

const files = import.meta.glob<Record<string, object>>(['./*.ts', '!./*.test.ts', '!./{index,frames}.ts'], {
  eager: true,
})
const isProbe = (one: object): one is { id: string } => one instanceof Object && 'id' in one && 'build' in one

it('has every probe that a file of the folder exports, once, under the name of its file', () => {
  const written = Object.entries(files).flatMap(([path, exported]) =>
    Object.values(exported).flatMap((one) => (isProbe(one) ? [[path, one.id]] : [])),
  )
  expect(written.map(([, id]) => id).sort()).toEqual(probes.map(({ id }) => id).sort())
  for (const [path, id] of written) expect(path).toBe(`./${id}.ts`)
})
