// Finds a Chromium for the browser tests, the bench and the screenshots, or installs one; and a Firefox, if there is one.

import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const FIREFOXES = ['firefox', 'firefox-esr']
const isRoot = process.getuid?.() === 0

/** Quiet and repeatable: nothing is fetched, nothing is asked. Root has no sandbox to stand in. */
export const LAUNCH_ARGS: readonly string[] = [
  ...(isRoot ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function installWithApt(): string | undefined {
  if (!isRoot || !existsSync('/etc/debian_version')) return undefined
  console.error('No browser found; installing Chromium with apt-get.')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', 'chromium']]) {
    if (spawnSync('apt-get', args, { stdio: 'inherit', env }).status !== 0) return undefined
  }
  return onPath(CHROMIUMS)
}

/** The program that a variable of the environment names. Throws an Error when it is none. */
function named(name: string): string | undefined {
  const path = process.env[name] || undefined
  if (path && !isExecutable(path)) throw new Error(`${name} is ${path}, which is not a program that can be run.`)
  return path
}

/**
 * Path of a Chromium: DMASCOPE_BROWSER or CHROME_PATH, then the one Playwright installed, then what is on PATH, then
 * apt-get when root on Debian. Throws an Error that says what to do when none can be had.
 */
export function findBrowser(): string {
  const given = named('DMASCOPE_BROWSER') ?? named('CHROME_PATH')
  if (given) return given
  const own = chromium.executablePath()
  const found = (isExecutable(own) ? own : undefined) ?? onPath(CHROMIUMS) ?? installWithApt()
  if (found) return found
  throw new Error(
    'No Chromium or Chrome found. Install one, run "npx playwright install chromium",\n' +
      'or say where one is: DMASCOPE_BROWSER=/path/to/chrome npm test',
  )
}

/** A browser that is started without a driver. */
export interface Browser {
  readonly path: string
  /** Arguments that open an address without a window; `profile` is an empty folder of its own. */
  args(profile: string, url: string): readonly string[]
}

const MINI_BROWSERS = ['x86_64', 'aarch64'].flatMap((cpu) =>
  ['4.1', '4.0'].map((version) => `/usr/lib/${cpu}-linux-gnu/webkit2gtk-${version}/MiniBrowser`),
)

/** How to find each browser that the lab's hashes are compared in: null where there is none. */
export const BROWSERS: Readonly<Record<string, () => Browser | null>> = {
  chromium: () => ({
    path: findBrowser(),
    args: (profile, url) => [...LAUNCH_ARGS, '--headless', `--user-data-dir=${profile}`, url],
  }),
  firefox() {
    const path = named('DMASCOPE_FIREFOX') ?? onPath(FIREFOXES)
    if (!path) return null
    return { path, args: (profile, url) => ['--headless', '--no-remote', '--profile', quiet(profile), url] }
  },
  /** The little browser that comes with WebKitGTK; it knows no way but a display. */
  webkit() {
    const path = named('DMASCOPE_WEBKIT') ?? MINI_BROWSERS.find(isExecutable)
    const display = onPath(['xvfb-run'])
    return path && display ? { path: display, args: (_, url) => ['-a', path, '--private', url] } : null
  },
}

/** Why there is no such browser, and what would help. */
export const notFound = (name: string): string =>
  `${name} not found: install one, or say where one is with DMASCOPE_${name.toUpperCase()}=/path`

/** Firefox opens pages of its own in a new profile and looks for updates unless it is told not to. */
function quiet(profile: string): string {
  const prefs = {
    'browser.aboutwelcome.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'app.update.enabled': false,
    'toolkit.telemetry.reportingpolicy.firstRun': false,
  }
  const lines = Object.entries(prefs).map(([name, value]) => `user_pref("${name}", ${value});`)
  writeFileSync(join(profile, 'user.js'), lines.join('\n'))
  return profile
}
