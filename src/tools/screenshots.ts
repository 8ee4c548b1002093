// npm run screenshots [-- --out <folder>] [--only <preset>]: every preset in both themes, on a desktop and on a phone, into
// screenshots/; with --readme the picture of the README alone.

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { presets } from '../sim/index.ts'
import { findBrowser, LAUNCH_ARGS } from './browser.ts'
import { ROOT } from './root.ts'
import { buildAndServe } from './serve.ts'

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const
const THEMES = ['dark', 'light'] as const

interface Shot {
  readonly link: string
  readonly theme: (typeof THEMES)[number]
  readonly size: keyof typeof SIZES
  readonly file: string
}

function options() {
  try {
    return parseArgs({
      options: {
        out: { type: 'string', default: join(ROOT, 'screenshots') },
        only: { type: 'string' },
        readme: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm run screenshots -- [--out <folder>] [--only <preset>], or --readme`)
    return process.exit(2)
  }
}

const values = options()
const out = resolve(values.out)

const shots: Shot[] = values.readme
  ? [
      {
        link: 's=frames-64k&at=8000000&sel=2313',
        theme: 'dark',
        size: 'desktop',
        file: join(ROOT, 'public/screenshot.png'),
      },
    ]
  : presets
      .filter(({ id }) => values.only === undefined || values.only === id)
      .flatMap(({ id }) =>
        THEMES.flatMap((theme) =>
          (Object.keys(SIZES) as Shot['size'][]).map((size) => ({
            ...{ link: `s=${id}`, theme, size },
            file: join(out, `${id}-${theme}-${size}.png`),
          })),
        ),
      )
if (shots.length === 0) {
  console.error(`no preset ${values.only}; there are: ${presets.map((p) => p.id).join(', ')}`)
  process.exit(2)
}
if (!values.readme) mkdirSync(out, { recursive: true })

const served = await buildAndServe()
const browser = await chromium.launch({ executablePath: findBrowser(), args: [...LAUNCH_ARGS] })
try {
  for (const { link, theme, size, file } of shots) {
    const phone = size === 'phone'
    const page = await browser.newPage({
      ...{ viewport: SIZES[size], colorScheme: theme, reducedMotion: 'reduce', isMobile: phone, hasTouch: phone },
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
