// What each view of the dock draws and how it is read, and what its colours, columns and figures are: one sentence each.
// Acronyms are spelled out under the words of a view by themselves (`acronyms.ts`).

export const viewWords = {
  'tce-pages.title':
    'The table of TCEs of the window with IOVA addresses. A cell is one page of that table, filled as far as its entries are set; the strip at its foot tells how often it was written.',
  'tce-pages.set': 'Share of the entries of a table page that lead to memory now.',
  'tce-pages.writes':
    'How often the kernel wrote a table page so far, against the page written most; a few busy pages are a ring that comes back to its addresses.',

  'regions.title':
    'The parts of the window that the allocator searches one by one. A lane is a region, low addresses at the left, filled as far as mapped and coloured by the CPU that mapped most; the triangle is where the next search begins.',
  'regions.home': 'CPUs whose requests are tried in this region first.',
  'regions.mapped': 'Entries of the region that lead to memory now.',
  'regions.free': 'Entries of the region that nobody has; many of them without a long run is fragmentation.',
  'regions.run': 'The longest row of free entries; a larger request does not fit here.',
  'regions.spills': 'Requests of other regions, served here since theirs were full; more is more crowding.',
  'regions.waits': 'How often a CPU waited for the lock of this region, so far; more is more time lost.',

  'tables.title':
    'How full each table of TCEs is. A lane is the window of one or several devices, filled from below as far as mapped; a click shows it on the map.',
  'tables.page': 'Sizes of the IOMMU pages of this table; larger ones waste more room on small buffers.',
  'tables.window': 'Bytes of address space that the window has.',
  'tables.mapped': 'Share of the window that is mapped now; at 100 % the next request fails.',
  'tables.data': 'Share of the mapped bytes that is data; the rest is rounding to whole pages.',
  'tables.writes': 'Entries written so far; each costs time.',
  'tables.refused': 'Requests of these devices that were refused, so far.',

  'caches.title':
    'What each CPU keeps of free addresses, so that it need not wait for the others. A lane is a CPU, a row a size or a chunk, filled as far as it is used.',
  'caches.loaded': 'The magazine of free ranges that the CPU takes from and gives to now.',
  'caches.prev':
    'The second magazine of the CPU: it changes places with a loaded one that is empty or full; where it does not help either, the depot does.',
  'caches.own': 'Part of a chunk that its own CPU has mapped.',
  'caches.foreign': 'Part of a chunk that another CPU has mapped; more of it is more waiting for each other.',
  'caches.cpu': 'Numbers of the CPUs over their lanes.',
  'caches.depot': 'Full magazines that stand between the CPUs, by size; any CPU may take one without a search.',
  'caches.ranges': 'Free ranges of this size that all CPUs and the depot keep; nobody else can use them.',

  'locks.title':
    'The locks that CPUs wait for. A row is a lock, its bar the share of all waiting so far; the longest bar is what holds the machine up.',
  'locks.taken': 'How often the lock was taken so far.',
  'locks.contended': 'How often who came had to wait since another CPU held it.',
  'locks.share': 'Share of the takings that had to wait; near 0 the lock is no hindrance.',
  'locks.total': 'Time waited for it by all CPUs together, so far.',
  'locks.mean': 'How long one wait took on average.',
  'locks.line': 'CPUs that wait for it at this moment.',

  'iotlb.title':
    'The IOTLB, the cache in which the IOMMU keeps translations it has read. A cell is a slot with one translation; hatched ones lead to memory that the kernel has unmapped.',
  'iotlb.live': 'Slots whose translation is still that of the table.',
  'iotlb.stale': 'Slots that still lead to memory which was unmapped: the device reaches it until they are flushed.',
  'iotlb.reused': 'Slots that lead to memory which somebody else has got since: a write there corrupts it.',
  'iotlb.foreign': 'Slots with a translation of another device’s table.',
  'iotlb.set': 'Number of the set: an address may stand in one set only.',
  'iotlb.way': 'Number of the way: the place within a set.',
  'iotlb.hitNow': 'Share of lookups of the last millisecond that found their translation here; less is slower.',
  'iotlb.hits': 'Share of all lookups so far that found their translation here; less is slower.',
  'iotlb.reads': 'Entries of tables read for one lookup, on average; 0 is best.',
  'iotlb.reach': 'Bytes of memory that the slots together lead to; a load that goes to and fro in more misses.',
  'iotlb.staleCount': 'Slots that lead to unmapped memory; more is more that a faulty device could touch.',
  'iotlb.reusedCount': 'Slots that lead to memory of a new owner; each one is a danger to data.',
  'iotlb.walk': 'Slots in use of the cache that remembers upper tables, which makes a miss cheaper.',

  'queues.title':
    'Unmapped ranges that wait for one flush together. A ring is the queue of a CPU, or one of all, its arc the ranges that wait, the number in it how many; the ring is flushed when it is full or the timer ends.',
  'queues.queued': 'Ranges that wait and that no IOTLB slot leads to any more.',
  'queues.reachable': 'Ranges that wait and that the device still reaches through the IOTLB (cache of translations).',
  'queues.timer': 'What is left of the time until everything that waits is flushed.',
  'queues.tail': 'The place of the ring where the next unmapped range goes.',
  'queues.head': 'The place of the ring whose range leaves next.',
  'queues.cpu': 'Number of the CPU whose ring it is.',
  'queues.waiting': 'Ranges that wait in all rings; their addresses cannot be used yet.',
  'queues.stillReachable': 'Ranges among them that the device still reaches.',
  'queues.oldest': 'How long the oldest of them has waited.',
  'queues.worst': 'The longest that any range waited so far; that is how long memory was open after its unmap.',
  'queues.full': 'Flushes so far because a ring was full; many of them mean heavy unmapping.',
  'queues.byTimer': 'Flushes so far because the timer ended; many of them mean light unmapping.',
  'queues.due': 'When the timer ends, and on which CPU.',

  'commands.title':
    'The invalidation commands that tell the IOTLB to forget, newest at the right. A bar is one command, as high as it names pages (on a scale of powers of two); below, the newest in words, by CPU. They are named as in the vendors’ manuals.',
  'commands.range': 'A command that names a range of pages.',
  'commands.whole': 'A command that makes all translations of a domain be forgotten: cheap to send, dear afterwards.',
  'commands.tables': 'A tick: the command makes the walk caches forget upper tables, too.',
  'commands.total': 'Commands sent so far.',
  'commands.kind': 'Commands of this kind so far, named as in the manual of the IOMMU.',
  'commands.waits': 'How often a CPU waited until its commands were done; each wait costs time.',
  'commands.asked': 'Pages whose translation had to go.',
  'commands.named': 'Pages that the commands named; where a range must be a power of two, more than was asked.',
  'commands.over': 'Pages named for each page asked; 1 is exact, more throws good translations away.',
  'commands.dropped': 'Entries of the IOTLB that commands removed so far.',
  'commands.live': 'Removed entries that were still in use and must be read again; more is slower.',

  'radix.title':
    'The tables that the IOMMU walks. A row is a level, the slots of one table from left to right; the framed slot is read for the address and opens into the row below.',
  'radix.toTable': 'A slot that leads to a table of the next level.',
  'radix.toPage': 'A slot that leads to memory.',
  'radix.span': 'Bytes of addresses that one entry of this level covers.',
  'radix.tables': 'Tables of this level that there are now.',
  'radix.leaves': 'Entries of this level that lead to memory; on upper levels they are large pages.',
  'radix.bytes': 'Memory that the tables of this level take.',

  'ledger.title':
    'What one map and unmap costs a CPU, for each way to flush the IOTLB. A row is a flush mode, its bar the nanoseconds by what they went into.',
  'ledger.allocator': 'Time for finding and giving back an address.',
  'ledger.table': 'Time for writing the table.',
  'ledger.invalidation': 'Time for commands that make the IOTLB forget, and for waiting for them.',
  'ledger.lock': 'Time spent waiting for locks.',
  'ledger.rest': 'All other time of the call.',
  'ledger.mode': 'When the IOTLB is told to forget: at once, later, or never.',
  'ledger.worst': 'How long what was unmapped stayed reachable at worst; grey by formula, where the run does not tell.',
  'ledger.flushes': 'Flushes for each 1000 unmaps; more is dearer and safer.',

  'levels.title':
    'The table of TCEs as a tree. A strip is a level, a cell one of its tables, filled as far as its entries are set; a click opens the table in the strip below.',
  'levels.absent': 'Not there: it takes no memory, and nothing is mapped through it.',
  'levels.empty': 'There, and nothing is set in it.',
  'levels.used': 'There, and filled as far as its entries are set.',
  'levels.replay': 'Made when a call was done again in virtual mode, since real mode cannot allocate.',
  'levels.there': 'Tables of this level that there are, of those that the window could have.',
  'levels.user': 'Tables of the copy that the kernel keeps of addresses of user space.',
  'levels.one': 'Memory that one table of this level takes.',
  'levels.span': 'Bytes of the window that one table of this level leads to.',

  'memory.title':
    'What the table of TCEs takes in memory. A bar is one way to build or count it, on a scale of powers of two; the shorter the cheaper.',
  'memory.whole': 'What the table would take if every level table were there.',
  'memory.now': 'What is there now.',
  'memory.charged': 'What the guest’s process is charged, whether it is there or not.',
  'memory.refused': 'The kernel refuses to make this one: it is too large.',
  'memory.bytes': 'Memory in bytes, exactly.',
  'memory.thatIs': 'The same in a handier unit.',
  'memory.scale': 'From one figure to the next it is 32 times as much.',

  'islands.title':
    'Where memory lies in the addresses of the machine, and whether the window reaches it. A block is a stretch of memory, low addresses at the left, gaps drawn short; blocks can be dragged.',
  'islands.mapped': 'Memory that the device reaches.',
  'islands.free': 'Memory inside the window that is not mapped.',
  'islands.outside': 'Memory beyond the end of the window: mapping it is refused.',
  'islands.grow': 'Where more memory may be plugged in while the machine runs.',

  'ddw.title':
    'DDW: how a driver comes to a window larger than the default one. A box is a step of the kernel’s decision, in order, with what firmware answered.',
  'ddw.cost': 'Calls of firmware and hypervisor that the decision took, and their time.',
  'ddw.inputs': 'Settings that the decision rests on; each can be changed here.',
  'ddw.chain': 'Steps in the order of the kernel; a cross marks what was refused, a press opens one.',

  'windows.title':
    'The DMA windows of the device on one axis of bus addresses. A strip is a window, filled as far as mapped; between two strips stands what no window translates. A TCE leads one page of it to memory.',
  'windows.mapped': 'Addresses that lead to memory.',
  'windows.free': 'Addresses of a window that lead nowhere yet.',
  'windows.reserved': 'Addresses below 4 GiB where devices’ registers answer; nothing is mapped there.',

  'hcalls.title':
    'Calls of the hypervisor that set and clear TCEs, over time. A lane is one kind of call (PUT: set, STUFF: clear a row of them), a bar the calls of a stretch of time, by square root; fewer are faster.',
  'hcalls.scale': 'What the tallest bar stands for.',
  'hcalls.put': 'H_PUT_TCE: sets or clears one entry.',
  'hcalls.indirect': 'H_PUT_TCE_INDIRECT: sets up to 512 entries in one call.',
  'hcalls.stuff': 'H_STUFF_TCE: clears or sets a row of entries to the same value.',
  'hcalls.hard': 'H_TOO_HARD: the fast way could not do a call, and it was done again the slow way.',

  'budget.title':
    'How virtual functions share one budget of TCEs. A bar is a function, its height the bytes of table its window takes, on a scale of powers of two; the upper row is the kernel that runs, the lower the other one.',
  'budget.direct': 'A window that maps all memory once: no call for each buffer.',
  'budget.indirect': 'A large window in which each buffer is mapped when it is used.',
  'budget.default': 'The small window that each function begins with.',
  'budget.now': 'Functions with this kind of window, in the kernel that runs.',
  'budget.other': 'Functions with this kind of window, in the other kernel.',
  'budget.used': 'Bytes of the budget that are used; when none are left, the next function keeps its default window.',
  'budget.function': 'Number of the virtual function; the triangle marks the one whose traffic runs.',

  'boot.title':
    'How the machine comes up, from the firmware’s tables to the way that buffers go: through the IOMMU, copied through a pool (swiotlb), or directly. A row is a step of the kernel, a bar the memory of the machine after it, coloured by whose hands it is in.',
  'boot.boot-allocator': 'Free memory that the boot allocator gives out early.',
  'boot.page-allocator': 'Free memory of the page allocator, which serves the running kernel.',
  'boot.kernel': 'Memory of the kernel itself.',
  'boot.hole': 'Addresses where registers answer: no memory.',
  'boot.reserved': 'Memory set aside and not in use yet.',
  'boot.pool': 'The pool of bounce buffers: devices reach it, and data is copied to and from it.',
  'boot.idle': 'A pool of bounce buffers that nobody needs, since the IOMMU translates.',
  'boot.given-back': 'Memory that was set aside and is free again.',
  'boot.leaked': 'Memory that was set aside, is not used, and cannot be given back.',
  'boot.held': 'Memory set aside after this step.',
  'boot.freed': 'Memory given back in this step.',
  'boot.lost': 'Memory set aside for good without use, in this step.',
  'boot.low': 'What becomes of a buffer below 4 GiB, which a device of 32 bits reaches.',
  'boot.high': 'What becomes of a buffer above 4 GiB, which a device of 32 bits does not reach.',

  'pool.title':
    'The slots of the bounce pool (swiotlb). A cell is a run of slots, filled as far as used; rows are areas, each with its own lock. The CPU that maps searches its own area first.',
  'pool.toDevice': 'Slots with data on its way to the device, copied when they were mapped.',
  'pool.fromDevice': 'Slots with data from the device, copied back when they are unmapped.',
  'pool.both': 'Slots copied both ways.',
  'pool.slack': 'Room of used slots that no data takes: buffers are rounded up to whole slots.',
  'pool.cursor': 'Where the next search of the area begins.',
  'pool.area': 'Number of the area: a part of the pool with a lock of its own.',
  'pool.used': 'Slots of the area in use now.',
  'pool.run': 'The longest row of free slots; a larger buffer does not fit.',
  'pool.waits': 'How often a CPU waited for the lock of the area, so far.',
  'pool.largest': 'The largest buffer that can be mapped at all: a row of slots may not cross the line between sets.',
  'pool.tooLarge': 'Requests refused so far because they are larger than that.',
  'pool.full': 'Requests refused so far because no area had enough free slots.',
  'pool.scattered': 'Requests refused so far though enough slots were free, but not in a row.',

  'bounce.title':
    'Which buffers are copied through the pool, and where they lie. An arc is a buffer that bounced, from its place in memory to its slots; below, bytes copied (up) and used directly (down) over time.',
  'bounce.to': 'Data to the device: copied into the pool when it was mapped.',
  'bounce.from': 'Data from the device: copied out of the pool when it is unmapped.',
  'bounce.both': 'Data copied both ways.',
  'bounce.newest': 'The mapping made last.',
  'bounce.poolAxis': 'The slots of the pool, opened out from where it lies in memory.',
  'bounce.memoryAxis': 'All memory of the machine; dotted is what the device does not reach.',
  'bounce.copiedTrack': 'Bytes copied through the pool over time; more costs more of the CPU.',
  'bounce.directTrack': 'Bytes of buffers that the device reached itself over time; they cost no copy.',
  'bounce.direct': 'Mappings so far whose buffer the device reached itself.',
  'bounce.bounced': 'Mappings so far that went through the pool, and bytes copied in and out.',
  'bounce.refused': 'Mappings so far that failed: the pool had no room, or there is none.',
  'bounce.copying': 'Time that CPUs spent copying, so far.',

  'scaling.title':
    'Mappings a second for 1 to 64 CPUs, run afresh for every allocator. A line is an allocator; one that rises with the CPUs scales, one that bends down has a lock that all wait for.',
  'scaling.y': 'Mappings of all CPUs together in a second; each step up is ten times as many.',
  'scaling.x': 'CPUs that map and unmap at the same time.',
  'published.title':
    'Figures that were measured and published, beside what this simulation yields. A row is a measurement; it is a hit when the simulated figure lies in the range at the right.',
  'published.measured': 'What was measured, and on what.',
  'published.published': 'The published figure and its source.',
  'published.simulated': 'The same figure here, from a run of its own.',
  'published.range': 'What counts as a hit, fixed before the run.',
  'flush-study.title':
    'What each flush mode does at rates of unmaps from few to many, on one CPU. Left: how long unmapped memory stays reachable; right: flushes for 1000 unmaps. A line is a mode, a point one run.',
  'flush-study.formula': 'What a formula foretells for the same mode; points on the line agree with it.',
  'flush-study.x': 'Unmaps in a second; each step is ten times as many.',
  'bounce-study.title':
    'Requests a second when 1 to 16 jobs bounce at the same time. A line is a pool with one area or with one for each CPU; the areas’ locks make the difference.',
  'bounce-study.y':
    'Requests of all jobs together in a second; each line is about three times as many as the one below.',
  'bounce-study.x': 'Jobs that map and unmap at the same time, each on a CPU of its own.',
  'bounce-study.ratio': 'Requests of four jobs against those of one; 4 would be perfect.',
  'bounce-study.published': 'The same ratio as it was measured and published.',
  'bounce-study.wake': 'An assumed price, fitted to the published figures: time until a sleeping CPU works.',
  'study.run': 'Runs the study afresh, or stops it; what has come stays.',
} as const
