import { defineConfig } from '@playwright/test'
import { findBrowser, LAUNCH_ARGS } from '../src/tools/browser.ts'
import { ROOT } from '../src/tools/root.ts'

// Several checkouts of one machine may test at once.
const PORT = Number(process.env.DMASCOPE_E2E_PORT ?? 4319)
const url = `http://127.0.0.1:${PORT}/`

// More workers than the two cores that are counted on: each waits for its page a third of its time, and none of what is
// asked depends on how fast the machine is.
export default defineConfig({
  testDir: '.',
  outputDir: '../node_modules/.cache/e2e',
  workers: 3,
  // Tests of a file may go to either worker: a long file leaves none idle at the end.
  fullyParallel: true,
  // A host that stalls in the midst of a drag is told as flaky; what fails twice has failed.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 1,
    colorScheme: 'dark',
    locale: 'en-GB',
    launchOptions: { executablePath: findBrowser(), args: [...LAUNCH_ARGS] },
  },
  webServer: {
    command: `npx tsx src/tools/start.ts --port ${PORT}${process.env.DMASCOPE_BUILT ? ' --built' : ''}`,
    url,
    cwd: ROOT,
    timeout: 120_000,
    gracefulShutdown: { signal: 'SIGINT', timeout: 2000 },
    reuseExistingServer: false,
  },
})
