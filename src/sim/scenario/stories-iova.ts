// What the stories of IOVA allocators say: see stories.ts.

import type { Story } from './story.ts'

export const iovaStories: Readonly<Record<string, Story>> = {
  'one-lock': {
    says: 'Until 2016 every map and every unmap took the one lock around one tree of ranges. Sixteen CPUs spend 78 % of their time in line for it, and map 1.8 million buffers a second.',
    tryThis: '[Set the allocator to magazines] and watch the line melt.',
    done: 'What a CPU frees goes to its magazines and is taken from there again. They start empty, so the line stands; it melts when the first flush has filled them, and from then on several times as much is mapped.',
  },
  chunks: {
    says: 'The plan of 2011 that never shipped: each CPU takes 16 MiB from the tree and maps from there, asking nobody. 9.5 million buffers a second; the price is space, 256 MiB set aside for 4 MiB of buffers.',
    tryThis: '[See what happens with one tree]: every CPU waits.',
    done: 'Every map and every unmap takes the one lock around the tree: CPUs stand in line for most of their time, and far less is mapped.',
  },
  magazines: {
    says: 'Linux since 2016: what a CPU frees goes to its magazine of 127 and is taken from there again. For two milliseconds nothing has come back yet and all wait for the tree; from the first flush on nobody does.',
    tryThis: '[See what happens with buffers of 256K]: too large for a magazine, every map goes to the tree.',
    done: 'The buffers are too large for a magazine: every map goes to the tree, and CPUs wait for its lock.',
  },
  'linear-wall': {
    says: 'A gap above 200 long-lived ranges fits the smaller buffer and not the larger: the search for that one passes every range of the wall, 201 steps under the lock, each time.',
    tryThis: '[See what happens with a wall of 1000 ranges]: every second map takes 15 µs.',
    done: 'The wall is longer: once it stands, a search for the larger buffer passes all of it, under the lock.',
  },
  'producer-consumer': {
    says: 'Even CPUs map, odd CPUs unmap: magazines run dry on the one side and fill on the other. The depot carries them back, 127 ranges at a time, and the tree is hardly asked.',
    tryThis: '[Let the same CPU unmap]: the depot rests.',
    done: 'Each CPU unmaps what it mapped: its magazines fill by themselves, and the depot is hardly asked.',
  },
  'greedy-cpu': {
    says: 'CPU 0 comes up first and keeps 16 384 buffers: it takes chunk after chunk until the 64 MiB are gone at 4 ms. CPUs 4 to 7 come later, own no chunk, and live on what they borrow from the others’.',
    tryThis: '[See what happens without borrowing]: at 12 ms 2 711 frames are missed instead of 172.',
    done: 'No CPU lives on what another owns: once all chunks have an owner again, those that come late find no room, and far more frames are missed.',
  },
  'mask-32': {
    says: 'The GPU reaches every address but is given low ones first, and keeps them: 1 023 buffers of 4 MiB fill the space below 4 GiB. The network card reaches nothing else and is left with 1 023 pages.',
    tryThis: '[Give the GPU high addresses from the start]: 32 bits first, off.',
    done: 'The GPU takes high addresses: those that the network card reaches are left to it, and nothing is refused.',
  },
  'nvme-mixed': {
    says: 'Requests up to 128K come from magazines once a flush has filled them; a third of all, every larger one and every first one, goes to the tree.',
    tryThis: '[Set the request sizes to 4K]: soon nobody asks the tree.',
    done: 'All requests are small enough for magazines: for some milliseconds those fill and CPUs wait for the tree, then it is hardly asked.',
  },
}
