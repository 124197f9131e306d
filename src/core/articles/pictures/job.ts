import type { ShareSubject } from '../share-picture/share-subject.ts';
import type { PictureFacts, Variant } from './picture.ts';

/** What a maker of pictures is told to make. */
export type Job =
  | { make: 'variant'; picture: PictureFacts; variant: Variant }
  | { make: 'share-picture'; subject: ShareSubject };

/** What it answers. */
export type JobDone = { bytes: Uint8Array } | { failed: string };
