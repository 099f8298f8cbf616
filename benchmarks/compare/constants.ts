/** Numbers that the processes of the comparison have in common. */

export const K = 10;
/** The beam of the searches that are not part of a curve. */
export const EF_SEARCH = 64;
