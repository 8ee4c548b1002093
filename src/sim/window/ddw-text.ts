// The words of each step of the procedure: what was asked, what came back, what was decided and why. Data that a page
// prints beside a step's figures; ids are those of ddw.ts, spec: spec/POWERPC.md D.1, D.2.

import { DECIDED, type StepId } from './ddw-decided.ts'

export interface StepText {
  readonly asked: string
  readonly answered: string
  readonly decided: string
  readonly why: string
}

const TABLE: Readonly<Record<StepId, Omit<StepText, 'decided'>>> = {
  'mask-32': {
    asked: 'Does the device reach more than 32 bits?',
    answered: 'No.',
    why: 'The default window lies below 4 GiB, and all of it is within the mask.',
  },
  reused: {
    asked: 'Has this endpoint a dynamic window already?',
    answered: 'Yes, from an earlier mask.',
    why: 'A window belongs to the endpoint, not to one call of its driver.',
  },
  'failed-before': {
    asked: 'Was a window refused to this endpoint before?',
    answered: 'Yes.',
    why: 'An endpoint on the list of those that failed stays there.',
  },
  'not-applicable': {
    asked: 'Does the device tree have ibm,ddw-applicable for the bridge?',
    answered: 'No.',
    why: 'Without it there are no firmware calls to make one.',
  },
  query: {
    asked: 'ibm,query-pe-dma-windows: which windows can still be made?',
    answered: 'A number of windows, the largest block of TCEs, and page sizes.',
    why: 'The hypervisor allocates TCEs in advance and limits them for each endpoint.',
  },
  'query-failed': {
    asked: 'ibm,query-pe-dma-windows: which windows can still be made?',
    answered: 'An error.',
    why: 'Without an answer there is no size to ask for.',
  },
  'limited-unknown': {
    asked: 'Can firmware place windows within fewer than 64 bits?',
    answered: 'The extensions name no limited addressing, or no call to switch it on.',
    why: 'A window is commonly made at 2^59, where this device does not reach.',
  },
  'limited-refused': {
    asked: 'ibm,reset-pe-dma-windows in limited mode: place windows within fewer than 64 bits.',
    answered: 'An error.',
    why: 'A window is commonly made at 2^59, where this device does not reach.',
  },
  limited: {
    asked: 'ibm,reset-pe-dma-windows in limited mode: place windows within fewer than 64 bits.',
    answered: 'Done.',
    why: 'It will lie where the device reaches.',
  },
  'default-in-use': {
    asked: 'No window is free. Can the default window be given up?',
    answered: 'No: buffers are mapped in it.',
    why: 'Whoever maps buffers there still uses their addresses.',
  },
  'default-unknown': {
    asked: 'No window is free. Can the default window be given up?',
    answered: 'The device tree does not describe it.',
    why: 'What is not described can be neither removed nor kept for later.',
  },
  'default-not-restorable': {
    asked: 'No window is free. Can the default window be given up?',
    answered: 'Firmware has no call that brings it back.',
    why: 'If making the new window failed, the device would be left with none.',
  },
  'default-removed': {
    asked: 'No window is free. Can the default window be given up?',
    answered: 'Yes: it is unused and can be restored.',
    why: 'One large window is worth more than a small one of 4K pages.',
  },
  'no-window': {
    asked: 'With the default window gone, is one free?',
    answered: 'No.',
    why: 'Nothing is left to give up.',
  },
  'no-page-size': {
    asked: 'Which page sizes are offered?',
    answered: 'None that this kernel knows.',
    why: 'A window has one page size, named when it is made.',
  },
  'page-size': {
    asked: 'Which page sizes are offered?',
    answered: 'The bits of the query.',
    why: 'The larger the page, the fewer TCEs for the same memory.',
  },
  direct: {
    asked: 'Does the largest possible window hold all memory that there may ever be?',
    answered: 'Yes.',
    why: 'Once all RAM is mapped, a buffer needs no hypervisor call.',
  },
  'direct-all': {
    asked: 'Does the largest possible window hold RAM and persistent memory?',
    answered: 'Yes, all addresses that memory can have.',
    why: 'Once all RAM is mapped, a buffer needs no hypervisor call.',
  },
  'direct-ram': {
    asked: 'Does the largest possible window hold RAM and persistent memory?',
    answered: 'RAM only, but the default window is still there.',
    why: 'Buffers in RAM are the usual ones.',
  },
  hybrid: {
    asked: 'The default window is gone. Is there room behind RAM for buffers in persistent memory?',
    answered: 'Yes, at least 2 GiB.',
    why: 'Persistent memory lies outside of RAM and has to be mapped buffer by buffer.',
  },
  'indirect-pmem': {
    asked: 'The default window is gone. Is there room behind RAM for buffers in persistent memory?',
    answered: 'No.',
    why: 'A direct window would leave no table for persistent memory.',
  },
  indirect: {
    asked: 'Does the largest possible window hold all memory that there may ever be?',
    answered: 'No.',
    why: 'Its pages are larger than those of the default window, and there are often more of them.',
  },
  'too-small': {
    asked: 'Does the largest possible window hold all memory that there may ever be?',
    answered: 'No.',
    why: 'Kernels before 5.16 make a window only if it can be direct.',
  },
  'create-failed': {
    asked: 'ibm,create-pe-dma-window: make it.',
    answered: 'An error.',
    why: 'The answer to the query was no promise.',
  },
  created: {
    asked: 'ibm,create-pe-dma-window: make it.',
    answered: 'Done, with its number and its first bus address.',
    why: 'The next kernel, and other functions, find it there.',
  },
  ram: {
    asked: 'H_PUT_TCE_INDIRECT, or H_PUT_TCE: map all RAM one to one.',
    answered: 'Done.',
    why: 'This is paid once; a tail of RAM shorter than a page is left out.',
  },
  'ram-failed': {
    asked: 'H_PUT_TCE_INDIRECT, or H_PUT_TCE: map all RAM one to one.',
    answered: 'An error.',
    why: 'A direct window with holes would send DMA nowhere.',
  },
  table: {
    asked: 'H_STUFF_TCE, or H_PUT_TCE: clear the entries for buffers.',
    answered: 'Done, as far as calls succeeded.',
    why: 'Firmware may have left entries; a call that fails ends the clearing and no more.',
  },
  'default-released': {
    asked: 'Is a table needed beside the direct window?',
    answered: 'No, and the default window is gone.',
    why: 'No buffer of this device is mapped any more.',
  },
  failed: {
    asked: 'Is there anything to take back?',
    answered: 'No.',
    why: 'It is not tried again.',
  },
  'failed-restored': {
    asked: 'ibm,reset-pe-dma-windows: the default window as it was.',
    answered: 'Done.',
    why: 'It is not tried again.',
  },
  'bus-limit': {
    asked: 'Does the direct window end where RAM may end?',
    answered: 'Yes, and persistent memory lies beyond.',
    why: 'A buffer beyond the limit has to be mapped in the table.',
  },
  bypass: {
    asked: 'Has the driver to map its buffers?',
    answered: 'No.',
    why: 'The direct window holds all that the device is given.',
  },
  'bypass-without-window': {
    asked: 'Has the driver to map its buffers?',
    answered: 'No, although the window could not be made.',
    why: 'The kernel remembers that it decided on a direct window, not that making it failed.',
  },
  'bypass-below-limit': {
    asked: 'Has the driver to map its buffers?',
    answered: 'Those beyond the limit.',
    why: 'Only RAM is in the direct window.',
  },
  'maps-indirect': {
    asked: 'Has the driver to map its buffers?',
    answered: 'Yes.',
    why: 'Memory is not mapped in advance.',
  },
  'maps-default': {
    asked: 'Has the driver to map its buffers?',
    answered: 'Yes.',
    why: 'There is no other table.',
  },
  'mask-refused': {
    asked: 'Does the device reach its table?',
    answered: 'No.',
    why: 'The first entry lies beyond the mask, or there is no table.',
  },
}

/** The words of a step by its id. */
export const STEP_TEXT = Object.fromEntries(
  Object.entries(TABLE).map(([id, text]) => [id, { ...text, decided: DECIDED[id as StepId] }]),
) as Readonly<Record<StepId, StepText>>
