// Words around the stories, and of a window that was read from a log; fetched with the words of the presets.

export const storyText = {
  label: 'What is happening',
} as const

export const fromLogText = {
  /** `asked`: a driver did, in the log. */
  says: (device: string, name: string, asked: boolean) =>
    `${
      asked
        ? `The window that ${device} was given, by what ${name} says of its hypervisor.`
        : `The window that a driver would be given, by what ${name} says of the hypervisor of ${device}; none asked in it.`
    } What the log leaves open is assumed, and marked so.`,
  tryThis: 'Change what is assumed: the window follows the maximum RAM as long as the block holds it.',
} as const
