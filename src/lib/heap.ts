// A binary heap of (time, sequence, payload) in typed arrays. Ties never depend on insertion luck: equal times
// leave in the order of their sequence numbers. Plain data; grows by doubling.

export interface Heap {
  size: number
  /** Number given to the next entry; grows for ever, safe to 2^53. */
  nextSeq: number
  times: Float64Array
  seqs: Float64Array
  payloads: Int32Array
}

export function createHeap(capacity = 64): Heap {
  return {
    size: 0,
    nextSeq: 0,
    times: new Float64Array(capacity),
    seqs: new Float64Array(capacity),
    payloads: new Int32Array(capacity),
  }
}

/** Adds an entry; O(log n). */
export function heapPush(h: Heap, time: number, payload: number): void {
  if (h.size === h.times.length) grow(h)
  siftUp(h, h.size++, time, h.nextSeq++, payload)
}

/** Removes the first entry; the heap must not be empty. */
export function heapPop(h: Heap): void {
  const last = --h.size
  if (last > 0) siftDown(h, h.times[last]!, h.seqs[last]!, h.payloads[last]!)
}

/** Replaces the first entry by a new one: a pop and a push in one pass. The heap must not be empty. */
export function heapReplace(h: Heap, time: number, payload: number): void {
  siftDown(h, time, h.nextSeq++, payload)
}

function siftUp(h: Heap, at: number, time: number, seq: number, payload: number): void {
  const { times, seqs, payloads } = h
  let i = at
  while (i > 0) {
    const parent = (i - 1) >> 1
    const parentTime = times[parent]!
    if (parentTime < time || (parentTime === time && seqs[parent]! < seq)) break
    times[i] = parentTime
    seqs[i] = seqs[parent]!
    payloads[i] = payloads[parent]!
    i = parent
  }
  times[i] = time
  seqs[i] = seq
  payloads[i] = payload
}

function siftDown(h: Heap, time: number, seq: number, payload: number): void {
  const { times, seqs, payloads, size } = h
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= size) break
    let childTime = times[child]!
    const right = child + 1
    if (right < size) {
      const rightTime = times[right]!
      if (rightTime < childTime || (rightTime === childTime && seqs[right]! < seqs[child]!)) {
        child = right
        childTime = rightTime
      }
    }
    if (time < childTime || (time === childTime && seq < seqs[child]!)) break
    times[i] = childTime
    seqs[i] = seqs[child]!
    payloads[i] = payloads[child]!
    i = child
  }
  times[i] = time
  seqs[i] = seq
  payloads[i] = payload
}

function grow(h: Heap): void {
  const capacity = h.times.length * 2
  const times = new Float64Array(capacity)
  const seqs = new Float64Array(capacity)
  const payloads = new Int32Array(capacity)
  times.set(h.times)
  seqs.set(h.seqs)
  payloads.set(h.payloads)
  h.times = times
  h.seqs = seqs
  h.payloads = payloads
}
