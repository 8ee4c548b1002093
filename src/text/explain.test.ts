import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { words } from '../app/words.ts'
import { BOUNCE_JOBS, SCALING_CPUS } from '../sim/studies/index.ts'
import { BOUNCE_TICKS } from '../views/bounce-study/bounce-study.view.ts'
import { memoryTicks } from '../views/memory/memory.view.ts'

const folder = new URL('.', import.meta.url)
const views = new URL('../views/', import.meta.url)
/** Where words of the page stand: a folder of their own, and beside the views that say them. */
const files = [
  ...readdirSync(folder).map((name) => new URL(name, folder)),
  ...readdirSync(views, { recursive: true, encoding: 'utf8' }).map((name) => new URL(name, views)),
].filter(({ pathname }) => /\/text\/[^/]*\.ts$|\/(says|need|words|title)\.ts$/.test(pathname))

describe('what explains the page', () => {
  it('says nothing of light and dark: a theme has them the other way round', () => {
    const telling = /\b(?:bright(?:er|est)?|dull|dim|pale|light(?:er|est)|dark(?:er|est))\b.*/gi
    const said = files
      .filter(({ pathname }) => !/\.test\.ts$|\/(?:asked|messages)[^/]*$/.test(pathname))
      .flatMap((file) => readFileSync(file, 'utf8').match(telling) ?? [])
    expect(said).toEqual([])
  })

  it('names the ends and the steps of axes as they are', () => {
    expect(words['scaling.title']).toContain(`for 1 to ${SCALING_CPUS.at(-1)} CPUs`)
    expect(words['bounce-study.title']).toContain(`1 to ${BOUNCE_JOBS.at(-1)} jobs`)
    const [least = 0, next = 0] = memoryTicks(1000)
    expect(words['memory.scale']).toContain(` ${next / least} times`)
    const steps = BOUNCE_TICKS.slice(1).map((n, i) => Math.round(n / BOUNCE_TICKS[i]!))
    expect(new Set(steps)).toEqual(new Set([3]))
    expect(words['bounce-study.y']).toContain('three times')
  })
})
