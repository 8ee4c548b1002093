// Why a map got nothing where no allocator was asked.

/** By number from 1: NO_TABLE … of machine/state.ts, and from NO_BOUNCE on the reasons for which nothing bounces. */
export const MAP_REFUSALS = [
  '',
  'there is no table: it could not be made',
  'the addresses lie outside of the window',
  'a TCE maps more than the host’s memory has in one piece',
  'no memory was left for a level table',
  'no set of 128 slots holds so large a buffer with its alignment',
  'no area of the bounce pool has as many free slots',
  'the free slots of the bounce pool lie scattered: no run is long enough',
  'the device does not reach it, and there is no bounce pool',
  'the buffer of an untrusted device does not fill its pages, and there is no bounce pool',
] as const
