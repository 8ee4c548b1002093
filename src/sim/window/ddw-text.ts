// The words of each step of the procedure: what was asked, what came back, what was decided and why. Data that a page
// prints beside a step's figures; ids are those of ddw.ts, spec: spec/POWERPC.md D.1, D.2.

export interface StepText {
  readonly asked: string
  readonly answered: string
  readonly decided: string
  readonly why: string
}

const TABLE = {
  'mask-32': {
    asked: 'Does the device reach more than 32 bits?',
    answered: 'No.',
    decided: 'No dynamic window is asked for.',
    why: 'The default window lies below 4 GiB, and all of it is within the mask.',
  },
  reused: {
    asked: 'Has this endpoint a dynamic window already?',
    answered: 'Yes, from an earlier mask.',
    decided: 'That window is used again, whatever the mask is now.',
    why: 'A window belongs to the endpoint, not to one call of its driver.',
  },
  'failed-before': {
    asked: 'Was a window refused to this endpoint before?',
    answered: 'Yes.',
    decided: 'Nothing is tried again.',
    why: 'An endpoint on the list of those that failed stays there.',
  },
  'not-applicable': {
    asked: 'Does the device tree have ibm,ddw-applicable for the bridge?',
    answered: 'No.',
    decided: 'No dynamic window.',
    why: 'Without it there are no firmware calls to make one.',
  },
  query: {
    asked: 'ibm,query-pe-dma-windows: which windows can still be made?',
    answered: 'A number of windows, the largest block of TCEs, and page sizes.',
    decided: 'The window is planned from these.',
    why: 'The hypervisor allocates TCEs in advance and limits them for each endpoint.',
  },
  'query-failed': {
    asked: 'ibm,query-pe-dma-windows: which windows can still be made?',
    answered: 'An error.',
    decided: 'No dynamic window.',
    why: 'Without an answer there is no size to ask for.',
  },
  'limited-unknown': {
    asked: 'Can firmware place windows within fewer than 64 bits?',
    answered: 'The extensions name no limited addressing, or no call to switch it on.',
    decided: 'No dynamic window.',
    why: 'A window is commonly made at 2^59, where this device does not reach.',
  },
  'limited-refused': {
    asked: 'ibm,reset-pe-dma-windows in limited mode: place windows within fewer than 64 bits.',
    answered: 'An error.',
    decided: 'No dynamic window.',
    why: 'A window is commonly made at 2^59, where this device does not reach.',
  },
  limited: {
    asked: 'ibm,reset-pe-dma-windows in limited mode: place windows within fewer than 64 bits.',
    answered: 'Done.',
    decided: 'A window is asked for as usual.',
    why: 'It will lie where the device reaches.',
  },
  'default-in-use': {
    asked: 'No window is free. Can the default window be given up?',
    answered: 'No: buffers are mapped in it.',
    decided: 'No dynamic window.',
    why: 'Whoever maps buffers there still uses their addresses.',
  },
  'default-unknown': {
    asked: 'No window is free. Can the default window be given up?',
    answered: 'The device tree does not describe it.',
    decided: 'No dynamic window.',
    why: 'What is not described can be neither removed nor kept for later.',
  },
  'default-not-restorable': {
    asked: 'No window is free. Can the default window be given up?',
    answered: 'Firmware has no call that brings it back.',
    decided: 'No dynamic window.',
    why: 'If making the new window failed, the device would be left with none.',
  },
  'default-removed': {
    asked: 'No window is free. Can the default window be given up?',
    answered: 'Yes: it is unused and can be restored.',
    decided: 'The default window is removed and the platform is asked again.',
    why: 'One large window is worth more than a small one of 4K pages.',
  },
  'no-window': {
    asked: 'With the default window gone, is one free?',
    answered: 'No.',
    decided: 'No dynamic window.',
    why: 'Nothing is left to give up.',
  },
  'no-page-size': {
    asked: 'Which page sizes are offered?',
    answered: 'None that this kernel knows.',
    decided: 'No dynamic window.',
    why: 'A window has one page size, named when it is made.',
  },
  'page-size': {
    asked: 'Which page sizes are offered?',
    answered: 'The bits of the query.',
    decided: 'The largest is taken.',
    why: 'The larger the page, the fewer TCEs for the same memory.',
  },
  direct: {
    asked: 'Does the largest possible window hold all memory that there may ever be?',
    answered: 'Yes.',
    decided: 'A direct window of that size.',
    why: 'Once all RAM is mapped, a buffer needs no hypervisor call.',
  },
  'direct-all': {
    asked: 'Does the largest possible window hold RAM and persistent memory?',
    answered: 'Yes, all addresses that memory can have.',
    decided: 'A direct window of that size.',
    why: 'Once all RAM is mapped, a buffer needs no hypervisor call.',
  },
  'direct-ram': {
    asked: 'Does the largest possible window hold RAM and persistent memory?',
    answered: 'RAM only, but the default window is still there.',
    decided: 'A direct window for RAM; persistent memory is mapped in the default window.',
    why: 'Buffers in RAM are the usual ones.',
  },
  hybrid: {
    asked: 'The default window is gone. Is there room behind RAM for buffers in persistent memory?',
    answered: 'Yes, at least 2 GiB.',
    decided: 'One window in two parts: RAM mapped once, and a table behind it.',
    why: 'Persistent memory lies outside of RAM and has to be mapped buffer by buffer.',
  },
  'indirect-pmem': {
    asked: 'The default window is gone. Is there room behind RAM for buffers in persistent memory?',
    answered: 'No.',
    decided: 'An indirect window: every buffer is mapped.',
    why: 'A direct window would leave no table for persistent memory.',
  },
  indirect: {
    asked: 'Does the largest possible window hold all memory that there may ever be?',
    answered: 'No.',
    decided: 'An indirect window: every buffer is mapped, at a hypervisor call or two.',
    why: 'Its pages are larger than those of the default window, and there are often more of them.',
  },
  'too-small': {
    asked: 'Does the largest possible window hold all memory that there may ever be?',
    answered: 'No.',
    decided: 'No dynamic window.',
    why: 'Kernels before 5.16 make a window only if it can be direct.',
  },
  'create-failed': {
    asked: 'ibm,create-pe-dma-window: make it.',
    answered: 'An error.',
    decided: 'No dynamic window.',
    why: 'The answer to the query was no promise.',
  },
  created: {
    asked: 'ibm,create-pe-dma-window: make it.',
    answered: 'Done, with its number and its first bus address.',
    decided: 'The window is entered in the device tree.',
    why: 'The next kernel, and other functions, find it there.',
  },
  ram: {
    asked: 'H_PUT_TCE_INDIRECT, or H_PUT_TCE: map all RAM one to one.',
    answered: 'Done.',
    decided: 'An address of RAM plus the base of the window is its bus address.',
    why: 'This is paid once; a tail of RAM shorter than a page is left out.',
  },
  'ram-failed': {
    asked: 'H_PUT_TCE_INDIRECT, or H_PUT_TCE: map all RAM one to one.',
    answered: 'An error.',
    decided: 'The entries are cleared and the window is removed.',
    why: 'A direct window with holes would send DMA nowhere.',
  },
  table: {
    asked: 'H_STUFF_TCE, or H_PUT_TCE: clear the entries for buffers.',
    answered: 'Done, as far as calls succeeded.',
    decided: 'The device maps its buffers in this table.',
    why: 'Firmware may have left entries; a call that fails ends the clearing and no more.',
  },
  'default-released': {
    asked: 'Is a table needed beside the direct window?',
    answered: 'No, and the default window is gone.',
    decided: 'The device has no table.',
    why: 'No buffer of this device is mapped any more.',
  },
  failed: {
    asked: 'Is there anything to take back?',
    answered: 'No.',
    decided: 'The endpoint goes on the list of those that failed.',
    why: 'It is not tried again.',
  },
  'failed-restored': {
    asked: 'ibm,reset-pe-dma-windows: the default window as it was.',
    answered: 'Done.',
    decided: 'The endpoint goes on the list of those that failed.',
    why: 'It is not tried again.',
  },
  'bus-limit': {
    asked: 'Does the direct window end where RAM may end?',
    answered: 'Yes, and persistent memory lies beyond.',
    decided: 'A limit is set: each buffer is compared with it.',
    why: 'A buffer beyond the limit has to be mapped in the table.',
  },
  bypass: {
    asked: 'Has the driver to map its buffers?',
    answered: 'No.',
    decided: 'Bypass: bus address = address + base of the window.',
    why: 'The direct window holds all that the device is given.',
  },
  'bypass-without-window': {
    asked: 'Has the driver to map its buffers?',
    answered: 'No, although the window could not be made.',
    decided: 'Bypass, without a window: DMA goes to addresses that nothing translates.',
    why: 'The kernel remembers that it decided on a direct window, not that making it failed.',
  },
  'bypass-below-limit': {
    asked: 'Has the driver to map its buffers?',
    answered: 'Those beyond the limit.',
    decided: 'Buffers in RAM use the direct window, others the table.',
    why: 'Only RAM is in the direct window.',
  },
  'maps-indirect': {
    asked: 'Has the driver to map its buffers?',
    answered: 'Yes.',
    decided: 'Each buffer is mapped in the table of the dynamic window.',
    why: 'Memory is not mapped in advance.',
  },
  'maps-default': {
    asked: 'Has the driver to map its buffers?',
    answered: 'Yes.',
    decided: 'Each buffer is mapped in the default window, in pages of 4K.',
    why: 'There is no other table.',
  },
  'mask-refused': {
    asked: 'Does the device reach its table?',
    answered: 'No.',
    decided: 'The mask is refused.',
    why: 'The first entry lies beyond the mask, or there is no table.',
  },
} as const satisfies Readonly<Record<string, StepText>>

/** What a step is called. */
export type StepId = keyof typeof TABLE

/** The words of a step by its id. */
export const STEP_TEXT: Readonly<Record<StepId, StepText>> = TABLE
