// npm run api [-- --update]: what the door of the core promises; --update writes it down anew.

import { writeFileSync } from 'node:fs'
import { API_FILE, apiReport } from './api-report.ts'

const report = apiReport()
if (process.argv.includes('--update')) writeFileSync(API_FILE, report)
else process.stdout.write(report)
