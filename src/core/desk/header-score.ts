import { z } from 'zod';
import type { Db } from '../platform/db.ts';
import { jsonAs } from '../platform/json.ts';
import { settingAs, writeSetting } from '../platform/settings.ts';

const graded = z.object({
  version: z.string().max(40),
  grade: z.string().max(3),
  score: z.number(),
  tests: z
    .array(
      z.object({
        title: z.string().max(200),
        pass: z.boolean(),
        modifier: z.number(),
        words: z.string().max(1000),
      }),
    )
    .max(50),
});

/** What a program that grades headers says of ours: a grade such as `A+`, points, and one test after another. */
export type Graded = z.output<typeof graded>;

/** A grading as it is kept: when it was made (UTC text), and of which headers. */
const keptScore = graded.extend({ at: z.string(), headers: z.string() });
export type KeptScore = z.output<typeof keptScore>;

const SCORE = 'headers-scored';

/** What a grader has said, read as strictly as any other text from outside. */
export function gradedFrom(text: string): Graded | undefined {
  return jsonAs(graded, text);
}

export async function keepScore(db: Db, score: KeptScore): Promise<void> {
  await writeSetting(db, SCORE, JSON.stringify(score));
}

/** Undefined where the headers were never graded here. */
export async function lastScore(db: Db): Promise<KeptScore | undefined> {
  return settingAs(db, SCORE, keptScore);
}
