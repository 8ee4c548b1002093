import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeLink, encodeLink } from '../share/url.ts'
import { COLOURS_BY, presetById } from '../sim/index.ts'
import { allocatorById } from '../sim/iova/index.ts'
import { workloads } from '../sim/workload/index.ts'
import { dockViews } from '../views/index.ts'
import { ROOT } from './root.ts'

const page = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** Words in code marks of every item of the page that begins so, of whatever version. */
function named(item: string): string[] {
  const items = page.split(/\n(?=- |\||#)|\n\n/).filter((text) => text.startsWith(`- ${item}:`))
  return items.flatMap((text) => Array.from(text.matchAll(/`([^`]+)`/g), (found) => found[1]!))
}

describe('what is public stays', () => {
  it.each<[string, number, (id: string) => unknown]>([
    ['Presets', 52, presetById],
    ['Views', 24, (id) => dockViews.find((view) => view.id === id)],
    ['Colours', 6, (id) => COLOURS_BY.find((by) => by === id)],
    ['Allocators', 6, allocatorById],
    ['Workloads', 12, (id) => workloads.find((w) => w.id === id)],
    ['Scripts', 13, (name) => scripts[name]],
  ])('%s', (item, least, find) => {
    const ids = named(item)
    expect(ids.length).toBeGreaterThanOrEqual(least)
    expect(ids.filter((id) => !find(id))).toEqual([])
  })

  it('keys of a link are read, and none is new that the page does not name', () => {
    const all =
      'v=1&s=per-table&driver=igb&m.cpus=2&d0.window=1m&w0.ring=256&seed=0x1&in=5.1~m.cpus~4&at=9.2&table=1&zoom=1.8' +
      '&colour=cpu&breaks=off&dock=caches&sel=3&bt=1.9&ba=1.8&q=free&off=mapped&speed=max'
    const { problems, ...link } = decodeLink(all)
    expect(problems).toEqual([])
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    const known = new Set(rows.flatMap((row) => Array.from(row.matchAll(/`([a-z]+)`/g), (found) => found[1]!)))
    const written = encodeLink(link).slice(1).split('&')
    const keys = written.map((pair) => pair.split('=')[0]!).filter((key) => !key.includes('.'))
    expect(keys.filter((key) => !known.has(key))).toEqual([])
    expect(keys.length).toBe(all.split('&').length - 3)
    expect(decodeLink(encodeLink(link))).toEqual({ problems, ...link })
  })
})
