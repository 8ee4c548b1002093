// Words of the view of what bounces.

import { viewText } from './views.ts'

export const bounceText = {
  title: viewText.bounce.title,
  translated: 'Nothing bounces: addresses are translated.',
  noPool: 'There is no pool.',
  nothing: 'No mapping yet.',
  reached: 'Nothing bounced: the device reaches every buffer so far.',
  filled: 'Nothing bounced: every buffer so far fills its pages.',
  refusedAll: 'Nothing bounced: what the device does not reach is refused.',
  noneLive: 'Of what bounced nothing is mapped now.',
  pool: 'pool',
  memory: 'memory',
  poolAt: (size: string, address: string) => `${size} at ${address}`,
  hole: 'hole',
  mask: (bits: number) => `${bits}-bit mask`,
  untrusted: 'untrusted device',
  maskAll: (bits: number) => `the ${bits}-bit mask reaches all of it`,
  directions: { 'to device': 'to device', 'from device': 'from device', bidirectional: 'both ways' },
  directionsShort: { 'to device': 'to', 'from device': 'from', bidirectional: 'both' },
  newest: 'newest',
  arcs: 'plot of what bounces',
  arcKeys: 'Right and left go to older and newer mappings, Home to the newest, End to the oldest.',
  arc: (address: string, size: string, slots: string, direction: string, cpu: number, age: string) =>
    `${size} at ${address}, ${direction}, by CPU ${cpu}: ${slots}, mapped ${age} ago`,
  slots: (range: string, one: boolean) => `${one ? 'slot' : 'slots'} ${range}`,
  range: (first: string, last: string) => (first === last ? first : `${first} … ${last}`),
  buffer: (address: string, size: string, direction: string, cpu: number, age: string) =>
    `${size} at ${address}, ${direction}, CPU ${cpu}, ${age} ago`,
  last: (device: string, size: string, address: string) => `${device}, ${size} at ${address}`,
  lastHead: 'Last:',
  noLast: 'no mapping yet',
  outcomes: {
    direct: 'direct: the device gets the buffer itself',
    bounced: 'bounced: the device gets slots of the pool',
    translated: 'translated: the device gets a mapped address',
    refused: 'refused: a mapping error',
  },
  direct: (n: string, bytes: string) => ({ name: 'direct', value: n, words: `${bytes} not copied` }),
  bounced: (n: string, into: string, out: string) => ({ name: 'bounced', value: n, words: `${into} in, ${out} out` }),
  refused: (n: string) => ({ name: 'refused', value: n, words: 'mapping errors' }),
  copying: (time: string, rate: string) => ({ name: 'copying', value: time, words: rate }),
  perByte: (ns: string) => `${ns} per KiB`,
  noCopy: 'nothing was copied',
  zeroed: (size: string) => `${size} zeroed`,
  track: 'Bytes over time',
  copied: 'copied',
  uncopied: 'direct',
  most: (size: string, time: string) => `tallest bar ${size} in ${time}`,
  cell: (ms: string, copied: string, direct: string) => `at ${ms} ms: ${copied} copied, ${direct} direct`,
  describe: (bounced: string, direct: string, refused: string, copied: string, uncopied: string, time: string) =>
    `${bounced} mappings bounced, ${direct} went direct, ${refused} were refused. ${copied} were copied in ${time}, ${uncopied} went without.`,
  describeMemory: (ram: string, end: string, device: string, pool: string, arcs: string) =>
    `${ram} of memory up to ${end}; ${device}. ${pool} ${arcs}`,
  describeMask: (bits: number) => `the device’s mask has ${bits} bits`,
  describeUntrusted: 'the device is not trusted',
  describePool: (size: string, address: string) => `The pool is ${size} at ${address}.`,
  describeArcs: (n: number, newest: string) =>
    `${n === 1 ? '1 mapping that bounced is' : `${n} that bounced are`} live; the newest: ${newest}.`,
  describeLast: (size: string, address: string, device: string, path: string, outcome: string) =>
    `The last mapping, ${size} at ${address} for ${device}: ${path} ${outcome}.`,
  step: (asked: string, answered: string) => `${asked} ${answered}`,
  columns: ['ms', 'copied', 'direct'],
  arcColumns: ['slots', 'buffer', 'bytes', 'direction', 'CPU', 'age'],
} as const
