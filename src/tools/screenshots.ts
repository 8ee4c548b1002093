// npm run screenshots [-- --out <folder>] [--only <preset>] [--size <width>x<height>] [--theme dark|light]: every preset in both
// themes, on a desktop and on a phone or at the sizes given, into screenshots/; with --readme the picture of the README alone.

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { presets } from '../sim/index.ts'
import { findBrowser, LAUNCH_ARGS } from './browser.ts'
import { ROOT } from './root.ts'
import { buildAndServe } from './serve.ts'

const DESKTOP = { name: 'desktop', width: 1440, height: 900 }
const PHONE = { name: 'phone', width: 390, height: 844 }
const THEMES = ['dark', 'light'] as const
const USAGE =
  'npm run screenshots -- [--out <folder>] [--only <preset>] [--size <width>x<height>]… [--theme dark|light], or --readme'
/** Narrower pages are those of phones: with touch, and at twice the resolution. */
const WIDEST_PHONE = 480

interface Shot {
  readonly link: string
  readonly theme: (typeof THEMES)[number]
  readonly size: Size
  readonly file: string
}

interface Size {
  readonly name: string
  readonly width: number
  readonly height: number
}

function options() {
  try {
    return parseArgs({
      options: {
        out: { type: 'string', default: join(ROOT, 'screenshots') },
        only: { type: 'string' },
        size: { type: 'string', multiple: true, default: [] as string[] },
        theme: { type: 'string' },
        readme: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return refuse((error as Error).message)
  }
}

function refuse(why: string): never {
  console.error(`${why}\n${USAGE}`)
  return process.exit(2)
}

function sizeOf(words: string): Size {
  const [, width = 0, height = 0] = (/^(\d{3,4})x(\d{3,4})$/.exec(words) ?? []).map(Number)
  return width > 0 ? { name: words, width, height } : refuse(`${words} is no size`)
}

const values = options()
const out = resolve(values.out)
const sizes = values.size.length > 0 ? values.size.map(sizeOf) : [DESKTOP, PHONE]
const themes = THEMES.filter((theme) => values.theme === undefined || values.theme === theme)
if (themes.length === 0) refuse(`no theme ${values.theme}`)

const shots: Shot[] = values.readme
  ? [
      {
        link: 's=frames-64k&at=8000000&sel=2313',
        theme: 'dark',
        size: DESKTOP,
        file: join(ROOT, 'public/screenshot.png'),
      },
    ]
  : presets
      .filter(({ id }) => values.only === undefined || values.only === id)
      .flatMap(({ id }) =>
        themes.flatMap((theme) =>
          sizes.map((size) => ({
            ...{ link: `s=${id}`, theme, size },
            file: join(out, `${id}-${theme}-${size.name}.png`),
          })),
        ),
      )
if (shots.length === 0) refuse(`no preset ${values.only}; there are: ${presets.map((p) => p.id).join(', ')}`)
if (!values.readme) mkdirSync(out, { recursive: true })

const served = await buildAndServe()
const browser = await chromium.launch({ executablePath: findBrowser(), args: [...LAUNCH_ARGS] })
try {
  for (const { link, theme, size, file } of shots) {
    const { width, height } = size
    const phone = width < WIDEST_PHONE
    const page = await browser.newPage({
      ...{ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce', isMobile: phone, hasTouch: phone },
      deviceScaleFactor: phone ? 2 : 1,
    })
    await page.goto(`${served.url}?testing=1#${link}`)
    await page.waitForFunction(() => 'dmascope' in window)
    await page.evaluate(() => window.dmascope?.ready())
    await page.evaluate(() => document.fonts.ready.then(() => window.dmascope?.idle()))
    await page.screenshot({ path: file })
    await page.close()
    console.log(file)
  }
} finally {
  await browser.close()
  served.close()
}
