// What is said of a link that could not be used whole, fetched when there is one.

export const problemText = {
  title: (n: number) => (n === 1 ? '1 key was not used' : `${n} keys were not used`),
  line: (allowed: string) => `is not allowed here: ${allowed}.`,
  noPreset: 'is not the name of a preset.',
  repeated: 'is given twice: the first one counts.',
  presets: 'All presets',
  rest: 'The rest is loaded.',
  instead: (preset: string) => `Opened instead: ${preset}.`,
  absent: 'The recording is not in the link',
  drop: (file: string) =>
    `This link shows the recording ${file}, which is not in a link. Drop the file here to see it.`,
  more: (n: number) => `and ${n} more`,
  copy: 'Copy report',
  copied: 'Report copied',
} as const
