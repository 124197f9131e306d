/**
 * No letter of an edition can go out as it has to, for what stands in the message. Thrown where letters are made; the
 * edition is paused with that reason, and the letter stays as it was.
 */
export class EditionFault extends Error {}
