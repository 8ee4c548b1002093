/** What the view is called: the menu has it before the view is there. */
export const title = 'Locks'
