// A view is whole in its folder, and no index forgets it.

import { describe, expect, it } from 'vitest'
import { words } from '../app/words.ts'
import { dockViews } from './index.ts'
import { needs } from './needs.ts'

const found = (files: Record<string, unknown>) =>
  Object.keys(files)
    .map((path) => path.split('/')[1])
    .sort()
const definitions = found(import.meta.glob('./*/index.ts')).filter((id) => id !== 'brush' && id !== 'pictures')
const needing = found(import.meta.glob('./*/need.ts'))
const saying = import.meta.glob<Record<string, string>>('./*/says.ts', { import: 'says', eager: true })

describe('views of the dock', () => {
  it('are those that a folder defines, each under the name of its folder', () => {
    expect(definitions.length).toBeGreaterThan(20)
    expect(dockViews.map(({ id }) => id as string).sort()).toEqual(definitions)
    expect(new Set(dockViews.map(({ title }) => title)).size).toBe(dockViews.length)
  })

  it('wear the style of their folder, which their panel brings along, whatever else is fetched with it', () => {
    const code = Object.entries(
      import.meta.glob<string>('./*/*.tsx', { query: '?raw', import: 'default', eager: true }),
    )
    for (const style of Object.keys(import.meta.glob('./*/*.css'))) {
      const [, folder, name] = style.split('/')
      const own = code.filter(([path]) => path.startsWith(`./${folder}/`)).map(([, text]) => text)
      expect(
        own.filter((text) => text.includes(`import './${name}'`)),
        style,
      ).not.toEqual([])
    }
  })

  it('need what their folder says', () => expect(Object.keys(needs).sort()).toEqual(needing))

  it('say what they draw, and all that their folder says is to be had', () => {
    expect(dockViews.filter(({ id }) => !words[`${id}.title`])).toEqual([])
    expect(words).toMatchObject(Object.assign({}, ...Object.values(saying)))
    for (const [path, says] of Object.entries(saying))
      for (const key of Object.keys(says)) expect(`./${key.split('.')[0]}/says.ts`).toBe(path)
  })
})
