// Every word about recordings: record and prediction, files dropped on the page.

export const recordingText = {
  title: 'Record and prediction',
  share: (predicted: string, of: string) => `${predicted} of ${of}`,
  predictedBy: (allocator: string) => `addresses predicted by ${allocator}`,
  soFar: (allocations: string, total: string) => `${allocations} of ${total} allocations so far.`,
  all: 'All allocations of the recording.',
  none: 'Each address was foretold before the record was looked at.',
  corrected: (n: number) =>
    n === 1
      ? '1 prediction missed; then the model was set to the record.'
      : `${n} predictions missed; after each the model was set to the record.`,
  miss: (line: number, npages: number) => `line ${line}, npages ${npages}`,
  recorded: 'recorded',
  predicted: 'predicted',
  refusal: 'a refusal',
  more: (n: number) => `and ${n} more`,
  columns: ['where', 'recorded', 'predicted'],
  assumed: 'Assumed',
  broken: (n: number) => (n === 1 ? '1 line could not be used' : `${n} lines could not be used`),
  brokenLine: (field: string, given: string, allowed: string) => `${field}: ${given}. Allowed: ${allowed}`,
  source: (name: string, records: string, space: string) => `${name}: ${records} records of ${space}`,

  drop: 'Drop the file to open it',
  dropHelp:
    'A trace of a machine’s IOMMU: iommu:map and iommu:unmap, or QEMU’s spapr_iommu_pci_put, _indirect, _stuff; a kernel log with ibm,query-pe-dma-windows; a link, or a scenario as JSON',
  several: (n: number) => `${n} files at once: drop one of them`,
  folder: (name: string) => `${name} is a folder: drop a file that is in it`,
  loading: (name: string) => `Reading ${name}`,
  unreadable: 'The file could not be opened',
  remark: (name: string) => `The times in ${name} go back`,
  explained: (line: number, preset: string) => `But its line ${line} is explained by ${preset}:`,
  open: (preset: string) => `Open ${preset}`,
  stays: 'Nothing else has changed.',
} as const
