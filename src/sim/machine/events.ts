// Kinds of heap events, of operations and of log lines: small numbers that stand in typed arrays.

/** Heap payload = kind | argument << KIND_BITS. */
export const KIND_BITS = 3
export const KIND_MASK = 7
export const EV_CPU = 0
/** Argument: table << LOCK_BITS | lock. */
export const EV_GRANT = 1
/** Argument: task. */
export const EV_TIMER = 2
/** Work that a table has put off is due; argument: table << 1 | WORK_FLUSH or WORK_DEPOT. */
export const EV_WORK = 3
/** A device acts by itself; argument: workload. */
export const EV_ENGINE = 4
/** A device reaches for what it was unmapped; argument: table. */
export const EV_LATE = 5
export const WORK_FLUSH = 0
export const WORK_DEPOT = 1

/** Room for the locks of one table. */
export const LOCK_BITS = 8

/** Operation log; a = first entry (relative) or -1, b = npages. */
export const STEP_MAP = 1
export const STEP_UNMAP = 2
export const STEP_REFUSED = 3
export const STEP_MAP_SG = 4
export const STEP_UNMAP_SG = 5
export const STEP_REBUILD = 6
/** The flush timer has run; b = ranges freed. */
export const STEP_FLUSH = 7
/** The depot's shrinker has run; b = ranges given back to the tree. */
export const STEP_DEPOT = 8
/** A device reached for what was unmapped. */
export const STEP_LATE = 9
/** A mapping that stays was handed to the CPU and back. */
export const STEP_SYNC = 10

/** Log of what is worth a line. */
/** a = real address, b = npages */
export const LOG_REFUSAL = 1
/** a = index into the changes of the state */
export const LOG_CHANGE = 2
/** a = region that took it, b = region where it began */
export const LOG_SPILL = 3
export const LOG_HANG = 4
/** a = frames missed so far, b = workload */
export const LOG_MISSED = 5
/** a = messages that the kernel's rate limit held back, b = function that would have printed (ledger.ts) */
export const LOG_SUPPRESSED = 7
/** a = workload whose driver prints its own line after a refusal */
export const LOG_DRIVER = 8
/** The device is given addresses beyond 4 GiB from now on. */
export const LOG_DAC = 9
/** a = page (absolute) that a device found no translation for, b = 1: it wanted to write */
export const LOG_FAULT = 10
/** a = page (absolute), b = what the device reached after its unmap: LATE_MEMORY, LATE_OWNER, or WRONG_PAGE */
export const LOG_LATE = 11
export const LATE_MEMORY = 0
export const LATE_OWNER = 1
export const WRONG_PAGE = 2
/** a = page (absolute), b = pages: an unmap that begins inside a large page was refused */
export const LOG_INSIDE = 12
/** A call of firmware: a = its number among those that a device's window took */
export const LOG_RTAS = 13
/** What was decided of a device's window */
export const LOG_WINDOW = 14
/** A table could not be made: a = why, by its place in TCE_REFUSALS */
export const LOG_NO_TABLE = 15
/** Memory was not mapped: a = page (absolute), b = pages * OUTSIDE_WHYS + why, by its number in state.ts */
export const LOG_OUTSIDE = 16
export const OUTSIDE_WHYS = 16
/** A buffer got no slots of the bounce pool: a = its address, b = bytes * FULL_SLOTS + slots in use */
export const LOG_FULL = 17
export const FULL_SLOTS = 0x1000000
/** What the kernel printed while the machine came up: a = the line's number, b = inputs that had taken effect */
export const LOG_BOOT = 18
/** Memory was plugged in or taken out: a = bytes that there are now, b = hypercalls by which a direct window followed */
export const LOG_PLUGGED = 19
/** a = TCEs, b = hypercalls: a recorded kernel has emptied the table */
export const LOG_CLEARED = 32

/** Which function of the kernel prints a refusal; a coherent mapping is refused without a word. */
export const SAYS_NOTHING = 0
export const SAYS_MAP_PAGE = 1
export const SAYS_MAP_SG = 2

/** Ticks of the time axis. */
/** a = index into the changes of the state */
export const MARK_CHANGE = 1
/** A recorded kernel has emptied the table. */
export const MARK_CLEARED = 2
/** a = region that took it, b = region where it began */
export const MARK_SPILL = 3
/** A device is given addresses beyond 4 GiB from now on. */
export const MARK_DAC = 4
/** a = pages */
export const MARK_REFUSAL = 5
export const MARK_NO_TABLE = 6
/** a = CPU */
export const MARK_HANG = 7
export const MARK_PANIC = 8
