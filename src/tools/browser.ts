// Finds a Chromium for the browser tests, the bench and the screenshots, or installs one.

import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
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

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function installWithApt(): string | undefined {
  if (!isRoot || !existsSync('/etc/debian_version')) return undefined
  console.error('No browser found; installing Chromium with apt-get.')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', 'chromium']]) {
    if (spawnSync('apt-get', args, { stdio: 'inherit', env }).status !== 0) return undefined
  }
  return onPath()
}

/**
 * Path of a Chromium: DMASCOPE_BROWSER or CHROME_PATH, then the one Playwright installed, then what is on PATH, then
 * apt-get when root on Debian. Throws an Error that says what to do when none can be had.
 */
export function findBrowser(): string {
  for (const name of ['DMASCOPE_BROWSER', 'CHROME_PATH']) {
    const path = process.env[name]
    if (!path) continue
    if (!isExecutable(path)) throw new Error(`${name} is ${path}, which is not a program that can be run.`)
    return path
  }
  const own = chromium.executablePath()
  const found = (isExecutable(own) ? own : undefined) ?? onPath() ?? installWithApt()
  if (found) return found
  throw new Error(
    'No Chromium or Chrome found. Install one, run "npx playwright install chromium",\n' +
      'or say where one is: DMASCOPE_BROWSER=/path/to/chrome npm test',
  )
}
