// What each control, figure and mark of the page is, in one sentence: of what, in which unit, what more or less of it means.

export const pageWords = {
  // Top bar
  'top.preset': 'The scenario that runs: a machine, its settings and its load; another one begins a new run.',
  'top.search': 'Finds cells of the map: by address, CPU, device, how often reused, or where something was refused.',
  'top.views':
    'Which further pictures stand between the map and time: those that have something to show for this run come first.',
  'top.undo': 'Takes the last change back, and the run stands as if it had never been made.',
  'top.redo': 'Does again what was undone last.',
  'top.copy': 'Copies an address that opens this very state: scenario, changes, moment and view.',
  'top.theme': 'Light, dark, or as the system has it; colours keep their meaning.',
  'top.help': 'Keys, and the terms of every story.',
  'top.controls': 'Settings of the machine, its IOMMU and its load.',
  'top.rail': 'What is under the pointer, why the last request was refused, and what the kernel logged.',

  // Transport
  'time.reset': 'Goes back to the moment 0 of the run; changes stay.',
  'time.back': 'One operation back: a map, an unmap, a refusal, a flush … With Shift 100.',
  'time.play': 'Lets simulated time run at the speed at the right, or stops it.',
  'time.step': 'One operation on: a map, an unmap, a refusal, a flush … With Shift 100.',
  'time.next': 'Runs to the next thing that this story is about, and stops there.',
  'time.previous': 'Goes back to the one before that this story is about.',
  'time.clock': 'Simulated time since the run began, with its drivers or with the recording, to the nanosecond.',
  'time.events':
    'Events of the machine so far, those that no step shows included; more of them is more work done, not more time.',
  'time.speed': 'How fast simulated time goes: at 1/1000 a millisecond of the machine takes a second here.',
  'time.scrubber': 'All of the run up to its end; drag or click to go to a moment.',
  'mark.change': 'A diamond on the time-line: there a setting was changed.',
  'mark.spill': 'A ring on the time-line: there a request found its own region full and was served from another.',

  // Head of the map
  'map.title':
    'The window of addresses that a device may use, IOVA. A cell is one IOMMU page or several, as the line beside says; read it as a page of text, low addresses first.',
  'map.scale': 'What one cell stands for, and one row of cells.',
  'map.table': 'Whose window the map shows: devices with a table of their own have their own addresses.',
  'map.colour':
    'What the colour of a cell tells: its state, the CPU (processor) or device that mapped it, how large or old the mapping is, how often the address was reused.',
  'map.out': 'Shows twice as many addresses, each half as large.',
  'map.in': 'Shows half as many addresses, each twice as large.',
  'map.fit': 'Shows the whole window again.',
  'map.brush': 'Lets a drag mark a range of addresses, which figures and log then speak of.',
  'map.used': 'Entries of the row at the left that are mapped now; a full bar is a row without room.',
  'map.base': 'What the + before each address of this window stands for: their common first digits.',
  'view.twin': 'The same facts as a table of text; a second press brings the picture back.',

  'brush.axis': 'A drag along the addresses marks a range of them, which figures and log then speak of.',
  'brush.clear': 'Takes the mark away: figures and log speak of the whole run again.',
  'brush.minimap': 'The whole window in small, framed what the map shows of it; drag the frame to look elsewhere.',

  // Legend of the map
  'map.mapped':
    'IOMMU pages that lead to memory of a driver; strong is its data, faint the rest of the page, which the device reaches too.',
  'map.free': 'IOMMU pages that the allocator may hand out; when no run of them is long enough, a request is refused.',
  'map.reserved': 'IOMMU pages that are never handed out, address 0 for example.',
  'map.cached':
    'IOMMU pages that no device uses, kept by one CPU (processor) for its own next request; free for no other.',
  'map.queued': 'Unmapped IOMMU pages whose address waits for a flush before it is free; more of them is less room.',
  'map.reachable':
    'Pages that the kernel has unmapped and the device still reaches, because the IOTLB (the IOMMU’s cache of translations) has not forgotten them; more is more danger.',
  'map.refused': 'Places where a search ended without room: the request failed there, and a driver got no address.',
  'map.passed': 'Ranges that the last search for room went through one by one; more of them is a slower search.',
  'map.foreign': 'Pages mapped by another CPU (processor) than the one that owns the chunk they lie in.',
  'map.listed': 'The counts are of the entries that are listed; nothing is placed in the rest of the window.',
  'map.behind':
    'What these addresses led to before they were mapped again: counted as mapped here, and an IOTLB (cache of translations) still leads there.',
  'map.byCpu': 'Pages by the CPU (processor) that mapped them, now; more is more of the window held by it.',
  'map.byDevice': 'Pages by the device that they are mapped for, now; more is more of the window held by it.',
  'map.bySize': 'Pages by how many the mapping has that they belong to; larger ones need longer free runs.',
  'map.byAge': 'Pages by how long they have been mapped, in simulated time; old ones stand in the way of long runs.',
  'map.byReuse':
    'Pages by how often their address has been handed out so far; high numbers are addresses that come back quickly.',

  // History
  'history.title':
    'How the window filled over time: up is low addresses, right is now. A cell is one band of addresses for one stretch of time, stronger the more of it was mapped, strongest where something was mapped just then.',
  'history.ring': 'A slope: buffers of a ring, mapped one after the other and freed in the same order.',
  'history.held': 'A level line: one mapping that stays for long and splits the room around it.',
  'history.batch': 'Upright lines: many mappings made at once.',
  'history.now':
    'Share of each region that is mapped now, in per cent; near 100 the next request goes elsewhere or fails.',
  'lanes.title':
    'How much of its time each CPU waited for a lock, over time. A row is a CPU, a column a stretch of time; stronger is more waiting.',
  'lanes.ramp': 'From no waiting to a quarter of the time and more; by square root, so that a little is seen, too.',
  'lanes.cpu': 'Number of the CPU (processor) whose lane it is.',
  'lanes.wait': 'Share of the last millisecond that the CPU waited for a lock, in per cent; more is less work done.',
  'timeline.mapped':
    'Bytes that are mapped over time, the stronger part the data in them; the dotted line is the whole window.',
  'timeline.refused': 'Requests that were refused, by the stretch of time in which they came; the number is their sum.',
  'timeline.reachable':
    'Bytes that are unmapped and that the device still reaches, over time; higher is more that a faulty device could touch.',
  'timeline.flushes':
    'A tick for each flush that empties the IOTLB (cache of translations) of a domain; a cross is an access after the unmap.',

  // Headline figures
  'figure-mapped': 'What devices can use now: entries that lead to memory, out of all that can be handed out.',
  'figure-useful':
    'Share of the mapped bytes that is data of the driver; the rest is rounding up to whole IOMMU pages, open to the device as well.',
  'figure-maps':
    'Buffers that drivers map in a second, on average since they were loaded; more is less time lost to searches, locks and flushes.',
  'figure-refused': 'Requests that were refused so far; each one is a buffer that got no address.',
  'figure-run':
    'The longest row of free entries, in entries; a request for more than that is refused, however many are free.',
  'figure-tables': 'Memory that the levels of the TCE (translation control entry) table take now, in bytes.',
  'figure-hcalls': 'Calls of the hypervisor so far, for the window and for each buffer; fewer is less time lost.',
  'figure-predicted':
    'Recorded addresses that the chosen allocator would have handed out too; all of them is an exact model.',
  'figure-charged': 'Memory that the guest’s process is charged for its translation tables, in bytes.',
  'figure-copied':
    'Bytes copied to and from the bounce pool so far, because the device did not reach the buffer itself.',
  'figure-delivered': 'Data that the device moved lately, in bits a second; less is time lost to mapping and refusals.',
  'figure-in-line':
    'Share of all CPU (processor) time that is spent waiting for a lock, lately; more is less work done.',
  'figure-reachable':
    'Bytes that the kernel has unmapped and the device can still reach, now; until a flush they are open to a faulty device.',
  'figure-oldest':
    'How long ago the oldest of what is still reachable was unmapped; longer is a longer time to be attacked in.',
  'figure-flushes':
    'How often the kernel waited until the IOTLB (cache of translations) had forgotten, for 1000 unmaps; more is safer and slower.',
  'figure-late': 'Accesses of a device that reached memory after its unmap, so far; any at all is data lost or leaked.',
  'figure-hits':
    'Share of accesses whose translation was in the IOTLB (cache of translations); less is more reads of the tables.',
  'figure-reads': 'Table entries that hardware reads for one access, on average; more is slower.',

  // Controls and rail
  'control.seed': 'The number that all chance of the run comes from: the same number gives the same run.',
  'control.values': 'Puts every setting back to what the preset has.',
  'control.next': 'Goes on to the next setting.',
  'rail.pin': 'Keeps this page in the inspector while the pointer moves on.',
  'rail.clear': 'Selects nothing; the inspector follows the pointer again.',
  'rail.copy': 'Copies the address.',
  'rail.step': 'The newest operation of the machine, in the order of the kernel’s own: who did what to which address.',
  'rail.free': 'Free IOMMU pages in the searched range at that moment; many free and none in a row is fragmentation.',
  'search.next': 'Goes to the next place that matches, towards high addresses.',
  'search.previous': 'Goes to the place before that matches, towards low addresses.',
  'search.clear': 'Empties the search, and its marks go from the map.',
} as const
