import { wordsOf } from '../../platform/errors.ts';
import { drawSharePicture } from '../share-picture/share-picture.ts';
import type { Job, JobDone } from './job.ts';
import { makeVariant } from './make-variant.ts';

/**
 * A process that makes one picture after another, for makers.ts. Apart from the server: what a hostile file does
 * to a decoder, and the memory that a large one takes, ends with it.
 */
process.on('message', async (job: Job) => {
  process.send?.(await done(job));
});
process.on('disconnect', () => process.exit());

async function done(job: Job): Promise<JobDone> {
  try {
    return {
      bytes:
        job.make === 'variant'
          ? await makeVariant(job.picture, job.variant)
          : await drawSharePicture(job.subject),
    };
  } catch (error) {
    return { failed: wordsOf(error) };
  }
}
