// The registry of trace formats. Files are opened by way of share/files/open.ts, which asks each of them.

import { ftraceIommu } from './ftrace-iommu.ts'
import { qemuSpapr } from './qemu-spapr.ts'
import type { TraceImporter } from './trace.ts'

export const importers: readonly TraceImporter[] = [qemuSpapr, ftraceIommu]
